//! What is drawn and how: each control changes the address, and the plots follow it.

use leptos::prelude::*;

use super::lines_menu::LinesMenu;
use crate::{
    components::measuring::MeasureButton,
    context::{Desk, Explained, Spectra, Viewing},
    state::{
        format::{fixed, signed},
        markers::{LIGHT, corrected, redshift},
        smoothing::Smoothing,
        view::{MOST_NEAR, MOST_SHIFT, Show, View},
    },
};

/// A step of the velocity, km/s.
const VELOCITY_STEP: f64 = 10.0;

/// The controls.
#[component]
pub fn Toolbar() -> impl IntoView {
    let (viewing, desk) = (expect_context::<Viewing>(), expect_context::<Desk>());
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
            <VelocityShift />
            {move || desk.run_id.get().map(|_| view! { <NearCount /> })}
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

/// Moves the markers of the object's lines.
#[component]
fn VelocityShift() -> impl IntoView {
    let (viewing, spectra) = (expect_context::<Viewing>(), expect_context::<Spectra>());
    let shift = Memo::new(move |_| viewing.view.with(|view| view.shift));
    let set = move |shift: f64| {
        let shift = if shift.is_finite() { shift.clamp(-MOST_SHIFT, MOST_SHIFT) } else { 0.0 };
        viewing.edit(|view| View { shift, ..view });
    };
    let nudge = move |by: f64| set(shift.get_untracked() + by);
    let meaning = move || {
        let stated = spectra.shown.with(|shown| shown.as_ref().map_or(0.0, |body| redshift(body)));
        let z = corrected(stated, shift.get());
        let (z_text, velocity) = (fixed(z, 6), signed(LIGHT * z, 0));
        format!("Markers stand at z = {z_text} (cz = {velocity} km/s): the catalogue's redshift and this velocity")
    };
    view! {
        <div class="nudge" role="group" aria-label="Velocity of the markers" title=meaning>
            <button type="button" aria-label="10 km/s bluer" on:click=move |_| nudge(-VELOCITY_STEP)>"−"</button>
            <input
                type="number"
                step=VELOCITY_STEP.to_string()
                min=(-MOST_SHIFT).to_string()
                max=MOST_SHIFT.to_string()
                aria-label="Correction of the catalogue's velocity, km/s"
                prop:value=move || shift.get().to_string()
                on:change=move |event| set(event_target_value(&event).parse().unwrap_or(0.0))
            />
            <span class="unit">"km/s"</span>
            <button type="button" aria-label="10 km/s redder" on:click=move |_| nudge(VELOCITY_STEP)>"+"</button>
            <button
                type="button"
                class="undo"
                class:hidden=move || shift.get() == 0.0
                aria-label="Back to the catalogue's velocity"
                title="Back to the catalogue's velocity"
                on:click=move |_| set(0.0)
            >
                "↺"
            </button>
        </div>
    }
}

/// How many neighbours are drawn too.
#[component]
fn NearCount() -> impl IntoView {
    let (viewing, explained) = (expect_context::<Viewing>(), expect_context::<Explained>());
    let near = Memo::new(move |_| viewing.view.with(|view| view.near));
    let choose = move |event| {
        let near = event_target_value(&event).parse().unwrap_or(0).min(MOST_NEAR);
        viewing.edit(|view| View { near, ..view });
    };
    let missing = move || explained.answer.with(|answer| answer.problem().is_some());
    view! {
        <label class="near" title="Nearest neighbours drawn too, 0 to 20">
            <span>"Neighbours"</span>
            <input
                type="number"
                min="0"
                max=MOST_NEAR.to_string()
                disabled=missing
                prop:value=move || near.get().to_string()
                on:change=choose
            />
        </label>
    }
}
