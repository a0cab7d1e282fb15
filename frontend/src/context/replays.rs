//! A finished run of the server, computed again in this browser: on all of its spectra or on a slice of them.
//!
//! On all of them the lists are compared as they are. On a slice neighbours differ, so the server computes the slice
//! as well, and those two are compared.

use std::time::Duration;

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::{
    api::{Problem, RunStatus},
    worker::Device,
};
use leptos::{prelude::*, task::spawn_local};

use super::{Catalogue, Hosts, Local};
use crate::{
    client::{self, encoded, query},
    state::{
        host::Host,
        table::Table,
        verdict::{Verdict, probability_of},
    },
};

/// Time between two looks at a run under way.
const PERIOD: Duration = Duration::from_millis(250);
/// Columns that are compared, beside the probability of each class.
const COLUMNS: &str = "rank,spectrum_id,lof,label,probability";

/// Where a replay stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Replay {
    /// The server computes the slice.
    OnServer,
    /// This browser computes: the run's name.
    Here(String),
    /// Both are there: the run's name and how they compare.
    Compared(String, Verdict),
    /// It came to no verdict.
    Failed(String),
}

/// The replay of this visit: one at a time.
#[derive(Debug, Clone, Copy)]
pub struct Replays {
    /// The server's run that is replayed, and how far it is.
    pub current: RwSignal<Option<(String, Replay)>>,
    hosts: Hosts,
    local: Local,
    catalogue: Catalogue,
}

impl Replays {
    /// None yet.
    pub fn new() -> Self {
        Self {
            current: RwSignal::new(None),
            hosts: expect_context(),
            local: expect_context(),
            catalogue: expect_context(),
        }
    }

    /// Computes a run again; `slice` is a condition on its spectra.
    pub fn begin(self, run: String, spec: PipelineSpec, slice: Option<String>, device: Device) {
        spawn_local(async move {
            if let Err(problem) = self.replayed(&run, spec, slice, device).await {
                self.current.set(Some((run, Replay::Failed(problem.to_string()))));
            }
        });
    }

    async fn replayed(
        self,
        run: &str,
        mut spec: PipelineSpec,
        slice: Option<String>,
        device: Device,
    ) -> Result<(), Problem> {
        let mut other = run.to_owned();
        if let Some(slice) = slice {
            spec.r#where = Some(match &spec.r#where {
                Some(own) => format!("({own}) AND ({slice})"),
                None => slice,
            });
            self.current.set(Some((run.to_owned(), Replay::OnServer)));
            other = self.hosts.submit(&spec, Host::Server).await?.id;
            self.ended(&other).await?;
        }
        let own = self.hosts.submit(&spec, Host::Browser(device)).await?.id;
        self.current.set(Some((run.to_owned(), Replay::Here(own.clone()))));
        self.ended(&own).await?;
        let found = self.local.runs.with_untracked(|runs| runs.get(&own).map(|run| run.table()));
        let found = found.ok_or_else(|| Problem::new(404, "the run was deleted before it was compared"))?;
        let verdict = Verdict::of(&found, &stored(&other).await?);
        self.current.set(Some((run.to_owned(), Replay::Compared(own, verdict))));
        Ok(())
    }

    /// Waits for the end of a run.
    async fn ended(self, run: &str) -> Result<(), Problem> {
        loop {
            let summary = self.hosts.detail(run).await?.summary;
            self.catalogue.take_news(summary.clone());
            match summary.status {
                RunStatus::Done => return Ok(()),
                RunStatus::Queued | RunStatus::Running => pause().await,
                RunStatus::Failed | RunStatus::Cancelled | RunStatus::Archived => {
                    let why = summary.error.unwrap_or_else(|| summary.status.to_string());
                    return Err(Problem::new(0, "no verdict").with_detail(format!("{run}: {why}")));
                }
            }
        }
    }
}

impl Default for Replays {
    fn default() -> Self {
        Self::new()
    }
}

async fn pause() {
    let (over, waiting) = futures_channel::oneshot::channel();
    let end = move || {
        // whoever waits is still there
        let _: Result<(), ()> = over.send(());
    };
    set_timeout(end, PERIOD);
    let _: Result<(), futures_channel::oneshot::Canceled> = waiting.await;
}

/// The whole list of a run of the server.
async fn stored(run: &str) -> Result<Table, Problem> {
    let classes = client::run(run).await?.classes;
    let mut columns = COLUMNS.to_owned();
    for class in &classes {
        columns.push(',');
        columns.push_str(&probability_of(class));
    }
    // a name that a list between commas cannot hold: all columns have it as well
    let is_plain = |class: &String| !class.contains(',') && !class.ends_with(char::is_whitespace);
    let columns = classes.iter().all(is_plain).then_some(&*columns);
    let pairs = [("columns", columns), ("order_by", Some("rank"))];
    let path = format!("/api/v1/runs/{}/candidates{}", encoded(run), query(&pairs));
    let mut table = Table::default();
    client::arrow_stream(&path, None, |batch, _| {
        if let Some(batch) = batch {
            table.push(batch);
        }
        true
    })
    .await?;
    Ok(table)
}
