//! The candidates of some panels of rows that stand together, among all others.

use std::ops::Range;

use super::Pruned;
use crate::neighbors::{
    arranged::{AXES, Extent, Seekers},
    candidates::Candidates,
    certify::U,
    lanes::{LANES, Lanes, Work},
    panels::PANEL,
};

/// Steps of a product that a distance takes as long as, besides two for each register of a row.
const DISTANCE: usize = 12;

/// Panels that look for their neighbours: what is near enough to any of them is met by all to which it is, the nearest
/// first, so that it is fetched once. Each bound lets through what the next one looks at; what passes the last is measured.
pub(super) struct Sift<'a> {
    pruned: &'a Pruned<'a>,
    seekers: Vec<Seeker>,
    /// Around all of them.
    extent: Extent,
    candidates: Candidates,
    steps: u64,
    /// Steps after which it is of no more interest.
    at_most: u64,
}

/// A panel that looks for its neighbours.
struct Seeker {
    panel: usize,
    extent: Extent,
    /// Scores that may still belong to a candidate, row by row.
    limits: [f32; PANEL],
    /// Squared distances in the [`super::tree`] at which a row may still have a candidate.
    reaches: [f32; PANEL],
    /// The largest of them.
    reach: f32,
}

/// What was found.
pub(super) struct Sifted {
    /// Candidates by squared scaled distances, as places in the order.
    pub(super) candidates: Candidates,
    /// How long it took, in steps of a product.
    pub(super) steps: u64,
}

impl<'a> Sift<'a> {
    /// `keep` candidates for each row of some panels.
    pub(super) fn new(pruned: &'a Pruned<'a>, panels: Range<usize>, keep: usize) -> Self {
        let rows = pruned.places(panels.clone()).len();
        let seekers: Vec<_> = panels.map(|panel| Seeker::new(pruned, panel)).collect();
        let mut extent = Extent::NOTHING;
        for seeker in &seekers {
            extent.join(&seeker.extent);
        }
        let candidates = Candidates::new(keep, &vec![f32::INFINITY; rows]);
        Self { pruned, seekers, extent, candidates, steps: 0, at_most: u64::MAX }
    }

    /// Gives up after so many steps.
    pub(super) fn at_most(self, steps: u64) -> Self {
        Self { at_most: steps, ..self }
    }

    /// The largest reach of all.
    fn reach(&self) -> f32 {
        self.seekers.iter().fold(f32::NEG_INFINITY, |most, seeker| most.max(seeker.reach))
    }

    /// The panels of a group of the tree.
    #[inline(always)]
    fn meet_group<L: Lanes, const ROWS: usize>(&mut self, group: usize, distances: &mut Vec<[f32; LANES]>) {
        let tree = &self.pruned.tree;
        let near = tree.near::<L>(0, group, &self.extent, self.reach());
        distances.clear();
        for seeker in &self.seekers {
            // no closure: it would be compiled for any processor
            distances.push(tree.panels::<L>(group, &seeker.extent));
        }
        self.steps += (4 * AXES * self.seekers.len()) as u64;
        for &(_, other) in near.places() {
            for (place, distances) in distances.iter().enumerate() {
                let seeker = &self.seekers[place];
                if distances[other % LANES] <= seeker.reach && other != seeker.panel {
                    self.meet::<L, ROWS>(place, other);
                }
            }
        }
    }

    /// One of the panels and another, or itself.
    #[inline(always)]
    fn meet<L: Lanes, const ROWS: usize>(&mut self, place: usize, other: usize) {
        let Pruned { arranged, rows, .. } = self.pruned;
        for first in (0..PANEL).step_by(ROWS) {
            let seeker = &self.seekers[place];
            let seekers = Seekers {
                heads: arranged.heads.panel(seeker.panel),
                limits: &seeker.limits,
                distance: 2 * rows.registers() + DISTANCE,
            };
            if let Some(passed) = arranged.passed::<L, ROWS>(&seekers, first, other, &mut self.steps) {
                self.measure::<L, ROWS>(place, other, first, &passed);
            }
        }
    }

    /// Measures the distances of pairs of rows that passed all bounds.
    #[inline(always)]
    fn measure<L: Lanes, const ROWS: usize>(&mut self, place: usize, other: usize, first: usize, passed: &[u32; ROWS]) {
        let Pruned { rows, arranged, .. } = self.pruned;
        for (r, &bits) in passed.iter().enumerate() {
            if bits == 0 {
                continue;
            }
            let (lane, mut bits) = (first + r, bits);
            let own = self.seekers[place].panel * PANEL + lane;
            let (row, own_values) = (place * PANEL + lane, rows.row(arranged.order[own] as usize));
            let before = self.candidates.thresholds[row];
            while bits != 0 {
                let found = other * PANEL + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if found != own {
                    let square = rows.squared::<L>(own_values, rows.row(arranged.order[found] as usize));
                    self.candidates.offer(row, square, found as u32);
                    self.steps += (2 * rows.registers() + DISTANCE) as u64;
                }
            }
            if self.candidates.thresholds[row] < before {
                self.seekers[place].tighten(self.pruned, lane, self.candidates.thresholds[row]);
            }
        }
    }
}

impl Seeker {
    fn new(pruned: &Pruned<'_>, panel: usize) -> Self {
        let rows = pruned.places(panel..panel + 1).len();
        let limit = |lane| if lane < rows { f32::INFINITY } else { f32::NEG_INFINITY };
        Self {
            panel,
            extent: pruned.arranged.heads.extent(panel, rows),
            limits: std::array::from_fn(limit),
            reaches: std::array::from_fn(|lane| limit(lane).min(f32::MAX)),
            reach: f32::MAX,
        }
    }

    /// Follows the threshold of a row.
    fn tighten(&mut self, pruned: &Pruned<'_>, lane: usize, threshold: f32) {
        let norm = f64::from(pruned.arranged.heads.norms(self.panel)[lane]);
        let [limit, reach] = pruned.limits(threshold, norm);
        self.limits[lane] = limit;
        self.reaches[lane] = reach;
        self.reach = self.reaches.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    }
}

impl Pruned<'_> {
    /// Where a row of a given norm need not look, having as many candidates as it keeps within the squared distance
    /// `threshold`: scores above the first, squared distances in the tree above the second.
    ///
    /// Row j within `D = sqrt(threshold)` is within `D + u (|y_i| + |y_j|)` once both are rounded about the centre, and
    /// `|y_j| <= |y_i| + D`.
    pub(super) fn limits(&self, threshold: f32, norm: f64) -> [f32; 2] {
        let distance = f64::from(threshold).sqrt();
        let both = 2.0 * norm + distance;
        let rounded = distance + 2.1 * U * both;
        let limit = 0.5 * (rounded * rounded - norm * norm) + 8.0 * U * both * both;
        let reach = (rounded + self.arranged.error * both) * (1.0 + 64.0 * U);
        [limit, reach * reach].map(|value| (value as f32).next_up().min(f32::MAX))
    }
}

impl Work for Sift<'_> {
    type Output = Sifted;

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(mut self) -> Sifted {
        let tree = &self.pruned.tree;
        for place in 0..self.seekers.len() {
            self.meet::<L, ROWS>(place, self.seekers[place].panel);
        }
        let mut distances = Vec::with_capacity(self.seekers.len());
        let mut ahead = vec![(0.0, tree.top(), 0)];
        while let Some((distance, level, group)) = ahead.pop() {
            if self.steps > self.at_most {
                break;
            }
            if distance > self.reach() {
                continue;
            }
            if level == 0 {
                self.meet_group::<L, ROWS>(group, &mut distances);
            } else {
                let near = tree.near::<L>(level, group, &self.extent, self.reach());
                ahead.extend(near.places().iter().rev().map(|&(distance, place)| (distance, level - 1, place)));
            }
        }
        Sifted { candidates: self.candidates, steps: self.steps }
    }
}
