//! Where a flow ended: where the next one may begin after more rows were labelled.

use super::{Algorithm, Diffusion, Seeds};

/// The shares of every class on every node when a flow ended, and what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    pub(super) algorithm: Algorithm,
    pub(super) alpha: f32,
    pub(super) classes: Vec<String>,
    /// Labelled rows, ascending, and their classes.
    pub(super) labels: Vec<(u32, u32)>,
    /// Nodes x C, in the order of the graph, as `Flow` has them.
    pub(super) values: Vec<f64>,
    /// Steps in which labels reached another node.
    pub(super) depth: usize,
    /// What the last step changed, and whether it reached another node.
    pub(super) change: f64,
    pub(super) spreading: bool,
}

impl Shares {
    /// Whether a flow of `seeds` may begin here: the rule and the classes are the same, and every label that flowed is
    /// still there. What a label that was taken back has left elsewhere would never quite go.
    pub fn suit(&self, diffusion: &Diffusion, seeds: &Seeds) -> bool {
        let same_rule = self.algorithm == diffusion.algorithm
            && (self.algorithm == Algorithm::Propagation || self.alpha == diffusion.alpha);
        same_rule
            && self.classes == seeds.classes()
            && self.values.len() == seeds.n_rows() * self.classes.len()
            && self.labels.iter().all(|&(row, class)| seeds.labels()[row as usize] == Some(class))
    }
}

/// The labelled rows, ascending, and their classes.
pub(super) fn labels_of(seeds: &Seeds) -> Vec<(u32, u32)> {
    let labels = seeds.labels().iter().enumerate();
    labels.filter_map(|(row, label)| label.map(|class| (row as u32, class))).collect()
}
