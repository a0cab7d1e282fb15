//! The ranked list a run is made for.

use serde::{Deserialize, Serialize};

use super::Ranking;
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

/// Rows in order: larger factor first, ties by name, then by row.
pub(super) fn order(spectrum_ids: &[String], lof: &[f32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..spectrum_ids.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        let (i, j) = (a as usize, b as usize);
        lof[j].total_cmp(&lof[i]).then_with(|| spectrum_ids[i].cmp(&spectrum_ids[j])).then(a.cmp(&b))
    });
    order
}

/// All spectra in the order of the ranking.
pub(super) fn list(
    spectrum_ids: &[String],
    ranking: &Ranking,
    threshold: f64,
    labels: Option<&LabelDistributions>,
) -> Vec<Candidate> {
    let candidate = |(place, &row): (usize, &u32)| {
        let (i, lof) = (row as usize, ranking.scores.lof[row as usize]);
        Candidate {
            rank: place as u32 + 1,
            row,
            spectrum_id: spectrum_ids[i].clone(),
            lof,
            is_outlier: f64::from(lof) > threshold,
            label: labels.and_then(|l| l.label(i).map(|class| l.classes[class].clone())),
            probability: labels.map_or(0.0, |l| l.probability(i)),
            entropy: labels.map_or(0.0, |l| l.entropy(i)),
            probabilities: labels.map_or_else(Vec::new, |l| l.probabilities.row(i).to_vec()),
        }
    };
    ranking.order.iter().enumerate().map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::outlier::lof::LofScores;

    #[test]
    fn larger_factors_come_first_and_ties_go_by_name_then_row() {
        let ids = ["c", "b", "b", "a"].map(String::from);
        let lof = array![1.0, 1.0, 1.0, 2.0];
        let order = order(&ids, lof.as_slice().unwrap());
        let scores = LofScores { lrd: lof.clone(), k_distance: lof.clone(), lof };
        let ranked = list(&ids, &Ranking { scores, order }, 1.5, None);
        let order: Vec<(u32, u32, bool)> = ranked.iter().map(|c| (c.rank, c.row, c.is_outlier)).collect();
        assert_eq!(order, [(1, 3, true), (2, 1, false), (3, 2, false), (4, 0, false)]);
        assert!(ranked.iter().all(|c| c.label.is_none() && c.probabilities.is_empty()));
    }
}
