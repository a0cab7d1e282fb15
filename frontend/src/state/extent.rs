//! The extent of a survey on a small map of the whole sky (Aitoff's projection).
//!
//! Right ascension grows to the left, as seen from the ground, and 12 h is in the middle. An extent too
//! small to be seen is drawn as a mark.

use std::f64::consts::FRAC_PI_2;

use super::sky::{aitoff, edge};

/// Half width and half height of the map.
pub const SIZE: (f64, f64) = (100.0, 50.0);

/// Extents smaller than this many degrees both ways get a mark.
const VISIBLE: f64 = 12.0;

/// A line or outline in the units of [`SIZE`], the middle at the origin, y downwards.
pub type Line = Vec<(f64, f64)>;

/// What is drawn of an extent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extent {
    /// Outline of the area.
    pub outline: Line,
    /// Middle of an area too small to be seen.
    pub mark: Option<(f64, f64)>,
}

/// A place on the map; degrees. 0 h is the right edge, 24 h the left one.
pub fn place(ra: f64, dec: f64) -> (f64, f64) {
    let (x, y) = match ra {
        ra if ra <= 0.0 => edge(1.0, dec),
        ra if ra >= 360.0 => edge(-1.0, dec),
        ra => aitoff(ra, dec),
    };
    (x * SIZE.0, -2.0 * y * SIZE.1)
}

/// The extent of a survey, from least and greatest right ascension and declination.
pub fn extent(ra: [f64; 2], dec: [f64; 2]) -> Extent {
    let steps = |from: f64, to: f64| (0..=24).map(move |i| from + (to - from) * f64::from(i) / 24.0);
    let below = steps(ra[0], ra[1]).map(|a| place(a, dec[0]));
    let right = steps(dec[0], dec[1]).map(|d| place(ra[1], d));
    let above = steps(ra[1], ra[0]).map(|a| place(a, dec[1]));
    let left = steps(dec[1], dec[0]).map(|d| place(ra[0], d));
    let outline = below.chain(right).chain(above).chain(left).collect();
    let small = ra[1] - ra[0] < VISIBLE && dec[1] - dec[0] < VISIBLE;
    let mark = small.then(|| place(f64::midpoint(ra[0], ra[1]), f64::midpoint(dec[0], dec[1])));
    Extent { outline, mark }
}

/// Meridians every 4 h and parallels every 30 degrees.
pub fn graticule() -> Vec<Line> {
    let meridians = (0..=6).map(|i| {
        let ra = f64::from(i) * 60.0;
        (-18..=18).map(|d| place(ra, f64::from(d) * 5.0)).collect()
    });
    let parallels = (-2..=2).map(|i| {
        let dec = f64::from(i) * 30.0;
        (0..=72).map(|a| place(f64::from(a) * 5.0, dec)).collect()
    });
    meridians.chain(parallels).collect()
}

/// A line as the attribute `points` of SVG.
pub fn points(line: &[(f64, f64)]) -> String {
    let points: Vec<String> = line.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
    points.join(" ")
}

/// Square degrees between two parallels and two meridians.
pub fn square_degrees(ra: [f64; 2], dec: [f64; 2]) -> f64 {
    let zone = dec[1].to_radians().sin() - dec[0].to_radians().sin();
    (ra[1] - ra[0]) * zone * 90.0 / FRAC_PI_2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn the_sky_fills_the_map() {
        assert!(close(place(180.0, 0.0), (0.0, 0.0)));
        assert!(close(place(0.0, 0.0), (100.0, 0.0)));
        assert!(close(place(360.0, 0.0), (-100.0, 0.0)));
        assert!(close(place(77.0, 90.0), (0.0, -50.0)));
        for line in graticule() {
            assert!(line.iter().all(|(x, y)| (x / 100.0).powi(2) + (y / 50.0).powi(2) < 1.0 + 1e-9));
        }
    }

    #[test]
    fn one_plate_is_seen() {
        assert!(extent([83.0, 88.0], [20.0, 25.0]).mark.is_some());
        assert!(extent([0.0, 360.0], [-10.0, 60.0]).mark.is_none());
    }

    #[test]
    fn the_whole_sky_has_its_area() {
        assert!((square_degrees([0.0, 360.0], [-90.0, 90.0]) - 41_252.96).abs() < 0.01);
    }
}
