//! What every command shares: the global options, the stop flag, standard output, the engine.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use anyhow::Context as _;
use balmer::{
    config::{self, LogFormat, LogSettings},
    engine::{self, Device, HostEngine},
    storage::Store,
};
use tracing_subscriber::EnvFilter;

use super::{
    matrix_io::Target,
    output::{self, thousands},
    progress::{Progress, Stop},
};

/// Options that every command takes.
#[derive(Debug, clap::Args)]
pub struct Globals {
    /// Folder of surveys and runs
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    json: bool,
    /// No progress bars, no warnings
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Threads to compute with [default: all]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Device to compute on: auto, cpu, gpu or gpu:N
    #[arg(long, global = true, value_name = "DEVICE", default_value = "auto")]
    device: Device,
}

impl Globals {
    /// The folder of surveys and runs, which may not exist yet.
    pub fn data_dir(&self) -> anyhow::Result<PathBuf> {
        Ok(config::data_dir(self.data_dir.as_deref())?)
    }
}

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    globals: Globals,
    /// Set by Ctrl-C.
    pub stop: Stop,
}

impl Session {
    /// Sets up logs, threads and the stop flag.
    pub fn new(globals: Globals, log: &LogSettings) -> anyhow::Result<Self> {
        start_log(log, globals.quiet)?;
        if let Some(threads) = globals.threads {
            rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
        }
        Ok(Self { globals, stop: Stop::on_signals()? })
    }

    /// Whether the answer is to be one JSON document.
    pub fn json(&self) -> bool {
        self.globals.json
    }

    /// The folder of surveys and runs, which may not exist yet.
    pub fn data_dir(&self) -> anyhow::Result<PathBuf> {
        self.globals.data_dir()
    }

    /// The surveys and runs there are.
    pub fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open(self.data_dir()?)?)
    }

    /// The surveys and runs, in a data directory that is made if need be.
    pub fn store_or_create(&self) -> anyhow::Result<Store> {
        Ok(Store::open_or_create(self.data_dir()?)?)
    }

    /// The device that was asked for.
    pub fn device(&self) -> Device {
        self.globals.device
    }

    /// The threads that were asked for.
    pub fn threads(&self) -> Option<usize> {
        self.globals.threads.map(usize::from)
    }

    /// The engine that was asked for.
    pub fn engine(&self) -> anyhow::Result<HostEngine> {
        let device = self.globals.device;
        engine::open(device).with_context(|| format!("--device {device}"))
    }

    /// A progress bar on standard error, if that is a terminal; its observer stops at Ctrl-C.
    pub fn progress(&self, message: &'static str) -> Progress {
        Progress::new(message, &self.stop, self.globals.quiet)
    }

    /// Reports a written table, unless it went to standard output; with `--json` as `about` with `rows`
    /// and `output`.
    pub fn wrote(&self, target: &Target, rows: usize, about: &serde_json::Value) -> anyhow::Result<()> {
        let Some(path) = target.path() else { return Ok(()) };
        if self.json() {
            let mut document = about.clone();
            document["rows"] = rows.into();
            document["output"] = path.to_string_lossy().into();
            return output::print_json(&document);
        }
        output::print(|out| writeln!(out, "{} rows: {}", thousands(rows), path.display()))
    }
}

/// Lines of the log go to standard error. `BALMER_LOG` wins over the settings, and `--quiet` over its absence.
fn start_log(log: &LogSettings, quiet: bool) -> anyhow::Result<()> {
    let directives = match std::env::var("BALMER_LOG") {
        Ok(directives) if !directives.is_empty() => directives,
        _ if quiet => "error".to_owned(),
        _ => log.level.clone(),
    };
    let filter = EnvFilter::builder().parse(&directives).with_context(|| format!("the log's level `{directives}`"))?;
    let subscriber = tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter);
    match log.format {
        LogFormat::Text => subscriber.with_ansi(colour(io::stderr().is_terminal())).with_target(false).init(),
        LogFormat::Json => subscriber.json().flatten_event(true).with_current_span(false).init(),
    }
    Ok(())
}

/// Whether to use colour and weight on an output: on a terminal, unless `NO_COLOR` is set.
pub fn colour(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
