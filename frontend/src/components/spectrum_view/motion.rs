//! How fast the object is: a slider, a velocity or a redshift to type.

use leptos::prelude::*;
use web_sys::{HtmlInputElement, KeyboardEvent, WheelEvent};

use crate::{
    context::{Spectra, Viewing},
    state::{
        format::fixed,
        markers::{corrected, redshift as stated_redshift},
        velocity::{SLIDER, allowed, said, shift_to, step},
    },
};

/// What the velocity means, and how it is changed.
const MEANING: &str = "On top of the catalogue's redshift: (1 + z)(1 + v/c) − 1. Arrow keys and the wheel go by 10 km/s, \
    with Shift by 100, with Alt by 1; [ and ] from anywhere";

/// The controls.
#[component]
pub fn Motion() -> impl IntoView {
    let (viewing, spectra): (Viewing, Spectra) = (expect_context(), expect_context());
    let shift = Memo::new(move |_| viewing.view.with(|view| view.shift));
    let stated =
        Memo::new(move |_| spectra.shown.with(|shown| shown.as_ref().map_or(0.0, |body| stated_redshift(body))));
    let fault = RwSignal::new("");
    let set = Callback::new(move |shift: f64| {
        fault.set("");
        viewing.set_shift(allowed(shift));
    });
    let nudge = move |steps: f64, size: f64| set.run(shift.get_untracked() + steps * size);
    let keyed = move |event: KeyboardEvent| {
        let steps = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -1.0,
            "ArrowRight" | "ArrowUp" => 1.0,
            _ => return,
        };
        event.prevent_default();
        nudge(steps, step(event.shift_key(), event.alt_key()));
    };
    let wheeled = move |event: WheelEvent| {
        event.prevent_default();
        // with Shift held down a wheel turns sideways
        let turned = if event.delta_y() == 0.0 { event.delta_x() } else { event.delta_y() };
        if turned != 0.0 {
            nudge(-turned.signum(), step(event.shift_key(), event.alt_key()));
        }
    };
    let total = move || said(stated.get(), shift.get());
    view! {
        <div class="toolbar motion" role="group" aria-label="Velocity of the object">
            <label class="slide" title=MEANING>
                <span>"Velocity"</span>
                <input
                    type="range"
                    data-testid="velocity-slider"
                    min=(-SLIDER).to_string()
                    max=SLIDER.to_string()
                    step="1"
                    aria-valuetext=total
                    prop:value=move || shift.get().to_string()
                    on:input=move |event| set.run(event_target_value(&event).parse().unwrap_or_default())
                    on:keydown=keyed
                    on:wheel=wheeled
                />
            </label>
            <Fields shift stated set fault />
            <output
                data-testid="velocity-total"
                title="The radial velocity that makes this redshift: 1 + z = √((1 + v/c) / (1 − v/c))"
            >
                {total}
            </output>
            <button
                type="button"
                class="quiet"
                class:hidden=move || shift.get() == 0.0
                aria-label="Back to the catalogue's velocity"
                title="Back to the catalogue's velocity"
                on:click=move |_| set.run(0.0)
            >
                "↺"
            </button>
            <span class="fault" role="status">{move || fault.get()}</span>
        </div>
    }
}

/// A velocity or a redshift to type.
#[component]
fn Fields(
    /// The velocity on top of the catalogue's redshift, km/s.
    shift: Memo<f64>,
    /// The catalogue's redshift.
    stated: Memo<f64>,
    /// Takes another velocity.
    set: Callback<f64>,
    /// What is wrong with what was typed.
    fault: RwSignal<&'static str>,
) -> impl IntoView {
    let typed = move |event: web_sys::Event| {
        let field: HtmlInputElement = event_target(&event);
        match field.value().trim().parse::<f64>() {
            Ok(velocity) if velocity.is_finite() => set.run(velocity),
            _ => fault.set("a velocity in km/s, such as -35.5"),
        }
        field.set_value(&shift.get_untracked().to_string());
    };
    let redshift = move || fixed(corrected(stated.get(), shift.get()), 6);
    let typed_z = move |event: web_sys::Event| {
        let field: HtmlInputElement = event_target(&event);
        let z = field.value().trim().replace('\u{2212}', "-").parse::<f64>().ok();
        match z.and_then(|z| shift_to(z, stated.get_untracked())) {
            Some(shift) => set.run(shift),
            None => fault.set("a redshift from -0.9 to 10, such as 0.0012"),
        }
        field.set_value(&untrack(redshift));
    };
    view! {
        <label class="typed" title=MEANING>
            <input
                type="text"
                inputmode="decimal"
                data-testid="velocity-shift"
                aria-label="Velocity on top of the catalogue's redshift, km/s"
                prop:value=move || shift.get().to_string()
                on:change=typed
            />
            <span>"km/s"</span>
        </label>
        <label class="typed" title="The redshift in all, the catalogue's and this velocity's">
            <span>"z"</span>
            <input
                type="text"
                inputmode="decimal"
                data-testid="velocity-z"
                prop:value=redshift
                on:change=typed_z
            />
        </label>
    }
}
