//! What came of a match, in words, and what to do with it.

use leptos::prelude::*;

use super::{known::KnownDeeds, matching::Matching};
use crate::state::crossmatch::said;

/// The report; nothing before there is one.
#[component]
pub fn Outcome(matching: Matching, close: Callback<()>) -> impl IntoView {
    let lines = move || {
        matching.report.get().map(|report| {
            let lines = said(&report).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
            view! {
                <h3>"Matched with " {report.source}</h3>
                <ul data-testid="crossmatch-report">{lines}</ul>
            }
        })
    };
    let deeds = move || {
        matching.report.get().map(|report| {
            let columns = report.columns.into_iter().map(|column| column.name).collect();
            view! { <KnownDeeds prefix=report.prefix columns close /> }
        })
    };
    view! {
        <section class="crossmatch-outcome" class:there=move || matching.report.with(Option::is_some)>
            <div role="status">{lines}</div>
            {deeds}
        </section>
    }
}
