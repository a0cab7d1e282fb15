//! Redshifts as velocities, the steps in which a reader changes them, and the axis of velocities about a line.
//!
//! A redshift is told as the radial velocity that makes it by the relativistic Doppler effect,
//! `1 + z = sqrt((1 + v/c) / (1 - v/c))`. The axis about a line is `c (λ / λ0 - 1)`, as figures of lines have it.

use balmer_core::{lines::all, spectrum::Medium};

use super::{
    format::signed,
    lines::OwnLine,
    markers::{LIGHT, corrected, label, moved},
};

/// Least and largest correction of a velocity, km/s: from the blue end of what can be to a redshift of about 10.
pub const SHIFTS: (f64, f64) = (-270_000.0, 3_000_000.0);
/// The slider reaches as far to both sides, km/s: stars of the Galaxy.
pub const SLIDER: f64 = 1000.0;
/// Half of the window about a line, km/s.
const ABOUT: f64 = 5000.0;

/// A step of the velocity, km/s, with these keys held down.
pub fn step(shift: bool, alt: bool) -> f64 {
    match (shift, alt) {
        (_, true) => 1.0,
        (true, false) => 100.0,
        (false, false) => 10.0,
    }
}

/// A correction that can be, rounded as an address has it; 0 where it is no number.
pub fn allowed(shift: f64) -> f64 {
    if shift.is_finite() { (shift.clamp(SHIFTS.0, SHIFTS.1) * 100.0).round() / 100.0 } else { 0.0 }
}

/// The correction that moves `stated` to `redshift`; `None` where that is no redshift or too far.
pub fn shift_to(redshift: f64, stated: f64) -> Option<f64> {
    let shift = LIGHT * ((1.0 + redshift) / (1.0 + stated) - 1.0);
    (SHIFTS.0..=SHIFTS.1).contains(&shift).then(|| allowed(shift))
}

/// The radial velocity, km/s, that makes a redshift.
pub fn velocity_of(redshift: f64) -> f64 {
    let square = (1.0 + redshift).powi(2);
    LIGHT * (square - 1.0) / (square + 1.0)
}

/// The velocity in all, in words.
pub fn said(stated: f64, shift: f64) -> String {
    format!("v = {} km/s", signed(velocity_of(corrected(stated, shift)), 1))
}

/// The axis of velocities about a line.
#[derive(Debug, Clone, PartialEq)]
pub struct VelocityAxis {
    /// What the line is called.
    pub name: String,
    /// Where it is seen, Angstrom, in the spectrum's medium.
    pub centre: f64,
}

impl VelocityAxis {
    /// The axis about the line of this key: the name of a listed line, or the wavelength of one of the reader's own.
    /// `None` where there is no such line.
    pub fn about(key: &str, own: &[OwnLine], medium: Medium, redshift: f64) -> Option<Self> {
        if let Some(line) = all().find(|line| line.name == key) {
            return Some(Self { name: label(line.name).to_owned(), centre: line.observed_in(medium, redshift) });
        }
        let line = own.iter().find(|line| line.key() == key)?;
        Some(Self { name: line.label(), centre: moved(line.wavelength_in(medium), medium, redshift) })
    }

    /// Velocity of a wavelength, km/s.
    pub fn velocity(&self, wavelength: f64) -> f64 {
        LIGHT * (wavelength / self.centre - 1.0)
    }

    /// Wavelength of a velocity.
    pub fn wavelength(&self, velocity: f64) -> f64 {
        self.centre * (1.0 + velocity / LIGHT)
    }

    /// The window about the line, Angstrom.
    pub fn window(&self) -> (f64, f64) {
        (self.wavelength(-ABOUT), self.wavelength(ABOUT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocities_are_relativistic() {
        // z = 1 is 0.6 c
        assert!((velocity_of(1.0) - 0.6 * LIGHT).abs() < 1e-6);
        assert!((velocity_of(1e-5) - 1e-5 * LIGHT).abs() < 1e-3);
        assert!(velocity_of(-0.5) < 0.0);
        assert_eq!(said(0.0, 0.0), "v = 0.0 km/s");
        assert_eq!(said(0.001, 0.0), "v = +299.6 km/s");
    }

    #[test]
    fn a_typed_redshift_is_reached_by_its_correction() {
        for (z, stated) in [(0.5, 0.0), (2.3, 0.1), (-0.001, 0.0003)] {
            let shift = shift_to(z, stated).unwrap();
            assert!((corrected(stated, shift) - z).abs() < 1e-7, "{z}");
        }
        assert_eq!((shift_to(50.0, 0.0), shift_to(-1.0, 0.0), shift_to(f64::NAN, 0.0)), (None, None, None));
        assert_eq!((allowed(f64::NAN), allowed(1e9), allowed(1.234)), (0.0, SHIFTS.1, 1.23));
    }

    #[test]
    fn steps_are_coarse_with_shift_and_fine_with_alt() {
        assert_eq!((step(false, false), step(true, false), step(false, true)), (10.0, 100.0, 1.0));
    }

    #[test]
    fn the_axis_has_its_zero_where_the_line_is_seen() {
        let axis = VelocityAxis::about("H-alpha", &[], Medium::Vacuum, 0.01).unwrap();
        assert_eq!((axis.name.as_str(), axis.velocity(axis.centre)), ("Hα", 0.0));
        assert!((axis.centre - 6564.614 * 1.01).abs() < 1e-6);
        assert!((axis.wavelength(axis.velocity(6600.0)) - 6600.0).abs() < 1e-9);
        assert!((axis.velocity(axis.window().1) - 5000.0).abs() < 1e-6);
        let own = [OwnLine::parse("6707.8 Li I").unwrap()];
        let axis = VelocityAxis::about("6707.8", &own, Medium::Air, 0.0).unwrap();
        assert_eq!((axis.name.as_str(), axis.centre), ("Li I", 6707.8));
        assert_eq!(VelocityAxis::about("unobtainium", &own, Medium::Air, 0.0), None);
    }
}
