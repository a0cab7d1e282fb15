//! A search shared with devices gives the processor's table to the bit, whoever found what, and whoever went away. On the
//! software adapter where there is one, so that every machine runs the same; no adapter is a failure.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use balmer_core::{
    Engine, Error, Observer,
    engine::Unobserved,
    ndarray::{Array2, Axis, concatenate, s},
    neighbors::{Keeper, Piece, exact},
    semi_supervised::{Algorithm, Diffusion, Graph, Seeds, Weights},
};
use pollster::block_on;

use super::Team;
use crate::{Choice, GpuEngine, adapters};

fn device() -> GpuEngine {
    let found = block_on(adapters());
    assert!(!found.is_empty(), "no adapter: install mesa-vulkan-drivers, or a GPU's driver for Vulkan");
    let index = found.iter().position(|adapter| adapter.is_software).unwrap_or(0);
    block_on(GpuEngine::open(Choice::Index(index))).unwrap()
}

/// The processor and so many devices, which share everything that has pieces.
fn team(devices: usize) -> Team {
    Team::new(device(), (1..devices).map(|_| device()).collect()).sharing_from(0)
}

/// Numbers from -0.5 to 0.5, always the same (Marsaglia 2003, xorshift).
fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / 16_777_216.0 - 0.5
    }
}

/// Sums of three smooth curves and a little noise, the first quarter of them twice.
fn spectra_like(n: usize, d: usize) -> Array2<f32> {
    let mut next = noise((n + d) as u64);
    let x = Array2::from_shape_simple_fn((n - n / 5, 3), &mut next);
    let curves = Array2::from_shape_fn((3, d), |(wave, place)| ((wave * place) as f32 / d as f32).cos());
    let x = x.dot(&curves) + Array2::from_shape_simple_fn((n - n / 5, d), || 0.002 * next());
    concatenate![Axis(0), x, x.slice(s![..n / 5, ..])]
}

/// A host: keeps pieces, and does something whenever one is found.
struct Host<'a> {
    pieces: Mutex<BTreeMap<usize, Piece>>,
    kept: AtomicUsize,
    told: Mutex<Vec<f64>>,
    is_cancelled: AtomicBool,
    when_found: &'a (dyn Fn(&Self) + Sync),
}

impl<'a> Host<'a> {
    fn new(when_found: &'a (dyn Fn(&Self) + Sync)) -> Self {
        Self {
            pieces: Mutex::default(),
            kept: AtomicUsize::new(0),
            told: Mutex::default(),
            is_cancelled: AtomicBool::new(false),
            when_found,
        }
    }
}

impl Observer for Host<'_> {
    fn progress(&self, fraction: f64) {
        self.told.lock().unwrap().push(fraction);
    }
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
    fn keeper(&self) -> &dyn Keeper {
        self
    }
}

impl Keeper for Host<'_> {
    fn begins(&self, _name: &dyn Fn() -> String) {}
    fn kept(&self, piece: usize) -> Option<Piece> {
        self.pieces.lock().unwrap().get(&piece).cloned()
    }
    fn keep(&self, piece: usize, found: &Piece) {
        self.kept.fetch_add(1, Ordering::Relaxed);
        assert_eq!(self.pieces.lock().unwrap().insert(piece, found.clone()), None, "piece {piece} was found twice");
        (self.when_found)(self);
    }
}

/// The rows that each found: the devices, then the processor.
fn rows_found(team: &Team) -> Vec<usize> {
    let name = team.name();
    let (_, rows) = name.split_once("; rows found: ").unwrap_or_else(|| panic!("{name}"));
    rows.split(';').next().unwrap().split(", ").map(|rows| rows.parse().unwrap()).collect()
}

#[test]
fn a_team_finds_the_processors_table_each_a_part_and_keeps_it() {
    let spectra = spectra_like(8000, 40);
    // a coarse grid, on which most distances tie
    let ties = spectra.mapv(|value| (value * 32.0).round() / 32.0);
    for (devices, x, k) in [(1, &spectra, 20), (2, &spectra, 20), (2, &ties, 7)] {
        let expected = exact(x.view(), k, &Unobserved).unwrap();
        let (team, host) = (team(devices), Host::new(&|_| ()));
        assert!(!team.name().contains(';') && team.name().matches("gpu: ").count() == devices, "{}", team.name());
        assert_eq!(block_on(team.kneighbors(x.view(), k, &host)).unwrap(), expected);
        let rows = rows_found(&team);
        assert!(rows.len() == devices + 1 && rows.iter().all(|&rows| rows >= 512), "{rows:?}");
        assert_eq!((rows.iter().sum::<usize>(), host.kept.swap(0, Ordering::Relaxed)), (8000, 16));
        let told = std::mem::take(&mut *host.told.lock().unwrap());
        assert!(told.len() > 8 && told.is_sorted() && told.last() == Some(&1.0), "{told:?}");
        // what is kept is nobody's to find
        host.pieces.lock().unwrap().remove(&3);
        assert_eq!(block_on(team.kneighbors(x.view(), k, &host)).unwrap(), expected);
        assert_eq!((rows_found(&team).iter().sum::<usize>(), host.kept.load(Ordering::Relaxed)), (512, 1));
    }
}

#[test]
fn a_device_that_is_lost_changes_nothing_but_the_name() {
    let x = spectra_like(8000, 40);
    let expected = exact(x.view(), 20, &Unobserved).unwrap();
    let team = team(2);
    let first = || team.first.lose_device();
    // as soon as the first piece is found
    let struck = AtomicBool::new(false);
    let strike = |_: &Host<'_>| {
        if !struck.swap(true, Ordering::Relaxed) {
            first();
        }
    };
    let once = Host::new(&strike);
    assert_eq!(block_on(team.kneighbors(x.view(), 20, &once)).as_ref(), Ok(&expected));
    let name = team.name();
    assert!(name.contains(": neighbours begun again, because the device was lost"), "{name}");
    assert_eq!(rows_found(&team).iter().sum::<usize>(), 8000);
    // again and again, until it is given up
    let strike = |_: &Host<'_>| {
        while !team.first.notes().iter().any(|note| note.contains("by the others")) {
            first();
            std::thread::yield_now();
        }
    };
    let always = Host::new(&strike);
    assert_eq!(block_on(team.kneighbors(x.view(), 20, &always)).as_ref(), Ok(&expected));
    let name = team.name();
    assert!(name.contains(": neighbours by the others, because the device was lost"), "{name}");
    let rows = rows_found(&team);
    assert!(rows[1] > 0 && rows[2] > 0 && rows.iter().sum::<usize>() == 8000, "{rows:?}");
    // what happened to one run is not said of the next, which finds the device lost once more
    assert_eq!(block_on(team.kneighbors(x.view(), 20, &Unobserved)), Ok(expected));
    assert!(!team.name().contains("by the others"), "{}", team.name());
}

#[test]
fn without_any_device_left_the_processor_finishes_alone() {
    let x = spectra_like(4000, 40);
    let team = team(2);
    let strike = |_: &Host<'_>| {
        let is_given_up = |device: &GpuEngine| device.notes().iter().any(|note| note.contains("by the others"));
        while !team.devices().all(is_given_up) {
            team.devices().for_each(GpuEngine::lose_device);
            std::thread::yield_now();
        }
    };
    let always = Host::new(&strike);
    let found = block_on(team.kneighbors(x.view(), 20, &always)).unwrap();
    assert_eq!(found, exact(x.view(), 20, &Unobserved).unwrap());
    assert_eq!(team.name().matches("by the others").count(), 2, "{}", team.name());
    assert_eq!(rows_found(&team).iter().sum::<usize>(), 4000);
}

#[test]
fn a_cancelled_search_ends_and_the_next_one_works() {
    let x = spectra_like(8000, 40);
    let team = team(2);
    let cancel = |host: &Host<'_>| host.is_cancelled.store(true, Ordering::Relaxed);
    let host = Host::new(&cancel);
    assert_eq!(block_on(team.kneighbors(x.view(), 20, &host)), Err(Error::Cancelled));
    assert!(host.kept.load(Ordering::Relaxed) < 16);
    let found = block_on(team.kneighbors(x.view(), 20, &Unobserved)).unwrap();
    assert_eq!(found, exact(x.view(), 20, &Unobserved).unwrap());
    assert!(!team.name().contains("because"), "{}", team.name());
}

#[test]
fn what_is_not_to_be_shared_the_first_device_does_alone() {
    let mut next = noise(3);
    let few = Team::new(device(), vec![device()]);
    for (team, x) in [(few, spectra_like(3000, 40)), (team(2), Array2::from_shape_simple_fn((3000, 100), &mut next))] {
        let found = block_on(team.kneighbors(x.view(), 9, &Unobserved)).unwrap();
        assert_eq!(found, exact(x.view(), 9, &Unobserved).unwrap());
        let name = team.name();
        assert!(name.ends_with(" alone") && name.matches(';').count() == 1, "{name}");
        // and any layout of the matrix
        let columns = x.t().as_standard_layout().into_owned();
        assert_eq!(block_on(team.kneighbors(columns.t(), 9, &Unobserved)).unwrap(), found);
        let graph = Graph::knn(&found, 9, Weights::Connectivity).unwrap();
        let labels = (0..3000_u32).map(|row| (row % 100 == 0).then_some(row % 2)).collect();
        let seeds = Seeds::new(vec!["one".to_owned(), "other".to_owned()], labels).unwrap();
        let diffusion = Diffusion { algorithm: Algorithm::Spreading, alpha: 0.2, max_iter: 30, tol: 1e-3 };
        let spread = block_on(team.diffuse(&graph, &seeds, &diffusion, &Unobserved)).unwrap();
        assert_eq!((spread.classes.len(), team.name()), (2, name));
    }
    let wrong = block_on(team(1).kneighbors(spectra_like(3000, 40).view(), 3000, &Unobserved));
    assert_eq!(wrong, Err(Error::TooFewRows { n_neighbors: 3000, rows: 3000 }));
}
