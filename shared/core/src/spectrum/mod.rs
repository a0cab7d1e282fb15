//! One-dimensional spectra: a spectral axis that knows its medium, flux, inverse variance, masks and
//! what the survey said about the object.
//!
//! Words follow `specutils` and the IVOA Spectrum Data Model 1.1. Wavelengths are in Angstrom
//! throughout; flux is kept in the file's own unit, which the metadata names.

mod axis;
mod metadata;
mod refraction;

pub use axis::{Medium, Sampling, SpectralAxis};
pub use metadata::{COLUMNS, Column, ColumnType, Metadata, Value};
pub use refraction::{air_to_vacuum, vacuum_to_air};

use crate::{Error, Result};

/// A spectrum on its native pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    axis: SpectralAxis,
    flux: Vec<f32>,
    ivar: Option<Vec<f32>>,
    and_mask: Option<Vec<u32>>,
    or_mask: Option<Vec<u32>>,
    /// What the survey says about the object and the observation.
    pub metadata: Metadata,
}

impl Spectrum {
    /// A spectrum with no stated variance and no masks.
    ///
    /// # Errors
    /// When `flux` is not as long as the axis.
    pub fn new(axis: SpectralAxis, flux: Vec<f32>, metadata: Metadata) -> Result<Self> {
        check_length("flux", flux.len(), axis.len())?;
        Ok(Self { axis, flux, ivar: None, and_mask: None, or_mask: None, metadata })
    }

    /// States the inverse variance of each pixel, in 1 / flux unit squared; 0 means 'no information'.
    /// A spectrum whose file gives none keeps `None`: it is never guessed.
    ///
    /// # Errors
    /// When `ivar` is not as long as the axis.
    pub fn with_ivar(mut self, ivar: Vec<f32>) -> Result<Self> {
        check_length("inverse variance", ivar.len(), self.axis.len())?;
        self.ivar = Some(ivar);
        Ok(self)
    }

    /// States the pixel masks of SDSS and LAMOST: bits set in *every* exposure (`and`) and in *any*
    /// exposure (`or`).
    ///
    /// # Errors
    /// When a mask is not as long as the axis.
    pub fn with_masks(mut self, and: Option<Vec<u32>>, or: Option<Vec<u32>>) -> Result<Self> {
        for mask in [&and, &or].into_iter().flatten() {
            check_length("mask", mask.len(), self.axis.len())?;
        }
        self.and_mask = and;
        self.or_mask = or;
        Ok(self)
    }

    /// The spectral axis.
    pub fn axis(&self) -> &SpectralAxis {
        &self.axis
    }
    /// Flux of each pixel, in the unit `metadata.flux_unit` names.
    pub fn flux(&self) -> &[f32] {
        &self.flux
    }
    /// Inverse variance of each pixel, if the file states one.
    pub fn ivar(&self) -> Option<&[f32]> {
        self.ivar.as_deref()
    }
    /// Mask bits set in every exposure.
    pub fn and_mask(&self) -> Option<&[u32]> {
        self.and_mask.as_deref()
    }
    /// Mask bits set in any exposure.
    pub fn or_mask(&self) -> Option<&[u32]> {
        self.or_mask.as_deref()
    }
    /// Number of pixels.
    pub fn len(&self) -> usize {
        self.flux.len()
    }
    /// Never true: an axis has at least two pixels.
    pub fn is_empty(&self) -> bool {
        self.flux.is_empty()
    }
}

fn check_length(what: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        Ok(())
    } else {
        Err(Error::InvalidSpectrum(format!("{what} has {found} pixels, the spectral axis {expected}")))
    }
}
