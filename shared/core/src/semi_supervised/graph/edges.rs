//! From directed edges, each row's to its neighbours, to the symmetric union in compressed sparse rows.
//!
//! An edge that row i has to row j belongs to both. Those that come from elsewhere are dealt out to buckets of rows, each
//! of which is small enough for a core's cache, where they are merged with the rows' own. Sources stay in ascending order
//! all the way, so that nothing depends on who dealt first, and only a row's own edges have to be sorted.

use std::ops::Range;

use crate::parallel;

/// Rows of a bucket: with ten neighbours each a megabyte of edges.
const BUCKET: usize = 1 << 13;
/// Rows whose edges are dealt out together, at least.
const DEAL: usize = 1 << 15;
/// Tasks of dealing, at most: each keeps a place for every bucket.
const DEALERS: usize = 64;

/// An edge of the node `from` that arrives at `to`.
#[derive(Debug, Clone, Copy)]
struct Edge {
    to: u32,
    from: u32,
    weight: f32,
}

/// Edges sorted by the bucket they arrive in, and where each bucket's begin.
struct Dealt {
    edges: Vec<Edge>,
    starts: Vec<usize>,
}

/// Some rows of the union, ready.
pub(super) struct Rows {
    /// Edges of each row.
    pub degrees: Vec<u32>,
    /// Their other ends, ascending within a row.
    pub columns: Vec<u32>,
    /// Their weights.
    pub weights: Vec<f32>,
}

/// The union of the edges of `n` nodes in slices of rows, the first to the last. `own(node, edges)` appends the ends and
/// weights of a node's own edges, none of them twice. Of an edge that both its nodes have, the larger weight counts.
pub(super) fn union(n: usize, own: impl Fn(usize, &mut Vec<(u32, f32)>) + Sync) -> Vec<Rows> {
    let buckets = n.div_ceil(BUCKET);
    let each = DEAL.max(n.div_ceil(DEALERS));
    let dealt = parallel::map_indices(n.div_ceil(each), |dealer| {
        deal(dealer * each..n.min((dealer + 1) * each), buckets, &own)
    });
    parallel::map_indices(buckets, |bucket| {
        let arriving = || dealt.iter().flat_map(|dealt| &dealt.edges[dealt.starts[bucket]..dealt.starts[bucket + 1]]);
        merge(bucket * BUCKET..n.min((bucket + 1) * BUCKET), arriving, &own)
    })
}

/// The edges of some nodes, by the buckets where they arrive.
fn deal(nodes: Range<usize>, buckets: usize, own: &impl Fn(usize, &mut Vec<(u32, f32)>)) -> Dealt {
    let (mut edges, mut of_node) = (Vec::new(), Vec::new());
    for node in nodes {
        of_node.clear();
        own(node, &mut of_node);
        edges.extend(of_node.iter().map(|&(to, weight)| Edge { to, from: node as u32, weight }));
    }
    let starts = starts(buckets, edges.iter().map(|edge| edge.to as usize / BUCKET));
    let edges = grouped(&starts, edges.iter(), |edge| edge.to as usize / BUCKET);
    Dealt { edges, starts }
}

/// The rows of one bucket: their own edges, and those that arrive.
fn merge<'a, I: Iterator<Item = &'a Edge>>(
    rows: Range<usize>,
    arriving: impl Fn() -> I,
    own: &impl Fn(usize, &mut Vec<(u32, f32)>),
) -> Rows {
    let place = |edge: &Edge| edge.to as usize - rows.start;
    let starts = starts(rows.len(), arriving().map(place));
    let arrived = grouped(&starts, arriving(), place);
    let mut found = Rows { degrees: Vec::with_capacity(rows.len()), columns: Vec::new(), weights: Vec::new() };
    found.columns.reserve(2 * arrived.len());
    found.weights.reserve(2 * arrived.len());
    let mut of_row = Vec::new();
    for row in rows.clone() {
        of_row.clear();
        own(row, &mut of_row);
        of_row.sort_unstable_by_key(|&(to, _)| to);
        let arrived = &arrived[starts[row - rows.start]..starts[row - rows.start + 1]];
        let before = found.columns.len();
        let (mut own, mut arrived) = (of_row.iter().peekable(), arrived.iter().peekable());
        loop {
            let first = match (own.peek(), arrived.peek()) {
                (Some(&&(to, _)), Some(edge)) => to.min(edge.from),
                (Some(&&(to, _)), None) => to,
                (None, Some(edge)) => edge.from,
                (None, None) => break,
            };
            let ours = own.next_if(|(to, _)| *to == first).map(|&(_, weight)| weight);
            let theirs = arrived.next_if(|edge| edge.from == first).map(|edge| edge.weight);
            found.columns.push(first);
            found.weights.push(ours.into_iter().chain(theirs).fold(0.0, f32::max));
        }
        found.degrees.push((found.columns.len() - before) as u32);
    }
    found
}

/// Where each of `n` groups begins, and where the last ends, from the group of each member.
fn starts(n: usize, groups: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut starts = vec![0; n + 1];
    groups.for_each(|group| starts[group + 1] += 1);
    for group in 0..n {
        starts[group + 1] += starts[group];
    }
    starts
}

/// The edges group after group, in the order they have within each.
fn grouped<'a>(starts: &[usize], edges: impl Iterator<Item = &'a Edge>, group: impl Fn(&Edge) -> usize) -> Vec<Edge> {
    let mut ends = starts.to_vec();
    let mut grouped = vec![Edge { to: 0, from: 0, weight: 0.0 }; starts.last().copied().unwrap_or(0)];
    for edge in edges {
        let end = &mut ends[group(edge)];
        grouped[*end] = *edge;
        *end += 1;
    }
    grouped
}
