//! Curves drawn into pixels: many spectra over each other, so fast that they follow the hand. A curve has one value at
//! each wavelength, so that in a column of pixels it covers a span from its least to its greatest value there: no line of
//! a single pixel is lost, and the time does not depend on how the strokes cross. The ends of a span are soft.
//!
//! Why not by the canvas: docs/adr/0017.

use super::{decimation::visible, points::Colour, scale::Scale};

/// Where the pixels stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sheet {
    /// The wavelengths shown.
    pub window: (f64, f64),
    /// The values shown.
    pub values: (f64, f64),
    /// Device pixels across and down.
    pub size: (usize, usize),
}

/// A curve: its pixels, and what brings them to their place.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    /// Wavelengths, increasing.
    pub wavelengths: &'a [f64],
    /// Values; the curve is broken where one is not finite.
    pub values: &'a [f32],
    /// The wavelengths are multiplied by this.
    pub stretch: f64,
    /// The values are multiplied by this,
    pub scale: f32,
    /// and then raised by this.
    pub shift: f32,
}

/// How a curve looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Its colour.
    pub colour: Colour,
    /// How much it hides of what is below, up to 1.
    pub opacity: f32,
    /// Device pixels.
    pub width: f32,
}

/// Pixels that curves are drawn into. Nothing is allocated for a frame of the same size as the last one.
#[derive(Debug, Default)]
pub struct Curves {
    /// Red, green, blue, opacity of each pixel, line by line.
    pub pixels: Vec<u8>,
    /// Uppermost and lowest end of the curve in each column, pixels downwards.
    spans: Vec<(f32, f32)>,
}

/// No span.
const NONE: (f32, f32) = (f32::INFINITY, f32::NEG_INFINITY);

impl Curves {
    /// Empty pixels.
    pub fn clear(&mut self, sheet: &Sheet) {
        let (width, height) = sheet.size;
        self.pixels.clear();
        self.pixels.resize(4 * width * height, 0);
        self.spans.clear();
        self.spans.resize(width, NONE);
    }

    /// Draws a curve over what there is; `sheet` is that of [`Curves::clear`].
    pub fn draw(&mut self, sheet: &Sheet, curve: &Curve<'_>, pen: Pen) {
        self.cover(sheet, curve);
        let (width, height) = sheet.size;
        let most = height as f32;
        for x in 0..width {
            let (top, bottom) = std::mem::replace(&mut self.spans[x], NONE);
            let (top, bottom) = ((top - 0.5 * pen.width).max(0.0), (bottom + 0.5 * pen.width).min(most));
            if top >= bottom {
                continue;
            }
            let (first, last) = (top as usize, (bottom.ceil() as usize).min(height));
            for y in first..last {
                let covered = (bottom.min(y as f32 + 1.0) - top.max(y as f32)).min(1.0);
                blend(&mut self.pixels[4 * (y * width + x)..][..4], pen.colour, pen.opacity * covered);
            }
        }
    }

    /// The span of a curve in each column.
    fn cover(&mut self, sheet: &Sheet, curve: &Curve<'_>) {
        let (width, height) = sheet.size;
        let window = (sheet.window.0 / curve.stretch, sheet.window.1 / curve.stretch);
        let per_angstrom = width as f64 / (window.1 - window.0);
        let scale = Scale::new(sheet.values, (height as f64, 0.0));
        // a value at a place is one product and one sum away
        let raise = scale.at(f64::from(curve.shift));
        let slope = (scale.at(1.0) - scale.at(0.0)) * f64::from(curve.scale);
        let mut before: Option<(f32, f32)> = None;
        let mut lonely = false;
        for i in visible(curve.wavelengths, window) {
            let value = curve.values[i];
            if !value.is_finite() {
                if lonely {
                    self.dot(before);
                }
                (before, lonely) = (None, false);
                continue;
            }
            let here =
                (((curve.wavelengths[i] - window.0) * per_angstrom) as f32, (raise + slope * f64::from(value)) as f32);
            match before {
                Some(before) => self.segment(before, here),
                None => lonely = true,
            }
            lonely &= before.is_none();
            before = Some(here);
        }
        if lonely {
            self.dot(before);
        }
    }

    /// A pixel between two gaps.
    fn dot(&mut self, at: Option<(f32, f32)>) {
        if let Some((x, y)) = at.filter(|(x, _)| *x >= 0.0)
            && let Some(span) = self.spans.get_mut(x as usize)
        {
            *span = (span.0.min(y), span.1.max(y));
        }
    }

    /// The straight line from one point to the next, column by column.
    fn segment(&mut self, from: (f32, f32), to: (f32, f32)) {
        let width = self.spans.len();
        if to.0 < 0.0 || from.0 >= width as f32 {
            return;
        }
        let (first, last) = (from.0.max(0.0) as usize, (to.0 as usize).min(width - 1));
        if first == last {
            let span = &mut self.spans[first];
            *span = (span.0.min(from.1).min(to.1), span.1.max(from.1).max(to.1));
            return;
        }
        let slope = (to.1 - from.1) / (to.0 - from.0);
        let mut y = from.1 + slope * (from.0.max(0.0) - from.0);
        for x in first..=last {
            let next = if x == last { to.0.min(width as f32) } else { (x + 1) as f32 };
            let end = from.1 + slope * (next - from.0);
            let span = &mut self.spans[x];
            *span = (span.0.min(y).min(end), span.1.max(y).max(end));
            y = end;
        }
    }
}

/// Lays a colour over a pixel.
fn blend(pixel: &mut [u8], colour: Colour, opacity: f32) {
    let below = f32::from(pixel[3]) / 255.0 * (1.0 - opacity);
    let whole = opacity + below;
    if whole <= 0.0 {
        return;
    }
    let share = opacity / whole;
    for (channel, colour) in pixel.iter_mut().zip(colour) {
        *channel = (f32::from(*channel) + (f32::from(colour) - f32::from(*channel)) * share + 0.5) as u8;
    }
    pixel[3] = (255.0 * whole + 0.5) as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEN: Pen = Pen { colour: [10, 20, 30], opacity: 1.0, width: 1.0 };

    fn sheet(width: usize) -> Sheet {
        Sheet { window: (0.0, 100.0), values: (0.0, 10.0), size: (width, 10) }
    }

    fn drawn(sheet: &Sheet, wavelengths: &[f64], values: &[f32]) -> Curves {
        let mut curves = Curves::default();
        curves.clear(sheet);
        curves.draw(sheet, &Curve { wavelengths, values, stretch: 1.0, scale: 1.0, shift: 0.0 }, PEN);
        curves
    }

    /// Opacity of a pixel.
    fn opacity(curves: &Curves, sheet: &Sheet, x: usize, y: usize) -> u8 {
        curves.pixels[4 * (y * sheet.size.0 + x) + 3]
    }

    #[test]
    fn a_level_curve_is_a_line_across() {
        let sheet = sheet(20);
        let curves = drawn(&sheet, &[-10.0, 50.0, 200.0], &[4.5; 3]);
        for x in 0..20 {
            assert_eq!(opacity(&curves, &sheet, x, 5), 255, "{x}");
            assert_eq!((opacity(&curves, &sheet, x, 4), opacity(&curves, &sheet, x, 6)), (0, 0), "{x}");
        }
        assert_eq!(&curves.pixels[4 * (5 * 20)..][..3], &PEN.colour);
        // half a pixel higher it is two halves
        let curves = drawn(&sheet, &[-10.0, 200.0], &[5.0; 2]);
        assert_eq!((opacity(&curves, &sheet, 7, 4), opacity(&curves, &sheet, 7, 5)), (128, 128));
    }

    #[test]
    fn a_line_of_one_pixel_among_thousands_is_seen() {
        let sheet = sheet(20);
        let wavelengths: Vec<f64> = (0..4000).map(|i| f64::from(i) / 40.0).collect();
        let mut values = vec![1.5f32; 4000];
        values[2222] = 9.5;
        let curves = drawn(&sheet, &wavelengths, &values);
        let column = 2222 / 200;
        assert!((1..9).all(|y| opacity(&curves, &sheet, column, y) == 255));
        assert_eq!(opacity(&curves, &sheet, column - 1, 3), 0);
    }

    #[test]
    fn gaps_are_not_bridged_and_a_lonely_pixel_is_a_dot() {
        let sheet = sheet(100);
        let curves = drawn(&sheet, &[10.0, 20.0, 30.0, 40.0, 50.0], &[4.5, f32::NAN, 4.5, f32::NAN, 4.5]);
        let opaque: Vec<usize> = (0..100).filter(|x| opacity(&curves, &sheet, *x, 5) > 0).collect();
        assert_eq!(opaque, [10, 30, 50]);
    }

    #[test]
    fn a_curve_may_leave_the_sheet_on_every_side() {
        let sheet = sheet(20);
        let curves = drawn(&sheet, &[-1e4, 50.0, 1e4], &[-1e5, 5.0, 1e5]);
        assert!((0..10).any(|y| opacity(&curves, &sheet, 9, y) > 0));
        assert_eq!(drawn(&sheet, &[], &[]).pixels, vec![0; 800]);
        assert_eq!(drawn(&sheet, &[200.0, 300.0], &[5.0; 2]).pixels, vec![0; 800]);
    }

    #[test]
    fn stretch_scale_and_shift_bring_a_curve_to_its_place() {
        let sheet = sheet(100);
        let mut curves = Curves::default();
        curves.clear(&sheet);
        let curve = Curve { wavelengths: &[10.0, 20.0], values: &[1.0; 2], stretch: 2.0, scale: 3.0, shift: 1.5 };
        curves.draw(&sheet, &curve, PEN);
        let opaque: Vec<usize> = (0..100).filter(|x| opacity(&curves, &sheet, *x, 5) == 255).collect();
        assert_eq!((opaque.first(), opaque.last()), (Some(&20), Some(&40)));
    }

    #[test]
    fn the_last_curve_lies_on_top_and_lets_shine_through() {
        let sheet = sheet(1);
        let mut curves = Curves::default();
        curves.clear(&sheet);
        let curve = Curve { wavelengths: &[-10.0, 110.0], values: &[4.5; 2], stretch: 1.0, scale: 1.0, shift: 0.0 };
        curves.draw(&sheet, &curve, Pen { colour: [200, 0, 0], ..PEN });
        curves.draw(&sheet, &curve, Pen { colour: [0, 200, 0], opacity: 0.25, ..PEN });
        assert_eq!(curves.pixels[20..24], [150, 50, 0, 255]);
    }
}
