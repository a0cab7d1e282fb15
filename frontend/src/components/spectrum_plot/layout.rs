//! Where the parts of a plot stand on its canvas.

/// The canvas and the box of the data in it, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Width of the canvas.
    pub width: f64,
    /// Height of the canvas.
    pub height: f64,
}

impl Frame {
    const LEFT: f64 = 56.0;
    const RIGHT: f64 = 12.0;
    const TOP: f64 = 48.0;
    const BOTTOM: f64 = 44.0;

    /// A canvas of this size.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height }
    }

    /// Left and right end of the data.
    pub fn x_range(&self) -> (f64, f64) {
        (Self::LEFT, (self.width - Self::RIGHT).max(Self::LEFT + 1.0))
    }

    /// Lower and upper end of the data, for a scale that grows upwards.
    pub fn y_range(&self) -> (f64, f64) {
        ((self.height - Self::BOTTOM).max(Self::TOP + 1.0), Self::TOP)
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
        let frame = Frame::new(0.0, 0.0);
        assert_eq!(frame.columns(), 1);
        assert!(frame.y_range().0 > frame.y_range().1);
        assert_eq!(frame.tick_counts(), (2, 2));
    }
}
