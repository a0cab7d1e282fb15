//! A place on the sky as degrees and as a unit vector.

use super::ProperMotion;

/// A direction, of length 1.
pub(super) type Unit = [f64; 3];

/// A place on the sky, ICRS.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Right ascension, degrees, 0 up to 360.
    pub ra: f64,
    /// Declination, degrees.
    pub dec: f64,
}

/// A spectrum: where and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observed {
    /// Where it was taken; `None` where that is not known.
    pub position: Option<Position>,
    /// When, Julian years; what moves is taken as its catalogue has it where this is not known.
    pub epoch: Option<f64>,
}

/// A row of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// Where it is; `None` where that is not known.
    pub position: Option<Position>,
    /// How it moves from there.
    pub motion: Option<ProperMotion>,
}

impl Position {
    /// A place, its right ascension brought into 0 to 360; `None` where a number is not finite or the declination is
    /// beyond a pole.
    pub fn new(ra: f64, dec: f64) -> Option<Self> {
        if !ra.is_finite() || dec.is_nan() || dec.abs() > 90.0 {
            return None;
        }
        let ra = ra.rem_euclid(360.0);
        // the remainder of a tiny negative angle rounds to the whole circle
        Some(Self { ra: if ra < 360.0 { ra } else { 0.0 }, dec })
    }

    /// The angle to another place, degrees.
    pub fn separation(self, other: Self) -> f64 {
        angle_of_chord(chord_squared(&self.unit(), &other.unit())).to_degrees()
    }

    pub(super) fn unit(self) -> Unit {
        let (ra, dec) = (self.ra.to_radians(), self.dec.to_radians());
        let level = libm::cos(dec);
        [level * libm::cos(ra), level * libm::sin(ra), libm::sin(dec)]
    }

    /// Where a direction points, which need not have length 1.
    pub(super) fn of_vector([x, y, z]: [f64; 3]) -> Self {
        let ra = libm::atan2(y, x).to_degrees().rem_euclid(360.0);
        let dec = libm::atan2(z, libm::hypot(x, y)).to_degrees();
        Self { ra: if ra < 360.0 { ra } else { 0.0 }, dec }
    }
}

/// Square of the straight line between two directions.
pub(super) fn chord_squared(a: &Unit, b: &Unit) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

/// The angle that a chord spans, radians.
pub(super) fn angle_of_chord(squared: f64) -> f64 {
    2.0 * libm::asin((0.5 * squared.sqrt()).min(1.0))
}
