//! The way round the workbench: offered to a browser that was never here, begun again from the help page.

use leptos::prelude::*;

use crate::state::tour::{KEY, STOPS, after, is_offered};

/// The way round.
#[derive(Debug, Clone, Copy)]
pub struct Tour {
    /// The stop that is shown; `None` while nobody is shown round.
    pub at: RwSignal<Option<usize>>,
    /// Whether it is offered.
    pub is_offered: RwSignal<bool>,
}

impl Tour {
    /// Offered where the browser does not remember that it was.
    pub fn new() -> Self {
        let remembered = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        Self { at: RwSignal::new(None), is_offered: RwSignal::new(is_offered(remembered.as_deref())) }
    }

    /// Begins it.
    pub fn begin(self) {
        self.settle("seen");
        self.at.set(Some(0));
    }

    /// It is not wanted.
    pub fn decline(self) {
        self.settle("no");
    }

    /// Takes a key; whether it meant something.
    pub fn key(self, key: &str) -> bool {
        let Some(at) = self.at.get_untracked() else { return false };
        let next = after(at, key);
        if next != Some(at) {
            self.at.set(next);
        }
        next != Some(at)
    }

    /// Whether the last stop is shown.
    pub fn is_last(self) -> bool {
        self.at.get() == Some(STOPS.len() - 1)
    }

    fn settle(self, answer: &str) {
        self.is_offered.set(false);
        if let Some(storage) = storage() {
            // a browser that remembers nothing offers it at the next visit again
            let _: Result<(), wasm_bindgen::JsValue> = storage.set_item(KEY, answer);
        }
    }
}

impl Default for Tour {
    fn default() -> Self {
        Self::new()
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
