//! Where the parts of a plot stand on its canvas.

/// The canvas and the box of the data in it, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Width of the canvas.
    pub width: f64,
    /// Height of the canvas.
    pub height: f64,
    /// Whether a strip under the data shows a second quantity.
    pub strip: bool,
}

impl Frame {
    const LEFT: f64 = 56.0;
    const RIGHT: f64 = 20.0;
    const TOP: f64 = 48.0;
    const BOTTOM: f64 = 44.0;
    const STRIP: f64 = 56.0;

    /// A canvas of this size.
    pub fn new(width: f64, height: f64, strip: bool) -> Self {
        Self { width, height, strip }
    }

    /// Left and right end of the data.
    pub fn x_range(&self) -> (f64, f64) {
        (Self::LEFT, (self.width - Self::RIGHT).max(Self::LEFT + 1.0))
    }

    /// Lower and upper end of the data, for a scale that grows upwards.
    pub fn y_range(&self) -> (f64, f64) {
        let strip = if self.strip { Self::STRIP } else { 0.0 };
        ((self.height - Self::BOTTOM - strip).max(Self::TOP + 1.0), Self::TOP)
    }

    /// Lower and upper end of the strip.
    pub fn strip_range(&self) -> Option<(f64, f64)> {
        let low = self.y_range().0;
        self.strip.then_some((low + Self::STRIP, low + 16.0))
    }

    /// Where the horizontal axis stands: under the data, or under the strip.
    pub fn floor(&self) -> f64 {
        self.strip_range().map_or(self.y_range().0, |(low, _)| low)
    }

    /// Columns of CSS pixels across the data.
    pub fn columns(&self) -> usize {
        let (left, right) = self.x_range();
        (right - left) as usize
    }

    /// Ticks that have room along each axis.
    pub fn tick_counts(&self) -> (usize, usize) {
        let (left, right) = self.x_range();
        let (low, high) = self.y_range();
        ((((right - left) / 68.0) as usize).max(2), (((low - high) / 56.0) as usize).max(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_a_canvas_without_size_has_a_box() {
        let frame = Frame::new(0.0, 0.0, true);
        assert_eq!(frame.columns(), 1);
        assert!(frame.y_range().0 > frame.y_range().1);
        assert_eq!(frame.tick_counts(), (2, 2));
    }

    #[test]
    fn the_strip_takes_its_room_from_the_data() {
        let (plain, with) = (Frame::new(800.0, 400.0, false), Frame::new(800.0, 400.0, true));
        assert_eq!(plain.floor(), with.floor());
        assert!(with.y_range().0 < plain.y_range().0);
        assert_eq!(plain.strip_range(), None);
    }
}
