//! Positions on the sky, and which of two tables stand within a radius of each other.
//!
//! Positions are ICRS degrees. They are compared as unit vectors by the chord between them, which is exact to some
//! 1e-11 arcsec from one pole to the other and has no seam at 0 h. [`Source`]s may move: each is taken to the epoch of
//! each spectrum that it is compared with, so that a match means that the two were near each other when the light was
//! taken.
//!
//! 1. `position`: degrees to unit vectors, and the angle between two;
//! 2. `motion`: proper motion along a great circle;
//! 3. `text`: positions and radii as people write them, sexagesimal and decimal;
//! 4. `zones`: the spectra sorted into narrow bands of declination, and those near a position;
//! 5. `crossmatch`: rows of any number against one index, and which of the pairs are [`Matches`].
//!
//! Equal to astropy's `search_around_sky`, and for motions to `SkyCoord.apply_space_motion`
//! (`tests/tools/make_sky_golden.py`).

mod crossmatch;
#[cfg(test)]
mod golden;
mod motion;
mod position;
#[cfg(test)]
mod tests;
mod text;
mod zones;

pub use crossmatch::{CrossmatchParams, Find, Matcher, Matches, Near, Pair, crossmatch};
pub use motion::{MAX_MOTION, ProperMotion, julian_year};
pub use position::{Observed, Position, Source};
pub use text::{Radius, parse_dec, parse_position, parse_ra};
