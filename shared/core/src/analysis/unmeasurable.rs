//! Why a line cannot be measured.

/// The reason why [`measure`](super::measure) or [`snr`](super::snr) has no answer for a spectrum.
///
/// [`Unmeasurable::reason`] is a short code to count by, and never changes; `Display` is the sentence with this
/// spectrum's numbers and the remedy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmeasurable {
    /// Ends that are no region.
    #[error("the {name} from {from} to {to} A is none: give a start above 0 and an end above it, in Angstrom")]
    NotARegion {
        /// Which region.
        name: &'static str,
        /// Start as given.
        from: f64,
        /// End as given.
        to: f64,
    },
    /// A continuum that cannot be fitted as asked for.
    #[error("continuum {asked}: {remedy}")]
    NotAContinuum {
        /// What was asked for.
        asked: String,
        /// What would be accepted.
        remedy: &'static str,
    },
    /// The spectrum ends inside a region.
    #[error("the {name} is {from:.2}-{to:.2} A, the spectrum covers {first:.2}-{last:.2} A: choose one inside it")]
    NotCovered {
        /// Which region.
        name: &'static str,
        /// Its start in Angstrom, in the spectrum's medium.
        from: f64,
        /// Its end.
        to: f64,
        /// First pixel centre of the spectrum, in Angstrom.
        first: f64,
        /// Last pixel centre.
        last: f64,
    },
    /// Too few pixels of a region carry information.
    #[error(
        "{good} of {pixels} pixels in the {name} {from:.2}-{to:.2} A are good: it takes {required}, and half of all; \
         choose a wider or another one"
    )]
    TooFewGoodPixels {
        /// Which region.
        name: &'static str,
        /// Its start in Angstrom, in the spectrum's medium.
        from: f64,
        /// Its end.
        to: f64,
        /// Pixels that are good.
        good: usize,
        /// Pixels there are, those that a gap in the axis leaves out included.
        pixels: usize,
        /// Good pixels that are needed whatever the share.
        required: usize,
    },
    /// The spectrum states no variance, and the scatter of its flux tells none either: too few pixels, or all alike.
    #[error("no noise can be told from the flux of {pixels} pixels: give a variance, or choose wider windows")]
    NoNoise {
        /// Good pixels that it would be told from.
        pixels: usize,
    },
    /// The continuum reaches zero in the line window, so that dividing by it means nothing.
    #[error("the continuum falls to {lowest:.3e} in the line window: choose another continuum")]
    ContinuumNotPositive {
        /// Its lowest value, in the spectrum's flux unit.
        lowest: f64,
    },
    /// The windows are at rest and the spectrum's redshift is not known, or is none.
    #[error(
        "windows at rest need a redshift or radial velocity, and {}: measure where windows stand as observed",
        stated.map_or("none is stated".to_owned(), |z| format!("the one stated is {z}"))
    )]
    NoRedshift {
        /// What is stated.
        stated: Option<f64>,
    },
    /// A wavelength that velocities should count from, far from the window.
    #[error("the line at {line} A is none of the window {from:.2}-{to:.2} A: give its wavelength at rest, in Angstrom")]
    NotOfTheWindow {
        /// The wavelength as given.
        line: f64,
        /// Start of the window.
        from: f64,
        /// Its end.
        to: f64,
    },
}

impl Unmeasurable {
    /// A short, stable code.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotARegion { .. } => "not-a-region",
            Self::NotAContinuum { .. } => "not-a-continuum",
            Self::NotCovered { .. } => "not-covered",
            Self::TooFewGoodPixels { .. } => "too-few-good-pixels",
            Self::NoNoise { .. } => "no-noise",
            Self::ContinuumNotPositive { .. } => "continuum-not-positive",
            Self::NoRedshift { .. } => "no-redshift",
            Self::NotOfTheWindow { .. } => "not-of-the-window",
        }
    }
}
