//! Families among the outliers of a run: what went wrong with many spectra in the same way.
//!
//! Two thirds of what an outlier search brings up are artefacts of the instrument and its reduction, and they come in
//! kinds. An outlier is first put into numbers that do not depend on where in wavelength its defect sits
//! ([`Description`]): a cosmic ray may hit any pixel. Outliers with a defect are clustered by its kind, the others by the
//! shape of what sets them apart from their neighbours ([`Families::find`]; DBSCAN, Ester+ 1996, KDD-96, 226). Each
//! family is then asked on which piece of the instrument it sits ([`over_represented`]), and gets a kind in words and
//! the reason for it ([`suggest`]).
//!
//! An emission line is no defect. It is looked for first, in the native pixels ([`emission`]), and a spectrum that may
//! have one never is in a family whose setting aside is suggested.
//!
//! Thresholds were measured on LAMOST DR10 (docs/METHODS.md). Nothing here is random.

mod density;
mod description;
mod emission;
mod families;
mod masking;
mod pieces;
mod statistics;
mod suggestion;
#[cfg(test)]
mod tests;

pub use description::{AXES, Axis, Description, Position};
pub use emission::{Emission, LIMIT, emission};
pub use families::{Families, Family, FamilyParams, FamilyValidParams, Outlier, Place};
pub use masking::{mask, ranges_to_mask};
pub use pieces::{Asked, Attribute, COLUMN, Excess, SKY_LINE, over_represented};
pub use statistics::{benjamini_hochberg, binomial_sf, hypergeometric_sf};
pub use suggestion::{Kind, Suggestion, suggest};
