//! Why the spectrum shown stands where it does in the open run.

use std::{sync::Arc, time::Duration};

use balmer_exchange::api::Explanation;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::{Desk, Hosts, Local, Spectra, Viewing};
use crate::state::{load::Load, view::Show};

/// How long one must look before the server is asked why: stepping through a list asks for nothing.
const PATIENCE: Duration = Duration::from_millis(150);

/// The explanation of the spectrum shown.
#[derive(Debug, Clone, Copy)]
pub struct Explained {
    /// The server's answer; a failure stays here, since the spectrum itself can be looked at without it.
    pub answer: RwSignal<Load<Arc<Explanation>>>,
    /// The spectrum beside the chosen one that the reader points at.
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
            pointed: RwSignal::new(None),
            subject,
            waiting: StoredValue::new(None),
            hosts: expect_context(),
        };
        let wanted_now = Memo::new(move |_| viewing.view.with(|view| view.compare.near > 0 || view.show == Show::Seen));
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
}

impl Default for Explained {
    fn default() -> Self {
        Self::new()
    }
}
