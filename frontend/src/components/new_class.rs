//! A field for one more class.

use leptos::{prelude::*, task::spawn_local};

use crate::context::Labels;

/// The field and its button; the class comes last in the list.
#[component]
pub fn NewClass(
    /// What the field is for.
    label: &'static str,
    /// An example of what to write.
    placeholder: &'static str,
) -> impl IntoView {
    let labels: Labels = expect_context();
    let name = RwSignal::new(String::new());
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let class = name.get_untracked().trim().to_owned();
        let mut classes = labels.offered.get_untracked();
        if class.is_empty() || classes.contains(&class) {
            return;
        }
        classes.push(class);
        spawn_local(async move {
            if labels.declare(classes).await.is_ok() {
                name.set(String::new());
            }
        });
    };
    view! {
        <form class="inline-form" on:submit=add>
            <input
                type="text"
                data-testid="new-class"
                aria-label=label
                placeholder=placeholder
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button type="submit">"Add class"</button>
        </form>
    }
}
