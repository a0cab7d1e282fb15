//! `balmer serve`: the web app and the HTTP API over the data directory.

use std::net::SocketAddr;

use balmer::http;
use serde_json::json;

use super::{output, session::Session};

/// Serve the web app and the HTTP API
///
/// Only to this machine: there are no accounts yet. Ctrl-C ends it; requests under way are finished.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:6563")]
    listen: SocketAddr,
}

impl Serve {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store_or_create()?;
        let engine = session.engine()?;
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
            Ok(http::serve(store, engine, listener, async move { stop.requested().await }).await?)
        })
    }
}
