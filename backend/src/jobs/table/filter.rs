//! Lists of jobs: all, some, and those whose time is over.

use sqlx::{QueryBuilder, Sqlite};

use super::{Job, JobTable, Result};
use crate::jobs::Phase;

/// Which jobs are listed: those that fulfil all of it (UWS 1.1 section 2.2.2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of these phases; of all but ARCHIVED where there are none.
    pub phases: Vec<Phase>,
    /// Only those made after that time.
    pub after: Option<String>,
    /// Only so many that were made last, the last one first.
    pub last: Option<u32>,
}

impl JobTable {
    /// All jobs, in the order in which they were asked for.
    ///
    /// # Errors
    /// [`TableError::Sql`](super::TableError::Sql).
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        Ok(sqlx::query_as("SELECT * FROM jobs ORDER BY seq").fetch_all(&self.pool).await?)
    }

    /// The ids of all jobs.
    ///
    /// # Errors
    /// [`TableError::Sql`](super::TableError::Sql).
    pub async fn ids(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT id FROM jobs").fetch_all(&self.pool).await?)
    }

    /// Some jobs.
    ///
    /// # Errors
    /// [`TableError::Sql`](super::TableError::Sql).
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Job>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM jobs WHERE ");
        if filter.phases.is_empty() {
            query.push("phase <> 'ARCHIVED'");
        } else {
            query.push("phase IN (");
            let mut names = query.separated(", ");
            for phase in &filter.phases {
                names.push_bind(phase.name());
            }
            query.push(")");
        }
        if let Some(after) = &filter.after {
            query.push(" AND created > ").push_bind(after);
        }
        match filter.last {
            Some(last) => query.push(" ORDER BY created DESC, seq DESC LIMIT ").push_bind(last),
            None => query.push(" ORDER BY created, seq"),
        };
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    /// Jobs that were to be destroyed by now.
    ///
    /// # Errors
    /// [`TableError::Sql`](super::TableError::Sql).
    pub async fn due(&self, now: &str) -> Result<Vec<Job>> {
        let due = sqlx::query_as("SELECT * FROM jobs WHERE destruction <= $1 AND phase <> 'ARCHIVED' ORDER BY seq");
        Ok(due.bind(now).fetch_all(&self.pool).await?)
    }
}
