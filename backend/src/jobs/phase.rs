//! Where a job stands: the execution phases of IVOA UWS 1.1 (section 2.1.3), and which may follow which.
//!
//! A *job* is what a server was asked for; the *run* of the same id is what came of it, and lies in a folder of its own.

use std::{fmt, str::FromStr};

/// Execution phase of a job, UWS 1.1 section 2.1.3; SUSPENDED and UNKNOWN do not occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Accepted, and waits to be told to run.
    Pending,
    /// Waits for its turn.
    Queued,
    /// Waits for somebody to queue it again.
    Held,
    /// Is being computed.
    Executing,
    /// Done: its results are there.
    Completed,
    /// Failed.
    Error,
    /// Ended on request, or by a limit.
    Aborted,
    /// Its results were cleared away, its record is kept.
    Archived,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Queued,
        Self::Held,
        Self::Executing,
        Self::Completed,
        Self::Error,
        Self::Aborted,
        Self::Archived,
    ];

    /// As UWS spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Queued => "QUEUED",
            Self::Held => "HELD",
            Self::Executing => "EXECUTING",
            Self::Completed => "COMPLETED",
            Self::Error => "ERROR",
            Self::Aborted => "ABORTED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// Whether nothing more happens to the job unless somebody asks for it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Error | Self::Aborted | Self::Archived)
    }

    /// Whether the job may still change by itself: those whose change can be waited for (section 2.2.1.1).
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Queued | Self::Executing)
    }

    /// Whether a job may go from this phase to another. One that is told to run fails where its parameters make no sense. An
    /// executing job returns to the queue when its process died; one that failed or was aborted is resumed.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Queued | Self::Held | Self::Aborted | Self::Error),
            Self::Queued => matches!(next, Self::Executing | Self::Held | Self::Aborted | Self::Error),
            Self::Held => matches!(next, Self::Queued | Self::Aborted | Self::Error),
            Self::Executing => matches!(next, Self::Completed | Self::Error | Self::Aborted | Self::Queued),
            Self::Error | Self::Aborted => matches!(next, Self::Queued | Self::Archived),
            Self::Completed => next == Self::Archived,
            Self::Archived => false,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |phase: &Self| phase.name().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(named).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|phase| phase.name()).collect();
            format!("no phase '{text}': one of {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for phase in Phase::ALL {
            assert_eq!(phase.name().parse(), Ok(phase));
            assert_eq!(phase.name().to_lowercase().parse(), Ok(phase));
        }
        assert!("RUNNING".parse::<Phase>().unwrap_err().contains("QUEUED"));
    }

    #[test]
    fn what_is_over_stays_so_unless_it_is_resumed() {
        for phase in Phase::ALL {
            assert!(!phase.may_become(phase) && !phase.may_become(Phase::Pending), "{phase}");
            assert_eq!(Phase::Completed.may_become(phase), phase == Phase::Archived);
            assert!(!Phase::Archived.may_become(phase));
            assert_eq!(phase.may_become(Phase::Executing), phase == Phase::Queued, "{phase}");
        }
    }
}
