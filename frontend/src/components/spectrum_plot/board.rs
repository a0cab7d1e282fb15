//! The canvas with its scales, and the strokes that all layers are made of.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use super::{ink::Ink, layout::Frame};
use crate::state::scale::Scale;

/// What every step of the drawing needs.
pub struct Board<'a> {
    /// The canvas.
    pub context: Context,
    /// The colours.
    pub ink: &'a Ink,
    /// Where things stand.
    pub frame: Frame,
    /// The wavelengths shown.
    pub window: (f64, f64),
    /// Wavelength to canvas.
    pub x: Scale,
    /// Value to canvas.
    pub y: Scale,
}

impl<'a> Board<'a> {
    /// A cleared canvas with its scales.
    pub fn new(
        canvas: &HtmlCanvasElement,
        ink: &'a Ink,
        frame: Frame,
        window: (f64, f64),
        values: (f64, f64),
    ) -> Option<Self> {
        let context = cleared(canvas, frame)?;
        let (x, y) = (Scale::new(window, frame.x_range()), Scale::new(values, frame.y_range()));
        Some(Self { context, ink, frame, window, x, y })
    }

    /// Draws within the box of the data only.
    pub fn clipped(&self, draw: impl Fn(&Self)) {
        let ((left, right), (low, high)) = (self.frame.x_range(), self.frame.y_range());
        self.context.save();
        self.context.begin_path();
        self.context.rect(left, high, right - left, low - high);
        self.context.clip();
        draw(self);
        self.context.restore();
    }

    /// Fills the full height between two wavelengths.
    pub fn band(&self, from: f64, to: f64) {
        let (low, high) = self.frame.y_range();
        let (from, to) = (self.x.at(from.max(self.window.0)), self.x.at(to.min(self.window.1)));
        if to > from {
            self.context.fill_rect(from, high, (to - from).max(1.0), low - high);
        }
    }

    /// A straight line, sharp on whole pixels.
    pub fn rule(&self, from: (f64, f64), to: (f64, f64)) {
        let sharp = |v: f64| v.round() + 0.5;
        self.context.begin_path();
        self.context.move_to(sharp(from.0), sharp(from.1));
        self.context.line_to(sharp(to.0), sharp(to.1));
        self.context.stroke();
    }

    /// Dashes of these lengths from now on; none where empty.
    pub fn dashes(&self, lengths: &[f64]) {
        let lengths: js_sys::Array = lengths.iter().copied().map(wasm_bindgen::JsValue::from).collect();
        // a list of finite positive numbers is always accepted
        let _ = self.context.set_line_dash(&lengths);
    }

    /// A text with its baseline at `y`.
    pub fn write(&self, text: &str, x: f64, y: f64, align: &str, color: &str) {
        self.context.set_text_align(align);
        self.context.set_fill_style_str(color);
        // a text that cannot be drawn leaves its place empty
        let _ = self.context.fill_text(text, x, y);
    }

    /// The page's font in a size.
    pub fn font(&self, size: u32) {
        self.context.set_font(&format!("{size}px {}", self.ink.font));
    }

    /// Width of a text, CSS pixels.
    pub fn width(&self, text: &str) -> f64 {
        self.context.measure_text(text).map_or(40.0, |metrics| metrics.width())
    }

    /// Strokes given as `(x from the left end of the data, value)`.
    pub fn strokes(&self, strokes: &[Vec<(f64, f32)>]) {
        let left = self.frame.x_range().0;
        self.context.begin_path();
        for stroke in strokes {
            for (i, &(x, value)) in stroke.iter().enumerate() {
                let (x, y) = (left + x, self.y.at(f64::from(value)));
                if i == 0 {
                    self.context.move_to(x, y);
                } else {
                    self.context.line_to(x, y);
                }
            }
        }
        self.context.stroke();
    }

    /// Areas given as `(x from the left end of the data, low, high)`.
    pub fn areas(&self, areas: &[Vec<(f64, f32, f32)>]) {
        let left = self.frame.x_range().0;
        self.context.begin_path();
        for area in areas.iter().filter(|area| area.len() > 1) {
            for (i, &(x, low, _)) in area.iter().enumerate() {
                let (x, y) = (left + x, self.y.at(f64::from(low)));
                if i == 0 {
                    self.context.move_to(x, y);
                } else {
                    self.context.line_to(x, y);
                }
            }
            for &(x, _, high) in area.iter().rev() {
                self.context.line_to(left + x, self.y.at(f64::from(high)));
            }
            self.context.close_path();
        }
        self.context.fill();
    }
}

/// The cleared context of a canvas that has as many device pixels as it covers.
pub fn cleared(canvas: &HtmlCanvasElement, frame: Frame) -> Option<Context> {
    let ratio = window().device_pixel_ratio();
    let (width, height) = ((frame.width * ratio).round() as u32, (frame.height * ratio).round() as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, frame.width, frame.height);
    Some(context)
}
