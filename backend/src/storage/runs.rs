//! Runs on disk: one folder each, whose `status.json` says where it stands.
//!
//! A run is locked by the process that computes it. A run that says `running` and is not locked was interrupted, and is
//! shown as failed.

mod owning;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use balmer_core::{
    decomposition::Pca,
    engine::Observer,
    neighbors::NeighborTable,
    pipeline::{Labelled, PipelineSpec, Provenance, RunOutput},
};
use balmer_exchange::api::{CandidateRow, PlaceRow, RejectedRow, RunStatus};

pub use self::owning::new_run_id;
use super::{
    KeptPieces, Query, QueryResult, Result, RunState, Store, StoreError, Subsets, Survey, check_name, durable,
    durable::Lock,
    error, query,
    run_tables::{self, BASIS, CANDIDATES, NEIGHBORS, PROBABILITIES, REJECTED, STABILITY, TABLES},
    scan, time,
};

/// Held by whoever computes a run.
pub(super) const LOCK: &str = "run.lock";
/// Name of the file whose presence asks a run to stop.
const CANCEL: &str = "cancel";
/// What a search has found so far, until it is done.
const PIECES: &str = "neighbors.partial";
/// The labels a run was given.
const LABELS: &str = "labels.csv";

/// A run as anyone may read it.
#[derive(Debug, Clone)]
pub struct Run {
    id: String,
    folder: PathBuf,
}

/// A run as its owner writes it. Dropping it without [`OwnedRun::finish`] leaves an interrupted run.
#[derive(Debug)]
pub struct OwnedRun {
    run: Run,
    state: RunState,
    begun: Option<Instant>,
    _lock: Lock,
}

impl Store {
    fn runs_dir(&self) -> PathBuf {
        self.root().join("runs")
    }

    /// Every run, oldest first. A folder without a readable status is passed over.
    ///
    /// # Errors
    /// When the data directory cannot be read.
    pub fn runs(&self) -> Result<Vec<RunState>> {
        let ids = self.run_ids()?;
        Ok(ids.into_iter().filter_map(|id| self.run(&id).ok()?.state().ok()).collect())
    }

    /// Bytes that all runs take of the disk.
    pub(crate) fn bytes_of_runs(&self) -> u64 {
        durable::bytes_under(&self.runs_dir())
    }

    /// Ids of all runs, readable or not, oldest first.
    ///
    /// # Errors
    /// When the data directory cannot be read.
    pub fn run_ids(&self) -> Result<Vec<String>> {
        let mut ids = durable::folders_in(&self.runs_dir())?;
        ids.sort_by(|a, b| owning::given_at(a).cmp(&owning::given_at(b)));
        Ok(ids)
    }

    /// One run.
    ///
    /// # Errors
    /// [`StoreError::NoRun`] with the nearest id there is.
    pub fn run(&self, id: &str) -> Result<Run> {
        let ids = durable::folders_in(&self.runs_dir())?;
        if ids.iter().any(|known| known == id) {
            return Ok(Run { id: id.to_owned(), folder: self.runs_dir().join(id) });
        }
        let nearest = error::nearest(id, ids.iter().map(String::as_str));
        Err(StoreError::NoRun { id: id.to_owned(), nearest })
    }
}

impl Run {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where pieces of its search are kept until it is done.
    pub(crate) fn pieces(&self) -> KeptPieces {
        KeptPieces::new(self.folder.join(PIECES))
    }

    /// Where it stands. A run whose owner died shows as failed.
    ///
    /// # Errors
    /// When the status cannot be read.
    pub fn state(&self) -> Result<RunState> {
        // the lock is asked first: a run that ends in between is then read as ended
        let owned = self.is_owned();
        let mut state = self.recorded()?;
        if state.status == RunStatus::Running && !owned {
            state.status = RunStatus::Failed;
            state.error = Some("interrupted: the process that computed it ended before it was done".to_owned());
        }
        if state.status == RunStatus::Queued && self.cancel_requested() {
            // its owner will say so when its turn comes
            state.status = RunStatus::Cancelled;
        }
        if state.n_neighbors == 0 {
            // written before the status repeated the spec
            state.describe(&self.spec()?);
        }
        state.elapsed_seconds = state.elapsed();
        Ok(state)
    }

    /// Whether somebody computes it now, or is about to.
    pub(crate) fn is_owned(&self) -> bool {
        Lock::is_held(&self.folder.join(LOCK))
    }

    /// Where its last owner left it.
    pub(crate) fn recorded(&self) -> Result<RunState> {
        durable::read_json(&self.folder.join("status.json"))
    }

    /// What it was asked to do.
    ///
    /// # Errors
    /// When the spec cannot be read.
    pub fn spec(&self) -> Result<PipelineSpec> {
        let path = self.folder.join("spec.toml");
        let text = fs::read_to_string(&path).map_err(|e| StoreError::io("reading", &path, e))?;
        PipelineSpec::from_toml(&text).map_err(|e| StoreError::damaged(&path, e))
    }

    /// What conditions on its tables see: the named subsets that its survey has now.
    pub(super) fn subsets(&self) -> Result<Subsets> {
        let survey = self.spec()?.survey;
        check_name(&survey)?;
        let runs = self.folder.parent().unwrap_or(&self.folder);
        Ok(Subsets::of(&survey, &runs.with_file_name("surveys").join(&survey)))
    }

    /// Its record; `None` until it is done.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn provenance(&self) -> Result<Option<Provenance>> {
        let path = self.folder.join("provenance.json");
        if path.exists() { durable::read_json(&path).map(Some) } else { Ok(None) }
    }

    /// Its candidates in rank order, or as the query says, as record batches whose fields carry units
    /// and UCDs. [`Store::candidates`] has the columns of the survey beside.
    ///
    /// # Errors
    /// When it is not done yet; a refused condition or order.
    pub fn candidates(&self, query: &Query) -> Result<QueryResult> {
        let path = self.table(CANDIDATES)?;
        let schema = scan::schema(&path)?;
        query::run(vec![path], &schema, &self.subsets()?, query)
    }

    /// Its candidates as rows.
    ///
    /// # Errors
    /// As [`Self::candidates`].
    pub fn candidate_rows(&self, query: &Query) -> Result<Vec<CandidateRow>> {
        let mut rows = Vec::new();
        for batch in self.candidates(query)? {
            rows.extend(run_tables::candidate_rows(&batch?));
        }
        Ok(rows)
    }

    /// Its neighbour table: `row`, `spectrum_id`, `neighbor`, `distance`.
    ///
    /// # Errors
    /// When it is not done yet.
    pub fn neighbors(&self, query: &Query) -> Result<QueryResult> {
        let path = self.table(NEIGHBORS)?;
        let schema = scan::schema(&path)?;
        query::run(vec![path], &schema, &self.subsets()?, query)
    }

    /// What labels say of each row: `row`, `spectrum_id`, `label`, `probability`, `entropy`, `p_<class>`.
    ///
    /// # Errors
    /// When it is not done yet, or has no label stage.
    pub fn probabilities(&self, query: &Query) -> Result<QueryResult> {
        let path = self.table(PROBABILITIES)?;
        let schema = scan::schema(&path)?;
        query::run(vec![path], &schema, &self.subsets()?, query)
    }

    /// Spectra it left out.
    ///
    /// # Errors
    /// When it is not done yet.
    pub fn rejected(&self) -> Result<Vec<RejectedRow>> {
        let path = self.table(REJECTED)?;
        let reader = csv::Reader::from_path(&path).map_err(|e| StoreError::damaged(&path, e))?;
        reader.into_deserialize().collect::<Result<_, _>>().map_err(|e| StoreError::damaged(&path, e))
    }

    /// The labels it was given; `None` where it kept none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn labels(&self) -> Result<Option<Vec<Labelled>>> {
        let path = self.folder.join(LABELS);
        if path.exists() { run_tables::read_labels(&path).map(Some) } else { Ok(None) }
    }

    /// The first `n_neighbors` neighbours of one row, nearest first, with their distances.
    ///
    /// # Errors
    /// When it is not done yet, or has no such row.
    pub fn neighbors_of(&self, row: u32, n_neighbors: usize) -> Result<(Vec<u32>, Vec<f32>)> {
        run_tables::neighbors_of(&self.table(NEIGHBORS)?, row as usize, n_neighbors)
    }

    /// The first `n_neighbors` neighbours of each of some rows, which ascend.
    ///
    /// # Errors
    /// As [`Self::neighbors_of`].
    pub(crate) fn neighbors_of_rows(&self, rows: &[usize], n_neighbors: usize) -> Result<Vec<Vec<u32>>> {
        run_tables::neighbors_of_rows(&self.table(NEIGHBORS)?, rows, n_neighbors)
    }

    /// Names of some rows of the neighbour table, which ascend; of all where none are given.
    ///
    /// # Errors
    /// When it is not done yet.
    pub(crate) fn row_names(&self, rows: Option<&[usize]>) -> Result<Vec<String>> {
        run_tables::names(&self.table(NEIGHBORS)?, rows)
    }

    /// The first `n_neighbors` neighbours of every row, and the names of the rows.
    ///
    /// # Errors
    /// When it is not done yet, or its table holds fewer.
    pub fn neighbor_table(&self, n_neighbors: usize) -> Result<(NeighborTable, Vec<String>)> {
        run_tables::neighbor_table(&self.table(NEIGHBORS)?, n_neighbors)
    }

    /// The places of one row under all settings; none where it is of an older version, which kept none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn places_of(&self, row: u32) -> Result<Vec<PlaceRow>> {
        let path = self.folder.join(STABILITY);
        if path.exists() { run_tables::places_of(&path, row as usize) } else { Ok(Vec::new()) }
    }

    /// The principal components on which it compared its spectra; `None` where it compared them as they are.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn basis(&self) -> Result<Option<Pca>> {
        let path = self.folder.join(BASIS);
        if path.exists() { run_tables::read_basis(&path).map(Some) } else { Ok(None) }
    }

    /// Whether its candidates have a column: those of older versions have fewer.
    ///
    /// # Errors
    /// When it is not done yet.
    pub fn has_candidate_column(&self, name: &str) -> Result<bool> {
        Ok(scan::schema(&self.table(CANDIDATES)?)?.column_with_name(name).is_some())
    }

    /// Names of the files of what it found, as far as it has them.
    pub fn results(&self) -> Vec<&'static str> {
        TABLES.into_iter().filter(|name| self.folder.join(name).exists()).collect()
    }

    pub(super) fn table(&self, name: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(path);
        }
        let state = self.state()?;
        let why = state.error.map_or_else(String::new, |error| format!(" ({error})"));
        Err(self.refused(format!("it has no {name}, it is {}{why}", state.status)))
    }

    pub(crate) fn refused(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Run { id: self.id.clone(), reason: reason.into() }
    }

    /// Keeps the labels it is given.
    pub(crate) fn save_labels(&self, labels: &[Labelled]) -> Result<()> {
        run_tables::save_labels(&self.folder.join(LABELS), labels)
    }

    /// Saves what was found: each table is complete or absent. `rows` are the survey's rows of the feature rows, `ids`
    /// their names.
    pub(crate) fn save_tables(
        &self,
        survey: &Survey,
        output: &RunOutput,
        rows: &[u64],
        ids: &[String],
        observer: &dyn Observer,
    ) -> Result<()> {
        run_tables::save(&self.folder, survey, output, rows, ids, observer)
    }

    /// Asks the run to stop, from any process.
    ///
    /// # Errors
    /// When it has ended already, or the request cannot be written.
    pub fn cancel(&self) -> Result<()> {
        let state = self.state()?;
        if state.status.is_final() {
            return Err(self.refused(format!("it is {} already", state.status)));
        }
        durable::replace(&self.folder.join(CANCEL), b"")
    }

    /// Whether somebody asked it to stop.
    pub fn cancel_requested(&self) -> bool {
        self.folder.join(CANCEL).exists()
    }

    /// Whether the run can start again.
    ///
    /// # Errors
    /// Where it is neither failed nor cancelled.
    pub fn check_resumable(&self) -> Result<()> {
        match self.state()?.status {
            RunStatus::Failed | RunStatus::Cancelled => Ok(()),
            status => Err(self.refused(format!("it is {status}: only a failed or cancelled run starts again"))),
        }
    }

    /// Removes a run that nobody was told of.
    pub(crate) fn discard(&self) -> Result<()> {
        durable::remove_dir(&self.folder)
    }

    /// Removes the run and everything it found.
    ///
    /// # Errors
    /// While it is queued or running.
    pub fn delete(self) -> Result<()> {
        let state = self.state()?;
        if !state.status.is_final() {
            return Err(self.refused(format!("it is {}: cancel it first", state.status)));
        }
        // whoever still writes it is waited for, but not long
        let _lock = Lock::acquire_within(Duration::from_secs(1), &self.folder.join(LOCK), &format!("run {}", self.id))?;
        durable::remove_dir(&self.folder)
    }
}

impl OwnedRun {
    /// The run as anyone may read it.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Where it stands.
    pub fn state(&self) -> &RunState {
        &self.state
    }

    /// Changes and writes the status.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update(&mut self, change: impl FnOnce(&mut RunState)) -> Result<()> {
        change(&mut self.state);
        if let Some(begun) = self.begun {
            self.state.elapsed_seconds = Some(begun.elapsed().as_secs_f64());
        }
        durable::replace_json(&self.run.folder.join("status.json"), &self.state)
    }

    /// Marks the beginning.
    ///
    /// # Errors
    /// When the status cannot be written.
    pub fn start(&mut self, device: String) -> Result<()> {
        self.begun = Some(Instant::now());
        self.update(|state| {
            state.status = RunStatus::Running;
            state.started = Some(time::now());
            state.device = Some(device);
        })
    }

    /// Saves the run's record.
    pub(crate) fn save_provenance(&self, provenance: &Provenance) -> Result<()> {
        durable::replace_json(&self.run.folder.join("provenance.json"), provenance)
    }

    /// Marks the end: done, cancelled, or failed with the reason.
    ///
    /// # Errors
    /// When the status cannot be written.
    pub fn finish(mut self, status: RunStatus, error: Option<String>) -> Result<RunState> {
        self.update(|state| {
            state.status = status;
            state.finished = Some(time::now());
            state.message = error.clone().unwrap_or_else(|| status.to_string());
            state.error = error;
            (state.eta_seconds, state.rate) = (None, None);
        })?;
        if status == RunStatus::Done {
            // nobody goes on with a run that is done; where there is no such file there is nothing to remove
            fs::remove_file(self.run.folder.join(PIECES)).ok();
        }
        Ok(self.state)
    }
}

#[cfg(test)]
mod tests;
