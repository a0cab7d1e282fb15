//! How much of the exact answer was found: an estimate from rows drawn at random.

use rand::{SeedableRng as _, seq::IteratorRandom as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

use super::ground::Ground;
use crate::{
    neighbors::{
        NeighborTable,
        arranged::Arranged,
        lanes::{Instructions, Lanes, Work},
        metric,
        panels::PANEL,
    },
    parallel,
};

/// Rows drawn.
const ROWS_DRAWN: usize = 1024;
/// Covers what f32 may make of a score, over the squared lengths that go into it: far above it.
const ROUNDING: f64 = 1e-5;

/// The share of neighbours found that are as near as those of the exact answer, estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// The mean over the sample, 0 to 1.
    pub recall: f64,
    /// The standard error of that mean.
    pub standard_error: f64,
    /// Rows drawn.
    pub sample: usize,
}

/// Sixteen of the rows drawn, against all.
struct Check<'a> {
    ground: &'a Ground<'a>,
    table: &'a NeighborTable,
    places: &'a [usize],
}

impl Work for Check<'_> {
    /// How many of the neighbours of each row are as near as those of the exact answer.
    type Output = Vec<usize>;

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) -> Vec<usize> {
        let Self { ground, table, places } = self;
        let Arranged { x, d, ref order, scale, .. } = ground.arranged;
        let square = |a: usize, b: usize| {
            let row = |row: usize| &x[row * d..][..d];
            metric::squared(row(a), row(b))
        };
        let rows: Vec<usize> = places.iter().map(|&place| order[place] as usize).collect();
        let found: Vec<Vec<f64>> = rows
            .iter()
            .map(|&row| table.row(row).0.iter().map(|&other| square(row, other as usize)).collect())
            .collect();
        let mut seekers = ground.seekers(places, 1.0);
        for (limit, (&place, found)) in seekers.limits.iter_mut().zip(places.iter().zip(&found)) {
            let last = found[found.len() - 1] * scale * scale;
            let own = 2.0 * f64::from(ground.half_square(place));
            *limit = ((0.5 * (last - own) + ROUNDING * (last + own)) as f32).next_up() + f32::MIN_POSITIVE;
        }
        // what was found, and whatever else is as near as the last of it
        let mut nearer = found.clone();
        for panel in 0..ground.n_panels() {
            for first in (0..PANEL).step_by(ROWS) {
                let Some(passed) = ground.passed::<L, ROWS>(&seekers, first, panel) else { continue };
                for (lane, mut bits) in (first..).zip(passed) {
                    while bits != 0 {
                        let other = panel * PANEL + bits.trailing_zeros() as usize;
                        bits &= bits - 1;
                        let index = order[other];
                        if other != places[lane] && !table.row(rows[lane]).0.contains(&index) {
                            let square = square(rows[lane], index as usize);
                            if square <= found[lane][found[lane].len() - 1] {
                                nearer[lane].push(square);
                            }
                        }
                    }
                }
            }
        }
        let counts = found.iter().zip(nearer).map(|(found, mut nearer)| {
            let (_, last, _) = nearer.select_nth_unstable_by(found.len() - 1, f64::total_cmp);
            found.iter().filter(|&&square| square <= *last).count()
        });
        counts.collect()
    }
}

/// The recall of a table of the rows of `ground`, from rows drawn by `seed`. O(n m) time a row drawn.
pub(super) fn estimate(ground: &Ground<'_>, table: &NeighborTable, seed: u64, instructions: Instructions) -> Recall {
    let n = ground.n_rows();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut places = vec![0; ROWS_DRAWN.min(n)];
    (0..n).choose_multiple_fill(&mut rng, &mut places);
    places.sort_unstable();
    let some: Vec<&[usize]> = places.chunks(PANEL).collect();
    let counts =
        parallel::map_indices(some.len(), |turn| instructions.run(Check { ground, table, places: some[turn] }));
    let shares: Vec<f64> =
        counts.into_iter().flatten().map(|count| count as f64 / table.n_neighbors() as f64).collect();
    let sample = shares.len();
    let recall = shares.iter().sum::<f64>() / sample as f64;
    let squares = shares.iter().map(|share| (share - recall).powi(2)).sum::<f64>();
    // where nothing was missed, a neighbour of one row of the sample still may have been
    let least = 1.0 / (sample * table.n_neighbors()) as f64;
    let standard_error = (squares / (sample * (sample - 1)).max(1) as f64).sqrt().max(least);
    Recall { recall, standard_error, sample }
}
