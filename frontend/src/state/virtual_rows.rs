//! Which rows of a long list can be seen.

use std::ops::Range;

/// Rows drawn beyond both edges, so that a quick scroll meets rows and not a gap.
const MARGIN: usize = 12;

/// Rows to draw where the list is scrolled by `top` in a frame `height` high, all in CSS pixels.
pub fn window(top: f64, height: f64, row_height: f64, rows: usize) -> Range<usize> {
    let first = (top.max(0.0) / row_height) as usize;
    let last = ((top + height).max(0.0) / row_height).ceil() as usize;
    let end = (last + MARGIN).min(rows);
    first.saturating_sub(MARGIN).min(end)..end
}

/// The scroll position that brings `row` into a frame of `height`, of which the sticky head of the
/// table takes a row's height; `None` where it is in sight.
pub fn scroll_to_show(row: usize, top: f64, height: f64, row_height: f64) -> Option<f64> {
    let (row_top, visible) = (row as f64 * row_height, (height - row_height).max(row_height));
    if row_top < top {
        Some(row_top)
    } else if row_top + row_height > top + visible {
        Some(row_top + row_height - visible)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_in_sight_and_some_more_are_drawn() {
        assert_eq!(window(0.0, 480.0, 48.0, 100_000), 0..22);
        assert_eq!(window(48_000.0, 480.0, 48.0, 100_000), 988..1022);
        assert_eq!(window(0.0, 480.0, 48.0, 5), 0..5);
        assert_eq!(window(-30.0, 480.0, 48.0, 5), 0..5);
        // the list became shorter than where it is scrolled to
        assert_eq!(window(48_000.0, 480.0, 48.0, 3), 3..3);
        assert_eq!(window(0.0, 0.0, 48.0, 0), 0..0);
    }

    #[test]
    fn a_row_out_of_sight_is_brought_in_by_the_least_way() {
        let frame = |row| scroll_to_show(row, 480.0, 528.0, 48.0);
        assert_eq!(frame(9), Some(432.0));
        assert_eq!(frame(10), None);
        assert_eq!(frame(19), None);
        assert_eq!(frame(20), Some(528.0));
    }
}
