//! The last thing that went wrong.

use balmer_exchange::api::Problem;
use leptos::prelude::*;

/// The failure that the banner shows.
#[derive(Debug, Clone, Copy)]
pub struct Failures {
    /// The last failure, until it is dismissed.
    pub last: RwSignal<Option<Problem>>,
}

impl Failures {
    /// None yet.
    pub fn new() -> Self {
        Self { last: RwSignal::new(None) }
    }

    /// Shows a failure and passes the result on. An answer shows that the server is back.
    pub fn noted<T>(self, result: Result<T, Problem>) -> Result<T, Problem> {
        match &result {
            Err(problem) => self.last.set(Some(problem.clone())),
            Ok(_) if self.last.with_untracked(|last| last.as_ref().is_some_and(|problem| problem.status == 0)) => {
                self.last.set(None);
            }
            Ok(_) => {}
        }
        result
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self::new()
    }
}
