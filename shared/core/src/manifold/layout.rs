//! The descent: places in the plane whose memberships come near those of the graph.

use ndarray::{Array2, ArrayView2};

use super::{
    Curve, Embedding, FuzzyGraph, UmapParams,
    draws::Draws,
    forces::{Eight, Forces, LANES},
    params,
};
use crate::{Error, Result, engine::Observer, neighbors::NeighborTable, parallel};

/// Parts of an epoch. Within one all edges see the places where it began.
const PARTS: usize = 8;
/// Edges of one task; fixed, since each task draws its own random numbers.
const EDGES: usize = 2048;
/// The map begins as wide and as high as this.
const WIDTH: f32 = 10.0;
/// How far rows are moved before they begin, so that copies do not stay one.
const NOISE: f32 = 1e-4;

/// A map that is being made. Each [`advance`](Self::advance) is an epoch, so that a host may draw, wait or stop between
/// any two of them. O(n k) time an epoch; memory 8 bytes a row, 15 an edge of the graph.
#[derive(Debug, Clone)]
pub struct Layout {
    /// By parts; an edge and its reverse are two.
    edges: Vec<Edge>,
    /// Where each part begins, and where the last ends.
    starts: [usize; PARTS + 1],
    forces: Forces,
    places: Vec<[f32; 2]>,
    moves: Vec<Move>,
    params: UmapParams,
    epoch: usize,
    n_epochs: usize,
}

/// An edge that has its turn in some epochs.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    /// Turns an epoch, 0 to 1, as a part of 2^32.
    rate: u32,
}

/// What an edge's turn does to its ends.
#[derive(Debug, Clone, Copy, Default)]
struct Move {
    from: u32,
    to: u32,
    /// The step of the one: towards the other, and away from those drawn at random.
    step: [f32; 2],
    /// The step of the other, reversed.
    pull: [f32; 2],
}

impl Layout {
    /// The beginning: the memberships of the first `params.n_neighbors` of the table, and places from `start` (n x 2, as
    /// of [`super::pca_map`]), each axis stretched to 0 to 10. Edges too weak to have a turn in all epochs are left out.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for parameters out of range, fewer neighbours in the table, a start of another shape;
    /// [`Error::NotFinite`] for a start with such a coordinate.
    pub fn new(table: &NeighborTable, start: ArrayView2<'_, f32>, params: &UmapParams) -> Result<Self> {
        params.check()?;
        let graph = FuzzyGraph::of(table, params.n_neighbors)?;
        let n = graph.n_rows();
        let n_epochs = params.epochs(n);
        let forces = Forces::new(Curve::fit(params.min_dist, params.spread)?);
        let places = places(start, n, params.random_state)?;
        let (edges, starts) = parts(&graph, if n_epochs > 10 { n_epochs } else { params::default_epochs(n) });
        let longest = starts.array_windows().map(|[start, end]| end - start).max().unwrap_or(0);
        let moves = vec![Move::default(); longest];
        Ok(Self { edges, starts, forces, places, moves, params: *params, epoch: 0, n_epochs })
    }

    /// Epochs done.
    pub fn epoch(&self) -> usize {
        self.epoch
    }

    /// Epochs there will be.
    pub fn n_epochs(&self) -> usize {
        self.n_epochs
    }

    /// Where the rows are, n x 2.
    pub fn coordinates(&self) -> ArrayView2<'_, f32> {
        ArrayView2::from_shape((self.places.len(), 2), self.places.as_flattened()).expect("two a row")
    }

    /// One epoch. Nothing happens after the last.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; some parts of the epoch may then be done, so that this map should not go on.
    pub fn advance(&mut self, observer: &dyn Observer) -> Result<()> {
        if self.epoch == self.n_epochs {
            return Ok(());
        }
        let mut moves = std::mem::take(&mut self.moves);
        for [start, end] in self.starts.array_windows().copied().collect::<Vec<_>>() {
            if observer.is_cancelled() {
                self.moves = moves;
                return Err(Error::Cancelled);
            }
            let moves = &mut moves[..end - start];
            let this = &*self;
            let counts = parallel::map_chunks_mut(moves, EDGES, |chunk, moves| {
                let first = start + chunk * EDGES;
                this.turns(first..first + moves.len(), moves)
            });
            // added up in the order of the edges
            for (moves, count) in moves.chunks(EDGES).zip(counts) {
                for Move { from, to, step, pull } in &moves[..count] {
                    let own = &mut self.places[*from as usize];
                    *own = [own[0] + step[0], own[1] + step[1]];
                    let other = &mut self.places[*to as usize];
                    *other = [other[0] - pull[0], other[1] - pull[1]];
                }
            }
        }
        self.moves = moves;
        self.epoch += 1;
        observer.progress(self.epoch as f64 / self.n_epochs as f64);
        Ok(())
    }

    /// What was made so far.
    pub fn into_embedding(self) -> Embedding {
        let coordinates = Array2::from_shape_vec((self.places.len(), 2), self.places.as_flattened().to_vec());
        Embedding { coordinates: coordinates.expect("two a row") }
    }

    /// Writes the moves of the edges that have a turn in this epoch to the front of `moves`; how many there are.
    fn turns(&self, edges: std::ops::Range<usize>, moves: &mut [Move]) -> usize {
        let mut draws = Draws::new(self.params.random_state, self.epoch as u64, edges.start as u64);
        let (mut lanes, mut filled, mut done) = ([Edge { from: 0, to: 0, rate: 0 }; LANES], 0, 0);
        for index in edges {
            let edge = self.edges[index];
            // turns of equal edges are spread evenly over the epochs by the golden section
            let phase = (index as u32).wrapping_mul(0x9e37_79b9);
            if phase.wrapping_add(edge.rate.wrapping_mul(self.epoch as u32)) < edge.rate {
                lanes[filled] = edge;
                filled += 1;
                if filled == LANES {
                    self.eight(&lanes, &mut draws, &mut moves[done..done + LANES]);
                    (filled, done) = (0, done + LANES);
                }
            }
        }
        // lanes of old edges at the end are computed in vain
        self.eight(&lanes, &mut draws, &mut moves[done..done + filled]);
        done + filled
    }

    /// The turns of eight edges, of which the first few are wanted.
    fn eight(&self, edges: &[Edge; LANES], draws: &mut Draws, moves: &mut [Move]) {
        let alpha = self.params.learning_rate * (1.0 - self.epoch as f32 / self.n_epochs as f32);
        let (mut own, mut other) = (Eight::default(), Eight::default());
        for (lane, edge) in edges.iter().enumerate() {
            own.set(lane, self.places[edge.from as usize]);
            other.set(lane, self.places[edge.to as usize]);
        }
        let begin = own;
        let pull = self.forces.attract(&own, &other, alpha);
        own.go(&pull);
        for _ in 0..self.params.negative_sample_rate {
            for (lane, edge) in edges.iter().enumerate() {
                let drawn = draws.below(self.places.len());
                // nobody is repelled from himself
                other.set(lane, if drawn == edge.from as usize { own.get(lane) } else { self.places[drawn] });
            }
            own.go(&self.forces.repel(&own, &other, alpha));
        }
        for (lane, (edge, place)) in edges.iter().zip(moves).enumerate() {
            let (own, begin) = (own.get(lane), begin.get(lane));
            let step = [own[0] - begin[0], own[1] - begin[1]];
            *place = Move { from: edge.from, to: edge.to, step, pull: pull.get(lane) };
        }
    }
}

/// A map of the rows of `table`, from `start` (n x 2, as of [`super::pca_map`]), see [`Layout`]. `on_layout` is told the
/// epochs done and the places (n x 2) after each of them.
///
/// # Errors
/// As [`Layout::new`], and [`Error::Cancelled`].
pub fn umap(
    table: &NeighborTable,
    start: ArrayView2<'_, f32>,
    params: &UmapParams,
    observer: &dyn Observer,
    on_layout: &mut dyn FnMut(usize, ArrayView2<'_, f32>),
) -> Result<Embedding> {
    let mut layout = Layout::new(table, start, params)?;
    while layout.epoch() < layout.n_epochs() {
        layout.advance(observer)?;
        on_layout(layout.epoch(), layout.coordinates());
    }
    Ok(layout.into_embedding())
}

/// The edges in their parts, those of a row in as many as there are, and where each part begins. A row without edges
/// gets one to itself, in every epoch: nothing attracts it, and what is drawn at random drives it out of the crowd.
fn parts(graph: &FuzzyGraph, epochs: usize) -> (Vec<Edge>, [usize; PARTS + 1]) {
    let strongest = graph.strongest();
    let mut parts: [Vec<Edge>; PARTS] = std::array::from_fn(|_| Vec::new());
    let mut count = 0;
    let mut push = |edge: Edge| {
        parts[count % PARTS].push(edge);
        count += 1;
    };
    for row in 0..graph.n_rows() as u32 {
        let (columns, weights) = graph.row(row as usize);
        let mut alone = true;
        for (&to, &weight) in columns.iter().zip(weights).filter(|(_, weight)| **weight * epochs as f32 >= strongest) {
            let rate = f64::from(weight) / f64::from(strongest) * f64::from(u32::MAX);
            push(Edge { from: row, to, rate: rate as u32 });
            alone = false;
        }
        if alone {
            push(Edge { from: row, to: row, rate: u32::MAX });
        }
    }
    let mut starts = [0; PARTS + 1];
    for (part, edges) in parts.iter().enumerate() {
        starts[part + 1] = starts[part] + edges.len();
    }
    (parts.concat(), starts)
}

/// Both axes of `start` stretched to [`WIDTH`], and a little noise.
fn places(start: ArrayView2<'_, f32>, n: usize, seed: u64) -> Result<Vec<[f32; 2]>> {
    if start.dim() != (n, 2) {
        return Err(Error::parameter("start", format!("{:?}", start.dim()), format!("give {n} rows of 2 coordinates")));
    }
    crate::neighbors::check_features(start)?;
    let mut places = vec![[0.0; 2]; n];
    for (axis, column) in start.columns().into_iter().enumerate() {
        let low = f64::from(column.fold(f32::INFINITY, |low, &x| low.min(x)));
        let high = f64::from(column.fold(f32::NEG_INFINITY, |high, &x| high.max(x)));
        for (place, &x) in places.iter_mut().zip(column) {
            let part = if high > low { (f64::from(x) - low) / (high - low) } else { 0.5 };
            place[axis] = part as f32 * WIDTH;
        }
    }
    for (row, place) in places.iter_mut().enumerate() {
        // no epoch has this number
        let mut draws = Draws::new(seed, u64::MAX, row as u64);
        *place = place.map(|x| x + NOISE * draws.around_zero());
    }
    Ok(places)
}
