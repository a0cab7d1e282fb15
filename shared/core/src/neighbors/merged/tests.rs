//! Blocks that meet in any order, anywhere, make the processor's table to the bit.

use std::collections::VecDeque;

use ndarray::Array2;
use proptest::prelude::*;

use super::{Merged, Met, Pair};
use crate::{
    Error,
    engine::{Observer, Unobserved},
    neighbors::{NeighborTable, Panels, Search, exact, lanes::Instructions, tournament},
    oracle::random,
};

/// Numbers without order, for the choices of a test.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// How a search is split.
#[derive(Debug, Clone)]
struct Split {
    /// Rows of the blocks that meet.
    block: usize,
    /// Rows of the blocks within a meeting.
    inner: usize,
    /// Meetings under way at once, each with the limits of when it began.
    members: usize,
    /// The order of everything.
    seed: u64,
}

/// The table by members that let blocks meet in any order and answer in any order.
fn in_parts(
    search: &Search<'_, Panels>,
    instructions: Instructions,
    k: usize,
    split: &Split,
) -> (NeighborTable, usize) {
    let (n, mut dice) = (search.n_rows(), Dice(split.seed));
    let mut ahead = tournament(n, split.block);
    let mut under_way: Vec<(Pair, Vec<f32>)> = Vec::new();
    let mut merged = Merged::new(n, k);
    while !ahead.is_empty() || !under_way.is_empty() {
        if !ahead.is_empty() && under_way.len() < split.members {
            let pair = ahead.swap_remove(dice.below(ahead.len()));
            let limits = merged.limits(&pair).unwrap();
            under_way.push((pair, limits));
        } else {
            let (pair, limits) = under_way.swap_remove(dice.below(under_way.len()));
            let met = search.meet_by(instructions, &pair, &limits, k, split.inner, &Unobserved).unwrap();
            merged.merge(&pair, &met).unwrap();
        }
    }
    let mut cuts: Vec<usize> = (0..split.members).map(|_| dice.below(n + 1)).chain([0, n]).collect();
    cuts.sort_unstable();
    let mut again = 0;
    let parts = cuts.array_windows().map(|&[from, to]| {
        let best = merged.best(from..to).unwrap();
        let settled = search.settle(from..to, &best.as_proposals(), k, &Unobserved).unwrap();
        again += settled.searched_again();
        settled
    });
    (NeighborTable::from_settled(parts).unwrap(), again)
}

#[test]
fn ordinary_rows_are_certain_whatever_the_order() {
    let x = random(900, 20, 4);
    let search = Search::packed(x.view()).unwrap();
    for k in [1, 20, 128] {
        let whole = exact(x.view(), k, &Unobserved).unwrap();
        for (block, members, seed) in [(900, 1, 0), (128, 1, 1), (128, 5, 2), (40, 9, 3), (64, 1000, 4)] {
            let split = Split { block, inner: 48, members, seed };
            assert_eq!(
                in_parts(&search, Instructions::fastest(), k, &split),
                (whole.clone(), 0),
                "{k} neighbours, {split:?}"
            );
        }
    }
}

#[test]
fn later_meetings_send_less() {
    let x = random(800, 6, 8);
    let search = Search::packed(x.view()).unwrap();
    let mut merged = Merged::new(800, 10);
    let mut sent = VecDeque::new();
    for pair in tournament(800, 200) {
        let limits = merged.limits(&pair).unwrap();
        let met = search.meet(&pair, &limits, 10, &Unobserved).unwrap();
        assert!(met.thresholds.iter().zip(&limits).all(|(threshold, limit)| threshold <= limit));
        sent.push_back(met.indices.len() as f64 / pair.n_rows() as f64);
        merged.merge(&pair, &met).unwrap();
    }
    assert_eq!(sent[0], 22.0, "the first meeting finds as many as are kept");
    assert!(*sent.back().unwrap() < 11.0, "{sent:?}");
}

#[test]
fn rows_that_have_not_met_are_not_settled() {
    let x = random(60, 3, 1);
    let search = Search::packed(x.view()).unwrap();
    let mut merged = Merged::new(60, 4);
    for pair in tournament(60, 24) {
        let message = merged.best(0..60).unwrap_err().to_string();
        assert!(message.contains("of 1770 pairs of rows"), "{message}");
        let met = search.meet(&pair, &merged.limits(&pair).unwrap(), 4, &Unobserved).unwrap();
        merged.merge(&pair, &met).unwrap();
    }
    assert!(merged.best(0..60).is_ok());
    assert!(merged.best(50..61).unwrap_err().to_string().contains("rows 0 to 60"));
}

#[test]
fn what_does_not_fit_is_refused() {
    struct Impatient;
    impl Observer for Impatient {
        fn progress(&self, _fraction: f64) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let x = random(40, 3, 1);
    let search = Search::packed(x.view()).unwrap();
    let mut merged = Merged::new(40, 4);
    let (pair, limits) = (Pair { rows: 0..16, columns: 16..40 }, [f32::INFINITY; 40]);
    let met = search.meet(&pair, &limits, 4, &Unobserved).unwrap();
    for spoilt in [
        Met { lengths: vec![1; 39], ..met.clone() },
        Met { thresholds: vec![], ..met.clone() },
        Met { lengths: vec![u32::MAX; 40], ..met.clone() },
        Met { indices: vec![], ..met.clone() },
        Met { scores: [met.scores.clone(), vec![0.0]].concat(), ..met.clone() },
    ] {
        let message = merged.merge(&pair, &spoilt).unwrap_err().to_string();
        assert!(message.contains("40 rows have met"), "{message}");
    }
    let message = search.meet(&pair, &limits[1..], 4, &Unobserved).unwrap_err().to_string();
    assert!(message.contains("limits") && message.contains("40 rows"), "{message}");
    let foreign = Pair { rows: 0..16, columns: 16..48 };
    assert!(search.meet(&foreign, &[0.0; 48], 4, &Unobserved).is_err());
    assert!(merged.limits(&foreign).is_err() && merged.merge(&foreign, &met).is_err());
    assert!(matches!(search.meet(&pair, &limits, 40, &Unobserved), Err(Error::TooFewRows { .. })));
    assert_eq!(search.meet(&pair, &limits, 4, &Impatient), Err(Error::Cancelled));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_order_of_any_blocks_makes_the_whole_table(
        n in 2_usize..150, d in 1_usize..8, seed: u64, kind in 0_usize..4, near_all: bool,
        block in 1_usize..80, inner in 1_usize..40, members in 1_usize..6,
    ) {
        let x = match kind {
            0 => random(n, d, seed),
            // duplicates, and distances that tie
            1 => random(n, d, seed).mapv(|value| (value * 3.0).floor()),
            // rows that are all alike
            2 => Array2::from_elem((n, d), 0.3),
            // differences that f32 products cannot resolve: rows are searched again
            _ => random(n, d, seed).mapv(|value| 4096.0 + value / 64.0),
        };
        let few = 1 + seed as usize % (n - 1).min(20);
        let k = if near_all { n - few.min(n - 1) } else { few };
        let split = Split { block, inner, members, seed };
        let whole = exact(x.view(), k, &Unobserved).unwrap();
        let search = Search::packed(x.view()).unwrap();
        for instructions in Instructions::available() {
            prop_assert_eq!(&in_parts(&search, instructions, k, &split).0, &whole);
        }
    }
}
