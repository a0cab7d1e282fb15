//! How many of the list to look at: a threshold to move, with what it finds of planted objects. `q` opens and closes it.

mod curve;
mod plant;

use std::sync::Arc;

use balmer_core::evaluation::Share;
use balmer_exchange::{api::RecallDetail, worker::is_run_name};
use leptos::prelude::*;

use self::{curve::Curve, plant::Plant};
use super::keyboard::is_for_page;
use crate::{
    context::{Desk, Recalled},
    state::{
        format::{count, fixed},
        load::Load,
        recall::{Finding, Line, Vetting, at_slider, slider},
    },
};

/// The button that opens it.
#[component]
pub fn RecallButton() -> impl IntoView {
    let recalled: Recalled = expect_context();
    view! {
        <button
            type="button"
            data-testid="recall"
            aria-pressed=move || recalled.vetting.with(Option::is_some).to_string()
            aria-keyshortcuts="q"
            title="How many to look at, and what that finds (q)"
            on:click=move |_| recalled.toggle()
        >
            "How many?"
        </button>
    }
}

/// The panel; nothing while nobody asks.
#[component]
pub fn RecallPanel() -> impl IntoView {
    let recalled: Recalled = expect_context();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "q" && is_for_page(&event) {
            event.prevent_default();
            recalled.toggle();
        }
    });
    on_cleanup(move || listener.remove());
    let open = Memo::new(move |_| recalled.vetting.with(Option::is_some));
    move || {
        open.get().then(|| {
            view! {
                <section class="recall" aria-label="How many to look at" data-testid="recall-panel">
                    <header>
                        <h3>"How many to look at"</h3>
                        <button type="button" class="close" aria-label="Close" title="Close (q)" on:click=move |_| recalled.toggle()>"×"</button>
                    </header>
                    <Body />
                </section>
            }
        })
    }
}

#[component]
fn Body() -> impl IntoView {
    let (recalled, desk): (Recalled, Desk) = (expect_context(), expect_context());
    move || match recalled.answer.get() {
        Load::Ready(detail) if !detail.kinds.is_empty() => view! { <Threshold detail /> }.into_any(),
        Load::Loading => view! { <p class="muted" role="status">"Asking what was planted …"</p> }.into_any(),
        Load::Idle if let Some(run) = desk.run_id.get() => {
            let why = if is_run_name(&run) {
                "What a run found of planted objects, the server knows: run it there."
            } else {
                "What it found is told when the run is done."
            };
            view! { <p class="muted">{why}</p> }.into_any()
        }
        // no truth, or nothing planted
        Load::Idle | Load::Ready(_) | Load::Failed(_) => view! { <Plant /> }.into_any(),
    }
}

/// The slider, and what stands above it in the list.
#[component]
fn Threshold(detail: Arc<RecallDetail>) -> impl IntoView {
    let recalled: Recalled = expect_context();
    let total = detail.total;
    let kinds: Vec<String> = detail.kinds.iter().map(|kind| kind.kind.clone()).collect();
    let finding = {
        let detail = detail.clone();
        Memo::new(move |_| {
            recalled.vetting.with(|vetting| Finding::of(&detail, vetting.as_ref().unwrap_or(&Vetting::default())))
        })
    };
    let first = move || finding.with(|finding| finding.first);
    let one_in =
        Memo::new(move |_| recalled.vetting.with(|vetting| vetting.as_ref().map_or(1, |vetting| vetting.one_in)));
    let set_first =
        move |first: u64| recalled.edit(|vetting| Vetting { first: first.clamp(1, total.max(1)), ..vetting });
    let typed = move |event| {
        if let Ok(first) = event_target_value(&event).trim().parse() {
            set_first(first);
        }
    };
    let slid = move |event| {
        if let Ok(place) = event_target_value(&event).parse() {
            set_first(at_slider(place, total));
        }
    };
    let rated = move |event| {
        if let Some(one_in) = event_target_value(&event).trim().parse().ok().filter(|one_in| *one_in > 1) {
            recalled.edit(|vetting| Vetting { one_in, ..vetting });
        }
    };
    let kind = move |line: Line| {
        let (name, all) = (line.name.clone(), kinds.clone());
        let of = line.name.clone();
        let sought =
            Memo::new(move |_| recalled.vetting.with(|vetting| vetting.as_ref().is_some_and(|v| v.seeks(&of))));
        let toggle = move |_| recalled.edit(|vetting| vetting.toggled(&name, &all));
        view! {
            <tr>
                <th scope="row">
                    <label class="inline-field">
                        <input type="checkbox" prop:checked=move || sought.get() on:change=toggle />
                        {line.name.clone()}
                    </label>
                </th>
                <Found line />
            </tr>
        }
    };
    let kind = StoredValue::new(kind);
    view! {
        <div class="threshold">
            <label class="inline-field">
                <span>"The first"</span>
                <input type="number" min="1" max=total.to_string() data-testid="vet-first" prop:value=move || first().to_string() on:change=typed />
                <span>{format!("of {}", count(total))}</span>
            </label>
            <input
                type="range"
                min="0"
                max="1000"
                data-testid="vet-slider"
                aria-label="How many to look at"
                aria-valuetext=move || format!("the first {}", count(first()))
                prop:value=move || slider(first(), total).to_string()
                on:input=slid
            />
        </div>
        <p data-testid="vet-finding" role="status">
            {move || finding.with(said)}
        </p>
        <Curve finding total />
        <p class="muted">{move || finding.with(needed)}</p>
        <table>
            <thead>
                <tr><th scope="col">"Planted"</th><th scope="col">"Found"</th><th scope="col">"Recall"</th></tr>
            </thead>
            <tbody>
                {move || finding.with(|finding| finding.kinds.clone()).into_iter().map(|line| kind.with_value(|kind| kind(line))).collect_view()}
            </tbody>
            {move || strengths(finding)}
        </table>
        <label class="inline-field" title="More is planted than nature has: precision is told at this rate">
            <span>"One spectrum in"</span>
            <input type="number" min="2" data-testid="vet-rate" prop:value=move || one_in.get().to_string() on:change=rated />
            <span>"is of these kinds"</span>
        </label>
    }
}

fn strengths(finding: Memo<Finding>) -> impl IntoView {
    let lines = finding.with(|finding| finding.strengths.clone());
    (!lines.is_empty()).then(|| {
        let row = |line: Line| view! { <tr><th scope="row">{line.name.clone()}</th><Found line /></tr> };
        view! {
            <tbody class="strengths">
                <tr><th scope="col" colspan="3" title="Equivalent width of H-alpha for emission, share of the light for carbon stars">"Sought ones by strength"</th></tr>
                {lines.into_iter().map(row).collect_view()}
            </tbody>
        }
    })
}

#[component]
fn Found(line: Line) -> impl IntoView {
    view! {
        <td>{format!("{} of {}", count(line.found), count(line.planted))}</td>
        <td>{line.recall.map_or_else(|| "–".to_owned(), percent)}</td>
    }
}

/// A share with its interval, percent.
fn percent(share: Share) -> String {
    let written = |value: f64| fixed(100.0 * value, usize::from(value < 0.1));
    format!("{} % ({}–{})", written(share.value), written(share.low), written(share.high))
}

fn said(finding: &Finding) -> String {
    let recall = finding
        .sought
        .recall
        .map_or_else(|| "nothing is sought".to_owned(), |share| format!("recall {}", percent(share)));
    let precision = finding.precision.map_or_else(String::new, |share| format!(", precision {}", percent(share)));
    format!("{} of {} found: {recall}{precision}", count(finding.sought.found), count(finding.sought.planted))
}

fn needed(finding: &Finding) -> String {
    let one = |&(share, needed): &(f64, Option<u64>)| {
        let number = needed.map_or_else(|| "more than are ranked".to_owned(), count);
        format!("{} %: {number}", fixed(100.0 * share, 0))
    };
    format!("To find {}.", finding.needed.iter().map(one).collect::<Vec<_>>().join(" · "))
}
