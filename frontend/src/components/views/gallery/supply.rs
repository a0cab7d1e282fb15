//! The spectra of the gallery: those of the page that is shown, then those of the next and of the one before.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use balmer_exchange::api::{Problem, SpectrumBody};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    context::{Desk, Spectra},
    state::picture::Same,
};

/// Requests under way at a time: a browser has six connections to a server, and the reader may want one too.
const AT_ONCE: usize = 4;

/// A spectrum, or why there is none.
pub type Supplied = Result<Same<SpectrumBody>, String>;

/// The spectra fetched.
#[derive(Debug, Clone, Copy)]
pub struct Supply {
    /// Those that are here, and those that will not come.
    pub here: RwSignal<HashMap<String, Supplied>>,
    /// Those still to be asked for, the first wanted first.
    wanted: StoredValue<VecDeque<String>>,
    /// Requests under way.
    busy: StoredValue<usize>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<(Spectra, Desk)>,
}

impl Supply {
    /// Nothing yet; another survey begins anew.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let supply = Self {
            here: RwSignal::new(HashMap::new()),
            wanted: StoredValue::new(VecDeque::new()),
            busy: StoredValue::new(0),
            others: StoredValue::new((expect_context(), desk)),
        };
        Effect::new(move || {
            desk.survey.track();
            supply.here.set(HashMap::new());
        });
        supply
    }

    /// Fetches these, in this order, and forgets all others.
    pub fn want(self, ids: &[String]) {
        let is_kept = |id: &String| ids.contains(id);
        if self.here.with_untracked(|here| here.keys().any(|id| !is_kept(id))) {
            self.here.update(|here| here.retain(|id, _| is_kept(id)));
        }
        let missing = self.here.with_untracked(|here| {
            let is_missing = |id: &&String| !here.contains_key(*id);
            ids.iter().filter(is_missing).cloned().collect()
        });
        self.wanted.set_value(missing);
        for _ in self.busy.get_value()..AT_ONCE {
            self.busy.update_value(|busy| *busy += 1);
            spawn_local(self.fetch());
        }
    }

    /// Fetches one after the other until none is wanted.
    async fn fetch(self) {
        let Some((spectra, desk)) = self.others.try_get_value() else { return };
        // the gallery may be closed meanwhile
        while let Some(id) = self.wanted.try_update_value(VecDeque::pop_front).flatten() {
            let Some(survey) = desk.survey.get_untracked() else { break };
            let found = spectra.fetch(&survey, &id).await;
            if desk.survey.get_untracked() == Some(survey) {
                self.here.try_update(|here| here.insert(id, supplied(found)));
            }
        }
        self.busy.try_update_value(|busy| *busy -= 1);
    }
}

fn supplied(found: Result<Arc<SpectrumBody>, Problem>) -> Supplied {
    found.map(Same).map_err(|problem| match problem.status {
        404 => "not in the survey any more".to_owned(),
        0 => "the server does not answer".to_owned(),
        _ => problem.detail.unwrap_or(problem.title),
    })
}
