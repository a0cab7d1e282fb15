//! What may be changed of a job beside its phase.

use super::{Job, JobTable, Parameters, Result, TableError, in_change};
use crate::jobs::Phase;

/// A change of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// How many seconds it may execute; 0 for as long as it takes. Before it begins.
    ExecutionDuration(u64),
    /// When it is to be destroyed, as [`crate::storage::time`] writes it; never, where absent.
    Destruction(Option<String>),
    /// Its place among those that wait. Before it begins.
    Priority(i64),
    /// What its owner calls it.
    Label(Option<String>),
    /// What it is asked to do, one by one; an empty value takes a parameter back. Before it is told to run.
    Parameters(Parameters),
}

impl Change {
    /// What it is that it changes, and until when.
    fn allows(&self, phase: Phase) -> (&'static str, bool) {
        let waits = matches!(phase, Phase::Pending | Phase::Held | Phase::Queued);
        match self {
            Self::ExecutionDuration(_) => ("execution duration", waits),
            Self::Destruction(_) => ("destruction time", phase != Phase::Archived),
            Self::Priority(_) => ("priority", waits),
            Self::Label(_) => ("run id", phase != Phase::Archived),
            Self::Parameters(_) => ("parameters", phase == Phase::Pending),
        }
    }
}

impl JobTable {
    /// Changes a job.
    ///
    /// # Errors
    /// [`TableError::Unknown`]; [`TableError::Fixed`] where it is too late.
    pub async fn set(&self, id: &str, wanted: &Change) -> Result<Job> {
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let job = in_change(&mut change, id).await?;
        let (what, is_allowed) = wanted.allows(job.phase);
        if !is_allowed {
            return Err(TableError::Fixed { id: job.id, phase: job.phase, what });
        }
        let changed = match wanted {
            Change::ExecutionDuration(seconds) => {
                let seconds = i64::try_from(*seconds).unwrap_or(i64::MAX);
                sqlx::query_as("UPDATE jobs SET execution_duration = $1 WHERE id = $2 RETURNING *").bind(seconds)
            }
            Change::Destruction(time) => {
                sqlx::query_as("UPDATE jobs SET destruction = $1 WHERE id = $2 RETURNING *").bind(time)
            }
            Change::Priority(priority) => {
                sqlx::query_as("UPDATE jobs SET priority = $1 WHERE id = $2 RETURNING *").bind(priority)
            }
            Change::Label(label) => sqlx::query_as("UPDATE jobs SET label = $1 WHERE id = $2 RETURNING *").bind(label),
            Change::Parameters(given) => {
                let mut parameters = job.parameters.unwrap_or_default();
                for (name, value) in given {
                    if value.is_empty() {
                        parameters.remove(name);
                    } else {
                        parameters.insert(name.clone(), value.clone());
                    }
                }
                sqlx::query_as("UPDATE jobs SET parameters = $1 WHERE id = $2 RETURNING *").bind(as_text(&parameters))
            }
        };
        let changed = changed.bind(id).fetch_one(&mut *change).await?;
        change.commit().await?;
        self.tell();
        Ok(changed)
    }
}

/// Parameters as the table keeps them: a JSON object.
pub(super) fn as_text(parameters: &Parameters) -> String {
    // names and values are text
    serde_json::to_string(parameters).unwrap_or_default()
}

/// What [`as_text`] wrote.
pub(super) fn from_text(text: &str) -> sqlx::Result<Parameters> {
    serde_json::from_str(text).map_err(|e| sqlx::Error::Decode(e.into()))
}
