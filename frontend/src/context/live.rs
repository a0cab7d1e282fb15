//! A label that is given, changed or taken back flows at once in the open run, where that is one of this browser.

use std::collections::BTreeMap;

use balmer_core::pipeline::Labelled;
use balmer_exchange::api::LabelRow;
use leptos::prelude::*;

use super::{Desk, Labels, Local};

/// Each spectrum's label.
type Given = BTreeMap<String, String>;

/// Lets labels flow as they change, as long as the page lives; those given while a run was under way or another one was
/// open flow once the run is done and open.
pub fn follow_labels() {
    let (desk, labels, local) = (expect_context::<Desk>(), expect_context::<Labels>(), expect_context::<Local>());
    let now = Memo::new(move |_| {
        let of = |(id, row): (&String, &LabelRow)| (id.clone(), row.label.clone());
        labels.in_force.with(|rows| rows.iter().map(of).collect::<Given>())
    });
    // by run: the labels that it has seen
    Effect::new(move |seen: Option<BTreeMap<String, Given>>| {
        let mut seen = seen.unwrap_or_default();
        seen.retain(|id, _| local.runs.with_untracked(|runs| runs.contains_key(id)));
        let (survey, given) = (desk.survey.get(), now.get());
        let run = desk.run_id.get().and_then(|id| local.run(&id));
        // labels that have not arrived yet are none that were taken back
        let Some(run) = run.filter(|_| !given.is_empty()) else { return seen };
        let source = run.spec.labels.as_ref().map(|labels| &labels.source);
        let id = &run.detail.summary.id;
        match seen.get(id) {
            Some(known) if *known != given => {
                if run.is_done() && run.most_neighbors().is_some() && source.is_some() && source == survey.as_ref() {
                    let label =
                        |(id, label): (&String, &String)| Labelled { spectrum_id: id.clone(), label: label.clone() };
                    local.respread(id, given.iter().map(label).collect());
                    seen.insert(id.clone(), given);
                }
            }
            Some(_) => {}
            None => {
                seen.insert(id.clone(), given);
            }
        }
        seen
    });
}
