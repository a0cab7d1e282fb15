//! Scores the rows of a matrix and says how long it took: `lof X.npy K [SCORES.npy]`, X in f32.

use std::{path::Path, time::Instant};

use balmer_core::{
    Engine,
    engine::{CpuEngine, Unobserved},
    neighbors,
    outlier::lof,
};
use ndarray::Array2;

#[allow(clippy::print_stdout, clippy::disallowed_methods, reason = "an example may print and look at the clock")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, k, output @ ..] = arguments.as_slice() else {
        return Err("usage: lof X.npy K [SCORES.npy]".into());
    };
    let x: Array2<f32> = ndarray_npy::read_npy(Path::new(input))?;
    let k: usize = k.parse()?;
    let start = Instant::now();
    let table = neighbors::exact(x.view(), k, &Unobserved)?;
    let neighbors_seconds = start.elapsed().as_secs_f64();
    let scores = lof::from_table(&table, k)?;
    let seconds = start.elapsed().as_secs_f64();
    let (n, d) = x.dim();
    println!(
        "{{\"n\": {n}, \"d\": {d}, \"k\": {k}, \"device\": \"{}\", \"neighbors_s\": {neighbors_seconds:.3}, \"seconds\": {seconds:.3}}}",
        CpuEngine.name()
    );
    if let [path, ..] = output {
        ndarray_npy::write_npy(Path::new(path), &scores.lof)?;
    }
    Ok(())
}
