//! Where on the sky a survey has spectra: its cells, and their outlines on the map of the sky.

use std::collections::BTreeMap;

use super::{
    healpix::{FINEST, place},
    sky::{aitoff, edge, to_galactic},
};

/// Cells are drawn by parts of this order at least: larger ones are bent too much.
const DRAWN: u8 = 4;
/// The corners of a cell and the middles of its edges, in turn.
const OUTLINE: [(f64, f64); 8] =
    [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5)];

/// A closed line on the map of the sky, in its coordinates ([`aitoff`]).
pub type Outline = [(f64, f64); OUTLINE.len()];

/// The cells of the sky in which a survey has spectra.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Order and number.
    cells: Vec<(u8, u64)>,
}

impl Footprint {
    /// From the cells of each order, as the server's coverage has them (IVOA MOC, JSON). What is no cell is left out.
    pub fn new(orders: &BTreeMap<String, Vec<u64>>) -> Self {
        let known = orders.iter().filter_map(|(order, cells)| Some((order.parse().ok()?, cells)));
        let cells = known.filter(|(order, _)| *order <= FINEST);
        let cells = cells.flat_map(|(order, cells)| cells.iter().map(move |&cell| (order, cell)));
        Self { cells: cells.filter(|(order, cell)| *cell < 12_u64 << (2 * order)).collect() }
    }

    /// The outlines of all cells on a map in equatorial or galactic coordinates. One that the edge of the map cuts has two.
    pub fn outlines(&self, galactic: bool) -> Vec<Outline> {
        let mut outlines = Vec::new();
        for &(order, cell) in &self.cells {
            let finer = 2 * DRAWN.saturating_sub(order);
            for part in cell << finer..(cell + 1) << finer {
                outline(order.max(DRAWN), part, galactic, &mut outlines);
            }
        }
        outlines
    }
}

/// Adds the outlines of a cell.
fn outline(order: u8, cell: u64, galactic: bool, outlines: &mut Vec<Outline>) {
    // degrees from the middle of the map, and from its equator
    let at = |within| {
        let (ra, dec) = place(order, cell, within)?;
        let (longitude, latitude) = if galactic { to_galactic(ra, dec) } else { (ra - 180.0, dec) };
        Some((wrapped(longitude), latitude))
    };
    let Some(middle) = at((0.5, 0.5)) else { return };
    let Some(line) = OUTLINE.into_iter().map(at).collect::<Option<Vec<_>>>() else { return };
    // without a step of a whole turn
    let line: Vec<_> = line.into_iter().map(|(x, y)| (middle.0 + wrapped(x - middle.0), y)).collect();
    let mut draw = |turned: f64| {
        let mut places = line.iter().map(|&(x, y)| on_map(x + turned, y));
        outlines.push(std::array::from_fn(|_| places.next().unwrap_or_default()));
    };
    draw(0.0);
    if line.iter().any(|(x, _)| *x > 180.0) {
        draw(-360.0);
    }
    if line.iter().any(|(x, _)| *x < -180.0) {
        draw(360.0);
    }
}

/// From -180 to 180.
fn wrapped(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// A place of the map; what is beyond its edge is on it.
fn on_map(longitude: f64, latitude: f64) -> (f64, f64) {
    if longitude >= 180.0 {
        edge(-1.0, latitude)
    } else if longitude <= -180.0 {
        edge(1.0, latitude)
    } else {
        aitoff(longitude + 180.0, latitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footprint(orders: &[(&str, &[u64])]) -> Footprint {
        Footprint::new(&orders.iter().map(|(order, cells)| ((*order).to_owned(), cells.to_vec())).collect())
    }

    fn area(outline: &Outline) -> f64 {
        let next = outline.iter().cycle().skip(1);
        outline.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
    }

    fn range(outline: &Outline, of: fn(&(f64, f64)) -> f64) -> (f64, f64) {
        outline.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    }

    #[test]
    fn a_cell_is_drawn_where_it_is() {
        // around RA 10, Dec -5: left of the middle of an equatorial map would be 190 and more
        let outlines = footprint(&[("4", &[1122])]).outlines(false);
        let here = aitoff(10.0, -5.0);
        let (x, y) = (range(&outlines[0], |p| p.0), range(&outlines[0], |p| p.1));
        assert!(outlines.len() == 1 && x.0 < here.0 && here.0 < x.1 && y.0 < here.1 && here.1 < y.1);
        let (l, b) = to_galactic(10.0, -5.0);
        let outlines = footprint(&[("4", &[1122])]).outlines(true);
        let there = aitoff((l + 180.0).rem_euclid(360.0), b);
        let (x, y) = (range(&outlines[0], |p| p.0), range(&outlines[0], |p| p.1));
        assert!(x.0 < there.0 && there.0 < x.1 && y.0 < there.1 && there.1 < y.1);
    }

    #[test]
    fn the_whole_sky_fills_the_map_once() {
        let all = footprint(&[("0", &(0..12).collect::<Vec<_>>())]);
        let whole = std::f64::consts::PI / 2.0;
        for galactic in [false, true] {
            let outlines = all.outlines(galactic);
            assert!(outlines.len() >= 3072, "{}", outlines.len());
            let sum: f64 = outlines.iter().map(area).sum();
            assert!((sum / whole - 1.0).abs() < 0.01, "{sum} of {whole}, galactic: {galactic}");
            let widths = outlines.iter().map(|outline| range(outline, |p| p.0)).map(|(low, high)| high - low);
            let widest = widths.fold(0.0, f64::max);
            // at a galactic pole one cell has all longitudes
            assert!(widest < 0.12, "a cell of {widest} reaches across the map, galactic: {galactic}");
        }
    }

    #[test]
    fn a_cell_at_the_edge_is_on_both_sides() {
        // its western and eastern corners are on either side of RA 0
        let outlines = footprint(&[("5", &[4912])]).outlines(false);
        assert_eq!(outlines.len(), 2);
        assert!(range(&outlines[0], |p| p.0).0 > 0.9 || range(&outlines[1], |p| p.0).0 > 0.9);
        assert!(range(&outlines[0], |p| p.0).1 < -0.9 || range(&outlines[1], |p| p.0).1 < -0.9);
    }

    #[test]
    fn what_is_no_cell_is_left_out() {
        let found = footprint(&[("4", &[3072]), ("x", &[1]), ("77", &[1]), ("3", &[])]);
        assert_eq!(found, Footprint::default());
        assert!(found.outlines(true).is_empty());
    }
}
