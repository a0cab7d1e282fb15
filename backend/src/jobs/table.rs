//! The table of jobs: what a server was asked for and has not forgotten, in `jobs.sqlite` of the data directory.
//!
//! `SQLite` in WAL mode with full synchronisation: what was committed survives the death of the process and of the machine.
//! A change of phase names the phases it may come from, in the same statement, so that of two that want it one is refused.

use std::{path::Path, time::Duration};

use sqlx::{
    FromRow, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};

use super::Phase;
use crate::storage::time;

/// Name of the file.
pub const FILE: &str = "jobs.sqlite";
/// How long a statement waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The tables, version by version: `PRAGMA user_version` says how many of them a file has.
const VERSIONS: &[&str] = &["
    CREATE TABLE jobs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT,
        label TEXT,
        phase TEXT NOT NULL,
        priority INTEGER NOT NULL DEFAULT 0,
        created TEXT NOT NULL,
        started TEXT,
        ended TEXT,
        execution_duration INTEGER NOT NULL DEFAULT 0,
        destruction TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        error TEXT
    );
    CREATE INDEX jobs_in_turn ON jobs (phase, priority DESC, seq);
"];

/// A job as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Name, the same as its run's.
    pub id: String,
    /// Who asked for it; nobody where there are no accounts.
    pub owner: Option<String>,
    /// What its owner calls it: `runId` of UWS.
    pub label: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// Jobs of a higher priority come first.
    pub priority: i64,
    /// When it was asked for, RFC 3339 in UTC.
    pub created: String,
    /// When it last began.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// Seconds it may execute; 0 for as long as it takes.
    pub execution_duration: u64,
    /// When it is to be destroyed.
    pub destruction: Option<String>,
    /// How many times it began since it was last asked for.
    pub attempts: u32,
    /// Why it failed, or was aborted.
    pub error: Option<String>,
}

impl Job {
    /// A job that waits for its turn, asked for now by nobody in particular.
    pub fn queued(id: String) -> Self {
        Self {
            id,
            owner: None,
            label: None,
            phase: Phase::Queued,
            priority: 0,
            created: time::now(),
            started: None,
            ended: None,
            execution_duration: 0,
            destruction: None,
            attempts: 0,
            error: None,
        }
    }
}

/// Why the table could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file.
    #[error("the table of jobs cannot be used: {0}; look at {FILE} in the data directory")]
    Sql(#[from] sqlx::Error),
    /// The file was written by a later version.
    #[error("{FILE} was written by a later version of balmer (format {found}, this one knows {known}): use that one")]
    Later {
        /// The file's format.
        found: i64,
        /// The last that is known here.
        known: usize,
    },
    /// So many jobs wait already.
    #[error("{0} runs are waiting: try again later")]
    Full(u32),
    /// There is no such job.
    #[error("there is no job `{0}`")]
    Unknown(String),
    /// The job stands elsewhere.
    #[error("job `{id}` is {phase}: it cannot become {wanted}")]
    Phase {
        /// The job.
        id: String,
        /// Where it stands.
        phase: Phase,
        /// Where it was to go.
        wanted: Phase,
    },
}

type Result<T> = std::result::Result<T, TableError>;

/// The table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct JobTable {
    pool: SqlitePool,
}

impl JobTable {
    /// Opens the table of a data directory, and makes it if need be.
    ///
    /// # Errors
    /// [`TableError::Sql`], [`TableError::Later`].
    pub async fn open(data_dir: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
        let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *change).await?;
        let known = VERSIONS.len();
        let Some(missing) = usize::try_from(found).ok().and_then(|found| VERSIONS.get(found..)) else {
            return Err(TableError::Later { found, known });
        };
        for version in missing {
            sqlx::raw_sql(*version).execute(&mut *change).await?;
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {known}"))).execute(&mut *change).await?;
        change.commit().await?;
        Ok(Self { pool })
    }

    /// Closes the file: what its log holds is then in it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Takes a job in, which is acknowledged once this returns.
    ///
    /// # Errors
    /// [`TableError::Full`] where `capacity` jobs wait already.
    pub async fn insert(&self, job: &Job, capacity: u32) -> Result<()> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        has_room(&mut change, job.phase, capacity).await?;
        sqlx::query(
            "INSERT INTO jobs (id, owner, label, phase, priority, created, execution_duration, destruction)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&job.id)
        .bind(&job.owner)
        .bind(&job.label)
        .bind(job.phase.name())
        .bind(job.priority)
        .bind(&job.created)
        .bind(i64::try_from(job.execution_duration).unwrap_or(i64::MAX))
        .bind(&job.destruction)
        .execute(&mut *change)
        .await?;
        Ok(change.commit().await?)
    }

    /// One job.
    ///
    /// # Errors
    /// [`TableError::Unknown`].
    pub async fn job(&self, id: &str) -> Result<Job> {
        let found = sqlx::query_as("SELECT * FROM jobs WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        found.ok_or_else(|| TableError::Unknown(id.to_owned()))
    }

    /// All jobs, in the order in which they were asked for.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        Ok(sqlx::query_as("SELECT * FROM jobs ORDER BY seq").fetch_all(&self.pool).await?)
    }

    /// How many jobs wait for their turn.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn waiting(&self) -> Result<u32> {
        let count = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE phase = 'QUEUED'");
        Ok(count.fetch_one(&self.pool).await?)
    }

    /// How many jobs there are of each phase.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn by_phase(&self) -> Result<Vec<(String, i64)>> {
        Ok(sqlx::query_as("SELECT phase, count(*) FROM jobs GROUP BY phase ORDER BY phase")
            .fetch_all(&self.pool)
            .await?)
    }

    /// The next job in turn: the first of those with the highest priority.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn next_in_turn(&self) -> Result<Option<Job>> {
        let next = sqlx::query_as("SELECT * FROM jobs WHERE phase = 'QUEUED' ORDER BY priority DESC, seq LIMIT 1");
        Ok(next.fetch_optional(&self.pool).await?)
    }

    /// A job that waits begins by this; `None` where it does not wait any more.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn begin(&self, id: &str) -> Result<Option<Job>> {
        let begun = sqlx::query_as(
            "UPDATE jobs SET phase = 'EXECUTING', started = $1, ended = NULL, error = NULL, attempts = attempts + 1
             WHERE id = $2 AND phase = 'QUEUED' RETURNING *",
        );
        Ok(begun.bind(time::now()).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Brings a job to another phase; `error` says why, where it failed or was aborted.
    ///
    /// # Errors
    /// [`TableError::Unknown`]; [`TableError::Phase`] where it may not go there from where it stands.
    pub async fn bring(&self, id: &str, wanted: Phase, error: Option<&str>) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change(&mut change, id).await?;
        let job = bring(&mut change, job, wanted, error).await?;
        change.commit().await?;
        Ok(job)
    }

    /// Puts a job that failed or was aborted into the queue again, as one that has not begun yet.
    ///
    /// # Errors
    /// As [`Self::bring`]; [`TableError::Full`].
    pub async fn resume(&self, id: &str, capacity: u32) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change(&mut change, id).await?;
        has_room(&mut change, Phase::Queued, capacity).await?;
        sqlx::query("UPDATE jobs SET attempts = 0 WHERE id = $1").bind(id).execute(&mut *change).await?;
        let job = bring(&mut change, job, Phase::Queued, None).await?;
        change.commit().await?;
        Ok(Job { attempts: 0, ..job })
    }

    /// [`Self::resume`]; a run that is in no table yet, since a command line made it, is taken in.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub async fn wait_again(&self, id: &str, capacity: u32) -> Result<()> {
        match self.resume(id, capacity).await {
            Err(TableError::Unknown(_)) => self.insert(&Job::queued(id.to_owned()), capacity).await,
            resumed => resumed.map(drop),
        }
    }

    /// Forgets a job that is over.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn forget(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM jobs WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }
}

type Change = sqlx::Transaction<'static, sqlx::Sqlite>;

async fn in_change(change: &mut Change, id: &str) -> Result<Job> {
    let found = sqlx::query_as("SELECT * FROM jobs WHERE id = $1").bind(id).fetch_optional(&mut **change).await?;
    found.ok_or_else(|| TableError::Unknown(id.to_owned()))
}

async fn has_room(change: &mut Change, phase: Phase, capacity: u32) -> Result<()> {
    let count = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE phase = 'QUEUED'");
    let waiting: u32 = count.fetch_one(&mut **change).await?;
    if phase == Phase::Queued && waiting >= capacity { Err(TableError::Full(waiting)) } else { Ok(()) }
}

async fn bring(change: &mut Change, job: Job, wanted: Phase, error: Option<&str>) -> Result<Job> {
    if !job.phase.may_become(wanted) {
        return Err(TableError::Phase { id: job.id, phase: job.phase, wanted });
    }
    let ended = wanted.is_final().then(time::now);
    let changed = sqlx::query_as("UPDATE jobs SET phase = $1, error = $2, ended = $3 WHERE id = $4 RETURNING *");
    Ok(changed.bind(wanted.name()).bind(error).bind(ended).bind(job.id).fetch_one(&mut **change).await?)
}

impl FromRow<'_, SqliteRow> for Job {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let phase: String = row.try_get("phase")?;
        let duration: i64 = row.try_get("execution_duration")?;
        Ok(Self {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            label: row.try_get("label")?,
            phase: phase.parse().map_err(|e: String| sqlx::Error::Decode(e.into()))?,
            priority: row.try_get("priority")?,
            created: row.try_get("created")?,
            started: row.try_get("started")?,
            ended: row.try_get("ended")?,
            execution_duration: duration.max(0).unsigned_abs(),
            destruction: row.try_get("destruction")?,
            attempts: row.try_get("attempts")?,
            error: row.try_get("error")?,
        })
    }
}

#[cfg(test)]
mod tests;
