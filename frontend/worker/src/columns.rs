//! Candidates as the columns that travel to the page.

use balmer_core::{pipeline::Candidate, semi_supervised::LabelDistributions};

use crate::port::Part;

/// Scores of a run. The order is by rank, the others are by row of the feature table.
#[derive(Debug, Default)]
pub struct Columns {
    /// Rows, the rarest first.
    pub order: Vec<u32>,
    /// Local outlier factors.
    pub lof: Vec<f32>,
    /// Factors of the ensemble.
    pub ensemble: Vec<f32>,
    /// Best places under any setting.
    pub best: Vec<u32>,
    /// Worst places under any setting.
    pub worst: Vec<u32>,
    /// Shares of the settings that have the spectrum in the head of the list.
    pub stability: Vec<f32>,
    /// Places of the most probable classes; -1 where no label reaches.
    pub label: Vec<i32>,
    /// Their probabilities.
    pub probability: Vec<f32>,
    /// Entropies of the class probabilities, nats.
    pub entropy: Vec<f32>,
}

impl Columns {
    /// The columns of candidates in rank order.
    pub fn of(candidates: &[Candidate], classes: &[String]) -> Self {
        let rows = candidates.len();
        let mut columns = Self {
            order: candidates.iter().map(|candidate| candidate.row).collect(),
            lof: vec![0.0; rows],
            ensemble: vec![0.0; rows],
            best: vec![0; rows],
            worst: vec![0; rows],
            stability: vec![0.0; rows],
            label: vec![-1; rows],
            probability: vec![0.0; rows],
            entropy: vec![0.0; rows],
        };
        for candidate in candidates {
            let row = candidate.row as usize;
            columns.lof[row] = candidate.lof;
            columns.ensemble[row] = candidate.ensemble;
            (columns.best[row], columns.worst[row]) = candidate.rank_range;
            columns.stability[row] = candidate.stability;
            let place = candidate.label.as_ref().and_then(|label| classes.iter().position(|class| class == label));
            columns.label[row] = place.map_or(-1, |place| place as i32);
            columns.probability[row] = candidate.probability;
            columns.entropy[row] = candidate.entropy;
        }
        columns
    }

    /// The columns of labels alone.
    pub fn of_labels(distributions: &LabelDistributions) -> Self {
        let rows = 0..distributions.probabilities.nrows();
        Self {
            label: rows.clone().map(|row| distributions.label(row).map_or(-1, |place| place as i32)).collect(),
            probability: rows.clone().map(|row| distributions.probability(row)).collect(),
            entropy: rows.map(|row| distributions.entropy(row)).collect(),
            ..Self::default()
        }
    }

    /// What [`Report::Rescored`](balmer_exchange::worker::Report::Rescored) carries.
    pub fn scores(&self) -> [Part<'_>; 2] {
        [Part::Rows(&self.order), Part::Numbers(&self.lof)]
    }

    /// What [`Report::Done`](balmer_exchange::worker::Report::Done) carries beside scores and labels.
    pub fn places(&self) -> [Part<'_>; 4] {
        [Part::Numbers(&self.ensemble), Part::Rows(&self.best), Part::Rows(&self.worst), Part::Numbers(&self.stability)]
    }

    /// What [`Report::Respread`](balmer_exchange::worker::Report::Respread) carries.
    pub fn labels(&self) -> [Part<'_>; 3] {
        [Part::Places(&self.label), Part::Numbers(&self.probability), Part::Numbers(&self.entropy)]
    }
}

/// Names one behind the other, with where each ends and a 0 in front.
pub fn names(ids: &[String]) -> (Vec<u32>, Vec<u8>) {
    let mut ends = Vec::with_capacity(ids.len() + 1);
    let mut text = Vec::new();
    ends.push(0);
    for id in ids {
        text.extend_from_slice(id.as_bytes());
        ends.push(text.len() as u32);
    }
    (ends, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_by_row_and_the_order_by_rank() {
        let candidate = |rank, row, lof, label: Option<&str>| Candidate {
            rank,
            row,
            spectrum_id: format!("s{row}"),
            lof,
            lrd: 1.0,
            k_distance: 1.0,
            ensemble: lof,
            rank_range: (rank, rank),
            stability: 1.0,
            is_outlier: false,
            label: label.map(str::to_owned),
            probability: 0.5 * lof,
            entropy: 0.0,
            probabilities: Vec::new(),
        };
        let found = [candidate(1, 2, 1.5, Some("be")), candidate(2, 0, 1.2, None), candidate(3, 1, 1.0, Some("star"))];
        let columns = Columns::of(&found, &["be", "star"].map(str::to_owned));
        assert_eq!(columns.order, [2, 0, 1]);
        assert_eq!(columns.lof, [1.2, 1.0, 1.5]);
        assert_eq!((&columns.best, &columns.worst), (&vec![2, 3, 1], &vec![2, 3, 1]));
        assert_eq!((&columns.ensemble, &columns.stability), (&columns.lof, &vec![1.0; 3]));
        assert_eq!(columns.label, [-1, 1, 0]);
        assert_eq!(columns.probability, [0.6, 0.5, 0.75]);
    }

    #[test]
    fn names_are_cut_where_they_end() {
        let (ends, text) = names(&["ab", "", "Δ"].map(str::to_owned));
        assert_eq!(ends, [0, 2, 2, 4]);
        assert_eq!(text, "abΔ".as_bytes());
    }
}
