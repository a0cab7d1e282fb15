//! How the spectrum is drawn: the address read, and the way to change it.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::Desk;
use crate::state::view::View;

/// How long a velocity must stand before it goes to the address: browsers refuse an address that changes with every move
/// of a slider.
const REST: Duration = Duration::from_millis(300);

/// How the spectrum is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Viewing {
    /// What the address says, with the velocity that is on its way there.
    pub view: Memo<View>,
    shift: RwSignal<Option<f64>>,
    pending: StoredValue<Option<TimeoutHandle>>,
    desk: Desk,
}

impl Viewing {
    /// Follows the address.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let shift = RwSignal::new(None);
        let view = Memo::new(move |_| {
            let view = desk.address.with(|address| View::parse(&address.view));
            View { shift: shift.get().unwrap_or(view.shift), ..view }
        });
        Self { view, shift, pending: StoredValue::new(None), desk }
    }

    /// Changes the velocity, km/s: at once what is seen, and the address once it rests.
    pub fn set_shift(self, shift: f64) {
        self.stop_waiting();
        self.shift.set(Some(shift));
        let settle = move || {
            self.edit(|view| View { shift, ..view });
            self.shift.set(None);
        };
        self.pending.set_value(set_timeout_with_handle(settle, REST).ok());
    }

    /// Forgets a velocity that is not in the address yet.
    pub fn forget_shift(self) {
        self.stop_waiting();
        self.shift.set(None);
    }

    fn stop_waiting(self) {
        if let Some(handle) = self.pending.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    /// Changes it, without an entry in the history.
    pub fn edit(self, change: impl FnOnce(View) -> View) {
        let mut address = self.desk.address.get_untracked();
        let before = address.view.clone();
        change(View::parse(&before)).write(&mut address.view);
        if address.view != before {
            self.desk.replace(&address);
        }
    }
}

impl Default for Viewing {
    fn default() -> Self {
        Self::new()
    }
}
