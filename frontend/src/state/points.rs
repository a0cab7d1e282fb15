//! Points drawn into pixels: discs that let what is below them shine through, so that crowded places show their
//! structure. A pixel is the mean of the colours on it, as opaque as there are many of them; the order of the rows plays
//! no part. What is selected lies on top, in a ring, and the others grow faint.
//!
//! Why not by the graphics processor: docs/adr/0017.

use super::{camera::Transform, cloud::Cloud};

/// Shares of a pixel that a disc covers are counted in these.
const WHOLE: u32 = 16;
/// Counts of the table of opacities.
const STEPS: usize = 2048;

/// Red, green, blue.
pub type Colour = [u8; 3];

/// How points look.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Place of each row's colour.
    pub classes: &'a [u8],
    /// The colours.
    pub palette: &'a [Colour],
    /// Which rows are selected; `None` where nothing is.
    pub marks: Option<&'a [bool]>,
    /// The ring around what is selected.
    pub ring: Colour,
    /// Device pixels of a CSS pixel.
    pub ratio: f64,
    /// How close one looks: points grow a little.
    pub zoom: f64,
}

/// A layer of sums: for each pixel red, green, blue and how often it was covered.
#[derive(Debug, Default)]
struct Layer {
    sums: Vec<[u32; 4]>,
}

/// Pixels that points are drawn into.
#[derive(Debug, Default)]
pub struct Raster {
    width: usize,
    height: usize,
    all: Layer,
    selected: Layer,
    ring: Layer,
    /// Red, green, blue, opacity of each pixel, line by line.
    pub pixels: Vec<u8>,
    /// Points drawn last.
    pub drawn: usize,
}

/// A disc as the pixels it covers, around its middle.
struct Disc {
    reach: isize,
    cover: Vec<(isize, isize, u32)>,
}

impl Disc {
    /// `radius` in device pixels.
    fn new(radius: f64) -> Self {
        let reach = radius.ceil() as isize;
        let mut cover = Vec::new();
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let far = (dx as f64).hypot(dy as f64);
                let share = (radius + 0.5 - far).clamp(0.0, 1.0);
                let share = (share * f64::from(WHOLE)).round() as u32;
                if share > 0 {
                    cover.push((dx, dy, share));
                }
            }
        }
        Self { reach, cover }
    }
}

/// Radius of a point, CSS pixels, where so many are drawn.
pub fn radius(points: usize, zoom: f64) -> f64 {
    let crowd = (points.max(1) as f64).log10();
    (4.6 - 0.72 * crowd + 0.35 * zoom.max(1.0).log2()).clamp(1.0, 4.0)
}

/// Opacity of one point, where so many are drawn.
fn opacity(points: usize) -> f64 {
    (1.15 - 0.17 * (points.max(1) as f64).log10()).clamp(0.2, 0.9)
}

impl Raster {
    /// Draws a cloud into so many device pixels; the transform is in CSS pixels.
    pub fn draw(&mut self, cloud: &Cloud, transform: &Transform, (width, height): (usize, usize), look: &Look<'_>) {
        (self.width, self.height) = (width, height);
        let number = cloud.number();
        let size = radius(number, look.zoom) * look.ratio;
        let chosen = look.marks.map_or(0, |marks| marks.iter().filter(|mark| **mark).count());
        // a few hundred rings can be told apart, thousands cannot
        let rings = chosen > 0 && chosen <= 500;
        let discs = [Disc::new(size), Disc::new(size + 0.4 * look.ratio), Disc::new(size + 1.4 * look.ratio)];
        let area = width * height;
        self.all.clear(area);
        self.selected.clear(if chosen > 0 { area } else { 0 });
        self.ring.clear(if rings { area } else { 0 });
        self.drawn = 0;
        let ((ax, bx), (ay, by)) = (scaled(transform.x, look.ratio), scaled(transform.y, look.ratio));
        for row in 0..cloud.len() {
            let (x, y) = (ax * cloud.x[row] + bx, ay * cloud.y[row] + by);
            let reach = 16.0_f32;
            // a row without a point is not a number and fails every comparison
            if !(x > -reach && y > -reach && x < width as f32 + reach && y < height as f32 + reach) {
                continue;
            }
            self.drawn += 1;
            let place = (x.floor() as isize, y.floor() as isize);
            let class = look.classes.get(row).copied().unwrap_or(0);
            let colour = look.palette.get(usize::from(class)).copied().unwrap_or([128; 3]);
            if look.marks.is_some_and(|marks| marks.get(row).copied().unwrap_or(false)) {
                self.selected.stamp(&discs[1], place, colour, (width, height));
                if rings {
                    self.ring.stamp(&discs[2], place, look.ring, (width, height));
                }
            } else {
                self.all.stamp(&discs[0], place, colour, (width, height));
            }
        }
        let one = opacity(number);
        let faint = if chosen > 0 { 0.35 } else { 1.0 };
        self.pixels.clear();
        self.pixels.resize(4 * area, 0);
        self.all.blend(&mut self.pixels, one, faint);
        self.ring.blend(&mut self.pixels, 1.0, 1.0);
        self.selected.blend(&mut self.pixels, if rings { 1.0 } else { one.max(0.6) }, 1.0);
    }
}

fn scaled((scale, offset): (f64, f64), ratio: f64) -> (f32, f32) {
    ((scale * ratio) as f32, (offset * ratio) as f32)
}

impl Layer {
    fn clear(&mut self, area: usize) {
        self.sums.clear();
        self.sums.resize(area, [0; 4]);
    }

    fn stamp(&mut self, disc: &Disc, (x, y): (isize, isize), colour: Colour, (width, height): (usize, usize)) {
        let [red, green, blue] = colour.map(u32::from);
        let (w, h) = (width as isize, height as isize);
        let within = x >= disc.reach && y >= disc.reach && x + disc.reach < w && y + disc.reach < h;
        for &(dx, dy, share) in &disc.cover {
            let (px, py) = (x + dx, y + dy);
            if !within && (px < 0 || py < 0 || px >= w || py >= h) {
                continue;
            }
            let sum = &mut self.sums[(py * w + px) as usize];
            // a pixel that thousands cover is as full as it gets: its mean stays what it was
            if sum[3] < 1 << 16 {
                sum[0] += red * share;
                sum[1] += green * share;
                sum[2] += blue * share;
                sum[3] += share;
            }
        }
    }

    /// Lays the layer over what is there; one whole disc is `one` opaque, and no more than `most` are all of them.
    fn blend(&self, pixels: &mut [u8], one: f64, most: f64) {
        let through = (1.0 - one).max(1e-6).ln() / f64::from(WHOLE);
        let opacities: Vec<f32> =
            (0..STEPS).map(|count| ((1.0 - (through * count as f64).exp()) * most) as f32).collect();
        for (sum, pixel) in self.sums.iter().zip(pixels.chunks_exact_mut(4)) {
            if sum[3] == 0 {
                continue;
            }
            let over = opacities[(sum[3] as usize).min(STEPS - 1)];
            let under = f32::from(pixel[3]) / 255.0 * (1.0 - over);
            let whole = over + under;
            let count = sum[3] as f32;
            for channel in 0..3 {
                let mean = sum[channel] as f32 / count;
                pixel[channel] = ((mean * over + f32::from(pixel[channel]) * under) / whole + 0.5) as u8;
            }
            pixel[3] = (255.0 * whole + 0.5) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Transform = Transform { x: (1.0, 0.0), y: (-1.0, 100.0) };
    const SIZE: (usize, usize) = (100, 100);
    const PALETTE: [Colour; 2] = [[200, 0, 0], [0, 0, 200]];

    fn look<'a>(classes: &'a [u8], marks: Option<&'a [bool]>) -> Look<'a> {
        Look { classes, palette: &PALETTE, marks, ring: [255; 3], ratio: 1.0, zoom: 1.0 }
    }

    fn drawn(points: &[(f64, f64)], look: &Look<'_>) -> Raster {
        let mut raster = Raster::default();
        raster.draw(&Cloud::new(points.iter().copied().map(Some)), &PLAIN, SIZE, look);
        raster
    }

    fn pixel(raster: &Raster, x: usize, y: usize) -> [u8; 4] {
        raster.pixels[4 * (y * 100 + x)..][..4].try_into().unwrap()
    }

    #[test]
    fn a_point_is_where_its_transform_puts_it() {
        let raster = drawn(&[(30.5, 79.5)], &look(&[1], None));
        assert_eq!(raster.drawn, 1);
        let middle = pixel(&raster, 30, 20);
        assert_eq!(middle[..3], [0, 0, 200]);
        assert!(middle[3] > 200);
        assert_eq!(pixel(&raster, 60, 20), [0; 4]);
        let edge = pixel(&raster, 34, 20);
        assert!(edge[3] > 0 && edge[3] < middle[3], "{edge:?}");
    }

    #[test]
    fn crowds_are_more_opaque_and_colours_mix_in_any_order() {
        let crowd: Vec<(f64, f64)> =
            (0..2000).map(|i| if i % 4 == 0 { (50.5, 50.5) } else { (10.0 + f64::from(i % 7), 10.0) }).collect();
        let classes: Vec<u8> = (0..2000).map(|i| u8::from(i % 8 == 0)).collect();
        let raster = drawn(&crowd, &look(&classes, None));
        assert_eq!(pixel(&raster, 50, 49), [100, 0, 100, 255]);
        let (mut back, mut back_classes) = (crowd.clone(), classes.clone());
        back.reverse();
        back_classes.reverse();
        assert_eq!(drawn(&back, &look(&back_classes, None)).pixels, raster.pixels);
        let mut alone = crowd;
        alone[2].0 = 90.5;
        alone[2].1 = 90.5;
        assert!(pixel(&drawn(&alone, &look(&classes, None)), 90, 9)[3] < 255);
    }

    #[test]
    fn what_is_selected_is_on_top_in_a_ring_and_the_others_are_faint() {
        let points = [(30.5, 50.5), (70.5, 50.5), (30.5, 50.5)];
        let raster = drawn(&points, &look(&[0, 0, 1], Some(&[false, false, true])));
        assert_eq!(pixel(&raster, 30, 49)[..3], [0, 0, 200]);
        assert!(pixel(&raster, 30, 44)[0] > 200, "the ring: {:?}", pixel(&raster, 30, 44));
        let plain = drawn(&points, &look(&[0, 0, 1], None));
        assert!(pixel(&raster, 70, 49)[3] < pixel(&plain, 70, 49)[3] / 2);
        assert!(pixel(&raster, 70, 49)[3] > 0, "faint, not gone");
    }

    #[test]
    fn points_at_the_edge_and_beyond_break_nothing() {
        let points = [(0.0, 100.0), (99.9, 0.1), (-2.0, 50.0), (-500.0, 1e9), (f64::NAN, 3.0)];
        let raster = drawn(&points, &look(&[0; 5], Some(&[true; 5])));
        assert_eq!(raster.drawn, 3);
        assert!(pixel(&raster, 0, 0)[3] > 0);
        let mut nothing = Raster::default();
        nothing.draw(&Cloud::default(), &PLAIN, (0, 0), &look(&[], None));
        assert!(nothing.pixels.is_empty());
    }

    #[test]
    fn many_points_are_small_and_all_can_be_seen() {
        assert!(radius(100, 1.0) > radius(10_000, 1.0));
        assert!(radius(10_000_000, 1.0) >= 1.0);
        assert!(radius(100_000, 64.0) > radius(100_000, 1.0));
        assert!(opacity(200_000) >= 0.2);
    }
}
