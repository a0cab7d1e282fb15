//! The labelled spectra that a label comes from, and what it would be without each.

use balmer_exchange::api::{Explanation, SeedRow};
use leptos::prelude::*;

use super::neighbors::head;
use crate::{
    context::Desk,
    state::format::{count, fixed},
};

/// The list.
pub fn seeds(answer: &Explanation) -> impl IntoView + use<> {
    let desk: Desk = expect_context();
    if answer.seeds.is_empty() {
        return answer.seeds_missing.clone().map(|why| view! { <p class="muted">{why}</p> }.into_any());
    }
    let now = answer.probability;
    let item = move |seed: SeedRow| {
        let id = seed.spectrum_id.clone();
        let without = seed.without.map(|without| fixed(without, 2));
        view! {
            <li>
                <button type="button" title="Open it" on:click=move |_| desk.choose(&id)>
                    <span class="id">{seed.spectrum_id}</span>
                    <span class="fact label">{seed.label}</span>
                    <span class="fact" title="its share of the score of its class">{fixed(100.0 * seed.share, 1)}" %"</span>
                    <span class="fact" title="the probability if this label were taken back">
                        {without.map(|without| view! { <span>"without it "</span> {without} })}
                    </span>
                </button>
            </li>
        }
    };
    let probability = now.map(|now| format!("Probability {} once labels have settled. ", fixed(now, 2)));
    let more = (answer.seeds_left > 0).then(|| format!("{} more have the rest.", count(answer.seeds_left)));
    let list = view! {
        <h3>"Its label comes from"</h3>
        <p class="muted">{probability}{more}</p>
        <div class="neighbors" data-testid="seeds">
            {head(&["Spectrum", "Label", "Share", "Without it"])}
            <ol>{answer.seeds.iter().cloned().map(item).collect_view()}</ol>
        </div>
    };
    Some(list.into_any())
}
