//! Where on the sky a survey has spectra: a map of cells of many orders, as the IVOA's *MOC: Multi-Order Coverage map* 2.0
//! has it (`HEALPix`, nested, ICRS).

use arrow_array::{RecordBatch, cast::AsArray, types::Float64Type};
use moc::{
    deser::fits::ranges_to_fits_ivoa,
    moc::{CellMOCIterator as _, RangeMOCIntoIterator as _, RangeMOCIterator as _, range::RangeMOC},
    qty::Hpx,
};

use crate::storage::{Query, Result, Survey};

/// Orders from cells of 3.7 degrees to those of 3.4 arc minutes.
const ORDERS: std::ops::RangeInclusive<u8> = 4..=10;
/// The order at which spectra are taken to be at one place: cells of 13 arc seconds.
const PLACES: u8 = 14;
/// Places in a cell with any, in the mean, at least: where they are strewn at random, one cell in fifty is empty then.
const PLACES_A_CELL: u64 = 4;
/// Cells at most.
const MOST_CELLS: u64 = 50_000;

/// The cells of the sky in which there are spectra, at the finest order that shows an area and not single spectra.
#[derive(Debug, Clone)]
pub struct SkyCoverage(RangeMOC<u64, Hpx<u64>>);

impl SkyCoverage {
    /// The coverage of a survey. A spectrum without a position has no part in it.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of_survey(survey: &Survey) -> Result<Self> {
        let query = Query { columns: Some(["ra", "dec"].map(str::to_owned).to_vec()), ..Query::default() };
        let mut failure = None;
        let read = survey.query(&query)?.map_while(|batch| batch.map_err(|error| failure = Some(error)).ok());
        let coverage = Self::of(read.flat_map(|batch| positions(&batch)));
        failure.map_or(Ok(coverage), Err)
    }

    /// The coverage of positions: right ascension and declination, degrees.
    fn of(positions: impl Iterator<Item = (f64, f64)>) -> Self {
        let on_sky = positions.filter(|(ra, dec)| ra.is_finite() && (-90.0..=90.0).contains(dec));
        let radians = on_sky.map(|(ra, dec)| (ra.rem_euclid(360.0).to_radians(), dec.to_radians()));
        let places = RangeMOC::from_coos(PLACES, radians, None);
        let most = MOST_CELLS.min(places.n_depth_max_cells() / PLACES_A_CELL);
        let at = |order| places.degraded(order);
        let found = ORDERS.rev().map(at).find(|cells| cells.n_depth_max_cells() <= most);
        Self(found.unwrap_or_else(|| at(*ORDERS.start())))
    }

    /// As JSON: the cells of each order, the finest one named even where it has none of its own.
    ///
    /// # Errors
    /// None where writing into memory has none.
    pub fn json(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&self.0).into_range_moc_iter().cells().to_json_aladin(None, &mut bytes)?;
        Ok(bytes)
    }

    /// As FITS: a binary table of ranges.
    ///
    /// # Errors
    /// None where writing into memory has none.
    pub fn fits(&self) -> std::result::Result<Vec<u8>, moc::deser::fits::error::FitsError> {
        let mut bytes = Vec::new();
        ranges_to_fits_ivoa((&self.0).into_range_moc_iter(), None, None, &mut bytes)?;
        Ok(bytes)
    }
}

/// The positions of a batch of `ra` and `dec`.
fn positions(batch: &RecordBatch) -> Vec<(f64, f64)> {
    let [ra, dec] = [0, 1].map(|column| batch.column(column).as_primitive::<Float64Type>());
    ra.iter().zip(dec).filter_map(|(ra, dec)| ra.zip(dec)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn cells(coverage: &SkyCoverage) -> BTreeMap<u8, Vec<u64>> {
        let text: BTreeMap<String, Vec<u64>> = serde_json::from_slice(&coverage.json().unwrap()).unwrap();
        text.into_iter().map(|(order, cells)| (order.parse().unwrap(), cells)).collect()
    }

    fn finest(coverage: &SkyCoverage) -> u8 {
        *cells(coverage).keys().next_back().unwrap()
    }

    /// Positions on a grid of that many degrees, from a corner.
    fn field(corner: (f64, f64), step: f64, side: usize) -> impl Iterator<Item = (f64, f64)> {
        let place = move |i: usize, from: f64| from + step * i as f64;
        (0..side * side).map(move |i| (place(i % side, corner.0), place(i / side, corner.1)))
    }

    #[test]
    fn a_position_lies_in_its_cell() {
        // healpy.ang2pix(16, 10, -5, lonlat=True, nest=True)
        assert_eq!(cells(&SkyCoverage::of([(10.0, -5.0)].into_iter())), BTreeMap::from([(4, vec![1122])]));
        let none = SkyCoverage::of([(f64::NAN, 0.0), (0.0, 91.0)].into_iter());
        assert_eq!(cells(&none), BTreeMap::from([(10, Vec::new())]));
    }

    #[test]
    fn the_order_follows_the_density() {
        // 40 spectra a degree, 10 a degree, and one here and there
        assert_eq!(finest(&SkyCoverage::of(field((150.0, 2.0), 1.0 / 40.0, 120))), 10);
        assert_eq!(finest(&SkyCoverage::of(field((150.0, 2.0), 0.1, 60))), 8);
        assert_eq!(finest(&SkyCoverage::of(field((0.0, -80.0), 3.0, 50))), 4);
        // the same places again and again are no denser
        let again = (0..50).flat_map(|_| field((0.0, -80.0), 3.0, 50));
        assert_eq!(finest(&SkyCoverage::of(again)), 4);
    }

    #[test]
    fn cells_are_few_however_many_spectra_there_are() {
        let coverage = SkyCoverage::of(field((0.0, -45.0), 0.05, 1800));
        let few = cells(&coverage).values().map(Vec::len).sum::<usize>() as u64;
        assert!(few <= MOST_CELLS && finest(&coverage) >= 7, "{few} cells, order {}", finest(&coverage));
    }

    #[test]
    fn fits_holds_the_same_cells() {
        let coverage = SkyCoverage::of(field((150.0, 2.0), 0.1, 60));
        let fits = coverage.fits().unwrap();
        let header = String::from_utf8_lossy(&fits[..8640.min(fits.len())]).into_owned();
        assert!(header.starts_with("SIMPLE  =") && header.contains("MOCORD_S= 8 "));
        assert_eq!(fits.len() % 2880, 0);
    }
}
