//! The stages of a run, and who watches them.

use serde::{Deserialize, Serialize};

use crate::engine::{Observer, Unobserved};

/// A stage of a run, in the order they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Spectra are read: the host's part.
    Read,
    /// The recipe turns spectra into feature rows.
    Recipe,
    /// Places under variants of the recipe, where the run asks for them.
    Variants,
    /// Principal components.
    Components,
    /// The table of nearest neighbours.
    Neighbors,
    /// Local outlier factors.
    Lof,
    /// Labels flow along the graph.
    Labels,
    /// Candidates are put in order.
    Rank,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Recipe,
        Self::Variants,
        Self::Components,
        Self::Neighbors,
        Self::Lof,
        Self::Labels,
        Self::Rank,
    ];

    /// Lower-case name, as in `provenance.json` and progress events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Recipe => "recipe",
            Self::Variants => "variants",
            Self::Components => "components",
            Self::Neighbors => "neighbors",
            Self::Lof => "lof",
            Self::Labels => "labels",
            Self::Rank => "rank",
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Watches a run. The host that has a clock times the stages from here: [`Observer::progress`] counts
/// from 0 to 1 within each.
pub trait RunObserver: Observer {
    /// A stage begins; `message` says in a few words what it does on how much.
    fn stage(&self, stage: Stage, message: &str);
}

impl RunObserver for Unobserved {
    fn stage(&self, _stage: Stage, _message: &str) {}
}
