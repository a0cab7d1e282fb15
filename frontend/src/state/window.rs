//! The part of the spectral axis that a plot shows.

/// A window of wavelengths within what there is to see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    low: f64,
    high: f64,
    full: (f64, f64),
}

impl Window {
    /// Narrowest window, Angstrom.
    pub const NARROWEST: f64 = 5.0;

    /// Shows all of `full`, Angstrom.
    pub fn all(full: (f64, f64)) -> Self {
        Self { low: full.0, high: full.1, full }
    }

    /// Lower and upper end, Angstrom.
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Whether everything is shown.
    pub fn is_all(&self) -> bool {
        (self.low, self.high) == self.full
    }

    /// Zooms by `factor` (below 1: closer) so that the wavelength `about` stays where it is.
    #[must_use]
    pub fn zoomed(self, factor: f64, about: f64) -> Self {
        let width = self.high - self.low;
        let widest = self.full.1 - self.full.0;
        let new_width = (width * factor).clamp(Self::NARROWEST.min(widest), widest);
        let t = ((about - self.low) / width).clamp(0.0, 1.0);
        self.placed(about - t * new_width, new_width)
    }

    /// Moves by `delta` Angstrom, no further than the ends.
    #[must_use]
    pub fn moved(self, delta: f64) -> Self {
        self.placed(self.low + delta, self.high - self.low)
    }

    /// The window `width` wide that starts at `low` or as near as the ends allow.
    fn placed(self, low: f64, width: f64) -> Self {
        let low = low.min(self.full.1 - width).max(self.full.0);
        Self { low, high: (low + width).min(self.full.1), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_wavelength_under_the_cursor() {
        let window = Window::all((4000.0, 9000.0)).zoomed(0.5, 6500.0);
        assert_eq!(window.range(), (5250.0, 7750.0));
        let (low, high) = window.zoomed(0.1, 5500.0).range();
        assert!(((5500.0 - low) / (high - low) - 0.1).abs() < 1e-12);
    }

    #[test]
    fn neither_zoom_nor_pan_leaves_the_spectrum() {
        let all = Window::all((4000.0, 9000.0));
        assert!(all.zoomed(3.0, 4100.0).is_all());
        let close = all.zoomed(1e-9, 9000.0);
        assert_eq!(close.range(), (8995.0, 9000.0));
        assert_eq!(close.moved(500.0), close);
        assert_eq!(close.moved(-1e6).range(), (4000.0, 4005.0));
        assert!(close.zoomed(1e9, 8999.0).is_all());
    }
}
