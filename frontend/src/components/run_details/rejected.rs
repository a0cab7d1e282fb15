//! The spectra that a run left out.

use std::collections::BTreeMap;

use balmer_exchange::api::RejectedRow;
use leptos::prelude::*;

use crate::state::format::count;

/// Counted by reason, and one by one; `all` is how many there are, `rows` may be the first of them.
#[component]
pub fn Rejected(rows: Vec<RejectedRow>, all: u64) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let shown = rows.len() as u64;
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for row in &rows {
        *reasons.entry(row.reason.clone()).or_default() += 1;
    }
    let chosen = RwSignal::new(None::<String>);
    let button = move |(reason, number): (String, u64)| {
        let (mine, other) = (reason.clone(), reason.clone());
        let is_chosen = move || chosen.with(|chosen| chosen.as_ref() == Some(&mine));
        let toggle = move |_| {
            chosen.update(|chosen| *chosen = (chosen.as_ref() != Some(&other)).then(|| other.clone()));
        };
        view! {
            <button type="button" aria-pressed=move || if is_chosen() { "true" } else { "false" } on:click=toggle>
                {reason} " " <span class="muted">{count(number)}</span>
            </button>
        }
    };
    let note = (shown < all).then(|| format!("The first {} of {}.", count(shown), count(all)));
    let listed = move || {
        let wanted = chosen.get();
        let mine = rows.iter().filter(|row| wanted.as_ref().is_none_or(|wanted| *wanted == row.reason));
        let row = |row: &RejectedRow| {
            view! {
                <tr>
                    <td class="wrap" title=row.source.clone()>{row.spectrum_id.clone()}</td>
                    <td>{row.reason.clone()}</td>
                    <td class="wrap">{row.detail.clone()}</td>
                </tr>
            }
        };
        mine.map(row).collect_view()
    };
    view! {
        <section>
            <h3>{format!("Rejected: {}", count(all))}</h3>
            <p class="chips">{reasons.into_iter().map(button).collect_view()} <span class="muted">{note}</span></p>
            <div class="plain-scroll tall" tabindex="0" aria-label="Rejected spectra">
                <table class="plain">
                    <thead>
                        <tr>
                            <th scope="col">"Spectrum"</th>
                            <th scope="col">"Reason"</th>
                            <th scope="col">"In numbers"</th>
                        </tr>
                    </thead>
                    <tbody>{listed}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
