//! One step of labels along a graph, in one pass over memory by all threads: the sums over neighbours, what the rule makes
//! of them, how much has changed and how many nodes are reached. A sum is finished while it is still in a cache.
//!
//! What lies on a node is what its neighbours take from it: its shares, for spreading divided by the root of its degree.
//! `F <- alpha S F + (1 - alpha) Y` is then `G <- alpha D^-1 W G + (1 - alpha) D^-1/2 Y` for `G = D^-1/2 F`, and there is
//! one value to be read and one to be written for each share.

use std::ops::Range;

use super::{Algorithm, Diffusion, Graph, LEAST_SHARE, Seeds};
use crate::{Error, Result, engine::Observer};

/// What is needed for each step, in the order of the graph's nodes.
pub(super) struct Flow<'a> {
    graph: &'a Graph,
    rule: Rule,
    /// Labelled nodes, ascending, and their classes.
    seeds: Vec<(u32, u32)>,
    classes: usize,
}

enum Rule {
    /// With the roots of the degrees, 1 for isolated nodes.
    Spreading { alpha: f64, roots: Vec<f64> },
    /// With the weight of a node with itself.
    Propagation { self_weight: f64 },
}

/// What a step did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Step {
    /// Sum of the absolute changes of all shares.
    pub change: f64,
    /// Nodes that some label has reached.
    pub reached: usize,
}

impl<'a> Flow<'a> {
    pub(super) fn new(diffusion: &Diffusion, graph: &'a Graph, seeds: &Seeds, observer: &dyn Observer) -> Result<Self> {
        let rule = match diffusion.algorithm {
            Algorithm::Spreading => {
                let mut roots = graph.degrees(observer);
                for degree in &mut roots {
                    *degree = if *degree > 0.0 { degree.sqrt() } else { 1.0 };
                }
                Rule::Spreading { alpha: f64::from(diffusion.alpha), roots }
            }
            Algorithm::Propagation => Rule::Propagation { self_weight: graph.self_weight(diffusion.algorithm) },
        };
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let labelled = |node: usize| seeds.labels()[graph.row(node)].map(|class| (node as u32, class));
        let seeds_by_node = (0..graph.n_rows()).filter_map(labelled).collect();
        Ok(Self { graph, rule, seeds: seeds_by_node, classes: seeds.classes().len() })
    }

    /// Labelled nodes, ascending, and their classes.
    pub(super) fn seeds(&self) -> &[(u32, u32)] {
        &self.seeds
    }

    /// No label anywhere.
    pub(super) fn empty(&self) -> Vec<f64> {
        vec![0.0; self.graph.n_rows() * self.classes]
    }

    /// Lays a label on a node: all of it, whatever has settled there. What flows away from it is then as much as what
    /// arrives in the end, and the slowest part of the flow, the level of the whole graph, stands where it will.
    pub(super) fn lay(&self, values: &mut [f64], (node, class): (u32, u32)) {
        let on_node = &mut values[node as usize * self.classes..][..self.classes];
        match &self.rule {
            Rule::Spreading { roots, .. } => on_node[class as usize] += 1.0 / roots[node as usize],
            Rule::Propagation { .. } => {
                on_node.fill(0.0);
                on_node[class as usize] = 1.0;
            }
        }
    }

    /// From the values of one step to those of the next.
    pub(super) fn step(&self, before: &[f64], after: &mut [f64], observer: &dyn Observer) -> Step {
        let parts = self.graph.product(self.classes, before, after, observer, |nodes, after| {
            // loops over a known number of classes are unrolled
            match self.classes {
                1 => self.finish::<1>(nodes, before, after),
                2 => self.finish::<2>(nodes, before, after),
                3 => self.finish::<3>(nodes, before, after),
                4 => self.finish::<4>(nodes, before, after),
                5 => self.finish::<5>(nodes, before, after),
                6 => self.finish::<6>(nodes, before, after),
                _ => self.finish::<0>(nodes, before, after),
            }
        });
        // in the order of the nodes: the sum does not depend on the threads
        parts.iter().fold(Step::default(), |all, part| Step {
            change: all.change + part.change,
            reached: all.reached + part.reached,
        })
    }

    /// From the sums over neighbours to values, for `C` classes or, where that is 0, any number.
    fn finish<const C: usize>(&self, nodes: Range<usize>, before: &[f64], after: &mut [f64]) -> Step {
        match &self.rule {
            Rule::Spreading { alpha, roots } => self.each::<C>(nodes, before, after, |node, seed, _, after| {
                let inverse = 1.0 / roots[node];
                let part = alpha * inverse;
                for share in after.iter_mut() {
                    *share *= part;
                }
                if let Some(class) = seed {
                    after[class] += 1.0 - alpha;
                }
                for share in after {
                    *share = without_the_least(*share) * inverse;
                }
                roots[node]
            }),
            Rule::Propagation { self_weight } => self.each::<C>(nodes, before, after, |_, seed, before, after| {
                after.iter_mut().zip(before).for_each(|(share, before)| *share += self_weight * before);
                make_one(after);
                for share in after.iter_mut() {
                    *share = without_the_least(*share);
                }
                if let Some(class) = seed {
                    after.fill(0.0);
                    after[class] = 1.0;
                }
                1.0
            }),
        }
    }

    /// Applies `rule(node, seed, before, after)` to each node; it returns what a change of a value is to be multiplied
    /// with.
    #[inline]
    fn each<const C: usize>(
        &self,
        nodes: Range<usize>,
        before: &[f64],
        after: &mut [f64],
        rule: impl Fn(usize, Option<usize>, &[f64], &mut [f64]) -> f64,
    ) -> Step {
        let classes = if C == 0 { self.classes } else { C };
        let first = self.seeds.partition_point(|&(node, _)| (node as usize) < nodes.start);
        let mut seeds = self.seeds[first..].iter().peekable();
        let mut step = Step::default();
        let before = before[nodes.start * classes..].chunks_exact(classes);
        for ((node, after), before) in nodes.zip(after.chunks_exact_mut(classes)).zip(before) {
            let seed = seeds.next_if(|&&(labelled, _)| labelled as usize == node).map(|&(_, class)| class as usize);
            let scale = rule(node, seed, before, after);
            let changes = after.iter().zip(before).map(|(a, b)| (a - b).abs());
            step.change += scale * changes.sum::<f64>();
            // shares are 0 or more
            step.reached += usize::from(after.iter().sum::<f64>() > 0.0);
        }
        step
    }

    /// Nodes that some label has reached.
    pub(super) fn reached(&self, values: &[f64]) -> usize {
        values.chunks_exact(self.classes).filter(|shares| shares.iter().any(|&share| share > 0.0)).count()
    }
}

/// A share that counts.
fn without_the_least(share: f64) -> f64 {
    if share < LEAST_SHARE { 0.0 } else { share }
}

/// Makes shares sum to 1, unless all are 0.
pub(super) fn make_one(shares: &mut [f64]) {
    let sum: f64 = shares.iter().sum();
    if sum > 0.0 {
        for share in shares {
            *share /= sum;
        }
    }
}
