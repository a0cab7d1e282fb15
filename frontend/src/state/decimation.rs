//! Fewer points than pixels, without losing a line: the least and greatest flux of each column of
//! the canvas, as oscilloscopes draw.

/// The pixels that fall into one column of the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Position of the column, canvas pixels from the plot's left edge.
    pub x: f64,
    /// First flux in it.
    pub first: f32,
    /// Least flux in it.
    pub low: f32,
    /// Greatest flux in it.
    pub high: f32,
    /// Last flux in it.
    pub last: f32,
}

/// Strokes to draw: a new one begins after each gap of pixels that are not finite.
pub fn strokes(wavelengths: &[f64], flux: &[f32], window: (f64, f64), columns: usize) -> Vec<Vec<Column>> {
    let mut strokes: Vec<Vec<Column>> = Vec::new();
    let range = visible(wavelengths, window);
    let per_angstrom = columns as f64 / (window.1 - window.0);
    let dense = range.len() > 2 * columns;
    let mut in_gap = true;
    for i in range {
        let value = flux[i];
        if !value.is_finite() {
            in_gap = true;
            continue;
        }
        let exact = (wavelengths[i] - window.0) * per_angstrom;
        let x = if dense { exact.floor() + 0.5 } else { exact };
        if in_gap {
            strokes.push(Vec::new());
            in_gap = false;
        }
        let Some(stroke) = strokes.last_mut() else { continue };
        match stroke.last_mut() {
            Some(column) if dense && column.x == x => {
                column.low = column.low.min(value);
                column.high = column.high.max(value);
                column.last = value;
            }
            _ => stroke.push(Column { x, first: value, low: value, high: value, last: value }),
        }
    }
    strokes
}

/// Indices of the pixels in the window, with one more on each side so that lines reach the edges.
pub fn visible(wavelengths: &[f64], window: (f64, f64)) -> std::ops::Range<usize> {
    let from = wavelengths.partition_point(|w| *w < window.0).saturating_sub(1);
    let to = (wavelengths.partition_point(|w| *w <= window.1) + 1).min(wavelengths.len());
    from..to.max(from)
}

/// Index of the pixel nearest to a wavelength.
pub fn nearest(wavelengths: &[f64], wavelength: f64) -> Option<usize> {
    let after = wavelengths.partition_point(|w| *w < wavelength);
    let candidates = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|i| *i < wavelengths.len());
    candidates.min_by(|a, b| (wavelengths[*a] - wavelength).abs().total_cmp(&(wavelengths[*b] - wavelength).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(n: usize) -> Vec<f64> {
        (0..n).map(|i| 4000.0 + i as f64).collect()
    }

    #[test]
    fn a_one_pixel_line_survives_any_decimation() {
        let wavelengths = axis(4000);
        let mut flux = vec![1.0f32; 4000];
        flux[2563] = 9.0;
        flux[777] = -4.0;
        let strokes = strokes(&wavelengths, &flux, (4000.0, 7999.0), 100);
        assert_eq!(strokes.len(), 1);
        assert!(strokes[0].len() <= 101);
        assert_eq!(strokes[0].iter().map(|c| c.high).fold(f32::MIN, f32::max), 9.0);
        assert_eq!(strokes[0].iter().map(|c| c.low).fold(f32::MAX, f32::min), -4.0);
    }

    #[test]
    fn close_up_every_pixel_stands_at_its_own_place() {
        let flux: Vec<f32> = (0..50).map(|i| i as f32).collect();
        let strokes = strokes(&axis(50), &flux, (4010.0, 4020.0), 500);
        // ten pixels inside, both ends, and one beyond each edge
        assert_eq!(strokes[0].len(), 13);
        assert_eq!((strokes[0][1].x, strokes[0][1].low), (0.0, 10.0));
        assert_eq!(strokes[0][2].x, 50.0);
    }

    #[test]
    fn gaps_are_not_bridged() {
        let mut flux = vec![1.0f32; 30];
        flux[10] = f32::NAN;
        flux[11] = f32::INFINITY;
        let strokes = strokes(&axis(30), &flux, (4000.0, 4029.0), 300);
        assert_eq!(strokes.iter().map(Vec::len).collect::<Vec<_>>(), [10, 18]);
    }

    #[test]
    fn the_nearest_pixel_is_found_beyond_the_ends_too() {
        let axis = axis(10);
        assert_eq!(nearest(&axis, 4003.4), Some(3));
        assert_eq!(nearest(&axis, 4003.6), Some(4));
        assert_eq!(nearest(&axis, 0.0), Some(0));
        assert_eq!(nearest(&axis, 1e9), Some(9));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
