//! Runs, wherever they are computed: one way to ask for them, look at them, stop them.
//!
//! The server has its runs, this tab has its own; whoever asks by name need not know which it is.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::{
    api::{Explanation, Problem, RunDetail, RunSummary},
    worker::is_run_name,
};
use leptos::prelude::*;

use super::{Catalogue, Local};
use crate::{client, state::host::Host};

/// The server and this browser.
#[derive(Debug, Clone, Copy)]
pub struct Hosts {
    local: Local,
    catalogue: Catalogue,
}

impl Hosts {
    /// Both.
    pub fn new() -> Self {
        Self { local: expect_context(), catalogue: expect_context() }
    }

    /// Asks for a run; the lists know it at once.
    ///
    /// # Errors
    /// What the server says, or that it does not answer; so for all of these.
    pub async fn submit(self, spec: &PipelineSpec, host: Host) -> Result<RunSummary, Problem> {
        let run = match host {
            Host::Server => client::submit(spec).await?,
            Host::Browser(device) => self.local.begin(spec, device),
        };
        self.catalogue.take_news(run.clone());
        Ok(run)
    }

    /// One run in full.
    ///
    /// # Errors
    /// 404 for a run of another tab.
    pub async fn detail(self, run: &str) -> Result<RunDetail, Problem> {
        if !is_run_name(run) {
            return client::run(run).await;
        }
        self.local.runs.with_untracked(|runs| runs.get(run).map(|run| run.detail.clone())).ok_or_else(|| {
            Problem::new(404, "no such run")
                .with_detail(format!("{run} was computed in another tab or an earlier visit"))
        })
    }

    /// Why a spectrum stands where it does.
    ///
    /// # Errors
    /// 404 where the run did not rank it.
    pub async fn explain(self, run: &str, id: &str) -> Result<Explanation, Problem> {
        if is_run_name(run) { self.local.explain(run, id).await } else { client::explain(run, id).await }
    }

    /// Asks a run to stop.
    ///
    /// # Errors
    /// See [`Self::submit`].
    pub async fn cancel(self, run: &str) -> Result<(), Problem> {
        if is_run_name(run) {
            self.local.cancel(run);
        } else {
            self.catalogue.take_news(client::cancel(run).await?);
        }
        Ok(())
    }

    /// Deletes a run; one of this browser is stopped first, if need be.
    ///
    /// # Errors
    /// 409 for a run of the server that is under way.
    pub async fn delete(self, run: &str) -> Result<(), Problem> {
        if is_run_name(run) {
            self.local.forget(run);
        } else {
            client::delete_run(run).await?;
            self.catalogue.forget(run);
        }
        Ok(())
    }
}

impl Default for Hosts {
    fn default() -> Self {
        Self::new()
    }
}
