//! Draws a plot, from the back to the front: bad pixels, grid, markers, error band, spectrum, axes.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use super::{Prepared, ink::Ink, layout::Frame, wavelength_title};
use crate::state::{
    decimation::{Column, nearest, strokes, visible},
    format::{fixed, superscript},
    markers::{Marker, label, label_rows, markers},
    scale::{Scale, Ticks, axis_exponent},
};

/// What every step of the drawing needs.
struct Board<'a> {
    context: Context,
    ink: Ink,
    frame: Frame,
    prepared: &'a Prepared,
    window: (f64, f64),
    x: Scale,
    y: Scale,
    flux: (f64, f64),
}

/// Draws the part of a spectrum in `window`, and the pixel under the cursor.
pub fn draw(canvas: &HtmlCanvasElement, frame: Frame, prepared: &Prepared, window: (f64, f64), cursor: Option<f64>) {
    let Some(context) = context_of(canvas, frame) else { return };
    let flux = prepared.flux_range(window);
    let (x, y) = (Scale::new(window, frame.x_range()), Scale::new(flux, frame.y_range()));
    let board = Board { context, ink: Ink::at(canvas), frame, prepared, window, x, y, flux };
    board.framed_window();
    board.bad_pixels();
    board.axes();
    board.markers();
    board.clipped(|board| {
        board.error_band();
        board.spectrum();
        if let Some(wavelength) = cursor {
            board.cursor(wavelength);
        }
    });
}

/// An empty canvas.
pub fn clear(canvas: &HtmlCanvasElement, frame: Frame) {
    let _ = context_of(canvas, frame);
}

/// The cleared context of a canvas that has as many device pixels as it covers.
fn context_of(canvas: &HtmlCanvasElement, frame: Frame) -> Option<Context> {
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

impl Board<'_> {
    /// Draws within the box of the data only.
    fn clipped(&self, draw: impl Fn(&Self)) {
        let ((left, right), (low, high)) = (self.frame.x_range(), self.frame.y_range());
        self.context.save();
        self.context.begin_path();
        self.context.rect(left, high, right - left, low - high);
        self.context.clip();
        draw(self);
        self.context.restore();
    }

    /// Fills the full height between two wavelengths.
    fn band(&self, from: f64, to: f64) {
        let (low, high) = self.frame.y_range();
        let (from, to) = (self.x.at(from.max(self.window.0)), self.x.at(to.min(self.window.1)));
        if to > from {
            self.context.fill_rect(from, high, (to - from).max(1.0), low - high);
        }
    }

    fn framed_window(&self) {
        if let Some((from, to)) = self.prepared.picture.framed {
            self.context.set_fill_style_str(&self.ink.framed);
            self.band(from, to);
        }
    }

    fn bad_pixels(&self) {
        self.context.set_fill_style_str(&self.ink.bad);
        for &(from, to) in self.prepared.bad_intervals.iter() {
            self.band(from, to);
        }
    }

    /// A straight line, sharp on whole pixels.
    fn rule(&self, from: (f64, f64), to: (f64, f64)) {
        let sharp = |v: f64| v.round() + 0.5;
        self.context.begin_path();
        self.context.move_to(sharp(from.0), sharp(from.1));
        self.context.line_to(sharp(to.0), sharp(to.1));
        self.context.stroke();
    }

    fn dashes(&self, lengths: &[f64]) {
        let lengths: js_sys::Array = lengths.iter().copied().map(wasm_bindgen::JsValue::from).collect();
        // a list of finite positive numbers is always accepted
        let _ = self.context.set_line_dash(&lengths);
    }

    fn write(&self, text: &str, x: f64, y: f64, align: &str, color: &str) {
        self.context.set_text_align(align);
        self.context.set_fill_style_str(color);
        // a text that cannot be drawn leaves its place empty
        let _ = self.context.fill_text(text, x, y);
    }

    fn axes(&self) {
        let ((left, right), (low, high)) = (self.frame.x_range(), self.frame.y_range());
        let counts = self.frame.tick_counts();
        let exponent = axis_exponent(self.flux.0, self.flux.1);
        let unit = 10f64.powi(exponent);
        self.context.set_font(&format!("11px {}", self.ink.font));
        self.context.set_line_width(1.0);
        let vertical = Ticks::round(self.flux.0 / unit, self.flux.1 / unit, counts.1);
        for value in &vertical.values {
            let y = self.y.at(value * unit);
            self.context.set_stroke_style_str(&self.ink.grid);
            self.rule((left, y), (right, y));
            self.write(&fixed(*value, vertical.decimals), left - 8.0, y + 4.0, "right", &self.ink.text);
        }
        let horizontal = Ticks::round(self.window.0, self.window.1, counts.0);
        self.context.set_stroke_style_str(&self.ink.axis);
        for value in &horizontal.values {
            let x = self.x.at(*value);
            self.rule((x, low), (x, low + 5.0));
            self.write(&fixed(*value, horizontal.decimals), x, low + 18.0, "center", &self.ink.text);
        }
        self.rule((left, low), (right, low));
        self.rule((left, high), (left, low));
        let body = &self.prepared.picture.body;
        self.write(&wavelength_title(body.medium), f64::midpoint(left, right), low + 34.0, "center", &self.ink.text);
        self.write(&flux_title(body.flux_unit.as_deref(), exponent), left, 12.0, "left", &self.ink.text);
    }

    fn markers(&self) {
        let picture = &self.prepared.picture;
        let markers = markers(picture.lists, picture.body.medium, picture.redshift, self.window);
        let (left, right) = self.frame.x_range();
        let (low, high) = self.frame.y_range();
        self.context.set_font(&format!("11px {}", self.ink.font));
        let names: Vec<&str> = markers.iter().map(|marker| label(marker.name)).collect();
        let width = |name: &str| self.context.measure_text(name).map_or(40.0, |m| m.width());
        let place = |(marker, name): (&Marker, &&str)| (self.x.at(marker.wavelength) - left, width(name));
        let places: Vec<(f64, f64)> = markers.iter().zip(&names).map(place).collect();
        let rows = label_rows(&places, 6.0, right - left);
        for ((marker, name), row) in markers.iter().zip(&names).zip(rows) {
            let color = self.ink.of(marker.tone);
            let x = self.x.at(marker.wavelength);
            let Some(row) = row else { continue };
            self.write(name, x, high - 5.0 - row as f64 * 13.0, "center", color);
            self.context.set_stroke_style_str(color);
            self.context.set_global_alpha(0.6);
            self.dashes(&[2.0, 3.0]);
            self.rule((x, high), (x, low));
            self.dashes(&[]);
            self.context.set_global_alpha(1.0);
        }
    }

    /// One standard deviation on both sides, where the file states a variance.
    fn error_band(&self) {
        let body = &self.prepared.picture.body;
        let Some(ivar) = &body.ivar else { return };
        let shown = visible(&body.wavelengths, self.window);
        if shown.len() > 2 * self.frame.columns() {
            return;
        }
        self.context.set_fill_style_str(&self.ink.error);
        for run in shown.collect::<Vec<_>>().chunk_by(|&a, &b| !self.prepared.bad[a] && !self.prepared.bad[b]) {
            let edge = |i: usize, side: f64| {
                let sigma = f64::from(ivar[i]).sqrt().recip();
                (self.x.at(body.wavelengths[i]), self.y.at(f64::from(body.flux[i]) + side * sigma))
            };
            if run.len() < 2 {
                continue;
            }
            self.context.begin_path();
            for &i in run {
                let (x, y) = edge(i, 1.0);
                self.context.line_to(x, y);
            }
            for &i in run.iter().rev() {
                let (x, y) = edge(i, -1.0);
                self.context.line_to(x, y);
            }
            self.context.fill();
        }
    }

    fn spectrum(&self) {
        let body = &self.prepared.picture.body;
        let left = self.frame.x_range().0;
        self.context.set_stroke_style_str(&self.ink.trace);
        self.context.set_line_width(1.25);
        self.context.set_line_join("round");
        let at = |flux: f32| self.y.at(f64::from(flux));
        for stroke in strokes(&body.wavelengths, &body.flux, self.window, self.frame.columns()) {
            self.context.begin_path();
            for Column { x, first, low, high, last } in stroke {
                let x = left + x;
                self.context.line_to(x, at(first));
                if low < high {
                    self.context.line_to(x, at(low));
                    self.context.line_to(x, at(high));
                    self.context.line_to(x, at(last));
                }
            }
            self.context.stroke();
        }
        self.context.set_line_width(1.0);
    }

    /// The pixel nearest to the cursor.
    fn cursor(&self, wavelength: f64) {
        let body = &self.prepared.picture.body;
        let Some(i) = nearest(&body.wavelengths, wavelength) else { return };
        let (low, high) = self.frame.y_range();
        let (x, y) = (self.x.at(body.wavelengths[i]), self.y.at(f64::from(body.flux[i])));
        self.context.set_stroke_style_str(&self.ink.cursor);
        self.rule((x, low), (x, high));
        if y.is_finite() {
            self.context.begin_path();
            // the arc's radii are constants, which the canvas accepts
            let _ = self.context.arc(x, y, 3.5, 0.0, std::f64::consts::TAU);
            self.context.set_fill_style_str(&self.ink.cursor);
            self.context.fill();
        }
    }
}

fn flux_title(unit: Option<&str>, exponent: i32) -> String {
    let unit = unit.map_or_else(|| "unit not stated".to_owned(), str::to_owned);
    match exponent {
        0 => format!("Flux ({unit})"),
        exponent => format!("Flux × 10{} ({unit})", superscript(-exponent)),
    }
}
