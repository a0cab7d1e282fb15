//! Neighbour tables: equal to the bit, whatever the sizes and however awkward the data.

use balmer_compute::Tile;
use balmer_core::{CpuEngine, Engine, engine::Unobserved, ndarray::Array2, outlier::lof};
use pollster::block_on;

use super::{
    assert_unaided, gpu,
    matrices::{awkward, spectra_like, wrong},
};

/// Compares the tables of both engines, and that the device needed no help.
fn check(engine: &balmer_compute::GpuEngine, x: &Array2<f32>, k: usize) {
    let expected = block_on(CpuEngine.kneighbors(x.view(), k, &Unobserved)).unwrap();
    let found = block_on(engine.kneighbors(x.view(), k, &Unobserved)).unwrap();
    assert_unaided(engine);
    let differs = (0..x.nrows()).find(|&row| found.row(row) != expected.row(row));
    assert_eq!(differs, None, "{:?}, k = {k}", x.dim());
    assert_eq!(found, expected);
}

#[test]
fn around_the_sizes_of_tiles_and_lists() {
    let engine = gpu();
    for n in [2, 3, 63, 64, 65, 127, 128, 129, 255, 257, 1023, 1024, 1025, 2500] {
        check(&engine, &spectra_like(n, 7), 5.min(n - 1));
        check(&engine, &spectra_like(n, 7), 128.min(n - 1));
    }
}

#[test]
fn of_few_features_and_of_whole_spectra() {
    let engine = gpu();
    for (n, d) in [(700, 1), (700, 3), (700, 16), (700, 17), (900, 140), (500, 1000), (260, 3900)] {
        check(&engine, &spectra_like(n, d), 20);
    }
}

#[test]
fn of_queries_that_lie_in_several_panels() {
    // 256 rows fill a buffer, and the software's memory holds no two of them
    check(&gpu(), &spectra_like(300, 30_000), 20);
}

#[test]
fn of_every_width_that_users_ask_for() {
    let engine = gpu();
    let x = spectra_like(1500, 140);
    for k in [1, 5, 20, 64, 100, 127, 128] {
        check(&engine, &x, k);
    }
    // wider than a list on a small adapter may be: more than one chunk of references is needed either way
    check(&engine, &x, 300);
}

#[test]
fn by_every_kernel_that_proposes() {
    for tile in [Tile::Wide, Tile::Narrow, Tile::Plain] {
        let engine = gpu();
        engine.use_tile(tile);
        for (n, d, k) in [(2, 3, 1), (127, 140, 20), (129, 17, 128), (2500, 140, 20), (300, 1000, 64)] {
            check(&engine, &spectra_like(n, d), k);
        }
        for (x, k) in awkward() {
            check(&engine, &x, k);
        }
    }
}

#[test]
fn in_the_order_that_makes_lists_long() {
    let engine = gpu();
    // rows that come nearer and nearer: each chunk of references is of more use than all before it
    let x = Array2::from_shape_fn((3000, 16), |(i, j)| 1.0 / (1.0 + i as f32) + 1e-6 * j as f32);
    for k in [1, 20, 128] {
        check(&engine, &x, k);
    }
    let reversed = x.slice(ndarray::s![..;-1, ..]).to_owned();
    check(&engine, &reversed, 20);
}

#[test]
fn of_duplicates_constants_ties_and_absurd_rows() {
    let engine = gpu();
    for (x, k) in awkward() {
        check(&engine, &x, k);
    }
}

#[test]
fn of_a_survey() {
    let engine = gpu();
    let x = spectra_like(20_000, 140);
    let expected = block_on(CpuEngine.kneighbors(x.view(), 20, &Unobserved)).unwrap();
    let found = block_on(engine.kneighbors(x.view(), 20, &Unobserved)).unwrap();
    assert_unaided(&engine);
    assert_eq!(found, expected);
    // what follows from equal tables
    assert_eq!(lof::from_table(&found, 20).unwrap(), lof::from_table(&expected, 20).unwrap());
}

#[test]
fn wrong_input_gets_the_processors_error() {
    let engine = gpu();
    for (x, k) in wrong() {
        let expected = block_on(CpuEngine.kneighbors(x.view(), k, &Unobserved)).unwrap_err();
        let found = block_on(engine.kneighbors(x.view(), k, &Unobserved)).unwrap_err();
        assert_eq!(found, expected);
    }
}
