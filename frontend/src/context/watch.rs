//! The run that is open: its progress while it goes on, and all that is known of it.

use std::{sync::Arc, time::Duration};

use balmer_exchange::{
    api::{RunDetail, RunEvent, RunStatus},
    worker::is_run_name,
};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, task::spawn_local};

use super::{Catalogue, Desk, Failures, Hosts, Local};
use crate::{
    client::{self, Listening, News},
    state::{load::Load, progress::Progress},
};

/// Time between questions to the server where it sends no events by itself.
const PERIOD: Duration = Duration::from_millis(1500);

/// The open run, watched.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// How far it has come; `None` where no run is open or it is over.
    pub progress: RwSignal<Option<Progress>>,
    /// The run in full: fetched when it is opened, and again when it ends.
    pub detail: RwSignal<Load<Arc<RunDetail>>>,
    /// Whether the run's events are missing at the moment.
    pub is_lost: RwSignal<bool>,
    desk: Desk,
    catalogue: Catalogue,
    hosts: Hosts,
    failures: Failures,
    listening: StoredValue<Option<Listening>, LocalStorage>,
}

impl Watch {
    /// Follows the open run.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let watch = Self {
            progress: RwSignal::new(None),
            detail: RwSignal::new(Load::Idle),
            is_lost: RwSignal::new(false),
            desk,
            catalogue: expect_context(),
            hosts: expect_context(),
            failures: expect_context(),
            listening: StoredValue::new_local(None),
        };
        let followed = Memo::new(move |_| (desk.run_id.get(), desk.run().is_some_and(|run| !run.status.is_final())));
        Effect::new(move || {
            let (run, is_under_way) = followed.get();
            watch.stop();
            match run {
                Some(run) if is_under_way => watch.listen(&run),
                _ => watch.progress.set(None),
            }
        });
        // again once the run is over: its counts and provenance are there then
        Effect::new(move || match followed.get() {
            (Some(run), _) => watch.fetch(run),
            (None, _) => watch.detail.set(Load::Idle),
        });
        watch.follow(expect_context());
        let ask = move || {
            if watch.is_lost.get_untracked() {
                watch.ask();
            }
        };
        // lives as long as the app does
        let _: Result<_, _> = set_interval_with_handle(ask, PERIOD);
        watch
    }

    /// Follows a run of this browser, whose news are no events of the server's.
    fn follow(self, local: Local) {
        Effect::new(move || {
            if let Some((run, progress)) = local.progress.get()
                && self.desk.run_id.get_untracked() == Some(run)
            {
                self.progress.set(Some(progress));
            }
        });
        // its settings and classes change while it is looked at
        Effect::new(move || {
            if let Some(run) = self.desk.run_id.get().and_then(|run| local.run(&run)) {
                self.detail.set(Load::Ready(Arc::new(run.detail.clone())));
            }
        });
    }

    /// The detail of the open run, once it is here.
    pub fn opened(self) -> Option<Arc<RunDetail>> {
        let open = self.desk.run_id.get()?;
        self.detail.with(|detail| detail.ready().filter(|detail| detail.summary.id == open).cloned())
    }

    fn stop(self) {
        self.listening.set_value(None);
        self.is_lost.set(false);
    }

    fn listen(self, run: &str) {
        let first = self.catalogue.run(run).map(|run| Progress::of(&run));
        self.progress.set(first);
        if is_run_name(run) {
            return;
        }
        let id = run.to_owned();
        let take = move |news| {
            if self.desk.run_id.get_untracked().as_deref() == Some(&id) {
                self.take(&news);
            }
        };
        let listening = client::listen(run, take);
        self.is_lost.set(listening.is_none());
        self.listening.set_value(listening);
        // what the events do not say: the device, the condition
        self.ask();
    }

    fn take(self, news: &News) {
        match news {
            News::Lost => self.is_lost.set(true),
            News::Event(event) => {
                self.is_lost.set(false);
                let progress = Progress::from_event(event);
                let is_new_stage = self.progress.with_untracked(|old| {
                    old.as_ref().map(|old| &old.stage) != progress.as_ref().map(|progress| &progress.stage)
                });
                if progress.is_some() {
                    self.progress.set(progress);
                }
                if is_new_stage || !matches!(event, RunEvent::Progress { .. }) {
                    self.ask();
                }
            }
        }
    }

    /// Asks once what has become of the run.
    fn ask(self) {
        let Some(run) = self.desk.run_id.get_untracked() else { return };
        spawn_local(async move {
            // a question that fails is asked again: the banner would only repeat what the bar says
            if let Ok(detail) = self.hosts.detail(&run).await {
                if self.is_lost.get_untracked() && detail.summary.status == RunStatus::Running {
                    self.progress.set(Some(Progress::of(&detail.summary)));
                }
                self.catalogue.take_news(detail.summary);
            }
        });
    }

    fn fetch(self, run: String) {
        let known = self.detail.with_untracked(|detail| detail.ready().is_some_and(|detail| detail.summary.id == run));
        if !known {
            self.detail.set(Load::Loading);
        }
        spawn_local(async move {
            let detail = self.hosts.detail(&run).await;
            if self.desk.run_id.get_untracked() == Some(run) {
                self.detail.set(self.failures.noted(detail).map(Arc::new).into());
            }
        });
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}
