//! Spectral lines measured, each value with its error.
//!
//! [`measure`] takes a window around a line and a choice of [`Continuum`], and gives the line's flux, equivalent
//! width, centroid and widths, and for double-peaked emission the heights of the violet and the red peak, their
//! ratio and their separation. The definitions are those of `specutils.analysis`, unless their own file says
//! otherwise; [`snr`] is the signal-to-noise ratio of any region.
//!
//! 1. `region`: windows, in a stated medium;
//! 2. `stretch`: the good pixels that take part, with the noise of each;
//! 3. `level`: the continuum, and how the noise of the pixels it is taken from moves it;
//! 4. `moments`: sums over the window, errors propagated to first order;
//! 5. `width` and `peaks`: what hangs on the highest pixels, with bias and error from `realisations` of the
//!    noise, the same ones every time.
//!
//! A [`LineRequest`] measures the same line in many spectra, and [`QUANTITIES`] are the columns that this makes.
//!
//! Equivalent widths are positive in absorption, fluxes in emission. Wavelengths are in Angstrom, in the medium of
//! the spectrum's axis. A spectrum that cannot be measured is an [`Unmeasurable`] with a stable reason; a quantity
//! that this line does not have is `None`, and a [`Note`] says why.

#[cfg(test)]
mod calibration;
#[cfg(test)]
mod golden;
mod level;
#[cfg(test)]
mod limits;
mod measurements;
mod moments;
mod peaks;
mod quantities;
mod realisations;
mod region;
mod request;
mod smooth;
mod snr;
mod stretch;
#[cfg(test)]
mod tests;
mod unmeasurable;
mod width;

pub use level::Continuum;
pub use measurements::{Feature, Measured, Measurements, Note, continuum_level, measure};
pub use peaks::DoublePeak;
pub use quantities::{QUANTITIES, Quantity, column_prefix};
pub use region::SpectralRegion;
pub use request::{LineMeasurement, LineRequest};
pub use snr::{Noise, Snr, snr};
pub use unmeasurable::Unmeasurable;
