//! Recall and precision from the places of what was planted.

use super::Share;

/// Where in a ranked list the planted spectra stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedRanks {
    /// Places of those that were ranked, from 1, ascending.
    ranks: Vec<u32>,
    /// How many were planted, ranked or not.
    planted: u64,
    /// How many spectra were ranked in all.
    total: u64,
}

impl PlantedRanks {
    /// Of `planted` spectra those at `ranks` (from 1, in any order) in a list of `total`.
    pub fn new(mut ranks: Vec<u32>, planted: u64, total: u64) -> Self {
        ranks.sort_unstable();
        let planted = planted.max(ranks.len() as u64);
        Self { ranks, planted, total }
    }

    /// How many were planted.
    pub fn planted(&self) -> u64 {
        self.planted
    }

    /// How many of them are among the first `n`.
    pub fn found(&self, n: u64) -> u64 {
        self.ranks.partition_point(|&rank| u64::from(rank) <= n) as u64
    }

    /// The share of what was planted that is among the first `n`; `None` where nothing was. What was not ranked was not found.
    pub fn recall(&self, n: u64) -> Option<Share> {
        Share::of(self.found(n), self.planted)
    }

    /// The share of the first `n` that would be of the kind if one in `1 / rate` of a survey's spectra were:
    /// `pi TPR / (pi TPR + (1 - pi) FPR)` with the rate `pi`, the recall `TPR` and the share `FPR` of all others that is among
    /// the first `n`. Real objects of the kind count as others, so that it is rather too low.
    ///
    /// The interval takes the lower end of one share with the upper end of the other: it holds at least 90 %.
    ///
    /// `None` where nothing was planted, nothing else was ranked, nobody is among the first, or the rate is none in (0, 1).
    pub fn precision(&self, n: u64, rate: f64) -> Option<Share> {
        let n = n.min(self.total);
        if n == 0 || !(rate > 0.0 && rate < 1.0) {
            return None;
        }
        let found = self.found(n);
        let right = self.recall(n)?;
        let wrong = Share::of(n - found, self.total - self.ranks.len() as u64)?;
        let precision = |right: f64, wrong: f64| {
            let all = rate * right + (1.0 - rate) * wrong;
            if all > 0.0 { rate * right / all } else { 0.0 }
        };
        Some(Share {
            value: precision(right.value, wrong.value),
            low: precision(right.low, wrong.high),
            high: precision(right.high, wrong.low),
        })
    }

    /// The least number of spectra to look at for a recall of `share`; `None` where so many were not ranked.
    pub fn needed(&self, share: f64) -> Option<u64> {
        let wanted = (share * self.planted as f64 - 1e-9).ceil().max(1.0) as usize;
        self.ranks.get(wanted - 1).map(|&rank| u64::from(rank))
    }

    /// The precision in the list as it is, averaged over the places of what was planted: scikit-learn's
    /// `average_precision_score`. What was not ranked adds nothing. `None` where nothing was planted.
    pub fn average_precision(&self) -> Option<f64> {
        let sum: f64 = self.ranks.iter().zip(1u64..).map(|(&rank, found)| found as f64 / f64::from(rank)).sum();
        (self.planted > 0).then(|| sum / self.planted as f64)
    }

    /// The place in the middle of those that were ranked; the lower one of two.
    pub fn median(&self) -> Option<u32> {
        self.ranks.get(self.ranks.len().checked_sub(1)? / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some() -> PlantedRanks {
        PlantedRanks::new(vec![40, 1, 3, 8], 5, 100)
    }

    #[test]
    fn recall_counts_what_was_never_ranked() {
        let ranks = some();
        assert_eq!((ranks.found(0), ranks.found(1), ranks.found(7), ranks.found(1000)), (0, 1, 2, 4));
        assert!((ranks.recall(8).unwrap().value - 0.6).abs() < 1e-15);
        assert_eq!(
            (ranks.needed(0.2), ranks.needed(0.6), ranks.needed(0.8), ranks.needed(1.0)),
            (Some(1), Some(8), Some(40), None)
        );
        assert_eq!(ranks.median(), Some(3));
        assert_eq!(PlantedRanks::new(Vec::new(), 0, 9).recall(3), None);
        assert_eq!(PlantedRanks::new(Vec::new(), 0, 9).median(), None);
    }

    #[test]
    fn average_precision_is_that_of_scikit_learn() {
        // average_precision_score([1, 0, 1, 0, 0, 0, 0, 1, 0, 0], range(10, 0, -1))
        let found = PlantedRanks::new(vec![1, 3, 8], 3, 10).average_precision().unwrap();
        assert!((found - 0.680_555_555_555_555_6).abs() < 1e-15, "{found}");
    }

    #[test]
    fn precision_at_the_rate_of_the_list_is_that_of_the_list() {
        let ranks = PlantedRanks::new(vec![1, 2, 5, 60], 4, 100);
        let precision = ranks.precision(10, 0.04).unwrap();
        assert!((precision.value - 0.3).abs() < 1e-12, "{precision:?}");
        // ten times as rare: 3/4 of 0.004 against 7/96 of 0.996
        let rarer = ranks.precision(10, 0.004).unwrap();
        assert!((rarer.value - 0.003 / (0.003 + 0.996 * 7.0 / 96.0)).abs() < 1e-12, "{rarer:?}");
        assert_eq!((ranks.precision(0, 0.1), ranks.precision(10, 0.0), ranks.precision(10, 1.0)), (None, None, None));
    }

    proptest! {
        #[test]
        fn shares_are_shares(ranks in prop::collection::btree_set(1u32..500, 0..40), unranked in 0u64..9, n in 0u64..600, rate in 1e-6..0.9) {
            let planted = ranks.len() as u64 + unranked;
            let ranks = PlantedRanks::new(ranks.into_iter().collect(), planted, 500);
            for share in [ranks.recall(n), ranks.precision(n, rate)].into_iter().flatten() {
                prop_assert!(0.0 <= share.low && share.low <= share.value + 1e-12);
                prop_assert!(share.value <= share.high + 1e-12 && share.high <= 1.0);
            }
            prop_assert!(ranks.found(n) <= ranks.found(n + 1));
            if let Some(needed) = ranks.needed(0.5) {
                prop_assert!(ranks.recall(needed).unwrap().value >= 0.5 - 1e-9);
                prop_assert!(ranks.recall(needed - 1).unwrap().value < 0.5);
            }
        }
    }
}
