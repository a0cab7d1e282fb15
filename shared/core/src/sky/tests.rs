//! The match against a search through all pairs, and what must not matter to it.

use proptest::prelude::*;

use super::{CrossmatchParams, Find, Matcher, Matches, Observed, Pair, Position, ProperMotion, Source, crossmatch};
use crate::{Error, engine::Unobserved};

fn params(radius: &str, find: Find) -> CrossmatchParams {
    CrossmatchParams { radius: radius.parse().unwrap(), find, most_pairs: 1 << 20 }
}

fn observed(ra: f64, dec: f64) -> Observed {
    Observed { position: Position::new(ra, dec), epoch: None }
}

fn source(ra: f64, dec: f64) -> Source {
    Source { position: Position::new(ra, dec), motion: None }
}

fn found(spectra: &[Observed], rows: &[Source], params: CrossmatchParams) -> Matches {
    crossmatch(spectra, rows, params, &Unobserved).unwrap()
}

fn numbers(matches: &Matches) -> Vec<(u32, u32)> {
    matches.pairs.iter().map(|pair| (pair.spectrum, pair.row)).collect()
}

/// All pairs by looking at all of them, each row where it is at the spectrum's time.
fn all_pairs(spectra: &[Observed], rows: &[Source], radius_degrees: f64) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (spectrum, one) in spectra.iter().enumerate() {
        for (row, other) in rows.iter().enumerate() {
            let (Some(a), Some(b)) = (one.position, other.position) else { continue };
            let b = match (other.motion, one.epoch) {
                (Some(motion), Some(epoch)) => b.at_epoch(&motion, epoch),
                _ => b,
            };
            let separation = a.separation(b);
            if separation <= radius_degrees {
                pairs.push(Pair { spectrum: spectrum as u32, row: row as u32, separation: separation * 3600.0 });
            }
        }
    }
    pairs
}

/// Places that crowd: round the poles, across 0 h, on one meridian, on one another.
fn place() -> impl Strategy<Value = Option<Position>> {
    let ra = prop_oneof![0.0..360.0, -0.01..0.01, Just(0.0), Just(180.0)];
    let dec = prop_oneof![-90.0..90.0, 89.99..90.0, -90.0..-89.99, -0.01..0.01, Just(90.0), Just(-90.0)];
    (ra, dec, 0..40).prop_map(|(ra, dec, out)| if out == 0 { None } else { Position::new(ra, dec) })
}

fn spectra() -> impl Strategy<Value = Vec<Observed>> {
    let one = (place(), proptest::option::weighted(0.8, 2010.0..2025.0))
        .prop_map(|(position, epoch)| Observed { position, epoch });
    proptest::collection::vec(one, 0..60)
}

fn rows() -> impl Strategy<Value = Vec<Source>> {
    let motion = proptest::option::of((-20_000.0..20_000.0, -9_000.0..9_000.0, 1990.0..2020.0));
    let one = (place(), motion).prop_map(|(position, motion)| Source {
        position,
        motion: motion.and_then(|(pmra, pmdec, epoch)| ProperMotion::new(pmra, pmdec, epoch)),
    });
    proptest::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn pairs_are_those_of_a_search_through_all(spectra in spectra(), rows in rows(), radius in 0.001..30.0_f64) {
        let radius_text = format!("{radius}deg");
        let matches = found(&spectra, &rows, params(&radius_text, Find::All));
        // a pair on the edge itself may be rounded to either side
        let inside = all_pairs(&spectra, &rows, radius - 1e-9);
        let outside = all_pairs(&spectra, &rows, radius + 1e-9);
        let mut pairs = numbers(&matches);
        pairs.sort_unstable();
        for pair in &inside {
            prop_assert!(pairs.binary_search(&(pair.spectrum, pair.row)).is_ok(), "{:?} is missing", pair);
        }
        prop_assert!(pairs.len() <= outside.len());
        for pair in &matches.pairs {
            let there = outside.iter().find(|other| (other.spectrum, other.row) == (pair.spectrum, pair.row));
            prop_assert!(there.is_some_and(|other| (other.separation - pair.separation).abs() < 1e-6), "{:?}", pair);
        }
        for (spectrum, &near) in matches.near.iter().enumerate() {
            let count = matches.pairs.iter().filter(|pair| pair.spectrum as usize == spectrum).count();
            prop_assert_eq!(near as usize, count);
        }
    }

    #[test]
    fn what_is_made_of_the_pairs_is_what_they_say(spectra in spectra(), rows in rows(), radius in 0.01..20.0_f64) {
        let radius = format!("{radius}deg");
        let all = found(&spectra, &rows, params(&radius, Find::All));
        let mut sorted = all.pairs.clone();
        sorted.sort_by(|a, b| {
            a.separation.total_cmp(&b.separation).then((a.spectrum, a.row).cmp(&(b.spectrum, b.row)))
        });
        let each_spectrum = found(&spectra, &rows, params(&radius, Find::EachSpectrum));
        let each_row = found(&spectra, &rows, params(&radius, Find::EachRow));
        let best = found(&spectra, &rows, params(&radius, Find::Best));
        let first = |of: &dyn Fn(&Pair) -> u32| {
            let mut seen = std::collections::BTreeSet::new();
            let mut kept: Vec<_> =
                sorted.iter().filter(|p| seen.insert(of(p))).map(|p| (p.spectrum, p.row)).collect();
            kept.sort_unstable();
            kept
        };
        let in_order = |matches: &Matches| { let mut n = numbers(matches); n.sort_unstable(); n };
        prop_assert_eq!(in_order(&each_spectrum), first(&|pair| pair.spectrum));
        prop_assert_eq!(in_order(&each_row), first(&|pair| pair.row));
        let (mut taken_spectra, mut taken_rows) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        let mut greedy: Vec<_> = sorted
            .iter()
            .filter(|pair| {
                let is_free = !taken_spectra.contains(&pair.spectrum) && !taken_rows.contains(&pair.row);
                if is_free {
                    taken_spectra.insert(pair.spectrum);
                    taken_rows.insert(pair.row);
                }
                is_free
            })
            .map(|pair| (pair.spectrum, pair.row))
            .collect();
        greedy.sort_unstable();
        prop_assert_eq!(in_order(&best), greedy);
        for other in [&each_spectrum, &each_row, &best] {
            prop_assert_eq!(&other.near, &all.near);
        }
    }

    #[test]
    fn portions_do_not_matter(spectra in spectra(), rows in rows(), cut in 0..60_usize) {
        for find in [Find::Best, Find::EachSpectrum, Find::EachRow, Find::All] {
            let whole = found(&spectra, &rows, params("5deg", find));
            let mut matcher = Matcher::new(&spectra, params("5deg", find)).unwrap();
            let (one, other) = rows.split_at(cut.min(rows.len()));
            let near: usize = [one, other].map(|some| matcher.add(some, &Unobserved).unwrap().len()).iter().sum();
            prop_assert_eq!(&matcher.finish(), &whole);
            let mut distinct: Vec<u32> = all_pairs(&spectra, &rows, 5.0).iter().map(|pair| pair.row).collect();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(near, distinct.len());
        }
    }
}

#[test]
fn each_way_of_finding() {
    // two spectra 2" apart; rows 0.5" from the first, 0.9" from the first, 0.8" from the second
    let arcsec = 1.0 / 3600.0;
    let spectra = [observed(10.0, 0.0), observed(10.0, 2.0 * arcsec)];
    let rows = [source(10.0, 0.5 * arcsec), source(10.0, 0.9 * arcsec), source(10.0, 2.8 * arcsec)];
    let of = |find| numbers(&found(&spectra, &rows, params("1.6arcsec", find)));
    assert_eq!(of(Find::All), [(0, 0), (0, 1), (1, 2), (1, 1), (1, 0)]);
    assert_eq!(of(Find::EachSpectrum), [(0, 0), (1, 2)]);
    assert_eq!(of(Find::EachRow), [(0, 0), (0, 1), (1, 2)]);
    assert_eq!(of(Find::Best), [(0, 0), (1, 2)]);
    let matches = found(&spectra, &rows, params("1.6arcsec", Find::Best));
    assert_eq!(matches.near, [2, 3]);
    assert!((matches.pairs[0].separation - 0.5).abs() < 1e-9);
}

#[test]
fn what_has_no_place_is_left_out_and_counted() {
    let spectra = [observed(f64::NAN, 0.0), observed(10.0, 0.0), observed(10.0, 90.5)];
    let rows = [source(370.0, 0.0), source(10.0, f64::NAN), source(f64::INFINITY, 0.0)];
    let matches = found(&spectra, &rows, params("1arcsec", Find::Best));
    assert_eq!((matches.spectra_left_out, matches.rows_left_out, matches.rows), (2, 2, 3));
    assert_eq!(numbers(&matches), [(1, 0)]);
    for (spectra, rows) in [(&spectra[..], &[][..]), (&[], &rows), (&[], &[])] {
        assert_eq!(found(spectra, rows, params("1deg", Find::All)).pairs, []);
    }
}

#[test]
fn a_star_is_met_where_it_was_when_the_spectrum_was_taken() {
    let start = Position::new(269.448_502_525, 4.739_420_051).unwrap();
    let barnard = ProperMotion::new(-801.551, 10_362.394, 2016.0).unwrap();
    let rows = [Source { position: Some(start), motion: Some(barnard) }];
    let seen = |epoch: f64| Observed { position: Some(start.at_epoch(&barnard, epoch)), epoch: Some(epoch) };
    let mut spectra: Vec<Observed> = [1950.0, 2012.0, 2016.0, 2050.0].map(seen).to_vec();
    assert_eq!(found(&spectra, &rows, params("0.001arcsec", Find::All)).pairs.len(), 4);
    // without an epoch it is where its catalogue has it
    spectra.push(Observed { position: Some(start), epoch: None });
    spectra.push(Observed { epoch: None, ..spectra[0] });
    let near = found(&spectra, &rows, params("0.001arcsec", Find::All)).near;
    assert_eq!(near, [1, 1, 1, 1, 1, 0]);
    assert!(ProperMotion::new(1e9, 0.0, 2000.0).is_none() && ProperMotion::new(f64::NAN, 0.0, 2000.0).is_none());
}

/// Wants everything to end.
struct Stop;

impl crate::Observer for Stop {
    fn progress(&self, _fraction: f64) {}
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[test]
fn too_many_pairs_are_refused() {
    let spectra = vec![observed(5.0, 5.0); 3000];
    let rows = vec![source(5.0, 5.0); 3000];
    let limited = CrossmatchParams { most_pairs: 10_000, ..params("1arcsec", Find::EachSpectrum) };
    let error = crossmatch(&spectra, &rows, limited, &Unobserved).unwrap_err();
    assert!(error.to_string().contains("more than 10000 pairs"), "{error}");
    let limited = CrossmatchParams { most_pairs: 3000, ..limited };
    assert_eq!(crossmatch(&spectra, &rows[..1], limited, &Unobserved).unwrap().pairs.len(), 3000);
    assert_eq!(crossmatch(&spectra, &rows, limited, &Stop), Err(Error::Cancelled));
}
