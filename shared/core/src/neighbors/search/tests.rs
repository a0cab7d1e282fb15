//! Whatever a device proposes, neighbours are those of the processor to the bit.

use std::ops::Range;

use ndarray::Array2;
use proptest::prelude::*;

use super::{Proposals, Search, Settled};
use crate::{
    Error,
    engine::{Observer, Unobserved},
    neighbors::{MARGIN, NeighborTable, exact},
    oracle::random,
};

/// The proposals of an imagined device, and what may be wrong with them.
struct Device {
    width: usize,
    lengths: Vec<u32>,
    indices: Vec<u32>,
    thresholds: Vec<f32>,
}

impl Device {
    /// Proposes the `width` best by score for each of `rows`, worst first.
    fn new(search: &Search<'_>, rows: Range<usize>, width: usize) -> Self {
        let (y, h) = (search.centred().y(), search.centred().half_squares());
        let mut device = Self { width, lengths: Vec::new(), indices: Vec::new(), thresholds: Vec::new() };
        for row in rows {
            let others = (0..search.n_rows()).filter(|&other| other != row);
            let mut scores: Vec<(f32, u32)> =
                others.map(|other| (h[other] - y.row(row).dot(&y.row(other)), other as u32)).collect();
            scores.sort_by(|a, b| a.0.total_cmp(&b.0));
            let best = &scores[..width.min(scores.len())];
            device.lengths.push(best.len() as u32);
            device.thresholds.push(scores.get(width).map_or(f32::MAX, |next| next.0));
            device.indices.extend(best.iter().rev().map(|&(_, index)| index));
            device.indices.resize(device.lengths.len() * width, u32::MAX);
        }
        device
    }

    fn proposals(&self) -> Proposals<'_> {
        Proposals { width: self.width, lengths: &self.lengths, indices: &self.indices, thresholds: &self.thresholds }
    }
}

/// Wants to stop.
struct Stopped;

impl Observer for Stopped {
    fn progress(&self, _fraction: f64) {}
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[test]
fn settling_can_be_stopped() {
    let x = Array2::<f32>::zeros((200, 3));
    let search = Search::new(x.view()).unwrap();
    let proposals = Proposals { width: 0, lengths: &[0; 200], indices: &[], thresholds: &[0.0; 200] };
    assert_eq!(search.settle(0..200, &proposals, 5, &Stopped).unwrap_err(), Error::Cancelled);
}

#[test]
fn a_device_in_parts_gives_the_processors_table() {
    let x = random(500, 12, 4);
    let search = Search::new(x.view()).unwrap();
    let mut again = 0;
    let parts = [0..1, 1..200, 200..200, 200..500].map(|rows| {
        let part =
            search.settle(rows.clone(), &Device::new(&search, rows, 10 + MARGIN).proposals(), 10, &Unobserved).unwrap();
        again += part.searched_again();
        part
    });
    assert_eq!(again, 0);
    assert_eq!(NeighborTable::from_settled(parts).unwrap(), exact(x.view(), 10, &Unobserved).unwrap());
}

#[test]
fn nonsense_costs_time_and_nothing_else() {
    let x = random(90, 7, 11);
    let search = Search::new(x.view()).unwrap();
    let right = exact(x.view(), 6, &Unobserved).unwrap();
    let spoilt = |spoil: &dyn Fn(&mut Device), rows: usize| {
        let mut device = Device::new(&search, 0..90, 20);
        spoil(&mut device);
        let found = search.settle(0..90, &device.proposals(), 6, &Unobserved).unwrap();
        assert_eq!(found.searched_again(), rows);
        assert_eq!(NeighborTable::from_settled([found]).unwrap(), right);
    };
    spoilt(&|_| (), 0);
    spoilt(&|device| device.indices[3] = 90, 1);
    spoilt(&|device| device.indices[20 * 5] = 5, 1);
    spoilt(&|device| device.indices[1] = device.indices[0], 1);
    spoilt(&|device| device.indices.fill(u32::MAX), 90);
    spoilt(&|device| device.indices.fill(0), 90);
    spoilt(&|device| device.lengths[7] = 21, 1);
    spoilt(&|device| device.lengths[7] = u32::MAX, 1);
    spoilt(&|device| device.lengths.fill(0), 90);
    spoilt(&|device| device.lengths[7] = 5, 1);
    for threshold in [f32::NAN, f32::NEG_INFINITY, -1e30, f32::MAX, f32::INFINITY] {
        spoilt(&|device| device.thresholds[8] = threshold, 1);
    }
}

#[test]
fn lists_of_the_wrong_length_are_refused() {
    let x = random(30, 3, 1);
    let search = Search::new(x.view()).unwrap();
    let device = Device::new(&search, 0..10, 8);
    assert!(search.settle(5..15, &device.proposals(), 4, &Unobserved).is_ok(), "another range of the same length");
    for proposals in [
        Proposals { width: 9, ..device.proposals() },
        Proposals { width: usize::MAX, ..device.proposals() },
        Proposals { lengths: &device.lengths[1..], ..device.proposals() },
        Proposals { thresholds: &[], ..device.proposals() },
    ] {
        let message = search.settle(0..10, &proposals, 4, &Unobserved).unwrap_err().to_string();
        assert!(message.contains("proposals") && message.contains("10 rows"), "{message}");
    }
    assert!(search.settle(0..11, &device.proposals(), 4, &Unobserved).is_err());
    for rows in [25..35, 40..50] {
        let message = search.settle(rows, &device.proposals(), 4, &Unobserved).unwrap_err().to_string();
        assert!(message.contains("rows 0 to 30"), "{message}");
    }
    assert!(matches!(search.settle(0..10, &device.proposals(), 30, &Unobserved), Err(Error::TooFewRows { .. })));
    assert!(search.settle(0..10, &device.proposals(), 0, &Unobserved).is_err());
}

#[test]
fn slices_that_are_no_table_are_refused() {
    let x = random(40, 3, 2);
    let search = Search::new(x.view()).unwrap();
    let slice = |rows: Range<usize>, k| {
        search.settle(rows.clone(), &Device::new(&search, rows, 8).proposals(), k, &Unobserved).unwrap()
    };
    let shorter = x.slice(ndarray::s![..30, ..]);
    let shorter = Search::new(shorter).unwrap();
    let foreign = shorter.settle(20..30, &Device::new(&shorter, 20..30, 8).proposals(), 4, &Unobserved).unwrap();
    assert!(NeighborTable::from_settled([slice(0..20, 4), slice(20..40, 4)]).is_ok());
    for parts in [
        vec![],
        vec![slice(0..20, 4)],
        vec![slice(20..40, 4)],
        vec![slice(20..40, 4), slice(0..20, 4)],
        vec![slice(0..20, 4), slice(20..40, 3)],
        vec![slice(0..20, 4), slice(21..40, 4)],
        vec![slice(0..20, 4), foreign],
    ] {
        assert!(NeighborTable::from_settled(parts).is_err());
    }
}

#[test]
fn a_slice_from_elsewhere_is_checked() {
    let x = random(40, 3, 2);
    let search = Search::new(x.view()).unwrap();
    let slice = search.settle(8..30, &Device::new(&search, 8..30, 8).proposals(), 4, &Unobserved).unwrap();
    let from_parts = |rows, k, parts| Settled::from_parts(rows, 40, k, parts);
    let parts = slice.clone().into_parts();
    assert_eq!(from_parts(8..30, 4, parts.clone()), Ok(slice));
    let mut spoilt = parts.clone();
    spoilt.0[5] = spoilt.0[4];
    for (rows, k, parts) in [
        (8..31, 4, parts.clone()),
        (19..41, 4, parts.clone()),
        (8..30, 0, parts.clone()),
        (8..30, usize::MAX, parts.clone()),
        (8..30, 4, (parts.0.clone(), vec![0.0])),
        (8..30, 4, (parts.1.iter().map(|_| 8).collect(), parts.1.clone())),
        (8..30, 4, spoilt),
    ] {
        assert!(from_parts(rows, k, parts).is_err());
    }
}

#[test]
fn a_matrix_without_rows_is_ready_and_has_no_neighbours() {
    let empty = Array2::zeros((0, 3));
    let search = Search::new(empty.view()).unwrap();
    assert_eq!(search.check_n_neighbors(1), Err(Error::TooFewRows { n_neighbors: 1, rows: 0 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_honest_device_and_any_dishonest_one_settle_alike(
        n in 3_usize..50, d in 1_usize..8, seed: u64, width in 0_usize..20, grid: bool,
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 0..30),
    ) {
        let x = random(n, d, seed).mapv(|value| if grid { (value * 3.0).floor() } else { value });
        let search = Search::new(x.view()).unwrap();
        let k = 1 + seed as usize % (n - 1);
        let mut device = Device::new(&search, 0..n, width);
        for (place, index) in spoilt {
            if width > 0 {
                device.indices[place.index(n * width)] = index % (n as u32 + 1);
                // an index that makes sense takes the place of one that was promised
                device.thresholds[place.index(n * width) / width] = f32::NEG_INFINITY;
            }
        }
        let found = search.settle(0..n, &device.proposals(), k, &Unobserved).unwrap();
        prop_assert_eq!(NeighborTable::from_settled([found]).unwrap(), exact(x.view(), k, &Unobserved).unwrap());
    }
}
