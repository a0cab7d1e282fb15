//! What the open run found of planted objects; asked for while somebody looks at it.

use std::sync::Arc;

use balmer_exchange::{
    api::{RecallDetail, RunStatus},
    worker::is_run_name,
};
use leptos::{prelude::*, task::spawn_local};

use super::Desk;
use crate::{
    client,
    state::{load::Load, recall::Vetting},
};

/// The planted objects of the open run, and the threshold.
#[derive(Debug, Clone, Copy)]
pub struct Recalled {
    /// What the address says; `None` while nobody asks.
    pub vetting: Memo<Option<Vetting>>,
    /// The server's answer.
    pub answer: RwSignal<Load<Arc<RecallDetail>>>,
    /// The finished run of the server that is open.
    pub run: Memo<Option<String>>,
    desk: Desk,
}

impl Recalled {
    /// Follows the address.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let vetting = Memo::new(move |_| desk.address.with(|address| Vetting::parse(&address.view)));
        let run = Memo::new(move |_| {
            desk.run().filter(|run| run.status == RunStatus::Done && !is_run_name(&run.id)).map(|run| run.id)
        });
        let recalled = Self { vetting, answer: RwSignal::new(Load::Idle), run, desk };
        let is_open = Memo::new(move |_| vetting.with(Option::is_some));
        Effect::new(move || {
            let run = run.get().filter(|_| is_open.get());
            recalled.answer.set(if run.is_some() { Load::Loading } else { Load::Idle });
            if let Some(run) = run {
                spawn_local(recalled.fetch(run));
            }
        });
        recalled
    }

    async fn fetch(self, run: String) {
        let answer = client::recall(&run).await;
        if self.run.get_untracked().as_ref() == Some(&run) {
            self.answer.set(answer.map(Arc::new).into());
        }
    }

    /// Opens it at a hundred, or closes it.
    pub fn toggle(self) {
        let now = self.vetting.get_untracked();
        self.set(now.is_none().then(Vetting::default).as_ref());
    }

    /// Looks at so many, of such kinds.
    pub fn edit(self, change: impl FnOnce(Vetting) -> Vetting) {
        self.set(self.vetting.get_untracked().map(change).as_ref());
    }

    fn set(self, vetting: Option<&Vetting>) {
        let mut address = self.desk.address.get_untracked();
        let before = address.view.clone();
        Vetting::write(vetting, &mut address.view);
        if address.view != before {
            self.desk.replace(&address);
        }
    }
}

impl Default for Recalled {
    fn default() -> Self {
        Self::new()
    }
}
