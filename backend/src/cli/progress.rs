//! Progress on the terminal and the stop flag of Ctrl-C.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use balmer_core::{
    Observer,
    pipeline::{RunObserver, Stage},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether the user wants the command to end. The first Ctrl-C (or SIGTERM) asks for a clean stop; the
/// second ends the process.
#[derive(Debug, Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for the signals of this process.
    pub fn on_signals() -> io::Result<Self> {
        let stop = Self(Arc::new(AtomicBool::new(false)));
        let flag = stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            runtime.block_on(async {
                while interrupted().await.is_ok() {
                    if flag.0.swap(true, Ordering::Relaxed) {
                        std::process::exit(130);
                    }
                }
            });
        })?;
        Ok(stop)
    }

    /// Whether a stop was asked for.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for work that takes one.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.0
    }

    /// Waits until a stop is asked for.
    pub async fn requested(&self) {
        while !self.is_set() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[cfg(unix)]
async fn interrupted() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Steps of a bar: fractions are shown to a tenth of a percent.
const STEPS: f64 = 1000.0;

/// A bar on standard error, drawn only where that is a terminal.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    stop: Stop,
}

impl Progress {
    pub(super) fn new(message: &'static str, stop: &Stop, hidden: bool) -> Self {
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(8) };
        let bar = ProgressBar::with_draw_target(Some(STEPS as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{msg:<24} {bar:40} {percent:>3} %  {eta:>4} left") {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar.set_message(message);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, stop: stop.clone() }
    }

    /// Shows a whole run: how far it is, what it does and when it will end.
    pub fn show(&self, fraction: f64, doing: String, left: Option<f64>) {
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} %  {prefix}{msg}") {
            self.bar.set_style(style.progress_chars("━╸ "));
        }
        self.bar.set_position((fraction * STEPS) as u64);
        self.bar.set_prefix(left.map_or_else(String::new, |left| format!("about {} left, ", duration(left))));
        self.bar.set_message(doing);
    }
}

/// Seconds as people read them: `8 s`, `3 min`, `2 h 10 min`. Two digits, since nothing is foretold better.
pub fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    match seconds {
        s if s < 99.5 => format!("{s:.0} s"),
        _ if minutes < 100 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

impl Observer for Progress {
    fn progress(&self, fraction: f64) {
        self.bar.set_position((fraction * STEPS) as u64);
    }
    fn is_cancelled(&self) -> bool {
        self.stop.is_set()
    }
}

impl RunObserver for Progress {
    fn stage(&self, _stage: Stage, message: &str) {
        self.bar.set_message(message.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_have_two_digits() {
        let said = [0.4, 59.0, 100.0, 3_540.0, 7_800.0].map(duration);
        assert_eq!(said, ["0 s", "59 s", "2 min", "59 min", "2 h 10 min"]);
    }
}
