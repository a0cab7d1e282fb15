//! From candidates to neighbours: exact distances, and the proof that no other row can be among them.
//!
//! Rows were centred and scaled to `y = 2^-e (x - centre)`, rounded to f32. With `u = 2^-24`, the unit roundoff:
//!
//! 1. `y` is off its exact value by at most `u |y|` (and an underflow), so the distance of two rounded rows
//!    differs from the distance of the exact ones by at most `u (|y_i| + |y_j|)`.
//! 2. The product `y_i . y_j` of d terms, summed in whatever order, fused or not, is off by at most
//!    `gamma_d |y_i| |y_j|`, `gamma_d = 2 d u / (1 - 2 d u)` (Higham 2002, Accuracy and Stability of Numerical
//!    Algorithms, section 3.1). It is 2 u and not u because a device may round to either neighbour (WGSL,
//!    section "Floating point accuracy"); what it flushes to zero is covered by a constant, no entry being above 1.
//! 3. `h_j = |y_j|^2 / 2` is summed in f64 and rounded once, and the score `h_j - y_i . y_j` once more, either way.
//!
//! 4. Rows with `|y_j| > |y_i| + r` are farther than `r` from row i anyway (triangle inequality), so the norms
//!    that matter in 1 to 3 are bounded by the row's own and the distance `r` of its last neighbour: an absurd
//!    row somewhere in the data does not spoil the proof for the others.
//!
//! A row that was dropped has a score of at least the threshold `t`: its true distance is therefore at least
//! `sqrt(2 (t - error) + |y_i|^2) - u (|y_i| + |y_j|)`. When that exceeds the distance of the last
//! neighbour, by more than rounding of f64 sums can hide, the selection is certain. When it does not (ties, or
//! differences too small for f32 beside the spread of the data), the row is searched again by exact distances
//! alone.

use super::{
    lanes::{Instructions, Lanes, Work},
    metric,
};

/// Unit roundoff of f32.
pub(super) const U: f64 = 1.0 / 16_777_216.0;
/// Covers products of errors and the f64 roundings of the bound itself.
const SAFETY: f64 = 1.01;
/// Covers underflow: products and elements below the smallest normal number, thousands of them.
pub(super) const UNDERFLOW: f64 = 1e-30;
/// Relative rounding of an f64 sum, per term.
pub(super) const F64_ERROR: f64 = 1e-15;

/// The quantities the bound needs besides a row's own norm. All in scaled units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    /// Number of features.
    pub(super) features: usize,
    /// The largest norm of all rows.
    pub(super) max_norm: f64,
    /// The power of two that scaled the data.
    pub(super) scale: f64,
}

impl Bound {
    /// Whether every dropped row is certainly farther than the last neighbour, at `last` (squared, as computed).
    /// `norm` is that of the row itself, `threshold` the score that no dropped row is below.
    pub(super) fn certifies(&self, norm: f64, threshold: f32, last: f64) -> bool {
        let last = last.sqrt() * self.scale;
        let other = self.max_norm.min((norm + last * (1.0 + 1e-6)) * (1.0 + 1e-6));
        let d = self.features as f64;
        let score_error =
            SAFETY * ((gamma(self.features) + 2.0 * U) * norm * other + 1.5 * U * other * other) + UNDERFLOW;
        let squared = 2.0 * (f64::from(threshold) - score_error) + norm * norm * (1.0 - F64_ERROR * d);
        let shift = SAFETY * U * (norm + other) + UNDERFLOW;
        squared > 0.0 && (squared.sqrt() - shift) * (1.0 - F64_ERROR * d) > last
    }
}

/// What a product of vectors of so many terms may be off by, over the product of their norms: point 2 above.
pub(super) fn gamma(terms: usize) -> f64 {
    let error = 2.0 * terms as f64 * U;
    error / (1.0 - error)
}

/// The `n_neighbors` nearest others of `row` with their squared distances, made of what was proposed for it. Where that makes
/// no sense, or where `is_certain` (of the squared distance of the last) does not say that no other row can come before
/// them, the row is searched by exact distances alone; whether it was is the second part of the answer.
pub(super) fn nearest(
    (x, d): (&[f32], usize),
    row: usize,
    proposed: &[u32],
    n_neighbors: usize,
    is_certain: impl FnOnce(f64) -> bool,
) -> (Vec<(f64, u32)>, bool) {
    let certain = certain((x, d), row, proposed, n_neighbors, is_certain);
    let searched_again = certain.is_none();
    (certain.unwrap_or_else(|| scan(x, d, row, n_neighbors)), searched_again)
}

/// The best of the rows proposed for `row`, where they are certainly the best of all.
fn certain(
    (x, d): (&[f32], usize),
    row: usize,
    proposed: &[u32],
    n_neighbors: usize,
    is_certain: impl FnOnce(f64) -> bool,
) -> Option<Vec<(f64, u32)>> {
    let n = x.len() / d;
    if proposed.iter().any(|&index| index as usize >= n || index as usize == row) {
        return None;
    }
    let mut ranked = rank(x, d, row, proposed);
    // the same index twice is at the same distance twice: side by side
    if ranked.array_windows().any(|[a, b]| a.1 == b.1) {
        return None;
    }
    let last = ranked.get(n_neighbors - 1)?.0;
    let everything = ranked.len() == n - 1;
    ranked.truncate(n_neighbors);
    (everything || is_certain(last)).then_some(ranked)
}

/// Exact squared distances of the rows proposed for `row`, sorted by (distance, index).
fn rank(x: &[f32], d: usize, row: usize, proposed: &[u32]) -> Vec<(f64, u32)> {
    let mut ranked = Instructions::fastest().run(Measured { x, d, row, proposed });
    ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    ranked
}

/// Distances to be computed with whatever vectors of f64 there are.
struct Measured<'a> {
    x: &'a [f32],
    d: usize,
    row: usize,
    proposed: &'a [u32],
}

impl Work for Measured<'_> {
    type Output = Vec<(f64, u32)>;

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) -> Self::Output {
        let own = &self.x[self.row * self.d..][..self.d];
        let mut found = Vec::with_capacity(self.proposed.len());
        for &other in self.proposed {
            found.push((metric::squared(own, &self.x[other as usize * self.d..][..self.d]), other));
        }
        found
    }
}

/// The neighbours of one row by exact squared distances to every other row, with O(k) memory.
fn scan(x: &[f32], d: usize, row: usize, n_neighbors: usize) -> Vec<(f64, u32)> {
    let own = &x[row * d..][..d];
    let mut best: Vec<(f64, u32)> = Vec::with_capacity(n_neighbors + 1);
    for j in (0..x.len() / d).filter(|&j| j != row) {
        let last = if best.len() < n_neighbors { f64::INFINITY } else { best[n_neighbors - 1].0 };
        if last == 0.0 {
            break; // k duplicates with the smallest indices: nothing later can come before them
        }
        let distance = metric::squared(own, &x[j * d..][..d]);
        if distance < last || best.len() < n_neighbors {
            // rows come by ascending index: among equals the new one is last
            let position = best.partition_point(|&(other, _)| other <= distance);
            best.insert(position, (distance, j as u32));
            best.truncate(n_neighbors);
        }
    }
    best
}
