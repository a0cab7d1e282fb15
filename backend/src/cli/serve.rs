//! `balmer serve`: the web app and the HTTP API over the data directory.

use std::{net::SocketAddr, path::PathBuf};

use balmer::{
    config::{Memory, Settings, listen_address},
    http,
    jobs::{launch::Processes, service::Limits},
    machine,
};
use serde_json::json;

use super::{output, session::Session, system};

/// Serve the web app and the HTTP API
///
/// Only to this machine: there are no accounts yet. Ctrl-C ends it; requests under way are finished. What is not said here is
/// taken from BALMER_<SECTION>_<KEY> variables, then from a file of settings, see docs/OPERATIONS.md.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address and port; port 0 takes a free one [default: 127.0.0.1:6563]
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    #[arg(
        long,
        value_name = "FILE",
        help = "File of settings [default: $BALMER_CONFIG, else balmer.toml of the data directory, if it is there]"
    )]
    pub config: Option<PathBuf>,
    /// Runs computed at the same time, which share the processor's threads [default: 1]
    #[arg(long, value_name = "N", value_parser = super::positive)]
    runs_at_once: Option<usize>,
    /// Runs that may wait for their turn [default: 8]
    #[arg(long, value_name = "N")]
    waiting: Option<u32>,
    /// Memory of all runs under way together: an amount, or a share of what is available [default: 75%]
    #[arg(long, value_name = "8GiB|75%")]
    memory: Option<Memory>,
}

impl Serve {
    pub fn run(self, session: &Session, settings: Settings) -> anyhow::Result<()> {
        let store = session.store_or_create()?;
        // said before anybody is told an address
        store.check_not_served()?;
        // a device that is not there is said now, not when the first run begins
        drop(session.engine()?);
        let (runs, storage) = (settings.runs, settings.storage);
        let limits = Limits {
            waiting: self.waiting.unwrap_or(runs.waiting),
            waiting_per_owner: runs.waiting_per_owner,
            idle: runs.idle,
            at_once: self.runs_at_once.unwrap_or(runs.at_once),
            attempts: runs.attempts,
            memory: self.memory.unwrap_or(runs.memory).of(machine::memory().1),
            execution_duration: runs.execution_duration,
            keep_free: storage.keep_free.0,
            quota: storage.quota.0,
        };
        let threads = session.threads().unwrap_or_else(system::threads);
        let processes = Processes {
            data_dir: store.root().to_owned(),
            device: session.device().to_string(),
            threads: Some((threads / limits.at_once).max(1)),
            log: settings.log,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = http::bind(self.listen.unwrap_or(settings.server.listen)).await?;
            let url = format!("http://{}/", listener.local_addr()?);
            if session.json() {
                output::print_json(&json!({ "url": url, "data_dir": store.root() }))?;
            } else {
                output::print(|out| writeln!(out, "balmer serves {} at {url} (Ctrl-C ends)", store.root().display()))?;
            }
            let stop = session.stop.clone();
            let public = settings.server.public_base_url.origin().map(str::to_owned);
            let stop = async move { stop.requested().await };
            Ok(http::serve(store, Box::new(processes), limits, public, listener, stop).await?)
        })
    }
}
