//! The ranked list a run is made for.

use serde::{Deserialize, Serialize};

use crate::semi_supervised::LabelDistributions;

/// One spectrum of a run with its scores. The list holds every spectrum that was kept, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Place in the list, from 1.
    pub rank: u32,
    /// Zero-based row in the feature matrix and the neighbour table.
    pub row: u32,
    /// Name of the spectrum.
    pub spectrum_id: String,
    /// Local outlier factor; about 1 for ordinary spectra.
    pub lof: f32,
    /// Whether the factor exceeds the spec's threshold.
    pub is_outlier: bool,
    /// Most probable class; `None` without labels or where no label reaches.
    pub label: Option<String>,
    /// Probability of that class; 0 where no label reaches.
    pub probability: f32,
    /// Entropy of the class probabilities, in nats; 0 where no label reaches.
    pub entropy: f32,
    /// Probability of each class of the run, in its order; empty without labels.
    pub probabilities: Vec<f32>,
}

/// Puts all spectra in order: larger factor first, ties by name, then by row.
pub(super) fn rank(
    spectrum_ids: &[String],
    lof: &[f32],
    threshold: f64,
    labels: Option<&LabelDistributions>,
) -> Vec<Candidate> {
    let mut order: Vec<usize> = (0..spectrum_ids.len()).collect();
    order.sort_by(|&a, &b| {
        lof[b].total_cmp(&lof[a]).then_with(|| spectrum_ids[a].cmp(&spectrum_ids[b])).then(a.cmp(&b))
    });
    let candidate = |(place, row): (usize, usize)| Candidate {
        rank: place as u32 + 1,
        row: row as u32,
        spectrum_id: spectrum_ids[row].clone(),
        lof: lof[row],
        is_outlier: f64::from(lof[row]) > threshold,
        label: labels.and_then(|l| l.label(row).map(|class| l.classes[class].clone())),
        probability: labels.map_or(0.0, |l| l.probability(row)),
        entropy: labels.map_or(0.0, |l| l.entropy(row)),
        probabilities: labels.map_or_else(Vec::new, |l| l.probabilities.row(row).to_vec()),
    };
    order.into_iter().enumerate().map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_factors_come_first_and_ties_go_by_name_then_row() {
        let ids = ["c", "b", "b", "a"].map(String::from);
        let ranked = rank(&ids, &[1.0, 1.0, 1.0, 2.0], 1.5, None);
        let order: Vec<(u32, u32, bool)> = ranked.iter().map(|c| (c.rank, c.row, c.is_outlier)).collect();
        assert_eq!(order, [(1, 3, true), (2, 1, false), (3, 2, false), (4, 0, false)]);
        assert!(ranked.iter().all(|c| c.label.is_none() && c.probabilities.is_empty()));
    }
}
