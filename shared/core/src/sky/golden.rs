//! Pairs and motions against astropy (`tests/tools/make_sky_golden.py`).

use serde::Deserialize;

use super::{CrossmatchParams, Find, Matches, Observed, Position, ProperMotion, Source, crossmatch};
use crate::engine::Unobserved;

#[derive(Deserialize)]
struct Golden {
    pairs: Vec<Case>,
    /// ra, dec, pmra, pmdec, epoch; the epoch asked for, and ra and dec then.
    motions: Vec<[f64; 8]>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    radius_arcsec: f64,
    left: [Vec<f64>; 2],
    right: [Vec<f64>; 2],
    pairs: Vec<(u32, u32, f64)>,
    nearest: Vec<Option<u32>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/sky.json")).unwrap()
}

impl Case {
    fn matched(&self, find: Find) -> Matches {
        let places = |[ra, dec]: &[Vec<f64>; 2]| -> Vec<Option<Position>> {
            ra.iter().zip(dec).map(|(&ra, &dec)| Position::new(ra, dec)).collect()
        };
        let spectra: Vec<Observed> =
            places(&self.left).into_iter().map(|position| Observed { position, epoch: None }).collect();
        let rows: Vec<Source> =
            places(&self.right).into_iter().map(|position| Source { position, motion: None }).collect();
        let radius = format!("{}arcsec", self.radius_arcsec).parse().unwrap();
        crossmatch(&spectra, &rows, CrossmatchParams { radius, find, most_pairs: 1 << 20 }, &Unobserved).unwrap()
    }
}

#[test]
fn pairs_are_those_of_search_around_sky() {
    let cases = golden().pairs;
    assert_eq!(cases.len(), 7);
    for case in cases {
        let mut found = case.matched(Find::All).pairs;
        found.sort_unstable_by_key(|pair| (pair.spectrum, pair.row));
        let numbers: Vec<_> = found.iter().map(|pair| (pair.spectrum, pair.row)).collect();
        let expected: Vec<_> = case.pairs.iter().map(|&(spectrum, row, _)| (spectrum, row)).collect();
        assert_eq!(numbers, expected, "{}", case.name);
        for (pair, &(.., separation)) in found.iter().zip(&case.pairs) {
            // both sides round directions to some 1e-11 arcsec
            let tolerance = 1e-9_f64.max(1e-13 * separation);
            assert!((pair.separation - separation).abs() < tolerance, "{}: {pair:?} {separation}", case.name);
        }
    }
}

#[test]
fn the_nearest_are_those_of_match_coordinates_sky() {
    for case in golden().pairs {
        let found = case.matched(Find::EachSpectrum);
        let mut nearest = vec![None; case.nearest.len()];
        for pair in &found.pairs {
            nearest[pair.spectrum as usize] = Some(pair.row);
        }
        if case.name == "exact duplicates" {
            // of equals astropy takes any, here it is the first
            assert!(nearest.iter().zip(0u32..).all(|(row, i)| *row == Some(i % 60)), "{}", case.name);
        } else {
            assert_eq!(nearest, case.nearest, "{}", case.name);
        }
    }
}

#[test]
fn stars_move_as_apply_space_motion_moves_them() {
    let stars = golden().motions;
    assert_eq!(stars.len(), 26 * 3);
    let mut worst = 0.0_f64;
    for [ra, dec, pmra, pmdec, epoch, then, moved_ra, moved_dec] in stars {
        let motion = ProperMotion::new(pmra, pmdec, epoch).unwrap();
        let moved = Position::new(ra, dec).unwrap().at_epoch(&motion, then);
        let off = moved.separation(Position::new(moved_ra, moved_dec).unwrap()) * 3.6e6;
        worst = worst.max(off);
        assert!(off < 1e-4, "{ra} {dec} at {then}: {off} mas");
    }
    println!("within {worst} mas");
}
