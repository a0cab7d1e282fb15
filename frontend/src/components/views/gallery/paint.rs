//! Draws the plots of the gallery on the one canvas that all cells share.

use web_sys::HtmlCanvasElement;

use crate::{
    components::{spectrum_plot::ink::Ink, views::cloud_plot::layers::clear},
    state::{
        gallery::{CELL_HEIGHT, Layout, Thumb, common_values},
        picture::Same,
        scale::Scale,
    },
};

/// Room around a plot in its cell, CSS pixels: texts stand above and below.
const ABOVE: f64 = 26.0;
const BELOW: f64 = 24.0;
const BESIDE: f64 = 8.0;

/// Width of the plot in a cell.
pub fn plot_width(layout: Layout) -> f64 {
    layout.width - 2.0 * BESIDE
}

/// Draws the plots that there are, one for each cell.
pub fn draw(canvas: &HtmlCanvasElement, ink: &Ink, layout: Layout, thumbs: &[Option<Same<Thumb>>], same_heights: bool) {
    let Some(context) = clear(canvas) else { return };
    let common = common_values(thumbs.iter().flatten().map(|thumb| &*thumb.0)).filter(|_| same_heights);
    context.set_line_width(1.0);
    context.set_line_join("bevel");
    for (cell, thumb) in thumbs.iter().enumerate() {
        let Some(Same(thumb)) = thumb else { continue };
        let (left, top) = layout.corner(cell);
        let (left, top, bottom) = (left + BESIDE, top + ABOVE, top + CELL_HEIGHT - BELOW);
        let y = Scale::new(common.unwrap_or(thumb.values), (bottom, top));
        context.save();
        context.begin_path();
        context.rect(left, top, plot_width(layout), bottom - top);
        context.clip();
        if let Some(x) = thumb.line {
            let x = (left + x).round() + 0.5;
            context.set_stroke_style_str(&ink.axis);
            context.begin_path();
            context.move_to(x, top);
            context.line_to(x, bottom);
            context.stroke();
        }
        context.set_stroke_style_str(&ink.trace);
        context.begin_path();
        for stroke in &thumb.strokes {
            for (i, &(x, value)) in stroke.iter().enumerate() {
                let (x, y) = (left + x, y.at(f64::from(value)));
                if i == 0 {
                    context.move_to(x, y);
                } else {
                    context.line_to(x, y);
                }
            }
        }
        context.stroke();
        context.restore();
    }
    // says what is on the screen: tests and measurements wait for it
    let _ = canvas.set_attribute("data-drawn", &thumbs.iter().flatten().count().to_string());
}
