//! The recipe as the user writes it: plain, serialisable, not yet checked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::spectrum::Medium;
use crate::{Error, Result};

/// The `[recipe]` table of a pipeline spec: how a spectrum becomes a feature vector, in the order of
/// the keys. `Recipe::try_from(&spec)` checks it.
///
/// Presets: [`RecipeSpec::generation_2`], [`RecipeSpec::paper_2016`], [`RecipeSpec::artefacts`]; the default is the former with a
/// quadratic continuum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecipeSpec {
    /// Medium of the window and the grid; spectra in the other medium are converted.
    pub medium: Medium,
    /// Shift by the catalogue's redshift or radial velocity; a spectrum without one is rejected.
    pub rest_frame: bool,
    /// First and last pixel centre of the target grid, Angstrom.
    pub window_angstrom: [f64; 2],
    /// Number of pixels of the target grid.
    pub pixels: usize,
    /// Constant step in wavelength, or in its logarithm.
    pub grid: Grid,
    /// Target resolution (FWHM) in Angstrom; 0 leaves each spectrum at its own.
    pub resolution_fwhm_angstrom: f64,
    /// Which pixel mask is interpolated over, besides pixels without information.
    pub mask: Mask,
    /// Stretches that are interpolated over in every spectrum, `[from, to]` in Angstrom as observed, in the
    /// recipe's medium: residuals of sky lines, bad columns. They stay put whatever `rest_frame` says. What is masked
    /// so is neither good nor bad: `min_good_fraction` does not count it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mask_angstrom: Vec<[f64; 2]>,
    /// Robust removal of one- and two-pixel spikes that no mask caught: how many robust standard
    /// deviations a spike must stand above its surroundings. 0 switches it off.
    pub spike_sigma: f64,
    /// Least fraction of the window's native pixels that must be good.
    pub min_good_fraction: f64,
    /// What the flux is divided by.
    pub continuum: Continuum,
    /// How the features of one spectrum are brought to a common scale.
    pub scale: Scale,
    /// Number of principal components the feature matrix is projected on; 0 keeps the pixels.
    pub components: usize,
}

/// A text value of the spec that must be one of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $key:literal: $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// Every choice.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $word),+
                })
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(Error::parameter($key, format!("{text:?}"), concat!("choose one of", $(" ", $word),+))),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

words! {
    /// Sampling of the target grid.
    Grid, "recipe.grid":
    /// Constant step in Angstrom.
    Linear = "linear",
    /// Constant step in the logarithm of the wavelength: constant velocity per pixel.
    Log = "log"
}

words! {
    /// Which bad-pixel mask counts. Pixels without information (inverse variance not positive, flux
    /// not finite) are bad, but for `keep`.
    Mask, "recipe.mask":
    /// No mask.
    None = "none",
    /// Flagged in every exposure.
    And = "and",
    /// Flagged in any exposure.
    Or = "or",
    /// No mask, and pixels without information stay as they are where their flux is finite: for those who look for
    /// what is wrong with spectra.
    Keep = "keep"
}

words! {
    /// Scaling of one feature row.
    Scale, "recipe.scale":
    /// As it is.
    None = "none",
    /// Linearly onto [-1, 1].
    Minmax = "minmax",
    /// Divided by the Euclidean norm.
    UnitNorm = "unit-norm",
    /// Mean 0, standard deviation 1.
    Standard = "standard",
    /// Divided by the median.
    Median = "median"
}

/// What the flux is divided by: `none`, `polynomial:DEGREE` or `median:WIDTH` (Angstrom).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Continuum {
    /// Nothing.
    None,
    /// A polynomial of this degree, fitted with iterative sigma clipping.
    Polynomial(usize),
    /// The running median over this many Angstrom.
    Median(f64),
}

impl fmt::Display for Continuum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Polynomial(degree) => write!(f, "polynomial:{degree}"),
            Self::Median(width) => write!(f, "median:{width}"),
        }
    }
}

impl FromStr for Continuum {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let parsed = match text.split_once(':') {
            None if text == "none" => Some(Self::None),
            Some(("polynomial", degree)) => degree.parse().ok().map(Self::Polynomial),
            Some(("median", width)) => width.parse().ok().map(Self::Median),
            _ => None,
        };
        parsed.ok_or_else(|| {
            let remedy =
                "choose none, polynomial:DEGREE (as in polynomial:2) or median:WIDTH in Angstrom (as in median:50)";
            Error::parameter("recipe.continuum", format!("{text:?}"), remedy)
        })
    }
}

impl TryFrom<String> for Continuum {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Continuum> for String {
    fn from(value: Continuum) -> Self {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_second_generation() {
        let text = r#"
            medium = "vacuum"
            rest_frame = false
            window_angstrom = [6519.0, 6732.0]
            pixels = 140
            grid = "linear"
            resolution_fwhm_angstrom = 0.0
            mask = "and"
            spike_sigma = 10.0
            min_good_fraction = 0.9
            continuum = "none"
            scale = "minmax"
            components = 0
        "#;
        assert_eq!(toml::from_str::<RecipeSpec>(text).unwrap(), RecipeSpec::generation_2());
        assert_eq!(toml::from_str::<RecipeSpec>("").unwrap(), RecipeSpec::default());
    }

    #[test]
    fn every_value_survives_toml_and_json() {
        for &scale in Scale::ALL {
            for &mask in Mask::ALL {
                for continuum in [Continuum::None, Continuum::Polynomial(3), Continuum::Median(62.5)] {
                    let spec = RecipeSpec { scale, mask, continuum, grid: Grid::Log, ..RecipeSpec::default() };
                    assert_eq!(toml::from_str::<RecipeSpec>(&toml::to_string(&spec).unwrap()).unwrap(), spec);
                    let json = serde_json::to_string(&spec).unwrap();
                    assert_eq!(serde_json::from_str::<RecipeSpec>(&json).unwrap(), spec);
                }
            }
        }
    }

    #[test]
    fn a_wrong_word_names_its_key_and_the_choices() {
        for (text, expected) in [
            ("scale = \"minmx\"", "recipe.scale = \"minmx\": choose one of none minmax unit-norm standard median"),
            ("mask = \"nor\"", "recipe.mask = \"nor\": choose one of none and or keep"),
            ("grid = \"\"", "recipe.grid = \"\": choose one of linear log"),
            ("continuum = \"polynomial\"", "recipe.continuum = \"polynomial\": choose none, polynomial:DEGREE"),
            ("continuum = \"median:wide\"", "recipe.continuum = \"median:wide\": choose none"),
            ("medium = \"water\"", "expected `air` or `vacuum`"),
            ("pixel = 3", "unknown field `pixel`"),
        ] {
            let message = toml::from_str::<RecipeSpec>(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
