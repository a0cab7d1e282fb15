//! How jobs end, and what the table and the folders of runs say of it: brought together whatever died in between.

use std::{collections::BTreeSet, sync::atomic::Ordering};

use balmer_exchange::api::RunStatus;

use super::{Jobs, PERIOD, Result, ServiceError};
use crate::{
    jobs::{Fault, Job, Phase, Room, TableError},
    storage::{Store, StoreError},
};

/// Why a worker is no more.
#[derive(Debug)]
pub(super) enum End {
    /// By itself, and how.
    OfWorker(String),
    /// The run cannot be carried out, and why.
    OfRun(String),
    /// It was told to cancel the run, and why where nobody asked for it.
    OnRequest(Option<String>),
    /// The server ends, or did.
    OfServer,
}

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// What a command line did while a server goes on.
    Now,
    /// What an earlier server and its clients left, too.
    AfterDeath,
}

impl Jobs {
    /// Records how a job ended.
    ///
    /// # Errors
    /// Where the table cannot be changed: what is wrong with the run is recorded as its error.
    pub(super) async fn settle(&self, job: &Job, end: &End) -> Result<()> {
        let mut outcome = self.record(job, end).await;
        if let Err(ServiceError::Store(StoreError::Run { .. })) = &outcome {
            // its worker came to the end of it in between
            outcome = self.record(job, end).await;
        }
        let outcome = match outcome {
            Err(ServiceError::Store(error @ StoreError::Locked { .. })) => {
                let reason = format!("it is computed by somebody else: {error}");
                self.0.table.bring(&job.id, Phase::Aborted, Some(Fault::fatal(&reason))).await.map(drop)
            }
            Err(ServiceError::Store(error)) => {
                let reason = if let End::OfRun(reason) = end { reason.clone() } else { error.to_string() };
                self.tell_later(job.id.clone(), reason.clone());
                self.0.table.bring(&job.id, Phase::Error, Some(Fault::fatal(&reason))).await.map(drop)
            }
            Err(ServiceError::Table(error)) => Err(error),
            outcome => return outcome,
        };
        match outcome {
            // somebody else said so, or it is not there any more: there is nothing left to record
            Err(TableError::Unknown(_)) => Ok(()),
            Err(TableError::Phase { phase, .. }) if phase.is_final() => Ok(()),
            outcome => Ok(outcome?),
        }
    }

    /// Brings what the table says of jobs that failed or were aborted together with what became of their runs since: a
    /// command line may have carried one out. After the death of a server, too, runs of which nobody was told, and those
    /// which somebody was told wait.
    ///
    /// # Errors
    /// Where the table or the data directory cannot be read.
    pub(super) async fn reconcile(&self, scope: Scope) -> Result<()> {
        let mut known = BTreeSet::new();
        for job in self.0.table.jobs().await? {
            known.insert(job.id.clone());
            if !matches!(job.phase, Phase::Error | Phase::Aborted) {
                continue;
            }
            let id = job.id.clone();
            let look = move |store: &Store| {
                let run = store.run(&id)?;
                Ok((run.recorded()?.status, run.cancel_requested(), run.is_owned()))
            };
            // one that cannot be read stays as it is
            let Ok((status, to_cancel, is_owned)) = self.ask(look).await else { continue };
            let waits = status == RunStatus::Queued && !to_cancel && !is_owned && scope == Scope::AfterDeath;
            if status != RunStatus::Done && !waits {
                continue;
            }
            self.0.table.wait_again(&job.id, Room::ANY).await?;
            if status == RunStatus::Done && self.0.table.begin(&job.id).await?.is_some() {
                self.settle(&job, &End::OfServer).await?;
            }
        }
        if scope == Scope::AfterDeath {
            self.ask(move |store| store.end_abandoned(&known)).await?;
        }
        Ok(())
    }

    /// Cancels what waits and was cancelled by a command line.
    pub(super) async fn heed_wishes(&self) {
        let Ok(waiting) = self.0.table.waiting_ids().await else { return };
        let asked = self.ask(move |store| {
            let is_unwanted = |id: &String| store.run(id).is_ok_and(|run| run.cancel_requested());
            Ok(waiting.into_iter().filter(is_unwanted).collect::<Vec<_>>())
        });
        for id in asked.await.unwrap_or_default() {
            let _one = self.0.changing.lock().await;
            if let Err(error) = self.withdraw(&id).await {
                tracing::warn!(run = id, %error, "it is to be cancelled");
            }
        }
    }

    /// Says in the folder of a run that it failed, as soon as that can be written again.
    fn tell_later(&self, id: String, reason: String) {
        let jobs = self.clone();
        tokio::spawn(async move {
            while !*jobs.0.closing.borrow() {
                tokio::time::sleep(PERIOD).await;
                let (id, reason) = (id.clone(), reason.clone());
                let told = move |store: &Store| store.end_run(&id, RunStatus::Failed, Some(reason));
                match jobs.ask(told).await {
                    Err(ServiceError::Store(StoreError::DiskFull { .. } | StoreError::Io { .. })) => {}
                    // told, or there is nothing to tell it to
                    _ => return,
                }
            }
        });
    }

    /// Records how a job ended, as its run says, or else as is known of its process.
    async fn record(&self, job: &Job, end: &End) -> Result<()> {
        let id = job.id.clone();
        let look = move |store: &Store| {
            let run = store.run(&id)?;
            Ok((run.recorded()?, run.cancel_requested()))
        };
        let (recorded, to_cancel) = self.ask(look).await?;
        let (phase, status, reason) = match (recorded.status, end) {
            (RunStatus::Done, _) => (Phase::Completed, None, None),
            (RunStatus::Failed, _) => (Phase::Error, None, recorded.error),
            (RunStatus::Cancelled, End::OnRequest(None)) => (Phase::Aborted, None, None),
            (RunStatus::Cancelled, _) if to_cancel => (Phase::Aborted, None, None),
            (_, End::OnRequest(reason)) => (Phase::Aborted, Some(RunStatus::Cancelled), reason.clone()),
            (_, End::OfRun(reason)) => (Phase::Error, Some(RunStatus::Failed), Some(reason.clone())),
            // stopped with its server
            (_, End::OfServer) | (RunStatus::Cancelled, End::OfWorker(_)) => (Phase::Queued, None, None),
            (_, End::OfWorker(how)) if job.attempts >= self.0.limits.attempts => {
                let reason = format!("its process died {} times, at last with {how}", job.attempts);
                self.0.deaths.fetch_add(1, Ordering::Relaxed);
                (Phase::Error, Some(RunStatus::Failed), Some(reason))
            }
            (_, End::OfWorker(how)) => {
                tracing::warn!(run = job.id, how, "a worker died: its run waits again");
                self.0.deaths.fetch_add(1, Ordering::Relaxed);
                (Phase::Queued, None, None)
            }
        };
        let (id, why) = (job.id.clone(), reason.clone());
        self.ask(move |store| match (status, phase) {
            (Some(status), _) => store.end_run(&id, status, why),
            // its status says that it is computed
            (None, Phase::Queued) => store.take_run(&id).map(drop),
            (None, _) => Ok(()),
        })
        .await?;
        // what kills a process (memory, a driver) may be gone another time; what a run reports itself stays
        let is_transient = matches!((status, end), (Some(RunStatus::Failed), End::OfWorker(_)));
        let fault = reason.as_deref().map(|message| Fault { message, is_transient });
        self.0.table.bring(&job.id, phase, fault).await?;
        match (phase, reason) {
            (Phase::Queued, _) => tracing::info!(run = job.id, "it waits again"),
            (_, Some(reason)) => tracing::warn!(run = job.id, %phase, reason, "ended"),
            (_, None) => tracing::info!(run = job.id, %phase, "ended"),
        }
        Ok(())
    }
}
