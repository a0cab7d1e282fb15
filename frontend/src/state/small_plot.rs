//! The frame of a small line plot: where a value at a wavelength stands, and the line through many as an SVG path.

use std::fmt::Write as _;

/// Width of a plot's own coordinates.
pub const WIDTH: f64 = 240.0;
/// Height of them.
pub const HEIGHT: f64 = 72.0;
/// Left free above and below the line.
pub const MARGIN: f64 = 4.0;

/// What a plot reaches over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// First and last wavelength, Angstrom.
    pub ends: (f64, f64),
    /// The lowest value.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Frame {
    /// Where a wavelength stands.
    pub fn x(&self, wavelength: f64) -> f64 {
        let span = (self.ends.1 - self.ends.0).max(f64::MIN_POSITIVE);
        WIDTH * (wavelength - self.ends.0) / span
    }

    /// How far down a value stands; in the middle where all are the same.
    pub fn y(&self, value: f64) -> f64 {
        let share = if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        // what is out of all proportion leaves the plot rather than bends it
        let share = share.clamp(-1.0, 2.0);
        HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
    }

    /// The line through values, with a gap where there is none.
    pub fn path(&self, points: impl Iterator<Item = (f64, Option<f32>)>) -> String {
        let (mut path, mut is_down) = (String::new(), false);
        for (wavelength, value) in points {
            let Some(value) = value else {
                is_down = false;
                continue;
            };
            let command = if is_down { 'L' } else { 'M' };
            // writing to a string cannot fail
            let _ = write!(path, "{command}{:.1} {:.1}", self.x(wavelength), self.y(f64::from(value)));
            is_down = true;
        }
        path
    }
}
