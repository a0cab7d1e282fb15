//! Fewer points than pixels, without losing a line: the least and greatest flux of each column of
//! the canvas, as oscilloscopes draw.

/// A stroke: points `(x, flux)`, x in canvas pixels from the plot's left edge.
pub type Stroke = Vec<(f64, f32)>;

/// Strokes to draw, at most two points for each column: a new one begins after each gap of pixels that are not finite.
pub fn strokes(wavelengths: &[f64], flux: &[f32], window: (f64, f64), columns: usize) -> Vec<Stroke> {
    let mut strokes: Vec<Stroke> = Vec::new();
    let range = visible(wavelengths, window);
    let per_angstrom = columns as f64 / (window.1 - window.0);
    let dense = range.len() > 2 * columns;
    let mut in_gap = true;
    // the column under way: its place, its extremes in the order they came
    let mut column: Option<(f64, f32, f32)> = None;
    for i in range {
        let value = flux[i];
        if !value.is_finite() {
            finish(&mut strokes, column.take());
            in_gap = true;
            continue;
        }
        if in_gap {
            strokes.push(Vec::new());
            in_gap = false;
        }
        let exact = (wavelengths[i] - window.0) * per_angstrom;
        if !dense {
            finish(&mut strokes, Some((exact, value, value)));
            continue;
        }
        let x = exact.floor() + 0.5;
        column = match column {
            Some((at, first, second)) if at == x => Some(stretched(at, first, second, value)),
            done => {
                finish(&mut strokes, done);
                Some((x, value, value))
            }
        };
    }
    finish(&mut strokes, column);
    strokes
}

/// The column with one more value: its extremes, the earlier of them first.
fn stretched(x: f64, first: f32, second: f32, value: f32) -> (f64, f32, f32) {
    let (low, high) = (first.min(second), first.max(second));
    if value > high {
        (x, low, value)
    } else if value < low {
        (x, high, value)
    } else {
        (x, first, second)
    }
}

fn finish(strokes: &mut [Stroke], column: Option<(f64, f32, f32)>) {
    let (Some(stroke), Some((x, first, second))) = (strokes.last_mut(), column) else { return };
    stroke.push((x, first));
    if first != second {
        stroke.push((x, second));
    }
}

/// Bands to fill: for each column `(x, low, high)` of what `edges` gives for its pixels; a new band begins
/// after pixels for which it gives nothing.
pub fn bands(
    wavelengths: &[f64],
    edges: impl Fn(usize) -> Option<(f32, f32)>,
    window: (f64, f64),
    columns: usize,
) -> Vec<Vec<(f64, f32, f32)>> {
    let mut bands: Vec<Vec<(f64, f32, f32)>> = Vec::new();
    let range = visible(wavelengths, window);
    let per_angstrom = columns as f64 / (window.1 - window.0);
    let dense = range.len() > 2 * columns;
    let mut in_gap = true;
    for i in range {
        let Some((low, high)) = edges(i).filter(|(low, high)| low.is_finite() && high.is_finite()) else {
            in_gap = true;
            continue;
        };
        if in_gap {
            bands.push(Vec::new());
            in_gap = false;
        }
        let exact = (wavelengths[i] - window.0) * per_angstrom;
        let x = if dense { exact.floor() + 0.5 } else { exact };
        let Some(band) = bands.last_mut() else { continue };
        match band.last_mut() {
            Some(column) if column.0 == x => *column = (x, column.1.min(low), column.2.max(high)),
            _ => band.push((x, low, high)),
        }
    }
    bands
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
        assert!(strokes[0].len() <= 202);
        assert_eq!(strokes[0].iter().map(|p| p.1).fold(f32::MIN, f32::max), 9.0);
        assert_eq!(strokes[0].iter().map(|p| p.1).fold(f32::MAX, f32::min), -4.0);
    }

    #[test]
    fn a_column_keeps_its_extremes_in_the_order_they_came() {
        let flux: Vec<f32> = [5.0, 9.0, 7.0, 1.0, 6.0].iter().copied().cycle().take(50).collect();
        let strokes = strokes(&axis(50), &flux, (4000.0, 4050.0), 10);
        assert_eq!(&strokes[0][..4], [(0.5, 9.0), (0.5, 1.0), (1.5, 9.0), (1.5, 1.0)]);
    }

    #[test]
    fn close_up_every_pixel_stands_at_its_own_place() {
        let flux: Vec<f32> = (0..50).map(|i| i as f32).collect();
        let strokes = strokes(&axis(50), &flux, (4010.0, 4020.0), 500);
        // ten pixels inside, both ends, and one beyond each edge
        assert_eq!(strokes[0].len(), 13);
        assert_eq!(strokes[0][1], (0.0, 10.0));
        assert_eq!(strokes[0][2], (50.0, 11.0));
    }

    #[test]
    fn bands_hold_all_their_pixels_and_break_at_gaps() {
        let edges = |i: usize| (i != 20).then_some((-(i as f32), i as f32));
        let close = bands(&axis(50), edges, (4000.0, 4049.0), 500);
        assert_eq!(close.iter().map(Vec::len).collect::<Vec<_>>(), [20, 29]);
        let wide = bands(&axis(50), edges, (4000.0, 4050.0), 5);
        assert_eq!(wide[0][1], (1.5, -19.0, 19.0));
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
