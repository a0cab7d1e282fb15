//! The lists.

use super::{Line, LineKind};
use crate::spectrum::Medium;

/// Hydrogen's Balmer series.
pub const BALMER: &[Line] =
    &[Line { name: "H-alpha", wavelength: 6564.614, medium: Medium::Vacuum, kind: LineKind::Stellar }];
