//! The iteration.

use ndarray::Array2;

use super::{
    Graph, LabelDistributions, Seeds, Shares,
    flow::{self, Flow},
    shares,
};
use crate::{Error, Result, engine::Observer};

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
        self.resume(graph, seeds, None, observer).map(|(found, _)| found)
    }

    /// The same, beginning where a flow of fewer labels along the same graph ended, which saves steps where these are
    /// many: with a large `alpha`, a small `tol`, or propagation. It ends at the same fixed point, with an error of the
    /// same bound, but by another way: after the rounding, and in what `tol` leaves open, it differs from a flow from the
    /// beginning, for which `shares` are `None`. At least as many steps are taken as labels took to reach the last node,
    /// so that every node hears of every new label that is nearer than the old ones.
    ///
    /// # Errors
    /// As [`Self::run`]; [`Error::Labels`] where the shares do not [suit](Shares::suit).
    pub fn resume(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        shares: Option<Shares>,
        observer: &dyn Observer,
    ) -> Result<(LabelDistributions, Shares)> {
        self.check_for(graph, seeds)?;
        if shares.as_ref().is_some_and(|shares| !shares.suit(self, seeds)) {
            return Err(Error::Labels("shares of another flow: begin anew where a label changed".to_owned()));
        }
        let flow = Flow::new(self, graph, seeds, observer)?;
        let mut state = self.begin(&flow, graph, seeds, shares);
        let least = if state.spreading { state.depth } else { 0 };
        let mut next = flow.empty();
        let mut progress = Progress { first: state.change, furthest: 0.0 };
        let mut reached = flow.reached(&state.values);
        let mut iterations = 0;
        let open =
            |state: &Shares, iterations| state.spreading || state.change >= f64::from(self.tol) || iterations < least;
        while iterations < self.max_iter && open(&state, iterations) {
            let step = flow.step(&state.values, &mut next, observer);
            if observer.is_cancelled() {
                return Err(Error::Cancelled);
            }
            std::mem::swap(&mut state.values, &mut next);
            iterations += 1;
            state.change = step.change;
            state.spreading = step.reached > reached;
            reached = step.reached;
            if state.spreading {
                state.depth = state.depth.max(iterations);
            }
            observer.progress(progress.reached(iterations, state.change, self));
        }
        drop(next);
        let found = LabelDistributions {
            classes: seeds.classes().to_vec(),
            probabilities: probabilities(graph, seeds.classes().len(), &state.values),
            iterations,
            converged: !open(&state, iterations),
        };
        observer.progress(1.0);
        Ok((found, state))
    }

    /// The state before the first step: every label, or every new one, where it was given.
    fn begin(&self, flow: &Flow, graph: &Graph, seeds: &Seeds, shares: Option<Shares>) -> Shares {
        let labels = shares::labels_of(seeds);
        let Some(mut state) = shares else {
            let mut values = flow.empty();
            flow.seeds().iter().for_each(|&seed| flow.lay(&mut values, seed));
            let (algorithm, alpha, classes) = (self.algorithm, self.alpha, seeds.classes().to_vec());
            let change = labels.len() as f64;
            return Shares { algorithm, alpha, classes, labels, values, depth: 0, change, spreading: true };
        };
        let old = std::mem::replace(&mut state.labels, labels);
        let is_new = |node: u32| {
            let row = graph.row(node as usize) as u32;
            old.binary_search_by_key(&row, |&(row, _)| row).is_err()
        };
        for &seed in flow.seeds().iter().filter(|&&(node, _)| is_new(node)) {
            flow.lay(&mut state.values, seed);
            state.change += 1.0;
            state.spreading = true;
        }
        state
    }
}

/// Shares of each row, made to sum to 1, except where no label is.
fn probabilities(graph: &Graph, classes: usize, values: &[f64]) -> Array2<f32> {
    let mut probabilities = Array2::zeros((graph.n_rows(), classes));
    let target = probabilities.as_slice_mut().expect("standard layout");
    let mut shares = vec![0.0; classes];
    for (node, values) in values.chunks_exact(classes).enumerate() {
        shares.copy_from_slice(values);
        flow::make_one(&mut shares);
        let target = &mut target[graph.row(node) * classes..][..classes];
        target.iter_mut().zip(&shares).for_each(|(target, &share)| *target = share as f32);
    }
    probabilities
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
