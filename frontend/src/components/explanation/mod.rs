//! Why the spectrum ranks where it does: its nearest neighbours, and the labelled spectra behind its label.

use std::sync::Arc;

use balmer_exchange::api::{Explanation, NeighborRow, SeedRow};
use leptos::prelude::*;

use crate::{
    components::{spectrum_plot::ink::NEIGHBOR_COLOURS, spectrum_view::keys::A_FEW},
    context::{Compared, Desk, Explained},
    state::{
        compare::{Compare, Name},
        format::{fixed, number},
        load::Load,
    },
};

/// Neighbours listed.
const LISTED: usize = 20;

/// The panel.
#[component]
pub fn ExplanationPanel() -> impl IntoView {
    let explained: Explained = expect_context();
    let body = move || match explained.answer.get() {
        Load::Idle => {
            view! { <p class="muted">"Open a run to see the nearest neighbours of this spectrum."</p> }.into_any()
        }
        Load::Loading => view! { <p class="muted" role="status">"Asking for the neighbours …"</p> }.into_any(),
        Load::Failed(problem) => view! {
            <p class="muted">{format!("The neighbours are not available: {problem}")}</p>
            <button type="button" on:click=move |_| explained.ask()>"Try again"</button>
        }
        .into_any(),
        Load::Ready(answer) => view! { <Answer answer /> }.into_any(),
    };
    view! {
        <section class="explanation" aria-label="Why it ranks here" data-testid="explanation">
            <h2>"Why it ranks here"</h2>
            {body}
        </section>
    }
}

#[component]
fn Answer(answer: Arc<Explanation>) -> impl IntoView {
    let (explained, compared): (Explained, Compared) = (expect_context(), expect_context());
    let number = answer.neighbors.len();
    let shown = number.min(LISTED);
    let drawn = Memo::new(move |_| compared.compare.with(|compare| compare.near));
    let toggle = move |_| {
        compared.edit(|compare| Compare { near: if compare.near == 0 { A_FEW } else { 0 }, ..compare });
    };
    let rows = answer.neighbors.iter().take(shown).cloned();
    let rows = rows.map(|row| view! { <Neighbor row /> }).collect_view();
    let summary = format!(
        "LOF {} compares how far away its {number} nearest neighbours are with how far away their own are.",
        fixed(f64::from(answer.lof), 2)
    );
    view! {
        <p class="muted">{summary}</p>
        <div class="list-head">
            <h3>{if shown < number { format!("Nearest {shown} of {number}") } else { "Nearest neighbours".to_owned() }}</h3>
            <button type="button" aria-pressed=move || (drawn.get() > 0).to_string() on:click=toggle>
                {move || match drawn.get() {
                    0 => format!("Draw {A_FEW}"),
                    near => format!("Drawing {near}"),
                }}
            </button>
        </div>
        <ol class="neighbors" on:mouseleave=move |_| explained.pointed.set(None)>{rows}</ol>
        <Seeds seeds=answer.seeds.clone() missing=answer.seeds_missing.clone() />
    }
}

#[component]
fn Neighbor(row: NeighborRow) -> impl IntoView {
    let (explained, desk, compared): (Explained, Desk, Compared) =
        (expect_context(), expect_context(), expect_context());
    let id = StoredValue::new(row.spectrum_id.clone());
    let place = Memo::new(move |_| {
        let survey = desk.survey.get()?;
        compared.roster.with(|roster| {
            let is_it = |name: &Name| name.survey == survey && id.with_value(|id| name.id == *id);
            roster.members.iter().position(|member| is_it(&member.name))
        })
    });
    let point = move || explained.pointed.set(Some(id.get_value()));
    let swatch = move || match place.get() {
        Some(place) => format!("swatch drawn near-{}", place % NEIGHBOR_COLOURS),
        None => "swatch".to_owned(),
    };
    view! {
        <li>
            <button
                type="button"
                title="Open it"
                on:mouseenter=move |_| point()
                on:focus=move |_| point()
                on:blur=move |_| explained.pointed.set(None)
                on:click=move |_| desk.choose(&id.get_value())
            >
                <i class=swatch aria-hidden="true"></i>
                <span class="id">{row.spectrum_id}</span>
                <span class="fact" title="distance between what the algorithm saw">
                    <span>"distance "</span>
                    {number(f64::from(row.distance))}
                </span>
                <span class="fact" title="its own rank and local outlier factor">
                    <span>"rank "</span>
                    {row.rank}
                    <span>" LOF "</span>
                    {fixed(f64::from(row.lof), 2)}
                </span>
                <span class="fact">{row.label}</span>
            </button>
        </li>
    }
}

/// The labelled spectra that the label came from.
#[component]
fn Seeds(seeds: Vec<SeedRow>, missing: Option<String>) -> impl IntoView {
    let desk: Desk = expect_context();
    if seeds.is_empty() {
        return missing.map(|why| view! { <p class="muted">{why}</p> }.into_any());
    }
    let item = move |seed: SeedRow| {
        let id = seed.spectrum_id.clone();
        view! {
            <li>
                <button type="button" title="Open it" on:click=move |_| desk.choose(&id)>
                    <span class="id">{seed.spectrum_id}</span>
                    <span class="fact">{seed.label}</span>
                    <span class="fact" title="its share of the score of its class">{fixed(100.0 * seed.share, 1)}" %"</span>
                </button>
            </li>
        }
    };
    let list = view! {
        <h3>"Its label comes from"</h3>
        <ol class="neighbors seeds">{seeds.into_iter().map(item).collect_view()}</ol>
    };
    Some(list.into_any())
}
