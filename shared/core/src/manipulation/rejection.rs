//! Why a spectrum gives no feature row.
//!
//! A rejection is an outcome, not an error: the rest of the survey goes on, and the run's provenance
//! counts every reason.

/// The reason why a recipe cannot turn a spectrum into a feature row.
///
/// [`Rejection::reason`] is a short code that tables and provenance count by, and that never changes;
/// `Display` is the sentence with this spectrum's numbers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The spectral axis ends inside the window.
    #[error("covers {first:.2}-{last:.2} A, the window is {from:.2}-{to:.2} A")]
    WindowNotCovered {
        /// First pixel centre, Angstrom, in the recipe's medium and frame.
        first: f64,
        /// Last pixel centre, Angstrom.
        last: f64,
        /// Start of the window, Angstrom.
        from: f64,
        /// End of the window, Angstrom.
        to: f64,
    },
    /// Too many pixels of the window have no information.
    #[error("{good} of {pixels} pixels in the window are good, min_good_fraction = {required} asks for more")]
    TooFewGoodPixels {
        /// Usable pixels in the window.
        good: usize,
        /// Native pixels in the window.
        pixels: usize,
        /// The recipe's `min_good_fraction`.
        required: f64,
    },
    /// The flux in the window is zero or constant: there is no line to compare.
    #[error("the flux is {level} throughout the window")]
    NoSignal {
        /// The constant level.
        level: f64,
    },
    /// `rest_frame = true` and the catalogue states no redshift.
    #[error("rest_frame = true needs a redshift or radial velocity, and none is stated")]
    NoRedshift,
    /// The catalogue's redshift is a sentinel or not a number.
    #[error("rest_frame = true needs a redshift, and the one stated is {z}")]
    UnusableRedshift {
        /// The value stated.
        z: f64,
    },
    /// `resolution_fwhm_angstrom > 0` and the spectrum's own resolution is not known.
    #[error("resolution_fwhm_angstrom = {target} cannot be reached: the spectrum's own resolution is not known")]
    ResolutionUnknown {
        /// The recipe's target FWHM, Angstrom.
        target: f64,
    },
    /// The fitted continuum reaches zero, so that dividing by it means nothing.
    #[error("the fitted continuum falls to {lowest:.3e} in the window")]
    ContinuumNotPositive {
        /// The continuum's lowest value, in the spectrum's flux unit.
        lowest: f64,
    },
    /// `scale = "median"` and the median is not positive.
    #[error("scale = median needs a positive median, and it is {median:.3e}")]
    MedianNotPositive {
        /// The median after the continuum step.
        median: f64,
    },
    /// A feature came out as not a number, infinite, or beyond the range of `f32`.
    #[error("feature {pixel} is {value}, beyond what a feature can hold")]
    NotFinite {
        /// Zero-based pixel of the target grid.
        pixel: usize,
        /// The value.
        value: f64,
    },
}

impl Rejection {
    /// A short, stable code: the key by which rejections are counted.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::WindowNotCovered { .. } => "window-not-covered",
            Self::TooFewGoodPixels { .. } => "too-few-good-pixels",
            Self::NoSignal { .. } => "no-signal",
            Self::NoRedshift => "no-redshift",
            Self::UnusableRedshift { .. } => "unusable-redshift",
            Self::ResolutionUnknown { .. } => "resolution-unknown",
            Self::ContinuumNotPositive { .. } => "continuum-not-positive",
            Self::MedianNotPositive { .. } => "median-not-positive",
            Self::NotFinite { .. } => "not-finite",
        }
    }
}
