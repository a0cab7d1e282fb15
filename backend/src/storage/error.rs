//! What can go wrong with stored data. Every message names the survey, run or file and the remedy.

use std::{
    io,
    path::{Path, PathBuf},
};

/// An error of the survey store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No survey of that name.
    #[error("there is no survey `{name}`{}", suggestion(.nearest.as_deref(), "`balmer surveys` lists what there is"))]
    NoSurvey {
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// No run of that id.
    #[error("there is no run `{id}`{}", suggestion(.nearest.as_deref(), "`balmer runs` lists what there is"))]
    NoRun {
        /// The id asked for.
        id: String,
        /// The nearest id there is.
        nearest: Option<String>,
    },
    /// The survey of a run is not what it was.
    #[error("survey {survey} {how} since the run was accepted: {remedy}")]
    SurveyChanged {
        /// The survey.
        survey: String,
        /// What happened to it.
        how: String,
        /// What can be done.
        remedy: String,
    },
    /// No spectrum of that id in the survey.
    #[error("survey {survey} has no spectrum `{id}`")]
    NoSpectrum {
        /// The survey.
        survey: String,
        /// The id asked for.
        id: String,
    },
    /// A spectrum that a run did not rank.
    #[error("run {run} did not rank `{id}`: {reason}")]
    NotRanked {
        /// The run.
        run: String,
        /// The spectrum asked for.
        id: String,
        /// Why not.
        reason: String,
    },
    /// No column of that name.
    #[error("there is no column `{name}`{}", suggestion(.nearest.as_deref(), "the survey's `columns` list what there is"))]
    NoColumn {
        /// The column asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// A name that cannot be a survey's.
    #[error("`{0}` cannot be a name: use 1 to 64 letters, digits, `-`, `_` or `.`, beginning with a letter or digit")]
    InvalidName(String),
    /// A survey of that name exists and should not.
    #[error("survey {0} exists already: choose another name")]
    Exists(String),
    /// Another process writes.
    #[error("{what} is being written by {holder}: wait until it ends, or stop it")]
    Locked {
        /// What is locked, for example `survey lamost`.
        what: String,
        /// Who holds the lock.
        holder: String,
    },
    /// Another server has the data directory.
    #[error("data directory {} is served already, by {holder}: stop that server, or name another with --data-dir", .root.display())]
    Served {
        /// The data directory.
        root: PathBuf,
        /// Who serves it.
        holder: String,
    },
    /// No data directory where one was expected.
    #[error("no data directory at {}: ingest a survey first, or name another with --data-dir", .0.display())]
    NoDataDir(PathBuf),
    /// The file system is full.
    #[error("disk full while {action} {}: what was committed before is kept; free some space and run the same command again", .path.display())]
    DiskFull {
        /// What was being done.
        action: &'static str,
        /// To which file.
        path: PathBuf,
    },
    /// The data directory may not be written.
    #[error("{} cannot be written ({reason}): make it writable, or name another data directory with --data-dir", .path.display())]
    ReadOnly {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Any other failure of the file system.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A stored file that does not hold what it should.
    #[error("{} is damaged: {reason}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A `where` or `order_by` that is refused.
    #[error("{clause}: {reason}")]
    Query {
        /// `where` or `order_by`.
        clause: &'static str,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A query past its time limit, in seconds.
    #[error("the query was stopped: it took more than {0} s; narrow or simplify the condition")]
    QueryTime(f32),
    /// A query past its memory limit.
    #[error("the query was stopped: {0}")]
    QueryLimit(String),
    /// Nothing to ingest.
    #[error("{0}")]
    NothingToIngest(String),
    /// A catalogue that cannot be joined.
    #[error("catalogue {}: {reason}", .path.display())]
    Catalogue {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// No joined columns of that prefix.
    #[error("survey {survey} has no joined columns `{prefix}_...`{}", suggestion(.nearest.as_deref(), "`balmer columns` lists what was joined"))]
    NoJoined {
        /// The survey.
        survey: String,
        /// The prefix asked for.
        prefix: String,
        /// The nearest prefix there is.
        nearest: Option<String>,
    },
    /// Measurements that are not made as asked.
    #[error("measurements of survey {survey}: {reason}")]
    Measurement {
        /// The survey.
        survey: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// Objects that are not planted as asked.
    #[error("planting in survey {survey}: {reason}")]
    Injection {
        /// The survey.
        survey: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A subset the survey does not have.
    #[error("survey {survey} has no subset `{name}`{}", suggestion(.nearest.as_deref(), "`in_subset` wants one that was named"))]
    NoSubset {
        /// The survey.
        survey: String,
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// A subset that is refused.
    #[error("subsets of survey {survey}: {reason}")]
    Subset {
        /// The survey.
        survey: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A subset of that name has other spectra.
    #[error("survey {survey} has a subset `{name}` of other spectra: choose another name, or delete it first")]
    SubsetTaken {
        /// The survey.
        survey: String,
        /// The name.
        name: String,
    },
    /// No family of that name.
    #[error("survey {survey} has no family `{name}`{}", suggestion(.nearest.as_deref(), "`balmer families --list` names those it has"))]
    NoFamily {
        /// The survey.
        survey: String,
        /// The name asked for.
        name: String,
        /// The nearest one there is.
        nearest: Option<String>,
    },
    /// A family that cannot be named so.
    #[error("families of survey {survey}: {reason}")]
    Family {
        /// The survey.
        survey: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A name that another family has.
    #[error("survey {survey} has a family `{name}` already: choose another name, or undo it first")]
    FamilyTaken {
        /// The survey.
        survey: String,
        /// The name.
        name: String,
    },
    /// A family that a run does not have.
    #[error("run {run} has no family `{id}`: ask for its families anew")]
    NoFamilyOfRun {
        /// The run.
        run: String,
        /// The id asked for.
        id: String,
    },
    /// A label that is refused.
    #[error("labels of survey {survey}: {reason}")]
    Label {
        /// The survey.
        survey: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// Something about a run that is refused.
    #[error("run {id}: {reason}")]
    Run {
        /// The run.
        id: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A backup that is not restored as asked.
    #[error("backup {}: {reason}", .path.display())]
    Backup {
        /// The archive.
        path: PathBuf,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// Stopped on request.
    #[error("cancelled")]
    Cancelled,
}

/// A result with a [`StoreError`].
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

fn suggestion(nearest: Option<&str>, otherwise: &str) -> String {
    match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => format!(": {otherwise}"),
    }
}

impl StoreError {
    /// Says what failed on which path, telling a full disk and missing permission from the rest.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let path = path.to_owned();
        match source.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::DiskFull { action, path },
            PermissionDenied | ReadOnlyFilesystem if action != "reading" => {
                Self::ReadOnly { path, reason: source.to_string() }
            }
            _ => Self::Io { action, path, source },
        }
    }

    /// A failure of the Parquet layer: the file system's error where one is underneath.
    pub(crate) fn parquet(action: &'static str, path: &Path, source: parquet::errors::ParquetError) -> Self {
        let reason = source.to_string();
        if let parquet::errors::ParquetError::External(inner) = source
            && let Ok(inner) = inner.downcast::<io::Error>()
        {
            return Self::io(action, path, *inner);
        }
        Self::Damaged { path: path.to_owned(), reason }
    }

    /// A stored file that does not hold what it should.
    #[allow(clippy::needless_pass_by_value, reason = "errors end here: they are turned into text")]
    pub(crate) fn damaged(path: &Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// The candidate nearest to `name` by edit distance, if it is near enough to be a slip of the pen.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .min_by_key(|&(distance, _)| distance)
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.chars().count() / 3))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_corrected_and_a_stranger_is_not() {
        assert_eq!(nearest("snr_rr", ["snr_r", "snr_u", "mjd"]).as_deref(), Some("snr_r"));
        assert_eq!(nearest("LAMOST-dr", ["lamost", "lamost-dr5"]).as_deref(), Some("lamost-dr5"));
        assert_eq!(nearest("temperature", ["snr_r", "mjd"]), None);
    }

    #[test]
    fn io_failures_are_told_apart() {
        let path = Path::new("/data/x");
        let full = StoreError::io("writing", path, io::Error::from(io::ErrorKind::StorageFull));
        assert!(full.to_string().contains("disk full"), "{full}");
        let inner = parquet::errors::ParquetError::External(Box::new(io::Error::from(io::ErrorKind::StorageFull)));
        assert!(matches!(StoreError::parquet("writing", path, inner), StoreError::DiskFull { .. }));
        let denied = StoreError::io("writing", path, io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(denied.to_string().contains("--data-dir"), "{denied}");
    }
}
