//! The spectra in zones of declination, each sorted by right ascension: what is near a position stands in few short
//! runs.
//!
//! Gray, Nieto-Santisteban & Szalay, "The Zones Algorithm for Finding Points-Near-a-Point or Cross-Matching Spatial
//! Datasets", MSR-TR-2006-52 (2007), section 2, with the widest right ascension of a circle in closed form. 40 bytes a
//! spectrum; 32 of them are read in order.

use std::ops::Range;

use super::position::{Position, Unit, chord_squared};

/// Spectra of a zone, on average over a sphere that is covered evenly: short enough to search, long enough that the
/// table of zones stays in the cache.
const PER_ZONE: f64 = 128.0;
/// Narrowest zone, degrees.
const LEAST_HEIGHT: f64 = 1.0 / 3600.0;
/// What rounding may take from a limit on degrees.
const SLACK: f64 = 1e-9;

/// Spectra by zone and right ascension.
#[derive(Debug)]
pub(super) struct Zones {
    height: f64,
    /// Where each zone begins, and where the last one ends.
    starts: Vec<u32>,
    ra: Vec<f64>,
    units: Vec<Unit>,
    /// Number of each spectrum.
    numbers: Vec<u32>,
}

impl Zones {
    /// Sorts the spectra that have a position.
    pub(super) fn new(positions: &[Option<Position>]) -> Self {
        let known = || positions.iter().enumerate().filter_map(|(number, p)| Some((number as u32, (*p)?)));
        let count = known().count();
        let height = (180.0 * PER_ZONE / count.max(1) as f64).clamp(LEAST_HEIGHT, 180.0);
        let zones = (180.0 / height).ceil() as usize + 1;
        let mut sorted: Vec<(u32, f64, u32)> =
            known().map(|(number, p)| (zone_of(p.dec, height), p.ra, number)).collect();
        sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut starts = vec![0u32; zones + 1];
        for &(zone, ..) in &sorted {
            starts[zone as usize + 1] += 1;
        }
        for zone in 0..zones {
            starts[zone + 1] += starts[zone];
        }
        let unit = |number: u32| positions[number as usize].map_or([0.0; 3], Position::unit);
        Self {
            height,
            starts,
            ra: sorted.iter().map(|s| s.1).collect(),
            units: sorted.iter().map(|s| unit(s.2)).collect(),
            numbers: sorted.iter().map(|s| s.2).collect(),
        }
    }

    /// Calls `found(number, chord²)` for each spectrum within `radius` (radians) of a place; it says whether to go on.
    pub(super) fn near(&self, at: Position, radius: f64, mut found: impl FnMut(u32, f64) -> bool) {
        let unit = at.unit();
        let limit = chord_limit(radius);
        for run in self.runs(at, radius) {
            for i in run {
                let squared = chord_squared(&unit, &self.units[i]);
                if squared <= limit && !found(self.numbers[i], squared) {
                    return;
                }
            }
        }
    }

    /// Calls `found(number, direction)` for spectra that may be within `radius` (radians) of a place, and for all that
    /// are.
    pub(super) fn about(&self, at: Position, radius: f64, mut found: impl FnMut(u32, &Unit) -> bool) {
        for run in self.runs(at, radius) {
            for i in run {
                if !found(self.numbers[i], &self.units[i]) {
                    return;
                }
            }
        }
    }

    /// Runs of the sorted spectra that hold all within a radius.
    fn runs(&self, at: Position, radius: f64) -> impl Iterator<Item = Range<usize>> {
        let around = radius.to_degrees() + SLACK;
        let zone = |dec: f64| zone_of(dec.clamp(-90.0, 90.0), self.height) as usize;
        // a circle round a pole has every right ascension
        let half = if at.dec.abs() + around >= 90.0 {
            180.0
        } else {
            let sine = libm::sin(around.to_radians()) / libm::cos(at.dec.to_radians());
            if sine < 1.0 { libm::asin(sine).to_degrees() + SLACK } else { 180.0 }
        };
        let (from, to) = (at.ra - half, at.ra + half);
        let arcs = if half >= 180.0 {
            [(0.0, 360.0), NOWHERE]
        } else if from < 0.0 {
            [(0.0, to), (from + 360.0, 360.0)]
        } else if to >= 360.0 {
            [(0.0, to - 360.0), (from, 360.0)]
        } else {
            [(from, to), NOWHERE]
        };
        (zone(at.dec - around)..=zone(at.dec + around)).flat_map(move |zone| {
            let (first, end) = (self.starts[zone] as usize, self.starts[zone + 1] as usize);
            let sorted = &self.ra[first..end];
            arcs.map(|(from, to)| {
                let begin = sorted.partition_point(|&ra| ra < from);
                let length = sorted[begin..].partition_point(|&ra| ra <= to);
                first + begin..first + begin + length
            })
        })
    }
}

/// An arc without any right ascension.
const NOWHERE: (f64, f64) = (f64::INFINITY, f64::INFINITY);

fn zone_of(dec: f64, height: f64) -> u32 {
    ((dec + 90.0) / height) as u32
}

/// The chord's square of an angle, radians.
pub(super) fn chord_limit(angle: f64) -> f64 {
    let chord = 2.0 * libm::sin(0.5 * angle);
    chord * chord
}
