//! The part of the spectral axis that a plot shows.

/// A window of wavelengths within what there is to see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    low: f64,
    high: f64,
    home: (f64, f64),
    full: (f64, f64),
}

impl Window {
    /// Narrowest window, Angstrom.
    pub const NARROWEST: f64 = 5.0;

    /// Shows all of `full`, Angstrom.
    pub fn all(full: (f64, f64)) -> Self {
        Self::home(full, full)
    }

    /// Shows `home` of all there is in `full`, and returns to it. What of `home` lies outside is left out; where all
    /// of it does, home is `full`.
    pub fn home(home: (f64, f64), full: (f64, f64)) -> Self {
        let within = (home.0.max(full.0), home.1.min(full.1));
        let home = if within.0 < within.1 { within } else { full };
        Self { low: home.0, high: home.1, home, full }
    }

    /// Lower and upper end, Angstrom.
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Whether it shows what it showed first.
    pub fn is_home(&self) -> bool {
        (self.low, self.high) == self.home
    }

    /// What it showed first.
    #[must_use]
    pub fn reset(self) -> Self {
        Self { low: self.home.0, high: self.home.1, ..self }
    }

    /// Exactly `range`, where all of it can be seen and it is not narrower than [`Self::NARROWEST`].
    pub fn at(self, range: (f64, f64)) -> Option<Self> {
        let (low, high) = range;
        let rounding = 0.01;
        let inside = low >= self.full.0 - rounding && high <= self.full.1 + rounding;
        let wide = high - low >= Self::NARROWEST - rounding;
        (inside && wide).then(|| Self { low: low.max(self.full.0), high: high.min(self.full.1), ..self })
    }

    /// From one wavelength to another, in either order, as near as the ends and the narrowest width allow.
    #[must_use]
    pub fn spanning(self, one: f64, other: f64) -> Self {
        let widest = self.full.1 - self.full.0;
        let width = (one - other).abs().clamp(Self::NARROWEST.min(widest), widest);
        self.placed(f64::midpoint(one, other) - 0.5 * width, width)
    }

    /// The same width around another wavelength.
    #[must_use]
    pub fn centred(self, wavelength: f64) -> Self {
        let width = self.high - self.low;
        self.placed(wavelength - 0.5 * width, width)
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
        assert!(all.zoomed(3.0, 4100.0).is_home());
        let close = all.zoomed(1e-9, 9000.0);
        assert_eq!(close.range(), (8995.0, 9000.0));
        assert_eq!(close.moved(500.0), close);
        assert_eq!(close.moved(-1e6).range(), (4000.0, 4005.0));
        assert!(close.zoomed(1e9, 8999.0).is_home());
        assert_eq!(all.spanning(9500.0, 8000.0).range(), (7500.0, 9000.0));
    }

    #[test]
    fn home_may_be_a_part_of_what_there_is() {
        let window = Window::home((6500.0, 6700.0), (4000.0, 9000.0));
        assert_eq!(window.range(), (6500.0, 6700.0));
        let wider = window.zoomed(3.0, 6600.0);
        assert_eq!(wider.range(), (6300.0, 6900.0));
        assert!(!wider.is_home() && wider.reset().is_home());
        assert_eq!(wider.centred(4100.0).range(), (4000.0, 4600.0));
        assert_eq!(Window::home((6500.0, 6700.0), (6600.0, 9000.0)).range(), (6600.0, 6700.0));
        assert_eq!(Window::home((100.0, 200.0), (6600.0, 9000.0)).range(), (6600.0, 9000.0));
    }

    #[test]
    fn a_wanted_window_is_taken_whole_or_not_at_all() {
        let all = Window::all((4000.0, 9000.0));
        assert_eq!(all.at((6500.0, 6600.0)).map(|w| w.range()), Some((6500.0, 6600.0)));
        for range in [(3000.0, 5000.0), (6000.0, 9500.0), (6500.0, 6501.0), (6600.0, 6500.0), (f64::NAN, 6600.0)] {
            assert_eq!(all.at(range), None, "{range:?}");
        }
        // a link has two decimals
        assert_eq!(Window::all((3699.985, 9099.132)).at((3699.98, 9099.13)).map(|w| w.range().0), Some(3699.985));
    }
}
