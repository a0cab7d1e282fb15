//! Devices that take part change no bit of a table, whatever they propose, and whether they stay to the end or not. Devices of
//! these tests are imagined: their proposals come from plain sums.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use ndarray::{Array2, Axis, concatenate, s};
use proptest::prelude::*;

use super::{
    Hand, Lot, Together,
    ledger::{LOT, Ledger, Member},
};
use crate::{
    Error,
    engine::{Observer, Unobserved},
    neighbors::{Best, Centred, Keeper, MARGIN, Piece, Pieces, exact},
    oracle::random,
};

/// Rows near a few directions, a third of them twice.
fn spectra_like(n: usize, d: usize, seed: u64) -> Array2<f32> {
    let distinct = n - n / 4;
    let x = random(distinct, 3, seed).dot(&random(3, d, seed ^ 1)) + random(distinct, d, seed ^ 2) * 0.002;
    concatenate![Axis(0), x, x.slice(s![..n / 4, ..])]
}

/// The best by score for each place of a lot.
fn proposed(centred: &Centred, lot: &Lot<'_>, n_neighbors: usize) -> Best {
    let (y, width) = (centred.y(), n_neighbors + MARGIN);
    let (mut lengths, mut indices, mut thresholds) = (Vec::new(), Vec::new(), Vec::new());
    let products = y.slice(s![lot.places(), ..]).dot(&y.t());
    for (place, products) in lot.places().zip(products.rows()) {
        let others = (0..y.nrows()).filter(|&other| other != place);
        let mut scores: Vec<_> =
            others.map(|other| (centred.half_squares()[other] - products[other], other as u32)).collect();
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        let length = width.min(scores.len());
        lengths.push(length as u32);
        thresholds.push(scores.get(width).map_or(f32::MAX, |next| next.0));
        indices.extend(scores[..length].iter().map(|&(_, place)| place));
        indices.resize(lengths.len() * width, u32::MAX);
    }
    Best::new(width, lengths, indices, thresholds)
}

/// Proposes for what a device is given until that is no more; how many rows.
fn help(mut hand: Hand<'_>, most: usize) -> usize {
    let mut rows = 0;
    while let Some(lot) = hand.lot(most) {
        rows += lot.places().len();
        let best = proposed(hand.together().centred(), &lot, hand.together().n_neighbors());
        lot.hand_in(best).unwrap();
    }
    rows
}

fn is_sorted(together: &Together<'_>) -> bool {
    together.ledger().open.iter().is_sorted()
}

/// Keeps everything and counts what it is asked to.
#[derive(Default)]
struct Shelf {
    pieces: Mutex<BTreeMap<usize, Piece>>,
    kept: AtomicUsize,
    known: Mutex<f64>,
    is_cancelled: AtomicBool,
}

impl Observer for Shelf {
    fn progress(&self, _fraction: f64) {}
    fn known_before(&self, share: f64) {
        *self.known.lock().unwrap() = share;
    }
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
    fn keeper(&self) -> &dyn Keeper {
        self
    }
}

impl Keeper for Shelf {
    fn begins(&self, _name: &dyn Fn() -> String) {}
    fn kept(&self, piece: usize) -> Option<Piece> {
        self.pieces.lock().unwrap().get(&piece).cloned()
    }
    fn keep(&self, piece: usize, found: &Piece) {
        self.kept.fetch_add(1, Ordering::Relaxed);
        assert_eq!(self.pieces.lock().unwrap().insert(piece, found.clone()), None, "piece {piece} was there");
    }
}

#[test]
fn what_devices_find_is_kept_and_nobody_searches_it_again() {
    let (x, k) = (spectra_like(9_000, 60, 1), 9);
    let pieces = Pieces::new(x.view(), k).unwrap().unwrap();
    let shelf = Shelf::default();
    let together = pieces.together(&shelf).unwrap();
    let hands = [together.hand(), together.hand()];
    assert!(is_sorted(&together));
    let rows = std::thread::scope(|scope| {
        let helping = hands.map(|hand| scope.spawn(|| help(hand, 1500)));
        together.work();
        helping.map(|thread| thread.join().unwrap())
    });
    let found = together.found();
    assert!(rows.iter().all(|&rows| rows >= 512) && found[1..] == rows, "{found:?}");
    assert_eq!(found.iter().sum::<usize>(), 9_000);
    let whole = together.table().unwrap();
    assert_eq!(whole, exact(x.view(), k, &Unobserved).unwrap());
    assert_eq!(shelf.kept.swap(0, Ordering::Relaxed), 18);
    // the next one finds it all
    let together = pieces.together(&shelf).unwrap();
    assert!(together.hand().lot(4096).is_none());
    together.work();
    assert_eq!((together.found(), *shelf.known.lock().unwrap()), (vec![0, 0], 1.0));
    assert_eq!(together.table().unwrap(), whole);
    // and all but a piece that is missing and one that is spoilt
    shelf.pieces.lock().unwrap().remove(&4);
    shelf.pieces.lock().unwrap().remove(&17);
    let together = pieces.together(&shelf).unwrap();
    assert_eq!(help(together.hand(), 4096), 9_000 - 17 * 512);
    together.work();
    assert_eq!(together.found(), [512, 9_000 - 17 * 512]);
    assert_eq!(together.table().unwrap(), whole);
    assert_eq!(shelf.kept.load(Ordering::Relaxed), 2);
}

#[test]
fn what_a_device_does_not_hand_in_others_find() {
    let (x, k) = (spectra_like(6_000, 60, 2), 7);
    let pieces = Pieces::new(x.view(), k).unwrap().unwrap();
    let right = exact(x.view(), k, &Unobserved).unwrap();
    let together = pieces.together(&Unobserved).unwrap();
    let [mut lost, idle, mut staying] = [together.hand(), together.hand(), together.hand()];
    // two lots under way, as a device has, when it is lost
    let lots = [lost.lot(2048).unwrap(), lost.lot(2048).unwrap()];
    drop((lots, lost, idle));
    // one that is not for all of its rows is refused, and goes back too
    let lot = staying.lot(2048).unwrap();
    let other = staying.lot(2048).unwrap();
    let best = proposed(together.centred(), &other, k);
    assert!(lot.hand_in(Best::new(1, vec![0], vec![0], vec![0.0])).unwrap_err().to_string().contains("proposals"));
    let rows = other.places().len();
    other.hand_in(best).unwrap();
    drop(staying);
    together.work();
    assert_eq!(together.found(), [6_000 - rows, 0, 0, rows]);
    assert_eq!(together.table().unwrap(), right);
}

#[test]
fn nonsense_costs_time_and_nothing_else() {
    let (x, k) = (spectra_like(2_000, 60, 3), 6);
    let pieces = Pieces::new(x.view(), k).unwrap().unwrap();
    let together = pieces.together(&Unobserved).unwrap();
    let mut hand = together.hand();
    let lot = hand.lot(2048).unwrap();
    let rows = lot.places().len();
    let places = [u32::MAX, 2_000, lot.places().start as u32, 0, 0];
    let best = Best::new(5, vec![5; rows], places.repeat(rows), vec![-1.0; rows]);
    lot.hand_in(best).unwrap();
    drop(hand);
    together.work();
    assert!(together.searched_again() >= rows);
    assert_eq!(together.table().unwrap(), exact(x.view(), k, &Unobserved).unwrap());
}

#[test]
fn a_search_that_is_cancelled_ends_though_a_device_holds_pieces() {
    let x = spectra_like(3_000, 60, 4);
    let pieces = Pieces::new(x.view(), 5).unwrap().unwrap();
    let shelf = &Shelf::default();
    let together = pieces.together(shelf).unwrap();
    let mut hand = together.hand();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let lot = hand.lot(2048);
            assert!(lot.is_some());
            // until the cores have nothing left to do but wait
            while shelf.kept.load(Ordering::Relaxed) < 5 {
                std::thread::yield_now();
            }
            shelf.is_cancelled.store(true, Ordering::Relaxed);
        });
        together.work();
    });
    assert_eq!(together.table(), Err(Error::Cancelled));
}

#[test]
fn lots_follow_the_pace_and_grow_small_towards_the_end() {
    let member = |held, found| Member { held, found };
    let mut ledger =
        Ledger { open: (0..1000).collect(), proposed: [].into(), members: vec![member(2, 0); 2], error: None };
    ledger.members[1].held = 0;
    assert_eq!(ledger.take(1, 99), Some(1000 - LOT..1000));
    // as fast as three of the processor: half of what is its share of all, less what it holds
    ledger.members = vec![member(2, 1_000), member(10, 3_000)];
    assert_eq!(ledger.share(1), (1008 * 3 / 4 - 10) / 2);
    assert_eq!(ledger.take(1, 99), Some(897..996));
    let mut last = usize::MAX;
    while let Some(lot) = ledger.take(1, usize::MAX) {
        ledger.members[1] = member(0, ledger.members[1].found + 3 * lot.len());
        ledger.members[0].found += lot.len();
        ledger.open.drain(..lot.len().div_ceil(3).min(ledger.open.len()));
        assert!(lot.len() <= last && lot.len() >= LOT.min(last), "{lot:?}");
        last = lot.len();
    }
    assert!(ledger.open.len() < 2 * LOT && last <= 2 * LOT, "{last}, {} left", ledger.open.len());
    // a slow one leaves the rest to the others, and one of unknown speed takes little
    ledger.members = vec![member(0, 1_000_000), member(0, 512), member(0, 0)];
    ledger.open = (0..100).collect();
    assert_eq!([1, 2].map(|member| ledger.share(member)), [0, LOT]);
    // pieces that do not follow each other are no lot
    ledger.open = (0..20).filter(|&piece| piece != 17).collect();
    ledger.members[2].found = 1_000_000_000;
    assert_eq!([(); 2].map(|()| ledger.take(2, 99)), [Some(18..20), Some(9..17)]);
    ledger.error = Some(Error::Cancelled);
    assert_eq!(ledger.take(2, 99), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_share_gives_the_same_table(
        n in 2000_usize..4000, d in 60_usize..100, k in 1_usize..20, seed: u64, devices in 1_usize..4, most in 1_usize..6,
    ) {
        let x = spectra_like(n, d, seed);
        let pieces = Pieces::new(x.view(), k).unwrap().unwrap();
        let together = pieces.together(&Unobserved).unwrap();
        let hands: Vec<_> = (0..devices).map(|_| together.hand()).collect();
        for hand in hands {
            help(hand, 512 * most);
        }
        together.work();
        prop_assert_eq!(together.found().iter().sum::<usize>(), n);
        prop_assert_eq!(together.table().unwrap(), exact(x.view(), k, &Unobserved).unwrap());
    }
}
