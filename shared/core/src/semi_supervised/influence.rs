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
//! Taking a seed away changes the score by more than its part, since what is left is a share of less: without seed
//! `j` the probability of a class is that of the other parts. In propagation the freed row also passes walkers on, to
//! where a walk from it ends: one more system a seed ([`Influence::without`]).
//!
//! Both matrices are symmetric and positive definite where the row is connected with a seed, so conjugate
//! gradients solve them (M. R. Hestenes, E. Stiefel 1952, J. Res. Natl. Bur. Stand. 49, 409), scaled by the
//! diagonal, in far fewer products with the graph than the diffusion itself takes. What is explained is the
//! settled score; a run that stopped at `max_iter` differs from it by what it had not settled.

use ndarray::Array1;

use super::{Algorithm, Diffusion, Graph, Seeds};
use crate::{Error, Result, engine::Observer};

/// Residual at which a system counts as solved; the right side is 1, and far seeds' parts are small.
const TOLERANCE: f64 = 1e-17;
/// Scores below this are lost in the rounding of the others: nothing is said of their parts.
const LEAST_SCORE: f64 = 1e-10;
/// Products with the graph, at most.
const MAX_PRODUCTS: usize = 10_000;

/// Where the probability of a class at a row comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sources {
    /// The settled probability of the class, 0 to 1.
    pub probability: f64,
    /// The seeds of the class, the most important first, with shares that sum to 1; none where none reaches the row.
    pub seeds: Vec<Influence>,
}

/// A seed and its part in a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Influence {
    /// The labelled row.
    pub row: usize,
    /// Its share of the score, 0 to 1.
    pub share: f64,
    /// The probability of the class if this label were taken back, 0 where no other label would reach the row; `None`
    /// where that was not asked for.
    pub without: Option<f64>,
}

impl Diffusion {
    /// The seeds of `class` that the probability of `row` for that class comes from; of the first `removed` of them also
    /// what it would be without. O(products edges) time, in propagation once more for each removed, O(n) memory.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], [`Error::Labels`] when seeds and graph differ in rows, [`Error::Cancelled`].
    pub fn influence(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        (row, class): (usize, usize),
        removed: usize,
        observer: &dyn Observer,
    ) -> Result<Sources> {
        self.check()?;
        let n = graph.n_rows();
        if n != seeds.n_rows() {
            return Err(Error::Labels(format!("{} rows of labels for a graph of {n} rows", seeds.n_rows())));
        }
        if row >= n || class >= seeds.classes().len() {
            let remedy = format!("choose a row below {n} and a class below {}", seeds.classes().len());
            return Err(Error::parameter("row, class", format!("{row}, {class}"), remedy));
        }
        let node = (0..n).find(|&node| graph.row(node) == row).expect("every row is a node");
        let labels: Vec<Option<u32>> = (0..n).map(|node| seeds.labels()[graph.row(node)]).collect();
        let parts = match self.algorithm {
            Algorithm::Spreading => self.spread_parts(graph, node, observer)?,
            Algorithm::Propagation => absorbed_parts(graph, &labels, node, observer)?,
        };
        let mut found = shares(&parts, &labels, class as u32);
        for part in found.seeds.iter_mut().take(removed) {
            let rest = match self.algorithm {
                Algorithm::Spreading => without(&parts, part.row),
                Algorithm::Propagation => freed(graph, &labels, &parts, (node, part.row), observer)?,
            };
            part.without = Some(shares(&rest, &labels, class as u32).probability);
        }
        for part in &mut found.seeds {
            part.row = graph.row(part.row);
        }
        Ok(found)
    }

    /// The part of each node in the score of `node`.
    fn spread_parts(&self, graph: &Graph, node: usize, observer: &dyn Observer) -> Result<Array1<f64>> {
        let alpha = f64::from(self.alpha);
        let scales = degrees(graph, observer).mapv(|degree| if degree > 0.0 { 1.0 / degree.sqrt() } else { 0.0 });
        let apply = |v: &Array1<f64>| v - &(product(graph, &(v * &scales), observer) * &scales * alpha);
        solve(apply, &Array1::ones(graph.n_rows()), node, observer)
    }
}

/// How likely a walker from `node` meets each labelled node first.
fn absorbed_parts(graph: &Graph, labels: &[Option<u32>], node: usize, observer: &dyn Observer) -> Result<Array1<f64>> {
    if labels[node].is_some() {
        // a clamped row is its own and only source
        return Ok(unit(labels.len(), node));
    }
    let free: Array1<f64> = labels.iter().map(|label| if label.is_some() { 0.0 } else { 1.0 }).collect();
    let degrees = degrees(graph, observer);
    // labelled nodes stand apart with 1 on the diagonal: their unknowns stay 0
    let apply = |z: &Array1<f64>| (&degrees * z - product(graph, z, observer)) * &free;
    let diagonal = degrees.mapv(|degree| if degree > 0.0 { degree } else { 1.0 });
    let z = solve(apply, &diagonal, node, observer)?;
    Ok(product(graph, &z, observer) * free.mapv(|free| 1.0 - free))
}

/// `W v`.
fn product(graph: &Graph, v: &Array1<f64>, observer: &dyn Observer) -> Array1<f64> {
    let mut product = Array1::zeros(v.len());
    let target = product.as_slice_mut().expect("one column");
    graph.product(1, v.as_slice().expect("one column"), target, observer, |_, _| ());
    product
}

fn degrees(graph: &Graph, observer: &dyn Observer) -> Array1<f64> {
    graph.degrees(observer).into()
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

/// The parts without that of a node.
fn without(parts: &Array1<f64>, node: usize) -> Array1<f64> {
    let mut rest = parts.clone();
    rest[node] = 0.0;
    rest
}

/// How likely a walker from `node` meets each labelled node first once `seed` is one no more: those that met it go on.
fn freed(
    graph: &Graph,
    labels: &[Option<u32>],
    parts: &Array1<f64>,
    (node, seed): (usize, usize),
    observer: &dyn Observer,
) -> Result<Array1<f64>> {
    let mut others = labels.to_vec();
    others[seed] = None;
    let onward = absorbed_parts(graph, &others, seed, observer)?;
    Ok(if node == seed { onward } else { without(parts, seed) + onward * parts[seed] })
}

/// The parts of the labelled nodes as the probability of a class and shares in it, by node.
fn shares(parts: &Array1<f64>, labels: &[Option<u32>], class: u32) -> Sources {
    let labelled = |node: &usize| labels[*node].is_some();
    // what the residual leaves below zero is zero
    let part = |node: usize| parts[node].max(0.0);
    let all: f64 = (0..labels.len()).filter(labelled).map(part).sum();
    let of_class = (0..labels.len()).filter(|&node| labels[node] == Some(class) && part(node) > 0.0);
    let mut seeds: Vec<Influence> =
        of_class.map(|node| Influence { row: node, share: part(node), without: None }).collect();
    seeds.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.row.cmp(&b.row)));
    // the smallest first, so that none is lost in the sum
    let sum: f64 = seeds.iter().rev().map(|seed| seed.share).sum();
    if sum < LEAST_SCORE {
        return Sources::default();
    }
    for seed in &mut seeds {
        seed.share /= sum;
    }
    Sources { probability: sum / all, seeds }
}

#[cfg(test)]
mod tests;
