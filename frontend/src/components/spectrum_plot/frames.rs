//! When to draw: once a frame at most, and where the canvas has changed its size.

use std::sync::Arc;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

type Draw = Arc<dyn Fn(bool) + Send + Sync>;

/// Frames to draw.
#[derive(Clone, Copy)]
pub struct Frames {
    /// Whether a frame is asked for, and whether all layers are to be drawn in it.
    asked: StoredValue<Option<bool>>,
    draw: StoredValue<Draw>,
}

impl Frames {
    /// Frames drawn by `draw`, which is told whether all layers are to be drawn or only what follows the pointer.
    pub fn new(draw: impl Fn(bool) + Send + Sync + 'static) -> Self {
        Self { asked: StoredValue::new(None), draw: StoredValue::new(Arc::new(draw)) }
    }

    /// Asks for a frame; more than one wish before it comes are one.
    pub fn ask(self, all: bool) {
        let before = self.asked.get_value();
        self.asked.set_value(Some(all || before.unwrap_or(false)));
        if before.is_some() {
            return;
        }
        request_animation_frame(move || {
            // neither is there any more once the plot is gone from the page
            let Some(all) = self.asked.try_update_value(Option::take).flatten() else { return };
            if let Some(draw) = self.draw.try_get_value() {
                draw(all);
            }
        });
    }
}

/// Size of the canvas in CSS pixels, followed as the page changes.
pub fn watch_size(canvas: NodeRef<html::Canvas>) -> RwSignal<(f64, f64)> {
    let size = RwSignal::new((0.0, 0.0));
    Effect::new(move || {
        let Some(canvas) = canvas.get() else { return };
        let observed = canvas.clone();
        let measure = move || {
            let rect = observed.get_bounding_client_rect();
            size.set((rect.width(), rect.height()));
        };
        measure();
        let callback = Closure::<dyn Fn()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            let keep = StoredValue::new_local((observer, callback));
            on_cleanup(move || {
                keep.with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    size
}
