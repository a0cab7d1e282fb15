//! How the spectrum is drawn: the address read, and the way to change it.

use leptos::prelude::*;

use super::Desk;
use crate::state::view::View;

/// How the spectrum is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Viewing {
    /// What the address says.
    pub view: Memo<View>,
    desk: Desk,
}

impl Viewing {
    /// Follows the address.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        Self { view: Memo::new(move |_| desk.address.with(|address| View::parse(&address.view))), desk }
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
