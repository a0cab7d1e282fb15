//! The candidates of one panel of rows, among all others.

use super::{Pruned, tree::Extent};
use crate::neighbors::{
    candidates::Candidates,
    certify::U,
    lanes::{Lanes, Work},
    panels::PANEL,
    tile::add_products,
};

/// Steps of a product that a distance takes as long as, besides two for each register of a row.
const DISTANCE: usize = 12;

/// A panel that looks for its neighbours: panels near enough are met, the nearest first, each bound lets through what the
/// next one looks at, and what passes the last is measured.
pub(super) struct Sift<'a> {
    pruned: &'a Pruned<'a>,
    panel: usize,
    candidates: Candidates,
    /// Scores that may still belong to a candidate, row by row.
    limits: [f32; PANEL],
    /// Squared distances of coordinates at which one of the rows may still have a candidate.
    reaches: [f32; PANEL],
    reach: f32,
    steps: u64,
}

/// What a panel found.
pub(super) struct Sifted {
    /// Candidates by squared scaled distances, as places in the order.
    pub(super) candidates: Candidates,
    /// How long it took, in steps of a product.
    pub(super) steps: u64,
}

impl<'a> Sift<'a> {
    pub(super) fn new(pruned: &'a Pruned<'a>, panel: usize, keep: usize) -> Self {
        let rows = pruned.rows_of(panel);
        let limit = |lane| if lane < rows { f32::INFINITY } else { f32::NEG_INFINITY };
        Self {
            pruned,
            panel,
            candidates: Candidates::new(keep, &[f32::INFINITY; PANEL][..rows]),
            limits: std::array::from_fn(limit),
            reaches: std::array::from_fn(|lane| limit(lane).min(f32::MAX)),
            reach: f32::MAX,
            steps: 0,
        }
    }

    /// The rows of another panel, or of this one.
    #[inline(always)]
    fn meet<L: Lanes, const ROWS: usize>(&mut self, other: usize) {
        let heads = &self.pruned.heads;
        let (left, right) = (heads.panel(self.panel), heads.panel(other));
        let half_squares = L::load(heads.half_squares(other));
        let distance = 2 * self.pruned.rows.stride() + DISTANCE;
        let last = right.len() - 1;
        for first in (0..PANEL).step_by(ROWS) {
            let mut tile = [L::splat(0.0); ROWS];
            for (start, rest) in heads.stages() {
                add_products(&mut tile, &left[start..rest], first, &right[start..rest]);
                self.steps += (ROWS * (rest - start + 2)) as u64;
                let rests = L::load(&right[rest]);
                let mut passed = [0_u32; ROWS];
                let mut count = 0;
                for (r, products) in tile.iter().enumerate() {
                    let bound = L::splat(left[rest][first + r]).times_plus(rests, *products);
                    passed[r] = L::bits(half_squares.minus(bound).at_most(L::splat(self.limits[first + r])));
                    count += passed[r].count_ones() as usize;
                }
                if count == 0 {
                    break;
                }
                // the next stage should be worth its time: it may rule out half of them
                let next = (rest + 1).min(last);
                if rest == last || count * distance <= 2 * ROWS * (rest - start).max(next - rest) {
                    self.measure::<L, ROWS>(other, first, &passed);
                    break;
                }
            }
        }
    }

    /// Measures the distances of pairs of rows that passed all bounds.
    #[inline(always)]
    fn measure<L: Lanes, const ROWS: usize>(&mut self, other: usize, first: usize, passed: &[u32; ROWS]) {
        let rows = &self.pruned.rows;
        for (r, &bits) in passed.iter().enumerate() {
            if bits == 0 {
                continue;
            }
            let (lane, mut bits) = (first + r, bits);
            let own = self.panel * PANEL + lane;
            let before = self.candidates.thresholds[lane];
            while bits != 0 {
                let place = other * PANEL + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if place != own {
                    self.candidates.offer(lane, rows.squared::<L>(own, place), place as u32);
                    self.steps += (2 * rows.stride() + DISTANCE) as u64;
                }
            }
            if self.candidates.thresholds[lane] < before {
                self.tighten(lane);
            }
        }
    }

    /// Follows the threshold of a row.
    fn tighten(&mut self, lane: usize) {
        let norm = f64::from(self.pruned.heads.norms(self.panel)[lane]);
        let [limit, reach] = self.pruned.limits(self.candidates.thresholds[lane], norm);
        self.limits[lane] = limit;
        self.reaches[lane] = reach;
        self.reach = self.reaches.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    }
}

impl Pruned<'_> {
    /// Where a row of a given norm need not look, having as many candidates as it keeps within the squared distance
    /// `threshold`: scores above the first, squared distances of coordinates above the second.
    ///
    /// Row j within `D = sqrt(threshold)` is within `D + u (|y_i| + |y_j|)` once both are rounded about the centre, and
    /// `|y_j| <= |y_i| + D`.
    fn limits(&self, threshold: f32, norm: f64) -> [f32; 2] {
        let distance = f64::from(threshold).sqrt();
        let both = 2.0 * norm + distance;
        let rounded = distance + 2.1 * U * both;
        let limit = 0.5 * (rounded * rounded - norm * norm) + 8.0 * U * both * both;
        let reach = (rounded + self.error * both) * (1.0 + 64.0 * U);
        [limit, reach * reach].map(|value| (value as f32).next_up().min(f32::MAX))
    }
}

impl Work for Sift<'_> {
    type Output = Sifted;

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(mut self) -> Sifted {
        let tree = &self.pruned.tree;
        let extent = Extent::of_panel(self.pruned.heads.coordinates(self.panel), self.pruned.rows_of(self.panel));
        self.meet::<L, ROWS>(self.panel);
        let mut ahead = vec![(0.0, tree.top() + 1, 0)];
        while let Some((distance, level, node)) = ahead.pop() {
            if distance > self.reach {
                continue;
            }
            if level == 0 {
                if node != self.panel {
                    self.meet::<L, ROWS>(node);
                }
            } else {
                let near = tree.near::<L>(level - 1, node, &extent, self.reach);
                ahead.extend(near.places().iter().rev().map(|&(distance, place)| (distance, level - 1, place)));
                self.steps += 4 * super::order::AXES as u64;
            }
        }
        Sifted { candidates: self.candidates, steps: self.steps }
    }
}
