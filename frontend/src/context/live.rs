//! A label that is given, changed or taken back flows at once in the open run, where that is one of this browser.

use std::collections::BTreeMap;

use balmer_core::pipeline::Labelled;
use leptos::prelude::*;

use super::{Desk, Labels, Local};

/// What the labels were like, and of which survey.
type Seen = (Option<String>, BTreeMap<String, String>);

/// Lets labels flow as they change, as long as the page lives.
pub fn follow_labels() {
    let (desk, labels, local) = (expect_context::<Desk>(), expect_context::<Labels>(), expect_context::<Local>());
    let now = Memo::new(move |_| {
        let of = |id: &String, label: &str| (id.clone(), label.to_owned());
        labels.in_force.with(|rows| rows.iter().map(|(id, row)| of(id, &row.label)).collect::<BTreeMap<_, _>>())
    });
    Effect::new(move |before: Option<Seen>| {
        let seen: Seen = (desk.survey.get(), now.get());
        // labels that arrive with a survey are none that were given
        let changed = before.is_some_and(|before| before.0 == seen.0 && !before.1.is_empty() && before.1 != seen.1);
        if changed && !seen.1.is_empty() {
            untrack(|| respread(desk, local, &seen));
        }
        seen
    });
}

fn respread(desk: Desk, local: Local, (survey, labels): &Seen) {
    let Some(run) = desk.run_id.get().and_then(|id| local.run(&id)) else { return };
    let source = run.spec.labels.as_ref().map(|labels| &labels.source);
    if run.is_done() && run.most_neighbors().is_some() && source.is_some() && source == survey.as_ref() {
        let labels = labels.iter().map(|(id, label)| Labelled { spectrum_id: id.clone(), label: label.clone() });
        local.respread(&run.detail.summary.id, labels.collect());
    }
}
