//! Which seeds a label comes from: the exact part of each in the score of one row.
//!
//! Both rules are linear in the seeds, so a score is a sum over them, and one linear system gives all its
//! terms. With `W` the graph, `D` its degrees, `i` the row and the other names of [`super`]:
//!
//! - **Spreading** settles at `F = (1 - alpha) (I - alpha S)^-1 Y`. `S` is symmetric, so row `i` of the inverse is
//!   also its column: `(I - alpha S) v = e_i`, and the part of seed `j` is `v_j`.
//! - **Propagation** settles at `F_U = (I - T_UU)^-1 T_UL Y_L` with `T = D^-1 W`: the chance that a walker who
//!   starts at `i` and follows the edges meets seed `j` first (Zhu, Ghahramani & Lafferty 2003, *Semi-Supervised
//!   Learning Using Gaussian Fields and Harmonic Functions*, ICML 20, section 2). With `z = D^-1 v` the adjoint
//!   system `(I - T_UU^T) v = e_i` is `(D - W)_UU z = e_i`, and the part of seed `j` is `sum_u W_ju z_u`.
//!
//! Both matrices are symmetric and positive definite where the row is connected with a seed, so conjugate
//! gradients solve them (M. R. Hestenes, E. Stiefel 1952, J. Res. Natl. Bur. Stand. 49, 409), scaled by the
//! diagonal, in far fewer products with the graph than the diffusion itself takes. What is explained is the
//! settled score; a run that stopped at `max_iter` differs from it by what it had not settled.

use ndarray::{Array1, Array2, Axis};

use super::{Algorithm, Diffusion, Graph, Seeds};
use crate::{Error, Result, engine::Observer};

/// Residual at which a system counts as solved; the right side is 1, and far seeds' parts are small.
const TOLERANCE: f64 = 1e-17;
/// Scores below this are lost in the rounding of the others: nothing is said of their parts.
const LEAST_SCORE: f64 = 1e-10;
/// Products with the graph, at most.
const MAX_PRODUCTS: usize = 10_000;

/// A seed and its part in a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Influence {
    /// The labelled row.
    pub row: usize,
    /// Its share of the score, 0 to 1.
    pub share: f64,
}

impl Diffusion {
    /// The seeds of `class` that the score of `row` for that class comes from, the most important first, with
    /// shares that sum to 1. Empty where no seed of the class reaches the row. O(products edges) time, O(n) memory.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], [`Error::Labels`] when seeds and graph differ in rows, [`Error::Cancelled`].
    pub fn influence(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        (row, class): (usize, usize),
        observer: &dyn Observer,
    ) -> Result<Vec<Influence>> {
        self.check()?;
        let n = graph.n_rows();
        if n != seeds.n_rows() {
            return Err(Error::Labels(format!("{} rows of labels for a graph of {n} rows", seeds.n_rows())));
        }
        if row >= n || class >= seeds.classes().len() {
            let remedy = format!("choose a row below {n} and a class below {}", seeds.classes().len());
            return Err(Error::parameter("row, class", format!("{row}, {class}"), remedy));
        }
        let parts = match self.algorithm {
            Algorithm::Spreading => self.spread_parts(graph, row, observer)?,
            Algorithm::Propagation => absorbed_parts(graph, seeds, row, observer)?,
        };
        Ok(shares(&parts, seeds, class))
    }

    fn spread_parts(&self, graph: &Graph, row: usize, observer: &dyn Observer) -> Result<Array1<f64>> {
        let alpha = f64::from(self.alpha);
        let scales = degrees(graph, observer).mapv(|degree| if degree > 0.0 { 1.0 / degree.sqrt() } else { 0.0 });
        let apply = |v: &Array1<f64>| v - &(product(graph, &(v * &scales), observer) * &scales * alpha);
        solve(apply, &Array1::ones(graph.n_rows()), row, observer)
    }
}

/// How likely a walker from `row` meets each labelled row first.
fn absorbed_parts(graph: &Graph, seeds: &Seeds, row: usize, observer: &dyn Observer) -> Result<Array1<f64>> {
    let n = graph.n_rows();
    if seeds.labels()[row].is_some() {
        // a clamped row is its own and only source
        return Ok(unit(n, row));
    }
    let free: Array1<f64> = seeds.labels().iter().map(|label| if label.is_some() { 0.0 } else { 1.0 }).collect();
    let degrees = degrees(graph, observer);
    // labelled rows stand apart with 1 on the diagonal: their unknowns stay 0
    let apply = |z: &Array1<f64>| (&degrees * z - product(graph, z, observer)) * &free;
    let diagonal = degrees.mapv(|degree| if degree > 0.0 { degree } else { 1.0 });
    let z = solve(apply, &diagonal, row, observer)?;
    Ok(product(graph, &z, observer) * free.mapv(|free| 1.0 - free))
}

/// `W v`.
fn product(graph: &Graph, v: &Array1<f64>, observer: &dyn Observer) -> Array1<f64> {
    let column: Array2<f64> = v.clone().insert_axis(Axis(1));
    graph.product(&column, observer).remove_axis(Axis(1))
}

fn degrees(graph: &Graph, observer: &dyn Observer) -> Array1<f64> {
    product(graph, &Array1::ones(graph.n_rows()), observer)
}

fn unit(n: usize, row: usize) -> Array1<f64> {
    let mut unit = Array1::zeros(n);
    unit[row] = 1.0;
    unit
}

/// Conjugate gradients for `A x = e_row`, preconditioned by the diagonal.
fn solve(
    apply: impl Fn(&Array1<f64>) -> Array1<f64>,
    diagonal: &Array1<f64>,
    row: usize,
    observer: &dyn Observer,
) -> Result<Array1<f64>> {
    let n = diagonal.len();
    let mut x = Array1::zeros(n);
    let mut residual = unit(n, row);
    let mut direction = &residual / diagonal;
    let mut energy = residual.dot(&direction);
    for _ in 0..MAX_PRODUCTS {
        if residual.dot(&residual) <= TOLERANCE * TOLERANCE {
            break;
        }
        let image = apply(&direction);
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let curvature = direction.dot(&image);
        if curvature <= 0.0 {
            // nothing flows along this direction: the row hangs together with no seed
            break;
        }
        let step = energy / curvature;
        x.scaled_add(step, &direction);
        residual.scaled_add(-step, &image);
        let scaled = &residual / diagonal;
        let next = residual.dot(&scaled);
        direction = scaled + direction * (next / energy);
        energy = next;
    }
    Ok(x)
}

/// The parts of the seeds of one class as shares of their sum.
fn shares(parts: &Array1<f64>, seeds: &Seeds, class: usize) -> Vec<Influence> {
    let of_class = seeds.labels().iter().enumerate().filter(|(_, label)| **label == Some(class as u32));
    // what the residual leaves below zero is zero
    let mut found: Vec<Influence> =
        of_class.map(|(row, _)| Influence { row, share: parts[row] }).filter(|seed| seed.share > 0.0).collect();
    found.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.row.cmp(&b.row)));
    // the smallest first, so that none is lost in the sum
    let sum: f64 = found.iter().rev().map(|seed| seed.share).sum();
    if sum < LEAST_SCORE {
        return Vec::new();
    }
    for seed in &mut found {
        seed.share /= sum;
    }
    found
}

#[cfg(test)]
mod tests;
