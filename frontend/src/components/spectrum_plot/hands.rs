//! What the reader's hands do to a plot: wheel, mouse, fingers, keys.

use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};

use super::layout::Frame;
use crate::state::{
    gesture::{Gesture, Pointer},
    markers::named_at,
    picture::Picture,
    scale::Scale,
    window::Window,
};

/// CSS pixels that a unit of a wheel stands for: pixels, lines, pages.
const WHEEL_UNITS: [f64; 3] = [1.0, 16.0, 400.0];

/// How far beside the middle of a line's name a click may be, CSS pixels.
const BESIDE_A_NAME: f64 = 12.0;

/// The hands on one plot.
#[derive(Debug, Clone, Copy)]
pub struct Hands {
    /// What is seen.
    pub window: RwSignal<Option<Window>>,
    /// Wavelength under the pointer.
    pub cursor: RwSignal<Option<f64>>,
    /// What is under way.
    pub gesture: RwSignal<Gesture>,
    /// Whether the next drag marks a range.
    pub marking: RwSignal<bool>,
    /// Where things stand on the canvas.
    pub frame: Signal<Frame>,
    /// Where the pointer last went down.
    pub pressed: StoredValue<f64>,
}

impl Hands {
    fn x_range(self) -> (f64, f64) {
        self.frame.get_untracked().x_range()
    }

    fn wavelength_at(self, x: f64) -> Option<f64> {
        let window = self.window.get_untracked()?;
        Some(Scale::new(window.range(), self.x_range()).invert(x))
    }

    /// The line whose name, above the data, was clicked.
    pub fn line_at(self, event: &MouseEvent, picture: &Picture) -> Option<String> {
        let (frame, x) = (self.frame.get_untracked(), f64::from(event.offset_x()));
        let dragged = (self.pressed.get_value() - x).abs() > BESIDE_A_NAME;
        if dragged || f64::from(event.offset_y()) > frame.y_range().1 {
            return None;
        }
        let scale = Scale::new(self.window.get_untracked()?.range(), frame.x_range());
        let at = |wavelength: f64| scale.at(wavelength);
        let marker = named_at(&picture.markers, at, x, BESIDE_A_NAME)?;
        Some(marker.key.clone())
    }

    /// Zooms about the cursor; sideways it pans.
    pub fn wheel(self, event: &WheelEvent) {
        let (Some(about), Some(seen)) = (self.wavelength_at(f64::from(event.offset_x())), self.window.get_untracked())
        else {
            return;
        };
        event.prevent_default();
        let unit = WHEEL_UNITS[event.delta_mode().min(2) as usize];
        let (sideways, along) = (event.delta_x() * unit, event.delta_y() * unit);
        let (low, high) = seen.range();
        let next = if sideways.abs() > along.abs() {
            let (left, right) = self.x_range();
            seen.moved(sideways * (high - low) / (right - left))
        } else {
            seen.zoomed((along * 0.002).clamp(-0.7, 0.7).exp(), about)
        };
        self.window.set(Some(next));
    }

    /// A pointer goes down on the canvas.
    pub fn down(self, event: &PointerEvent, canvas: NodeRef<html::Canvas>) {
        let Some(seen) = self.window.get_untracked().filter(|_| event.button() == 0) else { return };
        if let Some(canvas) = canvas.get_untracked() {
            // a drag that leaves the canvas goes on; a pointer that is gone already has none to capture
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        self.pressed.set_value(f64::from(event.offset_x()));
        let mark = event.shift_key() || self.marking.get_untracked();
        let x_range = self.x_range();
        self.gesture.update(|gesture| *gesture = gesture.down(pointer(event), mark, seen, x_range));
    }

    /// A pointer moves.
    pub fn moved(self, event: &PointerEvent) {
        let before = self.gesture.get_untracked();
        let (next, asked) = before.moved(pointer(event), self.x_range());
        if next != before {
            self.gesture.set(next);
        }
        if asked.is_some() {
            self.window.set(asked);
        }
        self.cursor.set(self.wavelength_at(f64::from(event.offset_x())));
    }

    /// A pointer goes up, or is taken away by the browser.
    pub fn up(self, event: &PointerEvent) {
        let Some(seen) = self.window.get_untracked() else { return };
        let (next, asked) = self.gesture.get_untracked().up(event.pointer_id(), seen, self.x_range());
        self.gesture.set(next);
        if asked.is_some() {
            self.window.set(asked);
            self.marking.set(false);
        }
        if event.pointer_type() == "touch" {
            self.cursor.set(None);
        }
    }

    /// The pointer leaves the canvas.
    pub fn leave(self) {
        if self.gesture.get_untracked() == Gesture::None {
            self.cursor.set(None);
        }
    }

    /// A key on the plot; those that mean nothing to it go on to the page.
    pub fn key(self, event: &KeyboardEvent) {
        let Some(next) = self.window.get_untracked().and_then(|seen| keyed(event, seen)) else { return };
        event.prevent_default();
        event.stop_propagation();
        self.window.set(Some(next));
    }

    /// Back to what was seen first.
    pub fn reset(self) {
        self.window.update(|window| *window = window.map(Window::reset));
    }
}

fn pointer(event: &PointerEvent) -> Pointer {
    Pointer { id: event.pointer_id(), x: f64::from(event.offset_x()) }
}

/// The window that a key asks for.
fn keyed(event: &KeyboardEvent, seen: Window) -> Option<Window> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let (low, high) = seen.range();
    let step = if event.shift_key() { 0.5 } else { 0.1 } * (high - low);
    Some(match event.key().as_str() {
        "+" | "=" => seen.zoomed(0.7, f64::midpoint(low, high)),
        "-" | "_" => seen.zoomed(1.0 / 0.7, f64::midpoint(low, high)),
        "0" => seen.reset(),
        "ArrowLeft" => seen.moved(-step),
        "ArrowRight" => seen.moved(step),
        _ => return None,
    })
}
