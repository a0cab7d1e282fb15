//! Something that is fetched.

use balmer_exchange::api::Problem;

/// Where the fetching of a value stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// Not asked for.
    Idle,
    /// Asked for.
    Loading,
    /// Here.
    Ready(T),
    /// Refused.
    Failed(Problem),
}

impl<T> Load<T> {
    /// The value, once it is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            _ => None,
        }
    }

    /// Whether an answer is awaited.
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading)
    }

    /// Why it is not here.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem) => Some(problem),
            _ => None,
        }
    }
}

impl<T> From<Result<T, Problem>> for Load<T> {
    fn from(result: Result<T, Problem>) -> Self {
        match result {
            Ok(value) => Self::Ready(value),
            Err(problem) => Self::Failed(problem),
        }
    }
}
