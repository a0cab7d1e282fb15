//! What may be chosen of a map.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Rows up to which a map takes [`SMALL_EPOCHS`].
const SMALL: usize = 10_000;
/// Epochs of a small map.
const SMALL_EPOCHS: usize = 500;
/// Epochs of a large one.
const LARGE_EPOCHS: usize = 200;

/// Parameters of [`super::umap`], by the names and with the defaults of umap-learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UmapParams {
    /// Neighbours a row, itself not counted, as everywhere in this crate; umap-learn counts it, so that its 16 are 15 here.
    pub n_neighbors: usize,
    /// How near each other places may be, in units of `spread`'s: 0 packs like rows together, more lays them out.
    pub min_dist: f64,
    /// The scale of the map: how far membership reaches beyond `min_dist`.
    pub spread: f64,
    /// Steps of every row; none given: 500 for at most 10,000 rows, 200 for more.
    pub n_epochs: Option<usize>,
    /// The length of the first steps; it falls to 0 in equal parts.
    pub learning_rate: f32,
    /// Rows to be repelled from, for each neighbour that attracts.
    pub negative_sample_rate: usize,
    /// The seed.
    pub random_state: u64,
}

impl Default for UmapParams {
    fn default() -> Self {
        Self {
            n_neighbors: 15,
            min_dist: 0.1,
            spread: 1.0,
            n_epochs: None,
            learning_rate: 1.0,
            negative_sample_rate: 5,
            random_state: 0,
        }
    }
}

impl UmapParams {
    /// Whether the parameters are in range; how many neighbours there are is for the table to say.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`].
    pub fn check(&self) -> Result<()> {
        if self.n_neighbors < 2 {
            return Err(Error::parameter("n_neighbors", self.n_neighbors, "choose 2 or more, 15 to begin with"));
        }
        if !(self.spread > 0.0 && self.spread.is_finite()) {
            return Err(Error::parameter("spread", self.spread, "choose a positive number, 1 to begin with"));
        }
        if !(0.0..=self.spread).contains(&self.min_dist) {
            let remedy = format!("choose 0 to spread = {}", self.spread);
            return Err(Error::parameter("min_dist", self.min_dist, remedy));
        }
        if self.n_epochs == Some(0) {
            return Err(Error::parameter("n_epochs", 0, "choose 1 or more, 200 to 500 for a map that has settled"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return Err(Error::parameter("learning_rate", self.learning_rate, "choose a positive number"));
        }
        if self.negative_sample_rate == 0 {
            return Err(Error::parameter("negative_sample_rate", 0, "choose 1 or more: nothing else keeps rows apart"));
        }
        Ok(())
    }

    /// Epochs of a map of `n` rows.
    pub fn epochs(&self, n: usize) -> usize {
        self.n_epochs.unwrap_or_else(|| default_epochs(n))
    }
}

/// Epochs where none are asked for.
pub(super) fn default_epochs(n: usize) -> usize {
    if n <= SMALL { SMALL_EPOCHS } else { LARGE_EPOCHS }
}
