//! One family: what it is, why, where it sits, and what can be done with it.

use balmer_core::spectrum::Medium;
use balmer_exchange::api::FamilyBody;
use leptos::prelude::*;

use super::deeds::Deeds;
use crate::{
    context::Families,
    state::{
        families::{FamilyPlot, excess_words, known_words, name_of, reserve},
        format::count,
        masking,
        small_plot::{HEIGHT, WIDTH},
    },
};

/// The card.
#[component]
pub fn Card(
    family: FamilyBody,
    drawn: FamilyPlot,
    /// Its run.
    run: String,
    /// Medium of the wavelengths.
    medium: Medium,
    /// Whether the chosen spectrum is a member.
    has_chosen: bool,
) -> impl IntoView {
    let families: Families = expect_context();
    let size = family.size;
    let (id, title, reason) = (family.id.clone(), family.title.clone(), family.reason.clone());
    let done = Memo::new({
        let id = id.clone();
        move |_| families.named.with(|named| name_of(named, &run, &id).cloned())
    });
    let excess = |words: String| view! { <li>{words}</li> };
    let excesses = family.over_represented.iter().map(excess_words).map(excess).collect_view();
    let reserve = reserve(&family);
    let suggestion = move || {
        match reserve {
        _ if done.with(Option::is_some) => ().into_any(),
        None => view! { <p class="suggested">"Suggested: set it aside."</p> }.into_any(),
        Some(why) => {
            view! { <p class="muted" data-testid="family-reserve">{format!("Not suggested to be set aside: {why}.")}</p> }.into_any()
        }
    }
    };
    let masks = (!family.mask_angstrom.is_empty())
        .then(|| view! { <p>{format!("To mask: {} Å ({}).", masking::written(&family.mask_angstrom), medium)}</p> });
    let chosen = has_chosen.then(|| view! { <span class="has-chosen">"with the chosen spectrum"</span> });
    // its own members are known by its own name
    let known = known_words(&family);
    let known = move || {
        known
            .clone()
            .filter(|_| done.with(Option::is_none))
            .map(|words| view! { <p data-testid="family-known">{words}"."</p> })
    };
    view! {
        <li class="family" data-testid="family" data-family=id class:chosen=has_chosen>
            <div class="family-head">
                <h3>{title}</h3>
                <span class="size">{count(size)}" members"</span>
                {chosen}
            </div>
            <div class="family-parts">
                <Plot drawn size />
                <div class="family-words">
                    <p>{reason}"."</p>
                    <ul>{excesses}</ul>
                    {masks}
                    {known}
                    {suggestion}
                </div>
            </div>
            <Deeds family medium done />
        </li>
    }
}

/// The mean of its members less their neighbours.
#[component]
fn Plot(drawn: FamilyPlot, size: u64) -> impl IntoView {
    let FamilyPlot { path, zero, masked, wavelengths, range } = drawn;
    let label = format!("Mean residual of {size} members over {wavelengths}, {range}");
    let zero = zero.map(|y| view! { <line class="zero" x1="0" x2=WIDTH y1=y y2=y /> });
    let stretch = |(x, width): (f64, f64)| view! { <rect class="masked" x=x width=width y="0" height=HEIGHT /> };
    view! {
        <figure>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                {masked.into_iter().map(stretch).collect_view()}
                {zero}
                <path d=path />
            </svg>
            <figcaption class="muted">{wavelengths} <span title="mean difference from their neighbours">{range}</span></figcaption>
        </figure>
    }
}
