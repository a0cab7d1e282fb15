//! The nearest neighbours, how far away they are and how dense it is around them.

use balmer_exchange::api::{Explanation, NeighborRow};
use leptos::prelude::*;

use crate::{
    components::{spectrum_plot::ink::NEIGHBOR_COLOURS, spectrum_view::keys::A_FEW},
    context::{Compared, Desk, Explained},
    state::{
        compare::{Compare, Name},
        format::{fixed, number},
    },
};

/// Neighbours listed.
const LISTED: usize = 20;

/// The list, and what the factor makes of it.
pub fn neighbors(answer: &Explanation) -> impl IntoView + use<> {
    let (explained, compared): (Explained, Compared) = (expect_context(), expect_context());
    let number = answer.neighbors.len();
    let shown = number.min(LISTED);
    let drawn = Memo::new(move |_| compared.compare.with(|compare| compare.near));
    let toggle = move |_| {
        compared.edit(|compare| Compare { near: if compare.near == 0 { A_FEW } else { 0 }, ..compare });
    };
    let rows = answer.neighbors.iter().take(shown).cloned();
    let rows = rows.map(|row| view! { <Neighbor row /> }).collect_view();
    let summary = summary(answer);
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
        <div class="neighbors" on:mouseleave=move |_| explained.pointed.set(None)>
            {head(&["", "Spectrum", "Distance", "Rank", "LOF", "Density", "Label"])}
            <ol>{rows}</ol>
        </div>
    }
}

/// Names over the columns of a list, for the eye: each fact says its own.
pub fn head(names: &'static [&'static str]) -> impl IntoView {
    view! { <p class="neighbors-head" aria-hidden="true">{names.iter().map(|name| view! { <span>{*name}</span> }).collect_view()}</p> }
}

/// What the factor compares, in numbers where the run kept them.
fn summary(answer: &Explanation) -> String {
    let (lof, count) = (fixed(f64::from(answer.lof), 2), answer.neighbors.len());
    let densities: Option<Vec<f64>> =
        answer.neighbors.iter().map(|row| Some(f64::from(row.density?.lrd))).collect::<Option<_>>();
    match (answer.density, densities) {
        (Some(own), Some(others)) if !others.is_empty() => {
            let mean = number(others.iter().sum::<f64>() / others.len() as f64);
            let own = number(f64::from(own.lrd));
            format!(
                "LOF {lof}: the density around its {count} nearest neighbours is {mean} in the mean, around itself {own}."
            )
        }
        _ => format!(
            "LOF {lof} compares how far away its {count} nearest neighbours are with how far away their own are."
        ),
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
                <span class="fact" title="its own rank">
                    <span>"rank "</span>
                    {row.rank}
                </span>
                <span class="fact" title="its own local outlier factor">
                    <span>"LOF "</span>
                    {fixed(f64::from(row.lof), 2)}
                </span>
                <span class="fact" title="how dense it is around it: the local reachability density">
                    {row.density.map(|density| view! { <span>"density "</span> {number(f64::from(density.lrd))} })}
                </span>
                <span class="fact label">{row.label}</span>
            </button>
        </li>
    }
}
