//! Runs that are cancelled, devices that go away.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use balmer_compute::GpuEngine;
use balmer_core::{CpuEngine, Engine, Error, Observer, engine::Unobserved};
use pollster::block_on;

use super::{assert_unaided, gpu, matrices::spectra_like};

/// Stops a run, or takes its device away, as soon as it has come anywhere.
struct Saboteur<'a> {
    engine: Option<&'a GpuEngine>,
    times: usize,
    struck: AtomicUsize,
    cancel: bool,
    is_cancelled: AtomicBool,
}

impl Observer for Saboteur<'_> {
    fn progress(&self, fraction: f64) {
        if fraction < 1.0 && self.struck.fetch_add(1, Ordering::Relaxed) < self.times {
            if let Some(engine) = self.engine {
                engine.lose_device();
            }
            self.is_cancelled.store(self.cancel, Ordering::Relaxed);
        }
    }
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

fn saboteur(engine: Option<&GpuEngine>, times: usize) -> Saboteur<'_> {
    let cancel = engine.is_none();
    Saboteur { engine, times, struck: AtomicUsize::new(0), cancel, is_cancelled: AtomicBool::new(false) }
}

#[test]
fn a_cancelled_run_ends_and_the_next_one_works() {
    let engine = gpu();
    let x = spectra_like(3000, 140);
    let cancelled = block_on(engine.kneighbors(x.view(), 64, &saboteur(None, 1)));
    assert_eq!(cancelled, Err(Error::Cancelled));
    let small = spectra_like(400, 10);
    let expected = block_on(CpuEngine.kneighbors(small.view(), 10, &Unobserved)).unwrap();
    assert_eq!(block_on(engine.kneighbors(small.view(), 10, &Unobserved)), Ok(expected));
    assert_unaided(&engine);
}

#[test]
fn a_device_that_was_lost_before_is_opened_again() {
    let engine = gpu();
    let x = spectra_like(400, 10);
    let expected = block_on(CpuEngine.kneighbors(x.view(), 10, &Unobserved)).unwrap();
    engine.lose_device();
    assert_eq!(block_on(engine.kneighbors(x.view(), 10, &Unobserved)), Ok(expected));
    let name = engine.name();
    assert!(name.contains("neighbours begun again, because the device was lost"), "{name}");
}

#[test]
fn a_device_that_is_lost_in_the_middle_is_tried_once_more_then_the_processor_takes_over() {
    let engine = gpu();
    let x = spectra_like(3000, 140);
    let expected = block_on(CpuEngine.kneighbors(x.view(), 64, &Unobserved)).unwrap();
    let once = saboteur(Some(&engine), 1);
    assert_eq!(block_on(engine.kneighbors(x.view(), 64, &once)).as_ref(), Ok(&expected));
    assert!(once.struck.load(Ordering::Relaxed) > 0);
    let name = engine.name();
    assert!(name.contains("begun again") && !name.contains("by cpu"), "{name}");
    let always = saboteur(Some(&engine), usize::MAX);
    assert_eq!(block_on(engine.kneighbors(x.view(), 64, &always)).as_ref(), Ok(&expected));
    let name = engine.name();
    assert!(name.contains("neighbours by cpu") && name.contains("the device was lost"), "{name}");
    // what happened to one run is not said of the next, which finds the device lost once more
    assert_eq!(block_on(engine.kneighbors(x.view(), 64, &Unobserved)), Ok(expected));
    let name = engine.name();
    assert!(name.contains("begun again") && !name.contains("by cpu"), "{name}");
}
