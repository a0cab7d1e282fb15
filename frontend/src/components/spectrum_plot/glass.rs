//! What follows the pointer, on a canvas above the plot, so that moving it does not draw the plot anew.

use web_sys::HtmlCanvasElement;

use super::{
    board::{Board, cleared},
    ink::Ink,
    layout::Frame,
};
use crate::state::picture::Picture;

/// Where the pointer is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pointing {
    /// Wavelength under it.
    pub cursor: Option<f64>,
    /// Wavelength under it in the other panel.
    pub echo: Option<f64>,
    /// Range that is being marked, canvas pixels.
    pub marked: Option<(f64, f64)>,
}

/// An empty canvas.
pub fn clear(canvas: &HtmlCanvasElement, frame: Frame) {
    let _ = cleared(canvas, frame);
}

/// Draws the cursor and the range that is being marked.
pub fn draw(canvas: &HtmlCanvasElement, ink: &Ink, frame: Frame, picture: &Picture, window: (f64, f64), at: Pointing) {
    // without anything to show, no range of values need be found
    let values = if at.cursor.is_some() { picture.value_range(window) } else { (0.0, 1.0) };
    let Some(board) = Board::new(canvas, ink, frame, window, values) else { return };
    let (low, high) = frame.y_range();
    let context = &board.context;
    if let Some((from, to)) = at.marked {
        context.set_fill_style_str(&ink.framed);
        context.fill_rect(from, high, to - from, low - high);
        context.set_stroke_style_str(&ink.cursor);
        board.rule((from, high), (from, low));
        board.rule((to, high), (to, low));
    }
    context.set_stroke_style_str(&ink.cursor);
    let inside = |wavelength: &f64| (window.0..=window.1).contains(wavelength);
    if let Some(wavelength) = at.echo.filter(inside) {
        context.set_global_alpha(0.5);
        board.dashes(&[1.0, 3.0]);
        board.rule((board.x.at(wavelength), high), (board.x.at(wavelength), low));
        board.dashes(&[]);
        context.set_global_alpha(1.0);
    }
    let pixel = at.cursor.filter(inside).and_then(|wavelength| picture.trace.pixel_at(wavelength));
    if let Some(i) = pixel.filter(|&i| inside(&picture.trace.wavelengths[i])) {
        let x = board.x.at(picture.trace.wavelengths[i]);
        let y = board.y.at(f64::from(picture.trace.flux[i]));
        board.rule((x, high), (x, low));
        if (high..=low).contains(&y) {
            context.begin_path();
            // the arc's radii are constants, which the canvas accepts
            let _ = context.arc(x, y, 3.5, 0.0, std::f64::consts::TAU);
            context.set_fill_style_str(&ink.cursor);
            context.fill();
        }
    }
}
