//! What comes out: a distribution over the classes for each row.

use ndarray::Array2;

/// Probabilities of the classes for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelDistributions {
    /// Names of the classes, C of them.
    pub classes: Vec<String>,
    /// n x C; each row sums to 1, or is all 0 when no label reached it.
    pub probabilities: Array2<f32>,
    /// Products with the graph that were done.
    pub iterations: usize,
    /// Whether the change fell below the tolerance within `max_iter`.
    pub converged: bool,
}

impl LabelDistributions {
    /// The most probable class of row `i`, the first of equals; `None` when no label reached it.
    pub fn label(&self, i: usize) -> Option<usize> {
        let mut best = None;
        let mut highest = 0.0;
        for (class, &probability) in self.probabilities.row(i).iter().enumerate() {
            if probability > highest {
                (best, highest) = (Some(class), probability);
            }
        }
        best
    }

    /// Probability of that class; 0 when no label reached the row.
    pub fn probability(&self, i: usize) -> f32 {
        self.probabilities.row(i).iter().copied().fold(0.0, f32::max)
    }

    /// Shannon entropy of row `i` in nats: 0 for certainty, `ln C` when nothing is known, so also when no label
    /// reached the row.
    pub fn entropy(&self, i: usize) -> f32 {
        if self.label(i).is_none() {
            return (self.classes.len() as f32).ln();
        }
        let sum: f64 =
            self.probabilities.row(i).iter().map(|&p| f64::from(p)).filter(|&p| p > 0.0).map(|p| -p * p.ln()).sum();
        sum.max(0.0) as f32
    }
}
