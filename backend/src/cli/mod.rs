//! The command line: one file per command or family of commands.
//!
//! Results go to standard output, as aligned tables for people or, with `--json`, as one JSON document;
//! logs and progress go to standard error. Exit codes: 0 done, 1 failed with one line that says why,
//! 2 wrong usage, 130 stopped by Ctrl-C. A reader that goes away (`balmer spectra lamost | head`) ends
//! the command quietly.

mod backup;
mod bench;
mod cancel;
mod candidates;
mod compare;
mod doctor;
mod explain;
mod families;
mod import_catalogue;
mod ingest;
mod inject;
mod knn;
mod labels;
mod lof;
mod matrix_io;
mod measure;
mod multiply_adds;
mod output;
mod progress;
mod recall;
mod resume;
mod run;
mod runs;
mod serve;
mod session;
mod simulate;
mod spread;
mod surveys;
mod system;
mod table;
mod work;
mod xmatch;

use std::process::ExitCode;

use balmer::{config::Settings, storage::StoreError};
use clap::{Parser, Subcommand};

use session::{Globals, Session};

/// Find the rare objects hidden in surveys of millions of spectra.
#[derive(Debug, Parser)]
#[command(name = "balmer", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = "Data live in --data-dir, else $BALMER_DATA, else the XDG data directory. \
                        BALMER_LOG=info (or debug) shows more of what happens.")]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check this machine: processor, memory, devices, data directory, and a small computation
    Doctor,
    Ingest(ingest::Ingest),
    Inject(inject::Inject),
    ImportCatalogue(import_catalogue::ImportCatalogue),
    Xmatch(xmatch::Xmatch),
    Columns(xmatch::Columns),
    Measure(measure::Measure),
    Simulate(simulate::Simulate),
    /// List the surveys
    Surveys,
    Spectra(surveys::Spectra),
    Run(run::RunSpec),
    Runs(runs::Runs),
    Show(runs::Show),
    Cancel(cancel::Cancel),
    Resume(resume::Resume),
    Candidates(candidates::Candidates),
    Explain(explain::Explain),
    Families(families::Families),
    Recall(recall::Recall),
    Labels(labels::Labels),
    Knn(knn::Knn),
    Lof(lof::Lof),
    Spread(spread::Spread),
    Bench(bench::Bench),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Serve(serve::Serve),
    #[command(hide = true)]
    Work(work::Work),
}

impl Command {
    fn run(self, session: &Session, settings: Settings) -> anyhow::Result<()> {
        match self {
            Self::Doctor => doctor::run(session),
            Self::Ingest(command) => command.run(session),
            Self::Inject(command) => command.run(session),
            Self::ImportCatalogue(command) => command.run(session),
            Self::Xmatch(command) => command.run(session),
            Self::Columns(command) => command.run(session),
            Self::Measure(command) => command.run(session),
            Self::Simulate(command) => command.run(session),
            Self::Surveys => surveys::list(session),
            Self::Spectra(command) => command.run(session),
            Self::Run(command) => command.run(session),
            Self::Runs(command) => command.run(session),
            Self::Show(command) => command.run(session),
            Self::Cancel(command) => command.run(session),
            Self::Resume(command) => command.run(session),
            Self::Candidates(command) => command.run(session),
            Self::Explain(command) => command.run(session),
            Self::Families(command) => command.run(session),
            Self::Recall(command) => command.run(session),
            Self::Labels(command) => command.run(session),
            Self::Knn(command) => command.run(session),
            Self::Lof(command) => command.run(session),
            Self::Spread(command) => command.run(session),
            Self::Bench(command) => command.run(session),
            Self::Backup(command) => command.run(session),
            Self::Restore(command) => command.run(session),
            Self::Serve(command) => command.run(session, settings),
            Self::Work(command) => command.run(session),
        }
    }
}

/// A mistake in the command line that only shows after it is parsed: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// A count of at least one.
fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&count| count > 0).ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let settings = match &cli.command {
        Command::Serve(serve) => Settings::load(serve.config.as_deref(), &cli.globals.data_dir()?)?,
        _ => Settings::of_environment()?,
    };
    let session = Session::new(cli.globals, &settings.log)?;
    cli.command.run(&session, settings)
}

fn report(error: &anyhow::Error) -> ExitCode {
    if error.chain().any(is_broken_pipe) {
        return ExitCode::SUCCESS;
    }
    if error.chain().any(is_cancelled) {
        eprintln!("balmer: cancelled");
        return ExitCode::from(130);
    }
    eprintln!("balmer: error: {}", one_line(&format!("{error:#}")));
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

fn is_cancelled(cause: &(dyn std::error::Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(balmer_core::Error::Cancelled))
        || matches!(cause.downcast_ref(), Some(StoreError::Cancelled))
}

fn is_broken_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(one_line("spec.toml: line 3\n  |\n3 | x"), "spec.toml: line 3 | 3 | x");
    }
}
