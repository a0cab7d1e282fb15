//! Rows in an order in which those near each other in space stand near each other: panels of sixteen that are small, in
//! groups of sixteen that are small, and so on.
//!
//! The set is halved where it is longest, again and again, as the leaves of a k-d tree are (J. L. Bentley 1975,
//! *Multidimensional Binary Search Trees Used for Associative Searching*, CACM 18, 509).

use crate::{
    neighbors::{lanes::LANES, panels::PANEL},
    parallel,
};

/// What the order is made by: the first coordinates of a row, and the length of its rest.
pub(in crate::neighbors) const AXES: usize = LANES + 1;

/// The first coordinates of a row, and the length of its rest.
pub(in crate::neighbors) type Leading = [f32; AXES];

/// Rows from which the longest axis of a set is judged, at most.
const SAMPLE: usize = 256;
/// Sets that are worth a task of their own.
const LARGE: usize = 8192;

/// All rows, by the first coordinates of each.
pub(in crate::neighbors) fn order(coordinates: &[[f32; AXES]]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..coordinates.len() as u32).collect();
    let whole = unit(order.len());
    halve(&mut order, coordinates, whole);
    order
}

/// The largest power of sixteen below so many rows: a set is cut there, so that the boxes of [`super::super::pruned`] are
/// around sets.
fn unit(rows: usize) -> usize {
    let mut unit = PANEL;
    while unit * LANES < rows {
        unit *= LANES;
    }
    unit
}

fn halve(rows: &mut [u32], coordinates: &[[f32; AXES]], unit: usize) {
    if rows.len() <= PANEL {
        return;
    }
    if rows.len() <= unit {
        return halve(rows, coordinates, unit / LANES);
    }
    let axis = longest(rows, coordinates);
    let middle = (rows.len() / 2).next_multiple_of(unit).min((rows.len() - 1) / unit * unit);
    let along = |row: u32| coordinates[row as usize][axis];
    rows.select_nth_unstable_by(middle, |&a, &b| along(a).total_cmp(&along(b)).then(a.cmp(&b)));
    let is_large = rows.len() > LARGE;
    let (low, high) = rows.split_at_mut(middle);
    if is_large {
        parallel::join(|| halve(low, coordinates, unit), || halve(high, coordinates, unit));
    } else {
        halve(low, coordinates, unit);
        halve(high, coordinates, unit);
    }
}

/// The axis along which some of the rows vary most.
fn longest(rows: &[u32], coordinates: &[[f32; AXES]]) -> usize {
    let mut sums = [[0.0_f64; AXES]; 2];
    let step = rows.len().div_ceil(SAMPLE);
    let origin = &coordinates[rows[0] as usize];
    for &row in rows.iter().step_by(step) {
        for (axis, &value) in coordinates[row as usize].iter().enumerate() {
            let value = f64::from(value) - f64::from(origin[axis]);
            sums[0][axis] += value;
            sums[1][axis] += value * value;
        }
    }
    let count = rows.len().div_ceil(step) as f64;
    let spread = |axis: &usize| sums[1][*axis] - sums[0][*axis] * sums[0][*axis] / count;
    (0..AXES).max_by(|a, b| spread(a).total_cmp(&spread(b))).unwrap_or(0)
}
