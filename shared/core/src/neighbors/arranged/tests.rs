//! The order in space, and the directions.

use ndarray::s;

use super::*;
use crate::oracle::random;

#[test]
fn panels_near_in_space_stand_together() {
    let points = random(3000, AXES, 9);
    let coordinates: Vec<[f32; AXES]> = points
        .rows()
        .into_iter()
        .map(|row| std::array::from_fn(|axis| if axis < 2 { row[axis] } else { 0.0 }))
        .collect();
    let order = order(&coordinates);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert!(sorted.iter().enumerate().all(|(place, &row)| place == row as usize));
    // in a square of 1, sixteen of 3000 points have room in one of 0.07
    let widths = order.chunks(PANEL).map(|rows| {
        let width = |axis: usize| {
            let along = || rows.iter().map(|&row| coordinates[row as usize][axis]);
            along().fold(0.0, f32::max) - along().fold(1.0, f32::min)
        };
        width(0).max(width(1))
    });
    assert!(widths.sum::<f32>() / 188.0 < 0.11);
}

#[test]
fn directions_are_orthonormal_or_nothing() {
    // rows that span three dimensions only
    let sample = random(100, 3, 1).dot(&(random(3, 50, 2) - 0.5));
    let basis = Basis::of(sample.view(), coordinates(50));
    assert!(basis.skew < 1e-6, "{}", basis.skew);
    let lengths: Vec<f32> = basis.directions.rows().into_iter().map(|row| row.dot(&row)).collect();
    assert!(lengths.iter().all(|&length| length == 0.0 || (length - 1.0).abs() < 1e-6));
    assert!(lengths[..3].iter().all(|&length| length > 0.0), "{lengths:?}");
    let along = sample.dot(&basis.directions.t());
    let lost = &sample - &along.dot(&basis.directions);
    assert!(lost.iter().all(|value| value.abs() < 1e-4));
    // no sample to speak of
    assert!(Basis::of(sample.slice(s![..1, ..]), 16).directions.iter().all(|value| value.is_finite()));
}
