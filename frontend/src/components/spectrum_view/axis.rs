//! What is on the horizontal axis: wavelengths, or velocities about a line.

use leptos::prelude::*;

use crate::{context::Viewing, state::lines::OwnLine};

/// The choice.
#[component]
pub fn AxisSelect() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let chosen = Memo::new(move |_| viewing.view.with(|view| view.velocity.clone()));
    let lines = Memo::new(move |_| {
        viewing.view.with(|view| {
            let own = view.marks.iter().map(|line: &OwnLine| (line.key(), line.said()));
            let listed = view.groups.iter().flat_map(|group| group.lines());
            let listed = listed.map(|line| (line.name.to_owned(), line.name.to_owned()));
            let mut lines: Vec<(String, String)> = own.chain(listed).collect();
            let missing = |key: &String| lines.iter().all(|(other, _)| other != key);
            if let Some(key) = view.velocity.clone().filter(missing) {
                lines.push((key.clone(), key));
            }
            lines
        })
    });
    let options = move || {
        let option = move |(key, title): (String, String)| {
            let is_chosen = chosen.get().as_ref() == Some(&key);
            view! { <option value=key selected=is_chosen>{format!("km/s about {title}")}</option> }
        };
        lines.get().into_iter().map(option).collect_view()
    };
    view! {
        <label class="typed" title="Velocities about a line: d, or a click on its name above the plot">
            <select
                aria-label="Axis"
                data-testid="velocity-axis"
                on:change=move |event| {
                    let line = Some(event_target_value(&event)).filter(|line| !line.is_empty());
                    viewing.edit(|view| view.about(line));
                }
            >
                <option value="" selected=move || chosen.get().is_none()>"Å"</option>
                {options}
            </select>
        </label>
    }
}
