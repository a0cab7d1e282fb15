//! The table of jobs: what a server was asked for and has not forgotten, in `jobs.sqlite` of the data directory.
//!
//! `SQLite` in WAL mode with full synchronisation: what was committed survives the death of the process and of the machine.
//! A change of phase names the phases it may come from, in the same statement, so that of two that want it one is refused.
//! Every change is told to those who wait for one ([`JobTable::changes`]).

mod change;
mod filter;
mod job;

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

pub use self::{
    change::Change,
    filter::Filter,
    job::{Fault, Job, Parameters, Room},
};
use super::Phase;
use crate::storage::time;

/// Name of the file.
pub const FILE: &str = "jobs.sqlite";
/// How long a statement waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a job stands that has not begun.
const WAITING: [Phase; 3] = [Phase::Pending, Phase::Queued, Phase::Held];

/// The tables, version by version: `PRAGMA user_version` says how many of them a file has.
const VERSIONS: &[&str] = &[
    "
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
",
    "
    ALTER TABLE jobs ADD COLUMN parameters TEXT;
    ALTER TABLE jobs ADD COLUMN is_transient INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX jobs_by_creation ON jobs (created);
    CREATE INDEX jobs_by_destruction ON jobs (destruction) WHERE destruction IS NOT NULL;
",
];

/// `1 run is`, `2 runs are`.
fn runs_are(count: u32) -> String {
    if count == 1 { "1 run is".to_owned() } else { format!("{count} runs are") }
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
    #[error("{} waiting: try again later", runs_are(*.0))]
    Full(u32),
    /// So many jobs of that owner wait already.
    #[error("{} waiting that {owner} asked for: try again later", runs_are(*.waiting))]
    OwnerFull {
        /// Whose they are.
        owner: String,
        /// How many.
        waiting: u32,
    },
    /// So many jobs wait to be told to run.
    #[error("so many jobs wait to be told to run as may ({0}): run or delete some of them")]
    Idle(u32),
    /// There is a job of that id.
    #[error("there is a job `{0}` already: ask again")]
    Taken(String),
    /// What is to be changed is fixed by now.
    #[error("job `{id}` is {phase}: its {what} cannot be changed any more")]
    Fixed {
        /// The job.
        id: String,
        /// Where it stands.
        phase: Phase,
        /// What.
        what: &'static str,
    },
    /// The job has not ended.
    #[error("job `{id}` is {phase}: cancel it first, and wait until it has ended")]
    Active {
        /// The job.
        id: String,
        /// Where it stands.
        phase: Phase,
    },
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
    changes: watch::Sender<u64>,
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
        Ok(Self { pool, changes: watch::channel(0).0 })
    }

    /// Changes whenever a job does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Tells those who wait that something is another.
    fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Closes the file: what its log holds is then in it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Takes a job in, which is acknowledged once this returns.
    ///
    /// # Errors
    /// [`TableError::Full`], [`TableError::OwnerFull`], [`TableError::Idle`] where there is no room for one more;
    /// [`TableError::Taken`].
    pub async fn insert(&self, job: &Job, room: Room) -> Result<()> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        has_room(&mut change, job, job.phase, room).await?;
        let inserted = sqlx::query(
            "INSERT INTO jobs (id, owner, label, phase, priority, created, execution_duration, destruction, parameters,
                               started, ended, error)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&job.id)
        .bind(&job.owner)
        .bind(&job.label)
        .bind(job.phase.name())
        .bind(job.priority)
        .bind(&job.created)
        .bind(i64::try_from(job.execution_duration).unwrap_or(i64::MAX))
        .bind(&job.destruction)
        .bind(job.parameters.as_ref().map(change::as_text))
        .bind(&job.started)
        .bind(&job.ended)
        .bind(&job.error)
        .execute(&mut *change)
        .await;
        inserted.map_err(|error| match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => TableError::Taken(job.id.clone()),
            _ => error.into(),
        })?;
        change.commit().await?;
        self.tell();
        Ok(())
    }

    /// One job.
    ///
    /// # Errors
    /// [`TableError::Unknown`].
    pub async fn job(&self, id: &str) -> Result<Job> {
        let found = sqlx::query_as("SELECT * FROM jobs WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        found.ok_or_else(|| TableError::Unknown(id.to_owned()))
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

    /// Jobs that have not begun and have runs.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn waiting_ids(&self) -> Result<Vec<String>> {
        let ids = sqlx::query_scalar("SELECT id FROM jobs WHERE phase IN ('QUEUED', 'HELD') ORDER BY seq");
        Ok(ids.fetch_all(&self.pool).await?)
    }

    /// A job that waits begins by this; `None` where it does not wait any more.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn begin(&self, id: &str) -> Result<Option<Job>> {
        let begun = sqlx::query_as(
            "UPDATE jobs SET phase = 'EXECUTING', started = $1, ended = NULL, error = NULL, is_transient = 0, attempts = attempts + 1
             WHERE id = $2 AND phase = 'QUEUED' RETURNING *",
        );
        let begun = begun.bind(time::now()).bind(id).fetch_optional(&self.pool).await?;
        if begun.is_some() {
            self.tell();
        }
        Ok(begun)
    }

    /// Brings a job to another phase; `fault` says why, where it failed or was aborted.
    ///
    /// # Errors
    /// [`TableError::Unknown`]; [`TableError::Phase`] where it may not go there from where it stands.
    pub async fn bring(&self, id: &str, wanted: Phase, fault: Option<Fault<'_>>) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change(&mut change, id).await?;
        let job = bring(&mut change, job, wanted, fault).await?;
        change.commit().await?;
        self.tell();
        Ok(job)
    }

    /// Aborts a job that has not begun.
    ///
    /// # Errors
    /// As [`Self::bring`], also where it has begun.
    pub async fn withdraw(&self, id: &str) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change_from(&mut change, id, &WAITING, Phase::Aborted).await?;
        let job = bring(&mut change, job, Phase::Aborted, None).await?;
        change.commit().await?;
        self.tell();
        Ok(job)
    }

    /// Holds a job that waits.
    ///
    /// # Errors
    /// As [`Self::bring`]; [`TableError::Idle`] where too many are held or wait to be told to run.
    pub async fn hold(&self, id: &str, room: Room) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change(&mut change, id).await?;
        if job.phase == Phase::Queued {
            has_room(&mut change, &job, Phase::Held, room).await?;
        }
        let job = bring(&mut change, job, Phase::Held, None).await?;
        change.commit().await?;
        self.tell();
        Ok(job)
    }

    /// Puts a job that waits to be told so into the queue.
    ///
    /// # Errors
    /// As [`Self::bring`] and [`Self::insert`].
    pub async fn queue(&self, id: &str, room: Room) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change_from(&mut change, id, &[Phase::Pending, Phase::Held], Phase::Queued).await?;
        has_room(&mut change, &job, Phase::Queued, room).await?;
        let job = bring(&mut change, job, Phase::Queued, None).await?;
        change.commit().await?;
        self.tell();
        Ok(job)
    }

    /// Puts a job that failed or was aborted into the queue again, as one that has not begun yet.
    ///
    /// # Errors
    /// As [`Self::bring`] and [`Self::insert`].
    pub async fn resume(&self, id: &str, room: Room) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change_from(&mut change, id, &[Phase::Error, Phase::Aborted], Phase::Queued).await?;
        has_room(&mut change, &job, Phase::Queued, room).await?;
        sqlx::query("UPDATE jobs SET attempts = 0 WHERE id = $1").bind(id).execute(&mut *change).await?;
        let job = bring(&mut change, job, Phase::Queued, None).await?;
        change.commit().await?;
        self.tell();
        Ok(Job { attempts: 0, ..job })
    }

    /// [`Self::resume`]; a run that is in no table yet, since a command line made it, is taken in, and one that waits goes on
    /// waiting.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub async fn wait_again(&self, id: &str, room: Room) -> Result<()> {
        match self.resume(id, room).await {
            Err(TableError::Unknown(_)) => self.insert(&Job::queued(id.to_owned()), room).await,
            Err(TableError::Phase { phase: Phase::Queued, .. }) => Ok(()),
            resumed => resumed.map(drop),
        }
    }

    /// Forgets a job that is over.
    ///
    /// # Errors
    /// [`TableError::Sql`].
    pub async fn forget(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM jobs WHERE id = $1").bind(id).execute(&self.pool).await?;
        self.tell();
        Ok(())
    }
}

type Transaction = sqlx::Transaction<'static, sqlx::Sqlite>;

async fn in_change(change: &mut Transaction, id: &str) -> Result<Job> {
    let found = sqlx::query_as("SELECT * FROM jobs WHERE id = $1").bind(id).fetch_optional(&mut **change).await?;
    found.ok_or_else(|| TableError::Unknown(id.to_owned()))
}

/// A job that is to go elsewhere, where it stands in one of those phases.
async fn in_change_from(change: &mut Transaction, id: &str, from: &[Phase], wanted: Phase) -> Result<Job> {
    let job = in_change(change, id).await?;
    if from.contains(&job.phase) { Ok(job) } else { Err(TableError::Phase { id: job.id, phase: job.phase, wanted }) }
}

/// Refuses where a job that is to be in that phase is one too many.
async fn has_room(change: &mut Transaction, job: &Job, phase: Phase, room: Room) -> Result<()> {
    match phase {
        Phase::Queued => {
            let count =
                sqlx::query_as("SELECT count(*), count(*) FILTER (WHERE owner = $1) FROM jobs WHERE phase = 'QUEUED'");
            let (waiting, own): (u32, u32) = count.bind(&job.owner).fetch_one(&mut **change).await?;
            match &job.owner {
                _ if waiting >= room.waiting => Err(TableError::Full(waiting)),
                Some(owner) if own >= room.of_owner => {
                    Err(TableError::OwnerFull { owner: owner.clone(), waiting: own })
                }
                _ => Ok(()),
            }
        }
        Phase::Pending | Phase::Held => {
            let count = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE phase IN ('PENDING', 'HELD')");
            let idle: u32 = count.fetch_one(&mut **change).await?;
            if idle >= room.idle { Err(TableError::Idle(idle)) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

async fn bring(change: &mut Transaction, job: Job, wanted: Phase, fault: Option<Fault<'_>>) -> Result<Job> {
    if !job.phase.may_become(wanted) {
        return Err(TableError::Phase { id: job.id, phase: job.phase, wanted });
    }
    // what is archived keeps the time and the reason of its end
    let (ended, fault) = match (wanted, &job.error) {
        (Phase::Archived, Some(message)) => (job.ended, Some(Fault { message, is_transient: job.is_transient })),
        (Phase::Archived, None) => (job.ended, None),
        _ => (wanted.is_final().then(time::now), fault),
    };
    let changed = sqlx::query_as(
        "UPDATE jobs SET phase = $1, error = $2, is_transient = $3, ended = $4 WHERE id = $5 RETURNING *",
    );
    let changed =
        changed.bind(wanted.name()).bind(fault.map(|f| f.message)).bind(fault.is_some_and(|f| f.is_transient));
    Ok(changed.bind(ended).bind(job.id).fetch_one(&mut **change).await?)
}

#[cfg(test)]
mod tests;
