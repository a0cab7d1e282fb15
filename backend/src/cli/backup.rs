//! `balmer backup` and `balmer restore`: the data directory as one file, and back.

use std::{
    fs::File,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use balmer::storage::{
    StoreError,
    backup::{Kind, RestoreOptions, Unit, backup_to_file, backup_to_writer, restore},
};

use super::{
    Usage,
    output::{self, thousands},
    session::Session,
};

/// Save surveys, labels and finished runs in one tar file
///
/// A server may go on meanwhile: of a survey that is being written, what was committed is saved; runs that wait
/// or are under way are left out and named. The file ends with SHA256SUMS, so that any tar and sha256sum can check it.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// File to write, .tar, or gzipped as .tar.gz or .tgz; '-' is standard output
    file: PathBuf,
}

/// Bring back what a backup holds
///
/// Every hash is checked before anything is put in place, and what is in place already is never changed.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// File that `balmer backup` wrote, gzipped or not; '-' is standard input
    file: PathBuf,
    /// Restore only these surveys and runs
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Pass over surveys and runs that exist already, instead of refusing
    #[arg(long)]
    skip_existing: bool,
}

impl Backup {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let to_stdout = self.file == Path::new("-");
        if to_stdout && session.json() {
            return Err(Usage("--json and the backup both want standard output: name a file".to_owned()).into());
        }
        if to_stdout && io::stdout().is_terminal() {
            return Err(Usage("a backup is not for the screen: name a file, or lead it into a pipe".to_owned()).into());
        }
        if !to_stdout && !ENDINGS.iter().any(|ending| has_ending(&self.file, ending)) {
            let message =
                format!("a backup is a tar file: end its name '{}' in .tar, .tar.gz or .tgz", self.file.display());
            return Err(Usage(message).into());
        }
        let store = session.store()?;
        let progress = session.progress("saving");
        let saved = if to_stdout {
            backup_to_writer(&store, io::stdout().lock(), &progress)
        } else {
            backup_to_file(&store, &self.file, &progress)
        };
        drop(progress);
        let about = saved.map_err(|e| match e {
            // half a backup is a failure, whoever ended it
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => {
                anyhow!("the reader of the backup went away before its end")
            }
            other => other.into(),
        })?;
        for left_out in &about.left_out {
            tracing::warn!("{}: {}", left_out.unit, left_out.reason);
        }
        if to_stdout {
            return Ok(());
        }
        let bytes = std::fs::metadata(&self.file).map(|file| file.len()).unwrap_or_default();
        if session.json() {
            let mut document = serde_json::to_value(&about)?;
            document["output"] = self.file.to_string_lossy().into();
            document["bytes"] = bytes.into();
            return output::print_json(&document);
        }
        output::print(|out| {
            writeln!(out, "{} saved: {}, {}", counted(&about.units), self.file.display(), output::bytes(bytes))
        })
    }
}

impl Restore {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let options = RestoreOptions { only: self.only, skip_existing: self.skip_existing };
        let (from, size): (Box<dyn io::Read>, _) = if self.file == Path::new("-") {
            (Box::new(io::stdin().lock()), None)
        } else {
            let file =
                File::open(&self.file).with_context(|| format!("cannot read the backup '{}'", self.file.display()))?;
            let size = file.metadata().ok().map(|about| about.len());
            (Box::new(file), size)
        };
        let store = session.store_or_create()?;
        let progress = session.progress("restoring");
        let report = restore(&store, from, &self.file, size, &options, &progress)?;
        drop(progress);
        if session.json() {
            return output::print_json(&report);
        }
        output::print(|out| {
            let skipped = match &report.skipped[..] {
                [] => String::new(),
                skipped => format!(", {} passed over, which existed", counted(skipped)),
            };
            let files = thousands(report.files as usize);
            writeln!(
                out,
                "{} restored in {}: {files} files, {}{skipped}",
                counted(&report.restored),
                store.root().display(),
                output::bytes(report.bytes)
            )
        })
    }
}

/// What names of backups end in.
const ENDINGS: [&str; 3] = ["tar", "gz", "tgz"];

fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

/// `2 surveys and 1 run`.
fn counted(units: &[Unit]) -> String {
    let count = |kind: Kind, name: &str| {
        let count = units.iter().filter(|unit| unit.kind == kind).count();
        format!("{} {name}{}", thousands(count), if count == 1 { "" } else { "s" })
    };
    format!("{} and {}", count(Kind::Survey, "survey"), count(Kind::Run, "run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_two_are_many() {
        let unit = |kind, name: &str| Unit { kind, name: name.to_owned() };
        let units = [unit(Kind::Run, "a"), unit(Kind::Survey, "b"), unit(Kind::Survey, "c")];
        assert_eq!(counted(&units), "2 surveys and 1 run");
        assert_eq!(counted(&[]), "0 surveys and 0 runs");
    }
}
