//! Dialogs: one thing to do, and the page behind waits.

use leptos::{html::Dialog, prelude::*};

/// A dialog that is shown while `is_open` says so. Its content is made when it opens and dropped when it closes; Escape and a
/// press beside it close it.
#[component]
pub fn Modal(
    /// Its own class, beside that of all.
    class: &'static str,
    /// What it is called by.
    label: &'static str,
    #[prop(into)] is_open: Signal<bool>,
    #[prop(into)] close: Callback<()>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (is_open.get(), dialog.open()) {
            // already shown, or not in the page: nothing to do either way
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let press = move |event: leptos::ev::MouseEvent| {
        // beside the dialog is its backdrop, and no part of its content
        if event.target().as_ref() == dialog.get_untracked().as_deref().map(AsRef::as_ref) {
            close.run(());
        }
    };
    let is_open = Memo::new(move |_| is_open.get());
    view! {
        <dialog node_ref=dialog class=format!("modal {class}") aria-label=label on:close=move |_| close.run(()) on:click=press>
            {move || is_open.get().then(|| children())}
        </dialog>
    }
}
