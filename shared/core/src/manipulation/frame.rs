//! Wavelengths in the recipe's medium and frame.
//!
//! The Doppler shift is a statement about vacuum wavelengths, so a shift is always made there: an air
//! wavelength is taken to vacuum, divided by `1 + z`, and taken back to air only if the recipe asks for
//! air. Shifting air wavelengths directly would be off by `lambda (n(lambda) - n(lambda / (1 + z)))`.

use crate::spectrum::{Medium, air_to_vacuum, vacuum_to_air};

/// The map from a spectrum's own wavelengths to the recipe's: strictly increasing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Medium of the wavelengths as stated.
    pub from: Medium,
    /// Medium wanted.
    pub to: Medium,
    /// Redshift to be removed; 0 keeps the observed frame.
    pub redshift: f64,
}

impl Frame {
    /// One wavelength, Angstrom.
    pub fn convert(&self, wavelength: f64) -> f64 {
        if self.from == self.to && self.redshift == 0.0 {
            return wavelength;
        }
        let vacuum = match self.from {
            Medium::Air => air_to_vacuum(wavelength),
            Medium::Vacuum => wavelength,
        };
        let rest = vacuum / (1.0 + self.redshift);
        match self.to {
            Medium::Air => vacuum_to_air(rest),
            Medium::Vacuum => rest,
        }
    }

    /// The map back: from the recipe's wavelengths to the spectrum's own.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { from: self.to, to: self.from, redshift: 1.0 / (1.0 + self.redshift) - 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn h_alpha_of_an_air_spectrum_lands_at_its_vacuum_place() {
        let frame = Frame { from: Medium::Air, to: Medium::Vacuum, redshift: 0.0 };
        assert!((frame.convert(6562.8) - 6564.614).abs() < 2e-3);
    }

    #[test]
    fn a_redshift_is_removed_in_vacuum() {
        let frame = Frame { from: Medium::Vacuum, to: Medium::Vacuum, redshift: 0.1 };
        assert!((frame.convert(6564.614 * 1.1) - 6564.614).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn there_and_back(w in 3000.0..11000.0f64, z in -0.01..3.0f64, from_air: bool, to_air: bool) {
            let medium = |air| if air { Medium::Air } else { Medium::Vacuum };
            // stay above 2000 A, where the refraction formula holds
            prop_assume!(w / (1.0 + z) > 2000.0);
            let frame = Frame { from: medium(from_air), to: medium(to_air), redshift: z };
            prop_assert!((frame.inverse().convert(frame.convert(w)) - w).abs() < 1e-8);
        }
    }
}
