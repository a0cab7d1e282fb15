//! A part of the subset, drawn by lot and always the same.

use leptos::{prelude::*, task::spawn_local};

use super::{Controls, chip::Chip};
use crate::{
    client,
    context::Desk,
    state::filter::{Clause, Slot},
};

/// How many spectra.
#[component]
pub fn SampleChip(controls: Controls) -> impl IntoView {
    let desk: Desk = expect_context();
    let set = Memo::new(move |_| match controls.read(&Slot::Sample) {
        Some(Clause::Sample(fraction)) => Some(fraction),
        _ => None,
    });
    let (wanted, said) = (RwSignal::new("1000".to_owned()), RwSignal::new(None::<String>));
    let apply = move || {
        let number = wanted.with_untracked(|text| text.trim().parse::<u64>().ok().filter(|number| *number > 0));
        let Some(number) = number else {
            said.set(Some("a whole number above 0".to_owned()));
            return;
        };
        let rest = controls.condition.get_untracked().map(|all| all.with(&Slot::Sample, None).to_string());
        let (Some(survey), Some(rest)) = (desk.survey.get_untracked(), rest) else { return };
        spawn_local(async move {
            let condition = Some(rest.as_str()).filter(|text| !text.is_empty());
            match client::count(&survey, condition).await {
                Ok(of) if of <= number => {
                    said.try_set(Some(format!("there are only {of}: all of them are taken")));
                    controls.write(&Slot::Sample, None);
                }
                Ok(of) => {
                    said.try_set(None);
                    controls.write(&Slot::Sample, Some(&Clause::Sample(fraction(number, of))));
                }
                Err(problem) => {
                    said.try_set(Some(problem.to_string()));
                }
            }
        });
    };
    let short = Signal::derive(move || set.get().map(|fraction| format!("{} %", (fraction * 1e4).round() / 1e2)));
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            apply();
        }
    };
    view! {
        <Chip controls name="Sample" value=short clear=move || controls.write(&Slot::Sample, None)>
            <label class="field">
                <span>"About so many spectra"</span>
                <input
                    type="number"
                    min="1"
                    step="1"
                    prop:value=move || wanted.get()
                    on:input=move |event| wanted.set(event_target_value(&event))
                    on:keydown=on_key
                />
                {move || said.get().map(|said| view! { <span class="fault">{said}</span> })}
            </label>
            <p class="muted">"Drawn by a hash of each spectrum's name: the same ones every time."</p>
            <button type="button" on:click=move |_| apply()>"Draw the sample"</button>
        </Chip>
    }
}

/// `number / of`, to the digits that matter.
fn fraction(number: u64, of: u64) -> f64 {
    (number as f64 / of as f64 * 1e7).round() / 1e7
}
