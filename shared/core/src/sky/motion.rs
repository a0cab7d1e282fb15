//! Proper motion, from the epoch of a catalogue to that of a spectrum.
//!
//! A star moves uniformly in space (The Hipparcos and Tycho Catalogues, ESA SP-1200, vol. 1, section 1.5.5), here
//! without its radial velocity: the direction at an epoch is the one at the reference epoch plus the tangential motion
//! times the years between, brought back to length 1. So the star stays on a great circle, through a pole too. Left
//! out are radial velocity (perspective acceleration: 0.06 arcsec in 10 years for Barnard's star, less than 1 mas for
//! nearly all others), parallax and light-travel time.

use serde::{Deserialize, Serialize};

use super::position::{Position, Unit};

/// Fastest proper motion that is believed, mas a year; Barnard's star has 10,393.
pub const MAX_MOTION: f64 = 60_000.0;

/// How a position moves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProperMotion {
    /// Towards east, mas a year on the sky: the factor cos(dec) is included.
    pub pmra: f64,
    /// Towards north, mas a year.
    pub pmdec: f64,
    /// Epoch of the position, Julian years.
    pub epoch: f64,
}

impl ProperMotion {
    /// A motion; `None` where a number is not finite or it is faster than [`MAX_MOTION`].
    pub fn new(pmra: f64, pmdec: f64, epoch: f64) -> Option<Self> {
        let speed = libm::hypot(pmra, pmdec);
        (speed <= MAX_MOTION && epoch.is_finite()).then_some(Self { pmra, pmdec, epoch })
    }

    /// Radians a year.
    pub(super) fn speed(&self) -> f64 {
        radians(libm::hypot(self.pmra, self.pmdec))
    }

    /// Displacement a year of what stands at `position`.
    pub(super) fn velocity(&self, position: Position) -> [f64; 3] {
        let (ra, dec) = (position.ra.to_radians(), position.dec.to_radians());
        let (sin_ra, cos_ra) = (libm::sin(ra), libm::cos(ra));
        let (sin_dec, cos_dec) = (libm::sin(dec), libm::cos(dec));
        let (east, north) = (radians(self.pmra), radians(self.pmdec));
        [-east * sin_ra - north * sin_dec * cos_ra, east * cos_ra - north * sin_dec * sin_ra, north * cos_dec]
    }
}

impl Position {
    /// Where what stands here at the motion's epoch stands at another, Julian years.
    #[must_use]
    pub fn at_epoch(self, motion: &ProperMotion, epoch: f64) -> Self {
        Self::of_vector(moved(&self.unit(), &motion.velocity(self), epoch - motion.epoch))
    }
}

/// A direction after some years.
pub(super) fn moved(from: &Unit, velocity: &[f64; 3], years: f64) -> Unit {
    let [x, y, z] = [from[0] + velocity[0] * years, from[1] + velocity[1] * years, from[2] + velocity[2] * years];
    let length = (x * x + y * y + z * z).sqrt();
    [x / length, y / length, z / length]
}

/// Radians of so many mas.
fn radians(mas: f64) -> f64 {
    (mas / 3_600_000.0).to_radians()
}

/// The Julian year of a Modified Julian Date.
pub fn julian_year(mjd: f64) -> f64 {
    2000.0 + (mjd - 51_544.5) / 365.25
}
