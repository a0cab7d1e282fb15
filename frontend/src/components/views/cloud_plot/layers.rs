//! The points, and what follows the pointer: each on a canvas of its own.

use leptos::prelude::window;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement, ImageData};

use crate::{
    components::spectrum_plot::ink::Ink,
    state::{
        camera::{Room, Transform},
        cloud::Cloud,
        hand::Hand,
        points::{Look, Raster},
    },
};

/// The cleared context of a canvas that has as many device pixels as it covers; one unit is a CSS pixel.
pub fn clear(canvas: &HtmlCanvasElement) -> Option<Context> {
    let ratio = window().device_pixel_ratio();
    let size = |length: i32| (f64::from(length) * ratio).round() as u32;
    let (width, height) = (size(canvas.client_width()), size(canvas.client_height()));
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context: Context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    Some(context)
}

/// Draws the points.
pub fn points(
    canvas: &HtmlCanvasElement,
    raster: &mut Raster,
    cloud: &Cloud,
    room: Room,
    transform: &Transform,
    look: &Look<'_>,
) {
    let Some(context) = clear(canvas) else { return };
    let size = |length: f64| (length * look.ratio).round().max(1.0) as usize;
    let (width, height) = (size(room.width), size(room.height));
    // the pixels begin at the room's corner
    let within =
        Transform { x: (transform.x.0, transform.x.1 - room.left), y: (transform.y.0, transform.y.1 - room.top) };
    raster.draw(cloud, &within, (width, height), look);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&raster.pixels), width as u32, height as u32);
    if let Ok(image) = image {
        // an image of as many pixels as the canvas has room for is taken
        let _ = context.put_image_data(&image, room.left * look.ratio, room.top * look.ratio);
    }
    // says what is on the screen: tests and measurements wait for it
    let _ = canvas.set_attribute("data-points", &raster.drawn.to_string());
    let _ = canvas.set_attribute("data-zoom", &format!("{:.3}", look.zoom));
}

/// Draws rings around the chosen point and the one pointed at, and the line, box or circle that is being drawn.
pub fn glass(
    canvas: &HtmlCanvasElement,
    ink: &Ink,
    room: Room,
    chosen: Option<(f64, f64)>,
    pointed: Option<(f64, f64)>,
    hand: &Hand,
    circle: &[Vec<(f64, f64)>],
) {
    let Some(context) = clear(canvas) else { return };
    context.begin_path();
    context.rect(room.left, room.top, room.width, room.height);
    context.clip();
    for (place, color, radius, width) in [(pointed, &ink.cursor, 5.5, 1.5), (chosen, &ink.series[0], 8.0, 2.0)] {
        let Some((x, y)) = place else { continue };
        context.set_stroke_style_str(color);
        context.set_line_width(width);
        context.begin_path();
        // the radii are constants, which the canvas accepts
        let _ = context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        context.stroke();
    }
    context.set_stroke_style_str(&ink.series[1]);
    context.set_fill_style_str(&ink.framed);
    context.set_line_width(1.5);
    context.begin_path();
    match hand {
        Hand::Lasso { line, .. } => {
            trace(&context, line);
            context.close_path();
        }
        // over the edge of the map it is no area to fill
        Hand::Cone { .. } => {
            for line in circle {
                trace(&context, line);
            }
            context.stroke();
            return;
        }
        Hand::Box { from, to, .. } => context.rect(from.1.0, from.1.1, to.0 - from.1.0, to.1 - from.1.1),
        _ => return,
    }
    context.fill();
    context.stroke();
}

fn trace(context: &Context, line: &[(f64, f64)]) {
    for (i, &(x, y)) in line.iter().enumerate() {
        if i == 0 {
            context.move_to(x, y);
        } else {
            context.line_to(x, y);
        }
    }
}
