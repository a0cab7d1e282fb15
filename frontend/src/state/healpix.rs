//! Cells of the sky: `HEALPix` (K. M. Górski+ 2005, `ApJ` 622, 759), numbered in the nested scheme.

use std::f64::consts::FRAC_PI_4;

/// Row of each of the twelve base cells, in quarters of the way from the north pole: where its southern corner is.
const ROWS: [f64; 12] = [2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0, 4.0];
/// Where their middles are along the equator, in eighths of it.
const COLUMNS: [f64; 12] = [1.0, 3.0, 5.0, 7.0, 0.0, 2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0];
/// The finest order of the scheme in 64 bits.
pub const FINEST: u8 = 29;

/// Right ascension and declination, degrees, of a place in a cell: `u` is the share of the way from its south-western edge
/// to its north-eastern one, `v` from the south-eastern to the north-western. `None` where there is no such cell.
pub fn place(order: u8, cell: u64, (u, v): (f64, f64)) -> Option<(f64, f64)> {
    if order > FINEST || cell >= 12_u64 << (2 * order) {
        return None;
    }
    let (base, within) = ((cell >> (2 * order)) as usize, cell & ((1 << (2 * order)) - 1));
    let side = (1_u64 << order) as f64;
    let x = (gathered(within) as f64 + u) / side;
    let y = (gathered(within >> 1) as f64 + v) / side;
    // from the north pole, 0, to the south pole, 4
    let row = ROWS[base] - x - y;
    let (width, z) = if row < 1.0 {
        (row, 1.0 - row * row / 3.0)
    } else if row > 3.0 {
        (4.0 - row, (4.0 - row) * (4.0 - row) / 3.0 - 1.0)
    } else {
        (1.0, (2.0 - row) * 2.0 / 3.0)
    };
    // rows near the poles are shorter
    let along = COLUMNS[base] * width + x - y;
    let longitude = if width < 1e-12 { 0.0 } else { FRAC_PI_4 * along / width };
    Some((longitude.to_degrees().rem_euclid(360.0), z.clamp(-1.0, 1.0).asin().to_degrees()))
}

/// Every other bit, from the lowest on.
fn gathered(bits: u64) -> u64 {
    (0..u64::from(FINEST)).fold(0, |found, place| found | (bits >> place & 1 << place))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Corners = [(f64, f64); 4];

    /// Corners in north, west, south, east.
    const CORNERS: Corners = [(1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0)];

    /// `healpy.boundaries(2**order, cell, step=1, nest=True)`, healpy 1.20.1; degrees.
    const GOLDEN: [(u8, u64, Corners); 9] = [
        (0, 4, [(0.0, 41.810_315), (315.0, 0.0), (0.0, -41.810_315), (45.0, 0.0)]),
        (1, 17, [(22.5, 19.471_221), (0.0, 0.0), (22.5, -19.471_221), (45.0, 0.0)]),
        (3, 0, [(45.0, 9.594_068), (39.375, 4.780_192), (45.0, 0.0), (50.625, 4.780_192)]),
        (3, 700, [(225.0, -9.594_068), (219.375, -14.477_512), (225.0, -19.471_221), (230.625, -14.477_512)]),
        (4, 1118, [(30.9375, 7.180_756), (28.125, 4.780_192), (30.9375, 2.388_015), (33.75, 4.780_192)]),
        (5, 12_287, [(315.0, 0.0), (313.593_75, -1.193_748), (315.0, -2.388_015), (316.406_25, -1.193_748)]),
        (6, 4095, [(0.0, 90.0), (0.0, 89.269_029), (45.0, 88.538_029), (90.0, 89.269_029)]),
        (
            6,
            20_000,
            [(345.9375, 13.248_015), (345.234_375, 12.635_625), (345.9375, 12.024_699), (346.640_625, 12.635_625)],
        ),
        (10, 12_582_911, [(315.0, 0.0), (314.956_055, -0.037_302), (315.0, -0.074_604), (315.043_945, -0.037_302)]),
    ];

    #[test]
    fn corners_are_those_of_healpy() {
        for (order, cell, expected) in GOLDEN {
            for (corner, expected) in CORNERS.into_iter().zip(expected) {
                let found = place(order, cell, corner).unwrap();
                let is_pole = expected.1.abs() == 90.0;
                let apart = (found.0 - expected.0 + 180.0).rem_euclid(360.0) - 180.0;
                assert!(
                    (is_pole || apart.abs() < 1e-6) && (found.1 - expected.1).abs() < 1e-6,
                    "cell {cell} of order {order} at {corner:?}: {found:?}, not {expected:?}"
                );
            }
        }
    }

    #[test]
    fn four_cells_of_the_next_order_fill_one() {
        for (order, cell) in [(0, 3), (2, 100), (9, 1_234_567)] {
            for (child, (u, v)) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].into_iter().enumerate() {
                let outer = place(order, cell, (0.5 * u + 0.1, 0.5 * v + 0.2)).unwrap();
                let inner = place(order + 1, 4 * cell + child as u64, (0.2, 0.4)).unwrap();
                assert!((outer.0 - inner.0).abs() < 1e-9 && (outer.1 - inner.1).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn what_is_no_cell_has_no_place() {
        assert!(place(0, 12, (0.5, 0.5)).is_none() && place(4, 3072, (0.5, 0.5)).is_none());
        assert!(place(30, 0, (0.5, 0.5)).is_none());
        assert!(place(29, (12 << 58) - 1, (0.5, 0.5)).is_some());
    }
}
