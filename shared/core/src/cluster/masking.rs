//! 'Mask this': what a family sits on becomes a stretch that a new recipe interpolates over.

use super::{COLUMN, Excess, SKY_LINE};
use crate::manipulation::RecipeSpec;

/// Added on both sides of what is masked, Angstrom: the wings of an unresolved line.
const MARGIN: f64 = 3.0;

/// The stretches that a family's sky lines and pixel columns ask to be masked, ascending and apart; Angstrom as observed,
/// in the medium of the excesses.
pub fn ranges_to_mask(excesses: &[Excess]) -> Vec<[f64; 2]> {
    let there = excesses.iter().filter(|excess| excess.piece == SKY_LINE || excess.piece == COLUMN);
    united(there.filter_map(|excess| excess.range).map(|[from, to]| [from - MARGIN, to + MARGIN]).collect())
}

/// The recipe that masks these stretches, too, as observed in its medium.
pub fn mask(recipe: &RecipeSpec, ranges: &[[f64; 2]]) -> RecipeSpec {
    let mask_angstrom = united(recipe.mask_angstrom.iter().chain(ranges).copied().collect());
    RecipeSpec { mask_angstrom, ..recipe.clone() }
}

/// The same stretches in order, those that touch as one, to a hundredth of an Angstrom.
fn united(mut ranges: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    ranges.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut apart: Vec<[f64; 2]> = Vec::new();
    for [from, to] in ranges {
        match apart.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(to),
            _ => apart.push([from, to]),
        }
    }
    apart.into_iter().map(|range| range.map(|w| (w * 100.0).round() / 100.0)).collect()
}
