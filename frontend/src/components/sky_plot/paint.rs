//! Draws the map: Aitoff's projection in equatorial coordinates, east to the left.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use crate::state::sky::{CENTRE, aitoff, edge, from_galactic};

/// Room around the map for its labels, CSS pixels.
const MARGIN: f64 = 4.0;

struct Map {
    context: Context,
    width: f64,
    height: f64,
}

/// Draws the grid, the galactic plane with its centre, and the object.
pub fn draw(canvas: &HtmlCanvasElement, object: Option<(f64, f64)>) {
    let ratio = window().device_pixel_ratio();
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((height * ratio).round() as u32);
    let context = canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into::<Context>().ok());
    let Some(context) = context.filter(|context| context.scale(ratio, ratio).is_ok()) else { return };
    let style = window().get_computed_style(canvas).ok().flatten();
    let ink = |name: &str| {
        let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
        value.map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let map = Map { context, width, height };
    map.grid(&ink("--rule"), &ink("--axis"));
    map.galaxy(&ink("--h-delta"));
    map.labels(&ink("--muted"), &ink("font-family"));
    if let Some((ra, dec)) = object {
        map.object(ra, dec, &ink("--h-alpha"));
    }
}

impl Map {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (half_width, half_height) = (0.5 * self.width - MARGIN, 0.5 * self.height - MARGIN);
        // twice as wide as high, whatever the canvas is
        let unit = half_width.min(2.0 * half_height);
        (0.5 * self.width + x * unit, 0.5 * self.height - y * unit)
    }

    fn line(&self, points: impl Iterator<Item = (f64, f64)>) {
        self.context.begin_path();
        for (i, point) in points.enumerate() {
            let (x, y) = self.at(point);
            if i == 0 {
                self.context.move_to(x, y);
            } else {
                self.context.line_to(x, y);
            }
        }
        self.context.stroke();
    }

    fn grid(&self, faint: &str, strong: &str) {
        let declinations = || (-45..=45).map(|i| 2.0 * f64::from(i));
        self.context.set_line_width(1.0);
        self.context.set_stroke_style_str(faint);
        for dec in [-60.0, -30.0, 0.0, 30.0, 60.0] {
            let inner = (-89..=89).map(|i| aitoff(CENTRE - 2.0 * f64::from(i), dec));
            self.line([edge(-1.0, dec)].into_iter().chain(inner).chain([edge(1.0, dec)]));
        }
        for ra in (1..6).map(|i| 60.0 * f64::from(i)) {
            self.line(declinations().map(|dec| aitoff(ra, dec)));
        }
        self.context.set_stroke_style_str(strong);
        self.line(declinations().map(|dec| edge(-1.0, dec)));
        self.line(declinations().map(|dec| edge(1.0, dec)));
    }

    /// The galactic plane, cut where it leaves the map, and the centre as a dot.
    fn galaxy(&self, color: &str) {
        self.context.set_stroke_style_str(color);
        let mut stroke: Vec<(f64, f64)> = Vec::new();
        for l in 0..=180 {
            let (ra, dec) = from_galactic(2.0 * f64::from(l), 0.0);
            let point = aitoff(ra, dec);
            if stroke.last().is_some_and(|last| (last.0 - point.0).abs() > 0.5) {
                self.line(stroke.drain(..));
            }
            stroke.push(point);
        }
        self.line(stroke.into_iter());
        let (ra, dec) = from_galactic(0.0, 0.0);
        self.context.set_fill_style_str(color);
        self.dot(ra, dec, 2.5);
    }

    fn labels(&self, color: &str, font: &str) {
        self.context.set_font(&format!("10px {font}"));
        self.context.set_fill_style_str(color);
        self.context.set_text_align("center");
        for ra in [60.0, 120.0, 180.0, 240.0, 300.0] {
            let (x, y) = self.at(aitoff(ra, 0.0));
            // a label that cannot be drawn leaves its place empty
            let _ = self.context.fill_text(&format!("{}h", ra / 15.0), x, y + 11.0);
        }
    }

    fn dot(&self, ra: f64, dec: f64, radius: f64) {
        let (x, y) = self.at(aitoff(ra, dec));
        self.context.begin_path();
        // the radii are constants, which the canvas accepts
        let _ = self.context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        self.context.fill();
    }

    fn object(&self, ra: f64, dec: f64, color: &str) {
        self.context.set_fill_style_str(color);
        self.context.set_stroke_style_str(color);
        self.dot(ra, dec, 3.0);
        let (x, y) = self.at(aitoff(ra, dec));
        self.context.set_line_width(1.5);
        self.context.begin_path();
        let _ = self.context.arc(x, y, 8.0, 0.0, std::f64::consts::TAU);
        self.context.stroke();
    }
}
