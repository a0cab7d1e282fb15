//! The other spectra of a plot: drawn into pixels by the page, then laid on the canvas.

use leptos::prelude::{document, window};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement, ImageData};

use super::board::Board;
use crate::state::{
    curves::{Curve, Curves, Pen, Sheet},
    overlay::Overlay,
    picture::Picture,
};

/// Opacity of a few spectra, and of many: they are told apart where they cross.
const OPACITY: (f32, f32) = (0.75, 0.5);
/// More than these are many.
const MANY: usize = 12;
/// Opacity of the others while one is pointed at.
const FAINT: f32 = 0.18;

/// The pixels, and a canvas that nobody sees, kept from frame to frame.
#[derive(Debug, Default)]
pub struct CurveLayer {
    curves: Curves,
    canvas: Option<HtmlCanvasElement>,
}

impl CurveLayer {
    /// Draws all spectra beside the chosen one but the one that is pointed at.
    pub fn draw(&mut self, board: &Board<'_>, picture: &Picture, values: (f64, f64), pointed: Option<&Overlay>) {
        let overlays = &picture.overlays.all;
        if overlays.is_empty() {
            return;
        }
        let ratio = window().device_pixel_ratio();
        let ((left, right), (low, high)) = (board.frame.x_range(), board.frame.y_range());
        let size = |length: f64| (length * ratio).round().max(1.0) as usize;
        let sheet = Sheet { window: board.window, values, size: (size(right - left), size(low - high)) };
        let opacity = match pointed {
            Some(_) => FAINT,
            None if overlays.len() > MANY => OPACITY.1,
            None => OPACITY.0,
        };
        self.curves.clear(&sheet);
        // the most important come last, on top
        for overlay in overlays.iter().rev() {
            if pointed.is_some_and(|pointed| pointed.place == overlay.place) {
                continue;
            }
            let Overlay { companion, stretch, scale, shift, place } = overlay;
            let curve = Curve {
                wavelengths: &companion.wavelengths,
                values: &companion.flux,
                stretch: *stretch,
                scale: *scale,
                shift: *shift,
            };
            let pen = Pen { colour: board.ink.neighbor_colour(*place), opacity, width: ratio as f32 };
            self.curves.draw(&sheet, &curve, pen);
        }
        // without a canvas to lay them on, the spectrum itself can still be seen
        let _ = self.lay(&board.context, sheet.size, (left, high), ratio);
    }

    /// Lays the pixels on a canvas that has something already.
    fn lay(&mut self, onto: &Context, size: (usize, usize), at: (f64, f64), ratio: f64) -> Option<()> {
        let (width, height) = (size.0 as u32, size.1 as u32);
        let canvas = match &self.canvas {
            Some(canvas) => canvas.clone(),
            None => document().create_element("canvas").ok()?.dyn_into().ok()?,
        };
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let pixels = Clamped(&self.curves.pixels[..]);
        let image = ImageData::new_with_u8_clamped_array_and_sh(pixels, width, height).ok()?;
        context.put_image_data(&image, 0.0, 0.0).ok()?;
        let (across, down) = (f64::from(width) / ratio, f64::from(height) / ratio);
        onto.draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, at.0, at.1, across, down).ok()?;
        self.canvas = Some(canvas);
        Some(())
    }
}
