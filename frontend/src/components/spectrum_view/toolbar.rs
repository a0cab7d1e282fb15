//! What is drawn and how: each control changes the address, and the plots follow it.

use leptos::prelude::*;

use super::{axis::AxisSelect, compare_menu::CompareMenu, lines_menu::LinesMenu};
use crate::{
    components::measuring::MeasureButton,
    context::Viewing,
    state::{
        smoothing::Smoothing,
        view::{Show, View},
    },
};

/// The controls.
#[component]
pub fn Toolbar() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let errors = Memo::new(move |_| viewing.view.with(|view| view.errors));
    view! {
        <div class="toolbar" role="group" aria-label="How the spectrum is drawn">
            <ShowChoice />
            <SmoothingSelect />
            <LinesMenu />
            <label class="check" title="One standard deviation, where the file states a variance">
                <input
                    type="checkbox"
                    prop:checked=move || errors.get()
                    on:change=move |event| {
                        let errors = event_target_checked(&event);
                        viewing.edit(|view| View { errors, ..view });
                    }
                />
                "± 1σ"
            </label>
            <AxisSelect />
            <CompareMenu />
            <MeasureButton />
        </div>
    }
}

/// Flux, normalised, as seen.
#[component]
fn ShowChoice() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let chosen = Memo::new(move |_| viewing.view.with(|view| view.show));
    let choice = move |&show: &Show| {
        let meaning = match show {
            Show::Flux => "Flux as observed",
            Show::Normalised => "Divided by a running median",
            Show::Seen => "On the grid and in the scale of the run's recipe, with its neighbours",
        };
        view! {
            <label title=meaning>
                <input
                    type="radio"
                    name="show"
                    value=show.key()
                    prop:checked=move || chosen.get() == show
                    on:change=move |_| viewing.edit(|view| View { show, ..view })
                />
                <span>{show.title()}</span>
            </label>
        }
    };
    view! {
        <fieldset class="segments">
            <legend class="unseen">"What is drawn"</legend>
            {Show::ALL.iter().map(choice).collect_view()}
        </fieldset>
    }
}

#[component]
fn SmoothingSelect() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let chosen = Memo::new(move |_| viewing.view.with(|view| view.smoothing.key()));
    let choose = move |event| {
        let smoothing = Smoothing::of_key(&event_target_value(&event)).unwrap_or_default();
        viewing.edit(|view| View { smoothing, ..view });
    };
    let option = move |smoothing: &Smoothing| {
        let key = smoothing.key();
        let text = if *smoothing == Smoothing::None { "unsmoothed".to_owned() } else { smoothing.to_string() };
        view! { <option value=key.clone() selected=move || chosen.get() == key>{text}</option> }
    };
    view! {
        <select
            class="smoothing"
            aria-label="Smoothing"
            title="For the eye only; weighted by inverse variance where there is one"
            prop:value=move || chosen.get()
            on:change=choose
        >
            {Smoothing::ALL.iter().map(option).collect_view()}
        </select>
    }
}
