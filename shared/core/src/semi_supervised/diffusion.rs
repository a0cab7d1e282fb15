//! The iteration.

use ndarray::Array2;

use super::{Graph, LabelDistributions, Seeds};
use crate::{Error, Result, engine::Observer, parallel};

/// Rows whose changes are summed together; fixed, so that the sum does not depend on the threads.
const ROWS: usize = 1024;

/// Shares of a label below it count as none: 2^-960, far above where f64 loses its precision, so that every device ends
/// a label at the same distance from its seeds.
pub const LEAST_SHARE: f64 = f64::from_bits((1023 - 960) << 52);

/// Which rule moves the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// Zhou+ 2004.
    #[default]
    Spreading,
    /// Zhu & Ghahramani 2002, labelled rows clamped.
    Propagation,
}

/// How labels flow, and when they have settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diffusion {
    /// The rule.
    pub algorithm: Algorithm,
    /// Spreading only: what a row takes from its neighbours, between 0 and 1; the rest stays with its seed.
    pub alpha: f32,
    /// At most this many products with the graph.
    pub max_iter: usize,
    /// Settled when the sum of all absolute changes falls below this, and the labels have reached every row that they
    /// can.
    pub tol: f32,
}

impl Default for Diffusion {
    fn default() -> Self {
        Self { algorithm: Algorithm::Spreading, alpha: 0.2, max_iter: 1000, tol: 1e-3 }
    }
}

impl Diffusion {
    /// Whether the parameters are in range.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`].
    pub fn check(&self) -> Result<()> {
        if self.algorithm == Algorithm::Spreading && !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(Error::parameter("alpha", self.alpha, "choose a number between 0 and 1, both excluded"));
        }
        if self.max_iter == 0 {
            return Err(Error::parameter("max_iter", 0, "choose 1 or more"));
        }
        if self.tol.is_nan() || self.tol < 0.0 {
            return Err(Error::parameter("tol", self.tol, "choose 0 or more"));
        }
        Ok(())
    }

    /// Whether the parameters are in range and there is a seed, or none, for each node of the graph.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], [`Error::Labels`] when seeds and graph differ in rows.
    pub fn check_for(&self, graph: &Graph, seeds: &Seeds) -> Result<()> {
        self.check()?;
        if graph.n_rows() != seeds.n_rows() {
            let text = format!("{} rows of labels for a graph of {} rows", seeds.n_rows(), graph.n_rows());
            return Err(Error::Labels(text));
        }
        Ok(())
    }

    /// Lets the labels of `seeds` flow along `graph`. O(edges C) or, with all pairs, O(n^2 (d + C)) per iteration;
    /// memory O(n C).
    ///
    /// # Errors
    /// As [`Self::check_for`], and [`Error::Cancelled`].
    pub fn run(&self, graph: &Graph, seeds: &Seeds, observer: &dyn Observer) -> Result<LabelDistributions> {
        self.check_for(graph, seeds)?;
        let initial = one_hot(seeds);
        let self_weight = graph.self_weight(self.algorithm);
        let scales = self.scales(graph, observer)?;
        let mut f = initial.clone();
        // what flows along the edges
        let mut scaled = &f * &scales;
        let mut change = sum_of_changes(&f, &Array2::zeros(f.raw_dim()));
        let mut progress = Progress { first: change, furthest: 0.0 };
        let (mut reached, mut spreading) = (labelled_rows(&f), true);
        let mut iterations = 0;
        while iterations < self.max_iter && (spreading || change >= f64::from(self.tol)) {
            let mut next = match self.algorithm {
                Algorithm::Spreading => graph.product(&scaled, observer),
                Algorithm::Propagation => graph.product(&f, observer),
            };
            if observer.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match self.algorithm {
                Algorithm::Spreading => self.spread(&mut next, &mut scaled, &initial, &scales),
                Algorithm::Propagation => {
                    next.scaled_add(self_weight, &f);
                    normalise(&mut next);
                    drop_the_least(&mut next);
                    for (row, _) in seeds.labels().iter().enumerate().filter(|(_, label)| label.is_some()) {
                        next.row_mut(row).assign(&initial.row(row));
                    }
                }
            }
            iterations += 1;
            change = sum_of_changes(&next, &f);
            f = next;
            let before = std::mem::replace(&mut reached, labelled_rows(&f));
            spreading = reached > before;
            observer.progress(progress.reached(iterations, change, self));
        }
        normalise(&mut f);
        observer.progress(1.0);
        Ok(LabelDistributions {
            classes: seeds.classes().to_vec(),
            probabilities: f.mapv(|value| value as f32),
            iterations,
            converged: !spreading && change < f64::from(self.tol),
        })
    }

    /// From `W D^-1/2 F` to the shares of the next step, and these scaled for the step after it.
    fn spread(&self, next: &mut Array2<f64>, scaled: &mut Array2<f64>, initial: &Array2<f64>, scales: &Array2<f64>) {
        let (alpha, classes) = (f64::from(self.alpha), next.ncols());
        let [next, scaled] = [next, scaled].map(|values| values.as_slice_mut().expect("standard layout"));
        let initial = initial.as_slice().expect("standard layout").chunks_exact(classes);
        let rows = next.chunks_exact_mut(classes).zip(scaled.chunks_exact_mut(classes)).zip(initial).zip(scales);
        for (((next, scaled), initial), scale) in rows {
            for ((share, scaled), seed) in next.iter_mut().zip(scaled).zip(initial) {
                let flown = alpha * (*share * scale) + (1.0 - alpha) * seed;
                *share = if flown < LEAST_SHARE { 0.0 } else { flown };
                *scaled = *share * scale;
            }
        }
    }

    /// `D^-1/2` as a column, 0 for isolated rows; empty work for propagation, whose rows are normalised anyway.
    fn scales(&self, graph: &Graph, observer: &dyn Observer) -> Result<Array2<f64>> {
        let ones = Array2::ones((graph.n_rows(), 1));
        if self.algorithm == Algorithm::Propagation {
            return Ok(ones);
        }
        let degrees = graph.product(&ones, observer);
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        Ok(degrees.mapv(|degree| if degree > 0.0 { 1.0 / degree.sqrt() } else { 0.0 }))
    }
}

/// How far an iteration is that ends by `max_iter` or by a change that shrinks geometrically.
struct Progress {
    first: f64,
    furthest: f64,
}

impl Progress {
    fn reached(&mut self, iterations: usize, change: f64, diffusion: &Diffusion) -> f64 {
        let by_count = iterations as f64 / diffusion.max_iter as f64;
        let by_change = (self.first / change).ln() / (self.first / f64::from(diffusion.tol)).ln();
        for fraction in [by_count, by_change] {
            if fraction > self.furthest {
                self.furthest = fraction.min(1.0);
            }
        }
        self.furthest
    }
}

/// Rows that some label has reached.
fn labelled_rows(f: &Array2<f64>) -> usize {
    f.rows().into_iter().filter(|row| row.iter().any(|&value| value > 0.0)).count()
}

/// `Y`: 1 at each seed's class.
fn one_hot(seeds: &Seeds) -> Array2<f64> {
    let mut y = Array2::zeros((seeds.n_rows(), seeds.classes().len()));
    for (row, label) in seeds.labels().iter().enumerate() {
        if let Some(class) = label {
            y[[row, *class as usize]] = 1.0;
        }
    }
    y
}

/// Sets what is below [`LEAST_SHARE`] to 0.
fn drop_the_least(f: &mut Array2<f64>) {
    f.mapv_inplace(|value| if value < LEAST_SHARE { 0.0 } else { value });
}

/// Makes each row sum to 1, except rows of zeros.
fn normalise(f: &mut Array2<f64>) {
    for mut row in f.rows_mut() {
        let sum = row.sum();
        if sum > 0.0 {
            row.mapv_inplace(|value| value / sum);
        }
    }
}

/// The sum of absolute differences, in a fixed order.
fn sum_of_changes(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let (a, b) = (a.as_slice().expect("standard layout"), b.as_slice().expect("standard layout"));
    let parts = parallel::map_indices(a.len().div_ceil(ROWS), |chunk| {
        let range = chunk * ROWS..a.len().min((chunk + 1) * ROWS);
        a[range.clone()].iter().zip(&b[range]).map(|(p, q)| (p - q).abs()).sum::<f64>()
    });
    parts.iter().sum()
}
