//! What came of a match, in words, and what to do with it.

use leptos::{html, prelude::*};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

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
    let section = NodeRef::<html::Section>::new();
    // below the form it may be out of sight when it comes
    Effect::new(move || {
        if let Some(section) = section.get().filter(|_| matching.report.with(Option::is_some)) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            section.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    view! {
        <section node_ref=section class="crossmatch-outcome" class:there=move || matching.report.with(Option::is_some)>
            <div role="status">{lines}</div>
            {deeds}
        </section>
    }
}
