//! How a run gets its process.

use std::{io, path::PathBuf, process::Stdio};

use crate::{
    config::{LogFormat, LogSettings},
    machine,
};
use futures::{FutureExt as _, future::BoxFuture};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    process::Command,
    sync::oneshot,
};

/// A worker under way: see [`super::worker`] for what is said.
pub struct Launched {
    /// Takes orders, line by line; the worker stops where they end.
    pub orders: Box<dyn AsyncWrite + Send + Unpin>,
    /// Tells progress, line by line.
    pub reports: Box<dyn AsyncRead + Send + Unpin>,
    /// Comes when it has ended, and says how.
    pub ended: BoxFuture<'static, String>,
    /// Ends it at once.
    pub kill: oneshot::Sender<()>,
    /// The memory it takes now, in bytes; `None` where the system does not say.
    pub memory: Box<dyn Fn() -> Option<u64> + Send>,
}

/// Starts workers.
pub trait Launch: Send + Sync {
    /// Starts one for the run of that id.
    ///
    /// # Errors
    /// What the system says.
    fn launch(&self, run: &str) -> io::Result<Launched>;
}

/// Starts this program once more for every run, with the same data and device.
#[derive(Debug, Clone)]
pub struct Processes {
    /// The data directory.
    pub data_dir: PathBuf,
    /// What is to compute, as `--device` has it.
    pub device: String,
    /// Threads of each worker.
    pub threads: Option<usize>,
    /// What its workers say of themselves, and how.
    pub log: LogSettings,
}

impl Launch for Processes {
    fn launch(&self, run: &str) -> io::Result<Launched> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--data-dir").arg(&self.data_dir).args(["--device", &self.device]);
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        let format = match self.log.format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        command.env("BALMER_LOG_FORMAT", format).env("BALMER_LOG_LEVEL", &self.log.level);
        command.args(["work", run]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        // Ctrl-C in a terminal is for the server, which tells its workers
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let process = child.id();
        let (Some(orders), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a worker without standard input and output"));
        };
        let (kill, killed) = oneshot::channel();
        let ended = async move {
            let status = tokio::select! {
                status = child.wait() => status,
                Ok(()) = killed => match child.kill().await {
                    Ok(()) => child.wait().await,
                    Err(error) => Err(error),
                },
            };
            status.map_or_else(|error| error.to_string(), |status| status.to_string())
        };
        let memory = Box::new(move || machine::memory_of(process?));
        Ok(Launched { orders: Box::new(orders), reports: Box::new(reports), ended: ended.boxed(), kill, memory })
    }
}

/// Workers in threads of this process, for tests.
#[cfg(all(test, unix))]
#[derive(Debug, Clone)]
pub(crate) struct Threads(pub(crate) crate::storage::Store);

#[cfg(all(test, unix))]
impl Launch for Threads {
    fn launch(&self, run: &str) -> io::Result<Launched> {
        use tokio::net::unix::pipe::{Receiver, Sender};

        let (orders, to_orders) = io::pipe()?;
        let (from_reports, reports) = io::pipe()?;
        let (kill, _) = oneshot::channel();
        let (store, run) = (self.0.clone(), run.to_owned());
        let worker = tokio::task::spawn_blocking(move || {
            let ended = super::worker::work(&store, &run, &balmer_core::CpuEngine, orders, reports, || {});
            ended.map_or_else(|error| error.to_string(), |_| "done".to_owned())
        });
        let ended = async move { worker.await.unwrap_or_else(|panicked| panicked.to_string()) };
        Ok(Launched {
            orders: Box::new(Sender::from_owned_fd(to_orders.into())?),
            reports: Box::new(Receiver::from_owned_fd(from_reports.into())?),
            ended: ended.boxed(),
            kill,
            memory: Box::new(|| None),
        })
    }
}
