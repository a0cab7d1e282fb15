//! Products of a few rows with a panel of sixteen, summed in registers: what every search is made of.

use super::{
    lanes::{LANES, Lanes},
    panels::PANEL,
};

/// `ROWS` rows by a panel of columns.
pub(super) type Tile<L, const ROWS: usize> = [L; ROWS];

/// Adds the products of `ROWS` rows of `left`, from `first` on, with all of `right`: feature by feature, as many as both
/// have.
#[inline(always)]
pub(super) fn add_products<L: Lanes, const ROWS: usize>(
    sums: &mut Tile<L, ROWS>,
    left: &[[f32; PANEL]],
    first: usize,
    right: &[[f32; PANEL]],
) {
    let mut tile = *sums;
    for (left, right) in left.iter().zip(right) {
        let right = L::load(right);
        let left: &[f32; ROWS] = left[first..first + ROWS].try_into().expect("as many rows");
        for (sum, &value) in tile.iter_mut().zip(left) {
            *sum = L::splat(value).times_plus(right, *sum);
        }
    }
    *sums = tile;
}

/// Calls `f` with the lanes of `scores` that are at most `limits`, and their scores.
#[inline(always)]
pub(super) fn each<L: Lanes>(scores: L, limits: L, mut f: impl FnMut(usize, f32)) {
    let mut bits = L::bits(scores.at_most(limits));
    if bits != 0 {
        let scores: [f32; LANES] = scores.store();
        while bits != 0 {
            let lane = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            f(lane, scores[lane]);
        }
    }
}
