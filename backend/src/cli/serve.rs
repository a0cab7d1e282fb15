//! `balmer serve`: the web app and the HTTP API over the data directory.

use std::net::SocketAddr;

use balmer::{
    http,
    jobs::{launch::Processes, service::Limits},
};
use serde_json::json;

use super::{output, session::Session, system};

/// Serve the web app and the HTTP API
///
/// Only to this machine: there are no accounts yet. Ctrl-C ends it; requests under way are finished.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:6563")]
    listen: SocketAddr,
    /// Runs computed at the same time, which share the processor's threads
    #[arg(long, value_name = "N", default_value_t = Limits::default().at_once, value_parser = super::positive)]
    runs_at_once: usize,
    /// Runs that may wait for their turn
    #[arg(long, value_name = "N", default_value_t = Limits::default().waiting)]
    waiting: u32,
}

impl Serve {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store_or_create()?;
        // a device that is not there is said now, not when the first run begins
        drop(session.engine()?);
        let limits = Limits { at_once: self.runs_at_once, waiting: self.waiting, ..Limits::default() };
        let threads = session.threads().unwrap_or_else(system::threads);
        let processes = Processes {
            data_dir: store.root().to_owned(),
            device: session.device().to_string(),
            threads: Some((threads / self.runs_at_once).max(1)),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = http::bind(self.listen).await?;
            let url = format!("http://{}/", listener.local_addr()?);
            if session.json() {
                output::print_json(&json!({ "url": url, "data_dir": store.root() }))?;
            } else {
                output::print(|out| writeln!(out, "balmer serves {} at {url} (Ctrl-C ends)", store.root().display()))?;
            }
            let stop = session.stop.clone();
            Ok(http::serve(store, Box::new(processes), limits, listener, async move { stop.requested().await }).await?)
        })
    }
}
