//! A job as the table has it, and why one ended without results.

use std::collections::BTreeMap;

use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::change;
use crate::{jobs::Phase, storage::time};

/// What a job was asked to do, as somebody who knows parameters only says it: values by name, in capitals.
pub type Parameters = BTreeMap<String, String>;

/// How many jobs may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In the queue.
    pub waiting: u32,
    /// In the queue, of one owner.
    pub of_owner: u32,
    /// To be told to run, or held.
    pub idle: u32,
}

impl Room {
    /// For as many as there are.
    pub const ANY: Self = Self { waiting: u32::MAX, of_owner: u32::MAX, idle: u32::MAX };
}

/// Why a job ended without results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault<'a> {
    /// Why.
    pub message: &'a str,
    /// Whether the same job may succeed another time.
    pub is_transient: bool,
}

impl<'a> Fault<'a> {
    /// It would fail again.
    pub fn fatal(message: &'a str) -> Self {
        Self { message, is_transient: false }
    }
}

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
    /// Whether it may succeed another time, where it failed.
    pub is_transient: bool,
    /// What it was asked to do, where it was asked by parameters.
    pub parameters: Option<Parameters>,
}

impl Job {
    /// A job that waits for its turn, asked for now by nobody in particular.
    pub fn queued(id: String) -> Self {
        Self::new(id, Phase::Queued)
    }

    /// A job of that phase, asked for now by nobody in particular.
    pub fn new(id: String, phase: Phase) -> Self {
        Self {
            id,
            owner: None,
            label: None,
            phase,
            priority: 0,
            created: time::now(),
            started: None,
            ended: None,
            execution_duration: 0,
            destruction: None,
            attempts: 0,
            error: None,
            is_transient: false,
            parameters: None,
        }
    }
}

impl FromRow<'_, SqliteRow> for Job {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let phase: String = row.try_get("phase")?;
        let duration: i64 = row.try_get("execution_duration")?;
        let parameters: Option<String> = row.try_get("parameters")?;
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
            is_transient: row.try_get("is_transient")?,
            parameters: parameters.map(|text| change::from_text(&text)).transpose()?,
        })
    }
}
