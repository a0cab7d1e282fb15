//! How good a ranked list is, where the truth about some of its spectra is known.
//!
//! Recall is the share of what was planted that stands among the first `N`. Precision is the share of the first `N` that is
//! of the kind looked for; since more is planted than nature has, it is given at an assumed rate of such objects. Both come
//! with an interval ([`Share`]). [`PlantedRanks`] holds what it takes for any `N`, so that a page can move a threshold
//! without asking again; [`parts`] cuts what was planted by strength or signal-to-noise ratio.

mod parts;
mod ranks;
mod share;

pub use parts::{Part, parts};
pub use ranks::PlantedRanks;
pub use share::Share;
