//! What is below the points: nothing, two axes, or the meridians of the sky.

use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use super::{layers::clear, wash::Wash};
use crate::{
    components::spectrum_plot::ink::Ink,
    state::{
        camera::{Room, Transform},
        footprint::Outline,
        format::{fixed, number, superscript},
        picture::Same,
        scale::{Ticks, axis_exponent},
        sky::{aitoff, edge, from_galactic, to_galactic},
    },
};

/// What is below the points.
#[derive(Debug, Clone, PartialEq)]
pub enum Ground {
    /// A frame, and what the axes are.
    Plain([String; 2]),
    /// Axes with ticks; a logarithmic one has powers of ten.
    Axes([Axis; 2]),
    /// Meridians and parallels of the whole sky, Aitoff's projection.
    Sky {
        /// Whether they are galactic.
        galactic: bool,
        /// What the survey covers of it.
        footprint: Option<Same<Vec<Outline>>>,
    },
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it is, with its unit.
    pub title: String,
    /// Whether its coordinates are the logarithms of the values.
    pub log: bool,
}

impl Axis {
    /// Ticks of a range with how they are written, and the power of ten that was taken out of them.
    fn ticks(&self, (low, high): (f64, f64), most: usize) -> (Vec<(f64, String)>, i32) {
        if self.log && high - low > 1.0 {
            let step = (((high - low) / most.max(1) as f64).ceil()).max(1.0);
            let first = (low / step).ceil() * step;
            let values = (0..most + 2).map(|i| first + step * i as f64).filter(|value| *value <= high);
            return (values.map(|value| (value, format!("10{}", superscript(value as i32)))).collect(), 0);
        }
        let exponent = if self.log { 0 } else { axis_exponent(low, high) };
        let unit = 10f64.powi(exponent);
        let ticks = Ticks::round(low / unit, high / unit, most);
        let written = |value: f64| if self.log { number(10f64.powf(value)) } else { fixed(value, ticks.decimals) };
        (ticks.values.iter().map(|value| (value * unit, written(*value))).collect(), exponent)
    }

    fn titled(&self, exponent: i32) -> String {
        if exponent == 0 { self.title.clone() } else { format!("{}, 10{}", self.title, superscript(exponent)) }
    }
}

/// Draws it; `wash` keeps the footprint as the canvas has it from one time to the next.
pub fn draw(
    canvas: &HtmlCanvasElement,
    ink: &Ink,
    ground: &Ground,
    room: Room,
    transform: &Transform,
    wash: &mut Option<Wash>,
) {
    let Some(context) = clear(canvas) else { return };
    let sheet = Sheet { context, ink, room, transform };
    match ground {
        Ground::Plain(titles) => sheet.plain(titles),
        Ground::Axes(axes) => sheet.axes(axes),
        Ground::Sky { galactic, footprint } => {
            if let Some(footprint) = footprint
                && let Some(wash) = Wash::of(footprint, wash)
            {
                wash.fill(&sheet.context, ink, transform);
            }
            sheet.sky(*galactic);
        }
    }
}

struct Sheet<'a> {
    context: Context,
    ink: &'a Ink,
    room: Room,
    transform: &'a Transform,
}

impl Sheet<'_> {
    fn rule(&self, from: (f64, f64), to: (f64, f64)) {
        let sharp = |v: f64| v.round() + 0.5;
        self.context.begin_path();
        self.context.move_to(sharp(from.0), sharp(from.1));
        self.context.line_to(sharp(to.0), sharp(to.1));
        self.context.stroke();
    }

    fn write(&self, text: &str, x: f64, y: f64, align: &str) {
        self.context.set_text_align(align);
        // a text that cannot be drawn leaves its place empty
        let _ = self.context.fill_text(text, x, y);
    }

    fn pens(&self) {
        self.context.set_line_width(1.0);
        self.context.set_font(&format!("11px {}", self.ink.font));
        self.context.set_fill_style_str(&self.ink.text);
    }

    /// Upwards along the left edge.
    fn write_upwards(&self, text: &str, x: f64, y: f64, align: &str) {
        self.context.save();
        // moving and turning by finite numbers always works
        let turned = self.context.translate(x, y).and_then(|()| self.context.rotate(-std::f64::consts::FRAC_PI_2));
        if turned.is_ok() {
            self.write(text, 0.0, 0.0, align);
        }
        self.context.restore();
    }

    fn plain(&self, [x, y]: &[String; 2]) {
        self.pens();
        let Room { left, top, width, height } = self.room;
        self.write(&format!("{x} →"), left + width, top + height + 6.0, "right");
        self.write_upwards(&format!("{y} →"), left - 2.0, top, "right");
    }

    fn axes(&self, [x, y]: &[Axis; 2]) {
        self.pens();
        let Room { left, top, width, height } = self.room;
        let seen = self.transform.seen(self.room);
        let (ticks, exponent) = x.ticks(seen.x, (width / 72.0).max(2.0) as usize);
        self.context.set_stroke_style_str(&self.ink.grid);
        for (value, text) in ticks {
            let at = self.transform.at((value, 0.0)).0;
            self.rule((at, top), (at, top + height));
            self.write(&text, at, top + height + 15.0, "center");
        }
        self.write(&x.titled(exponent), left + 0.5 * width, top + height + 32.0, "center");
        let (ticks, exponent) = y.ticks(seen.y, (height / 44.0).max(2.0) as usize);
        for (value, text) in ticks {
            let at = self.transform.at((0.0, value)).1;
            self.rule((left, at), (left + width, at));
            self.write(&text, left - 6.0, at + 4.0, "right");
        }
        self.write_upwards(&y.titled(exponent), 11.0, top + 0.5 * height, "center");
        self.context.set_stroke_style_str(&self.ink.axis);
        self.rule((left, top + height), (left + width, top + height));
        self.rule((left, top), (left, top + height));
    }

    fn line(&self, points: impl Iterator<Item = (f64, f64)>) {
        self.context.begin_path();
        let mut last: Option<(f64, f64)> = None;
        for point in points {
            let (x, y) = self.transform.at(point);
            // a line that leaves the map at one side goes on at the other
            if last.is_none_or(|last| (last.0 - point.0).abs() > 0.5) {
                self.context.move_to(x, y);
            } else {
                self.context.line_to(x, y);
            }
            last = Some(point);
        }
        self.context.stroke();
    }

    fn sky(&self, galactic: bool) {
        self.pens();
        let along = || (-90..=90).map(f64::from);
        self.context.set_stroke_style_str(&self.ink.grid);
        for meridian in (1..12).map(|i| 30.0 * f64::from(i)) {
            self.line(along().map(|latitude| aitoff(meridian, latitude)));
        }
        for parallel in [-60.0, -30.0, 0.0, 30.0, 60.0] {
            let inner = (1..360).map(|longitude| aitoff(f64::from(longitude), parallel));
            self.line([edge(1.0, parallel)].into_iter().chain(inner).chain([edge(-1.0, parallel)]));
        }
        self.context.set_stroke_style_str(&self.ink.axis);
        for side in [-1.0, 1.0] {
            self.line(along().map(|latitude| edge(side, latitude)));
        }
        // the plane of the other system: of the galaxy, or of the earth's equator
        self.context.set_stroke_style_str(&self.ink.series[3]);
        self.line((0..=720).map(|i| {
            let longitude = f64::from(i) / 2.0;
            if galactic {
                let (l, b) = to_galactic(longitude, 0.0);
                aitoff((l + 180.0).rem_euclid(360.0), b)
            } else {
                let (ra, dec) = from_galactic(longitude, 0.0);
                aitoff(ra, dec)
            }
        }));
        for meridian in [60.0, 120.0, 180.0, 240.0, 300.0] {
            let (x, y) = self.transform.at(aitoff(meridian, 0.0));
            // the galaxy's centre is in the middle of a galactic map
            let text =
                if galactic { format!("{}°", (meridian + 180.0) % 360.0) } else { format!("{}h", meridian / 15.0) };
            self.write(&text, x, y + 12.0, "center");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_written_as_their_axis_has_them() {
        let linear = Axis { title: "S/N".into(), log: false };
        let (ticks, exponent) = linear.ticks((0.0, 100.0), 5);
        assert_eq!((ticks[1].clone(), exponent), ((20.0, "20".to_owned()), 0));
        let (ticks, exponent) = linear.ticks((0.0, 60_000.0), 6);
        assert_eq!((&*ticks[1].1, ticks[1].0, exponent), ("1", 10_000.0, 4));
        assert_eq!(linear.titled(4), "S/N, 10⁴");
        let log = Axis { title: "S/N".into(), log: true };
        let (ticks, _) = log.ticks((0.5, 3.5), 5);
        assert_eq!(ticks.iter().map(|tick| &*tick.1).collect::<Vec<_>>(), ["10¹", "10²", "10³"]);
        let (ticks, _) = log.ticks((0.0, 0.5), 5);
        assert_eq!(&*ticks[0].1, "1.000");
        assert!(log.ticks((-300.0, 300.0), 5).0.len() <= 7);
    }
}
