//! Why the spectrum shown stands where it does in the open run, and the neighbours that are drawn with it.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use balmer_exchange::api::{Explanation, SpectrumBody};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::{Desk, Hosts, Local, Spectra, Viewing};
use crate::state::{load::Load, view::Show};

/// How long one must look before the server is asked why: stepping through a list asks for nothing.
const PATIENCE: Duration = Duration::from_millis(150);

/// A neighbour and its pixels.
pub type Neighbor = (String, Arc<SpectrumBody>);

/// The explanation of the spectrum shown.
#[derive(Debug, Clone, Copy)]
pub struct Explained {
    /// The server's answer; a failure stays here, since the spectrum itself can be looked at without it.
    pub answer: RwSignal<Load<Arc<Explanation>>>,
    /// Neighbours to be drawn with the spectrum of this id, nearest first.
    pub near: RwSignal<Option<(String, Arc<Vec<Neighbor>>)>>,
    /// The neighbour that the reader points at.
    pub pointed: RwSignal<Option<String>>,
    subject: Memo<Option<(String, String)>>,
    waiting: StoredValue<Option<TimeoutHandle>>,
    hosts: Hosts,
}

impl Explained {
    /// Follows the spectrum shown.
    pub fn new() -> Self {
        let (desk, spectra, viewing) =
            (expect_context::<Desk>(), expect_context::<Spectra>(), expect_context::<Viewing>());
        let subject = Memo::new(move |_| {
            let id = spectra.shown.with(|shown| shown.as_ref().map(|body| body.metadata.spectrum_id.clone()))?;
            Some((desk.run_id.get()?, id))
        });
        // a run of this browser may be scored or labelled again while one looks at it
        let local: Local = expect_context();
        let version = Memo::new(move |_| Some(local.run(&desk.run_id.get()?)?.version()));
        let explained = Self {
            answer: RwSignal::new(Load::Idle),
            near: RwSignal::new(None),
            pointed: RwSignal::new(None),
            subject,
            waiting: StoredValue::new(None),
            hosts: expect_context(),
        };
        let wanted_now = Memo::new(move |_| viewing.view.with(|view| view.near > 0 || view.show == Show::Seen));
        Effect::new(move || {
            let subject = subject.get();
            version.track();
            explained.pointed.set(None);
            explained.forget_waiting();
            explained.answer.set(if subject.is_some() { Load::Loading } else { Load::Idle });
            if subject.is_none() {
                return;
            }
            if wanted_now.get_untracked() {
                explained.ask();
            } else {
                let handle = set_timeout_with_handle(move || explained.ask(), PATIENCE);
                explained.waiting.set_value(handle.ok());
            }
        });
        let near = Memo::new(move |_| viewing.view.with(|view| view.near));
        Effect::new(move || {
            let ids: Vec<String> = explained.answer.with(|answer| {
                let neighbors = answer.ready().map(|answer| &answer.neighbors[..]).unwrap_or_default();
                neighbors.iter().take(near.get()).map(|neighbor| neighbor.spectrum_id.clone()).collect()
            });
            match (subject.get_untracked(), desk.survey.get_untracked()) {
                (Some((_, id)), Some(survey)) if !ids.is_empty() => {
                    explained.fetch_neighbors(spectra, &survey, &id, ids);
                }
                _ => explained.near.set(None),
            }
        });
        explained
    }

    fn forget_waiting(self) {
        if let Some(handle) = self.waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    /// Asks the server, again if need be.
    pub fn ask(self) {
        let Some(subject) = self.subject.get_untracked() else { return };
        self.forget_waiting();
        self.answer.set(Load::Loading);
        spawn_local(async move {
            let answer = self.hosts.explain(&subject.0, &subject.1).await;
            if self.subject.get_untracked().as_ref() == Some(&subject) {
                self.answer.set(answer.map(Arc::new).into());
            }
        });
    }

    /// Fetches the neighbours side by side; they are drawn together once the last is here.
    fn fetch_neighbors(self, spectra: Spectra, survey: &str, of: &str, ids: Vec<String>) {
        let found: Rc<Vec<Cell<Option<Neighbor>>>> = Rc::new(ids.iter().map(|_| Cell::new(None)).collect());
        let missing = Rc::new(Cell::new(ids.len()));
        for (place, id) in ids.into_iter().enumerate() {
            let (found, missing, of, survey) = (found.clone(), missing.clone(), of.to_owned(), survey.to_owned());
            spawn_local(async move {
                // a neighbour that cannot be fetched is left out of the picture; opening it says why
                if let Ok(body) = spectra.fetch(&survey, &id).await {
                    found[place].set(Some((id, body)));
                }
                missing.set(missing.get() - 1);
                let current = self.subject.with_untracked(|subject| subject.as_ref().is_some_and(|(_, id)| *id == of));
                if missing.get() == 0 && current {
                    let all = found.iter().filter_map(Cell::take).collect();
                    self.near.set(Some((of, Arc::new(all))));
                }
            });
        }
    }
}

impl Default for Explained {
    fn default() -> Self {
        Self::new()
    }
}
