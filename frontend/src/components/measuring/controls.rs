//! What is measured: the line, its window, the windows beside it, the continuum.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::change;
use crate::{
    context::{Measured, Viewing},
    state::{
        lines::LineGroup,
        measuring::{Against, Measuring, WIDEST},
    },
};

/// The controls.
#[component]
pub fn Controls() -> impl IntoView {
    let measured: Measured = expect_context();
    let now = Signal::derive(move || measured.measuring.get().unwrap_or_default());
    let number = move |label: &'static str, read: fn(&Measuring) -> f64, write: fn(Measuring, f64) -> Measuring| {
        view! {
            <label>
                <span>{label}</span>
                <input
                    type="number"
                    step="1"
                    min=(-WIDEST).to_string()
                    max=WIDEST.to_string()
                    aria-label=format!("{label}, Å")
                    prop:value=move || now.with(read).to_string()
                    on:change=move |event| {
                        if let Ok(value) = event_target_value(&event).parse::<f64>() {
                            change(measured, |measuring| write(measuring, value));
                        }
                        // what is refused does not stay in the field
                        event_target::<HtmlInputElement>(&event).set_value(&now.with_untracked(read).to_string());
                    }
                />
            </label>
        }
    };
    view! {
        <div class="measuring-controls">
            <LineField now />
            {number("From", |now| now.around.0, Measuring::beginning)}
            {number("To", |now| now.around.1, Measuring::ending)}
            {number("Beside", |now| now.beside, |now, beside| Measuring { beside: beside.abs().clamp(1.0, WIDEST), ..now })}
            <span class="unit">"Å from the line"</span>
            <ContinuumSelect now />
            <label class="check" title="The windows stay where they are, whatever the redshift of a spectrum">
                <input
                    type="checkbox"
                    data-testid="measure-stay"
                    prop:checked=move || now.with(|now| now.stay)
                    on:change=move |event| {
                        let stay = event_target_checked(&event);
                        change(measured, |measuring| Measuring { stay, ..measuring });
                    }
                />
                "as observed"
            </label>
            <button
                type="button"
                class="quiet"
                data-testid="take-window"
                aria-keyshortcuts="w"
                title="Take the range that a plot is zoomed to as the line window (w)"
                on:click=move |_| measured.take_window()
            >
                "Take the range shown"
            </button>
        </div>
    }
}

/// A line by its name or its wavelength: those that are marked come first.
#[component]
fn LineField(now: Signal<Measuring>) -> impl IntoView {
    let (measured, viewing): (Measured, Viewing) = (expect_context(), expect_context());
    let wrong = RwSignal::new(false);
    let names = move || {
        let marked = viewing.view.with(|view| view.groups.clone());
        let others = LineGroup::ALL.iter().copied().filter(|group| !marked.contains(group)).collect::<Vec<_>>();
        let lines = marked.iter().chain(&others).flat_map(|group| group.lines());
        lines.map(|line| view! { <option value=line.name></option> }).collect_view()
    };
    let choose = move |text: String| {
        let line = text.trim().to_owned();
        let wanted = Measuring { line, ..now.get_untracked() };
        wrong.set(wanted.request().is_none());
        if !wrong.get_untracked() {
            change(measured, |measuring| Measuring { line: wanted.line, ..measuring });
        }
    };
    view! {
        <label class="line">
            <span>"Line"</span>
            <input
                type="text"
                list="lines-to-measure"
                data-testid="measure-line"
                aria-label="Line: a name in the lists, or a wavelength at rest in vacuum, Å"
                title="A name in the lists, or a wavelength at rest in vacuum, Å"
                aria-invalid=move || wrong.get().to_string()
                prop:value=move || now.with(|now| now.line.clone())
                on:change=move |event| choose(event_target_value(&event))
            />
            <datalist id="lines-to-measure">{names}</datalist>
        </label>
        {move || wrong.get().then(|| view! {
            <span class="fault" role="alert">"There is no such line: take a name of the list, or a wavelength in Å"</span>
        })}
    }
}

#[component]
fn ContinuumSelect(now: Signal<Measuring>) -> impl IntoView {
    let measured: Measured = expect_context();
    let options = move || {
        let chosen = now.with(|now| now.against);
        let listed = Against::ALL.contains(&chosen);
        let all = Against::ALL.into_iter().chain((!listed).then_some(chosen));
        all.map(|one| view! { <option value=one.key() selected=one == chosen>{one.title()}</option> }).collect_view()
    };
    let choose = move |event| {
        let against = Against::of_key(&event_target_value(&event)).unwrap_or(Against::Straight);
        change(measured, |measuring| Measuring { against, ..measuring });
    };
    view! {
        <label>
            <span>"Continuum"</span>
            <select aria-label="Continuum" data-testid="measure-continuum" on:change=choose>{options}</select>
        </label>
    }
}
