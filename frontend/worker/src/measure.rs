//! How fast this machine searches: neighbours of random rows, timed.

use balmer_core::{Engine as _, engine::Unobserved, ndarray::Array2};
use balmer_exchange::worker::Report;
use web_sys::AbortController;

use crate::{pool::PoolEngine, port};

/// Searches a random matrix and reports the seconds.
pub async fn measure(rows: usize, columns: usize, n_neighbors: usize, workers: usize) {
    let Ok(abort) = AbortController::new() else { return };
    let engine = PoolEngine::with_workers(workers, abort.signal());
    let x = noise(rows, columns);
    let begun = port::now();
    let report = match engine.kneighbors(x.view(), n_neighbors, &Unobserved).await {
        Ok(_) => Report::Measured { name: engine.name(), seconds: (port::now() - begun) / 1000.0 },
        Err(error) => Report::Broken { detail: error.to_string() },
    };
    port::report(&report, &[]);
}

/// Numbers from -1 to 1 without order (a linear congruential sequence, Knuth's MMIX constants).
fn noise(rows: usize, columns: usize) -> Array2<f32> {
    let mut state = 6563_u64;
    Array2::from_shape_simple_fn((rows, columns), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    })
}
