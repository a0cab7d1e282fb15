//! The ranked list a run is made for.

use serde::{Deserialize, Serialize};

use super::{Plan, Ranking, Stability};
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
    /// Local reachability density, in inverse units of the features: the factor is the mean of the neighbours' over its own.
    pub lrd: f32,
    /// Distance to the last of the neighbours that the factor looks at, in units of the features.
    pub k_distance: f32,
    /// Geometric mean of its factors under all settings of the run.
    pub ensemble: f32,
    /// Best and worst place under any of these settings, from 1.
    pub rank_range: (u32, u32),
    /// Share of these settings under which it is in the [head](super::head) of the list, 0 to 1.
    pub stability: f32,
    /// Whether the factor that the list is ranked by exceeds the spec's threshold.
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
    plan: &Plan,
    spectrum_ids: &[String],
    ranking: &Ranking,
    stability: &Stability,
    labels: Option<&LabelDistributions>,
) -> Vec<Candidate> {
    let (threshold, by_ensemble) = (plan.spec().lof.threshold, plan.ranks_by_ensemble());
    let candidate = |(place, &row): (usize, &u32)| {
        let (i, scores) = (row as usize, &ranking.scores);
        let (lof, ensemble) = (scores.lof[i], stability.factor(i));
        Candidate {
            rank: place as u32 + 1,
            row,
            spectrum_id: spectrum_ids[i].clone(),
            lof,
            lrd: scores.lrd[i],
            k_distance: scores.k_distance[i],
            ensemble,
            rank_range: stability.range(i),
            stability: stability.share_in_head(i),
            is_outlier: f64::from(if by_ensemble { ensemble } else { lof }) > threshold,
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

    use super::{super::stability::Placing, *};
    use crate::{outlier::lof::LofScores, pipeline::PipelineSpec};

    #[test]
    fn larger_factors_come_first_and_ties_go_by_name_then_row() {
        let ids = ["c", "b", "b", "a"].map(String::from);
        let lof = array![1.0, 1.0, 1.0, 2.0];
        let order = order(&ids, lof.as_slice().unwrap());
        let scores = LofScores { lrd: lof.clone(), k_distance: lof.clone(), lof };
        let plan = Plan::new(PipelineSpec::from_toml("survey = \"s\"\nlof.threshold = 1.5").unwrap()).unwrap();
        let ranking = Ranking { scores, order };
        let stability = Stability::new(vec![Placing::new(100, &ranking).into()]);
        let ranked = list(&plan, &ids, &ranking, &stability, None);
        let order: Vec<(u32, u32, bool)> = ranked.iter().map(|c| (c.rank, c.row, c.is_outlier)).collect();
        assert_eq!(order, [(1, 3, true), (2, 1, false), (3, 2, false), (4, 0, false)]);
        assert!(ranked.iter().all(|c| c.rank_range == (c.rank, c.rank) && c.ensemble == c.lof && c.lrd == c.lof));
        assert!(ranked.iter().all(|c| c.label.is_none() && c.probabilities.is_empty()));
    }
}
