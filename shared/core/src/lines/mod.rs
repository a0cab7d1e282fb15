//! Line lists whose wavelengths state their medium.

mod lists;

pub use lists::*;

use crate::spectrum::{Medium, air_to_vacuum, vacuum_to_air};

/// What makes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Photosphere or circumstellar envelope: moves with the star.
    Stellar,
    /// Forbidden line of ionised gas: moves with the nebula.
    Nebular,
    /// Between the stars: at rest with the intervening cloud, not with the star.
    Interstellar,
    /// Absorption band of the Earth's atmosphere: stays put whatever the redshift.
    Telluric,
    /// Emission of the night sky: stays put whatever the redshift.
    Sky,
}

impl LineKind {
    /// Whether the line moves with the redshift of the object.
    pub fn moves_with_object(self) -> bool {
        matches!(self, Self::Stellar | Self::Nebular)
    }
}

/// A spectral line or the head of a band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Name as drawn beside the line.
    pub name: &'static str,
    /// Rest wavelength in Angstrom, in `medium`.
    pub wavelength: f64,
    /// Medium in which `wavelength` is stated.
    pub medium: Medium,
    /// What makes it.
    pub kind: LineKind,
}

impl Line {
    /// The rest wavelength in Angstrom in `medium`.
    pub fn wavelength_in(&self, medium: Medium) -> f64 {
        match (self.medium, medium) {
            (Medium::Air, Medium::Vacuum) => air_to_vacuum(self.wavelength),
            (Medium::Vacuum, Medium::Air) => vacuum_to_air(self.wavelength),
            _ => self.wavelength,
        }
    }
}
