//! The families among the outliers of the open run, those of the survey that have a name, and what is set aside.

use std::{collections::HashSet, sync::Arc};

use balmer_exchange::{
    api::{FamiliesBody, FamilyAction, NamedFamily, NewFamily, Problem, RunStatus},
    worker::is_run_name,
};
use leptos::{prelude::*, task::spawn_local};
use web_sys::AbortController;

use super::{Desk, Failures, Labels, Rows};
use crate::{
    client,
    state::{
        address::Place,
        families::{ASIDE_KEY, Among, KEY, LISTED, aside_ids, set_aside},
        load::Load,
    },
};

/// The families.
#[derive(Debug, Clone, Copy)]
pub struct Families {
    /// Among which outliers they are looked for, while somebody looks at them.
    pub among: Memo<Option<Among>>,
    /// Those of the open run, once somebody asked for them.
    pub answer: RwSignal<Load<Arc<FamiliesBody>>>,
    /// Those of the survey that have a name.
    pub named: RwSignal<Vec<NamedFamily>>,
    /// How many candidates the list leaves out, or would where they are listed, too.
    pub aside: RwSignal<u64>,
    /// The candidates that are set aside, where they are listed, too.
    pub listed_aside: Memo<Option<Arc<HashSet<String>>>>,
    /// What was refused: of which family of the run, or of none of them, and why.
    pub fault: RwSignal<Option<(Option<String>, String)>>,
    /// Whether a name is being given or taken back.
    pub is_busy: RwSignal<bool>,
    /// The run of the server that is open and done.
    run: Memo<Option<String>>,
    /// What the answer is to.
    asked: StoredValue<Option<(String, Among)>>,
    abort: StoredValue<Option<AbortController>, LocalStorage>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<Others>,
}

/// What families work with.
#[derive(Debug, Clone, Copy)]
struct Others {
    desk: Desk,
    rows: Rows,
    labels: Labels,
    failures: Failures,
}

impl Families {
    /// Follows the address.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let among = Memo::new(move |_| {
            desk.address.with(|address| {
                let is_run = matches!(address.place, Place::Run { .. });
                address.view.get(KEY).filter(|_| is_run).map(|key| Among::of_key(key))
            })
        });
        let run = Memo::new(move |_| {
            desk.run().filter(|run| run.status == RunStatus::Done && !is_run_name(&run.id)).map(|run| run.id)
        });
        let (answer, named) = (RwSignal::new(Load::Idle), RwSignal::new(Vec::new()));
        let listed_aside = Memo::new(move |_| {
            let body = |answer: &Load<Arc<FamiliesBody>>| answer.ready().cloned();
            (run.with(Option::is_some) && desk.view(ASIDE_KEY).is_some())
                .then(|| Arc::new(named.with(|named| aside_ids(named, answer.with(body).as_deref()))))
        });
        let families = Self {
            among,
            answer,
            named,
            aside: RwSignal::new(0),
            listed_aside,
            fault: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            run,
            asked: StoredValue::new(None),
            abort: StoredValue::new_local(None),
            others: StoredValue::new(Others {
                desk,
                rows: expect_context(),
                labels: expect_context(),
                failures: expect_context(),
            }),
        };
        Effect::new(move || {
            let any = desk.survey.with(Option::is_some);
            named.set(Vec::new());
            if any {
                spawn_local(families.refresh_named());
            }
        });
        Effect::new(move |last: Option<Option<String>>| {
            let (run, among) = (run.get(), among.get());
            // they stay as long as their run is open: a candidate's family is told beside the candidate
            if last != Some(run.clone()) {
                families.stop();
                answer.set(Load::Idle);
            }
            match run.clone().zip(among) {
                Some(subject) if families.asked.get_value().as_ref() != Some(&subject) => families.ask(),
                Some(_) => {}
                None => families.leave(),
            }
            run
        });
        let list = Memo::new(move |_| {
            let any = named.with(|named| set_aside(named).next().is_some());
            any.then(|| (run.get(), desk.address.with(|address| address.condition.clone())))
        });
        Effect::new(move || {
            // read, not tracked alone: a memo that nobody reads is never computed
            list.with(|_| ());
            spawn_local(async move {
                families.count().await;
            });
        });
        families
    }

    fn others(self) -> Others {
        self.others.get_value()
    }

    /// Opens them or closes them.
    pub fn toggle(self) {
        if self.among.get_untracked().is_some() { self.close() } else { self.open(Among::default()) }
    }

    /// Opens them.
    pub fn open(self, among: Among) {
        self.others().desk.set_view(KEY, Some(among.key()));
    }

    /// Closes them; a candidate that left the list meanwhile makes room for the first.
    pub fn close(self) {
        let Others { desk, .. } = self.others();
        let mut address = desk.address.get_untracked();
        if address.view.remove(KEY).is_none() {
            return;
        }
        let is_listed = address.view.contains_key(ASIDE_KEY);
        let body = self.answer.with_untracked(|answer| answer.ready().cloned());
        let aside = self.named.with_untracked(|named| aside_ids(named, body.as_deref()));
        address.spectrum = address.spectrum.filter(|id| is_listed || !aside.contains(id));
        desk.replace(&address);
    }

    /// Lists what is set aside, too, or no longer.
    pub fn toggle_aside(self) {
        let Others { desk, .. } = self.others();
        let is_listed = desk.address.with_untracked(|address| address.view.contains_key(ASIDE_KEY));
        desk.set_view(ASIDE_KEY, (!is_listed).then(|| LISTED.to_owned()));
    }

    /// Looks for the families again.
    pub fn ask(self) {
        spawn_local(self.look());
    }

    fn stop(self) {
        self.asked.set_value(None);
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }

    /// Nobody looks at them any more: what was not found yet is not wanted.
    fn leave(self) {
        self.fault.set(None);
        if self.answer.with_untracked(Load::is_loading) {
            self.stop();
            self.answer.set(Load::Idle);
        }
    }

    async fn look(self) {
        self.stop();
        self.answer.set(Load::Loading);
        self.look_again().await;
    }

    /// Looks for them with those that there are still in sight.
    async fn look_again(self) {
        let (Some(run), Some(among)) = (self.run.get_untracked(), self.among.get_untracked()) else { return };
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        self.abort.set_value(abort);
        self.asked.set_value(Some((run.clone(), among)));
        let first = match among {
            Among::Outliers => None,
            Among::First(number) => Some(number),
        };
        let answer = client::families(&run, first, signal.as_ref()).await;
        if !signal.is_some_and(|signal| signal.aborted()) {
            if answer.is_err() {
                self.asked.set_value(None);
            }
            self.answer.set(answer.map(Arc::new).into());
            // members of known families leave the list once they are recognised
            self.recount().await;
        }
    }

    /// Counts what is set aside, and fetches the list again where that has changed.
    async fn recount(self) {
        let before = self.aside.get_untracked();
        self.count().await;
        if self.aside.get_untracked() != before {
            self.others().rows.list_again();
        }
    }

    async fn count(self) {
        let condition = self.others().desk.address.with_untracked(|address| address.condition.clone());
        let any = self.named.with_untracked(|named| set_aside(named).next().is_some());
        let Some(run) = self.run.get_untracked().filter(|_| any) else {
            self.aside.set(0);
            return;
        };
        // what is wrong with the condition is said where the rows would stand
        let number = client::set_aside(&run, condition.as_deref()).await.unwrap_or(0);
        if self.run.get_untracked().as_ref() == Some(&run) {
            self.aside.set(number);
        }
    }

    async fn refresh_named(self) {
        let Others { desk, failures, .. } = self.others();
        let Some(survey) = desk.survey.get_untracked() else { return };
        let named = failures.noted(client::named_families(&survey).await);
        if desk.survey.get_untracked() == Some(survey)
            && let Ok(named) = named
        {
            self.named.set(named);
        }
    }

    /// Gives a family of the open run a name: its members get a label, or are set aside where there is none.
    pub fn name(self, family: String, name: String, label: Option<String>) {
        let (Some(run), Some(survey)) = (self.run.get_untracked(), self.others().desk.survey.get_untracked()) else {
            return;
        };
        let action = if label.is_some() { FamilyAction::Label } else { FamilyAction::SetAside };
        let new = NewFamily { name, run, family: family.clone(), action, label, author: None };
        self.act(Some(family), async move {
            if let Some(label) = &new.label {
                self.others().labels.offer(label).await?;
            }
            client::name_family(&survey, &new).await.map(drop)
        });
    }

    /// Takes a name back, and all that was done by it.
    pub fn undo(self, name: String) {
        let Some(survey) = self.others().desk.survey.get_untracked() else { return };
        self.act(None, async move { client::undo_family(&survey, &name).await.map(drop) });
    }

    /// Does something to the names; a refusal stands at the family it is about.
    fn act(self, family: Option<String>, deed: impl Future<Output = Result<(), Problem>> + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.fault.set(None);
        spawn_local(async move {
            let done = deed.await;
            self.is_busy.set(false);
            if let Err(problem) = done {
                self.fault.set(Some((family, problem.to_string())));
                return;
            }
            let Others { rows, labels, .. } = self.others();
            self.refresh_named().await;
            rows.list_again();
            self.count().await;
            labels.refresh().await;
            self.look_again().await;
        });
    }
}

impl Default for Families {
    fn default() -> Self {
        Self::new()
    }
}
