//! The first coordinates of every row along a [`Basis`], and the length of the rest: bounds of distances, far cheaper than
//! distances.
//!
//! With orthonormal directions `Q`, `p = Q^T y` and `r = |y - Q p|`, the inequality of Cauchy and Schwarz gives
//! `y_i . y_j <= p_i . p_j + r_i r_j`. A product of a few columns therefore never makes two rows farther than they are, and
//! its score `h_j - p_i . p_j - r_i r_j` can be compared with the thresholds of true scores: what is above them is out.
//! Columns come in stages, each with the rest that the ones up to it leave: most pairs are out after the first.
//!
//! Rounding is paid for in the rest. Let `Q^T Q = 1 + E`, `|E| <= skew`, and let the stored `p` be off by at most
//! `eta |y|`. Then `y_i . y_j <= p_i . p_j + sqrt(a_i a_j) + c |y_i| |y_j|` with `a = |y|^2 - |p|^2 + (skew + 2.1 eta) |y|^2`
//! and `c = skew + 2.1 eta + gamma`, `gamma` that of the product itself. Since
//! `sqrt(a_i a_j) + c |y_i| |y_j| <= sqrt((a_i + c |y_i|^2) (a_j + c |y_j|^2))`, a rest of
//! `r = sqrt(|y|^2 - |p|^2 + (2 skew + 4.2 eta + gamma) |y|^2)` covers all of it.

use ndarray::{ArrayView2, s};

use super::{basis::Basis, extent::Extent, order::AXES};
use crate::{
    neighbors::{
        certify::{U, gamma},
        lanes::{Instructions, Lanes, Work},
        panels::PANEL,
        tile::add_products,
    },
    parallel,
};

/// Coordinates of each stage.
const STAGES: [usize; 4] = [AXES - 1, 16, 32, 64];
/// Features summed before they are added to the others: sums of sums lose less.
const SUMMED: usize = 64;
/// Panels projected by one task.
const PANELS: usize = 16;
/// Covers products of errors.
const SAFETY: f64 = 1.01;

/// How the rows are brought about their centre: `scale (x - centre)`, in f32.
#[derive(Debug, Clone)]
pub(in crate::neighbors) struct Frame {
    pub(in crate::neighbors) centre: Vec<f64>,
    pub(in crate::neighbors) scale: f64,
}

impl Frame {
    /// Brings values about the centre, the first being that of the feature `first`.
    #[inline(always)]
    pub(super) fn put(&self, first: usize, values: &[f32], to: &mut [f32]) {
        for ((to, &value), centre) in to.iter_mut().zip(values).zip(&self.centre[first..]) {
            *to = ((f64::from(value) - centre) * self.scale) as f32;
        }
    }
}

/// Directions laid out for the kernel, sixteen by sixteen.
pub(in crate::neighbors) struct Projection {
    /// Groups x d: the feature of sixteen directions.
    directions: Vec<[f32; PANEL]>,
    d: usize,
    /// What projecting a row and multiplying two of them may be off by, over its squared norm.
    slack: f64,
    /// What a projected row may be off by, over its norm.
    eta: f64,
}

impl Projection {
    pub(in crate::neighbors) fn new(basis: &Basis) -> Self {
        let (m, d) = basis.directions.dim();
        let mut directions = vec![[0.0; PANEL]; m.div_ceil(PANEL) * d];
        for (place, direction) in basis.directions.rows().into_iter().enumerate() {
            for (to, &value) in directions[place / PANEL * d..][..d].iter_mut().zip(direction) {
                to[place % PANEL] = value;
            }
        }
        let eta = gamma(SUMMED + d.div_ceil(SUMMED) + 1) * basis.magnitude;
        let slack = SAFETY * (2.0 * basis.skew + 4.2 * eta + gamma(m + STAGES.len() + 2));
        Self { directions, d, slack, eta }
    }

    /// What the length of a difference of two heads may be off by, over the sum of the norms of the rows.
    pub(super) fn error(&self) -> f64 {
        SAFETY * (self.eta + self.slack)
    }
}

/// How many coordinates heads of rows of `d` features have.
pub(in crate::neighbors) fn coordinates(d: usize) -> usize {
    let mut total = STAGES[0];
    for width in &STAGES[1..] {
        if total + width > d / 2 {
            break;
        }
        total += width;
    }
    total
}

/// The heads of all rows, panel by panel, stage by stage: the coordinates of the stage, then the rest.
#[derive(Debug, Clone)]
pub(in crate::neighbors) struct Heads {
    /// Where the stages end, in columns.
    ends: Vec<usize>,
    values: Vec<[f32; PANEL]>,
    /// Half the squared norms of the rows, NaN behind the last.
    half_squares: Vec<[f32; PANEL]>,
    /// The norms of the rows, almost 0 behind the last.
    norms: Vec<[f32; PANEL]>,
    /// See [`Projection`].
    slack: f64,
}

/// A panel being projected.
struct Projected<'a> {
    projection: &'a Projection,
    stages: &'a [usize],
    frame: &'a Frame,
    /// The rows, sixteen or fewer.
    rows: Vec<&'a [f32]>,
    /// Room for the rows about their centre, feature by feature.
    columns: &'a mut [[f32; PANEL]],
    head: &'a mut [[f32; PANEL]],
}

impl Projected<'_> {
    /// Brings the rows about their centre; their squared lengths.
    #[inline(always)]
    fn centre(&mut self) -> [f64; PANEL] {
        let mut squares = [0.0; PANEL];
        let mut centred = [[0.0; SUMMED]; PANEL];
        for (first, columns) in (0..).step_by(SUMMED).zip(self.columns.chunks_mut(SUMMED)) {
            for (row, centred) in self.rows.iter().zip(&mut centred) {
                self.frame.put(first, &row[first..first + columns.len()], centred);
            }
            for (feature, column) in columns.iter_mut().enumerate() {
                for (value, centred) in column.iter_mut().zip(&centred) {
                    *value = centred[feature];
                }
                for (square, &value) in squares.iter_mut().zip(&*column) {
                    *square += f64::from(value) * f64::from(value);
                }
            }
        }
        squares
    }
}

impl Work for Projected<'_> {
    /// The squared lengths of the rows, 0 behind the last.
    type Output = [f64; PANEL];

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(mut self) -> [f64; PANEL] {
        let squares = self.centre();
        let Projection { directions, d, slack, .. } = self.projection;
        let mut left = squares;
        let (mut place, mut column) = (0, 0);
        for &width in self.stages {
            for _ in (0..width).step_by(PANEL) {
                let group = directions.get(place * d..(place + 1) * d).unwrap_or_default();
                for first in (0..PANEL).step_by(ROWS) {
                    let mut totals = [L::splat(0.0); ROWS];
                    for (directions, rows) in group.chunks(SUMMED).zip(self.columns.chunks(SUMMED)) {
                        let mut sums = [L::splat(0.0); ROWS];
                        add_products(&mut sums, directions, first, rows);
                        for (total, sum) in totals.iter_mut().zip(sums) {
                            *total = sum.times_plus(L::splat(1.0), *total);
                        }
                    }
                    for (r, total) in totals.into_iter().enumerate() {
                        self.head[column + first + r] = total.store();
                    }
                }
                for coordinate in &self.head[column..column + PANEL] {
                    for (left, &value) in left.iter_mut().zip(coordinate) {
                        *left -= f64::from(value) * f64::from(value);
                    }
                }
                place += 1;
                column += PANEL;
            }
            for (lane, (left, square)) in left.iter().zip(squares).enumerate() {
                self.head[column][lane] = ((left.max(0.0) + slack * square).sqrt() as f32).next_up();
            }
            column += 1;
        }
        squares
    }
}

impl Heads {
    /// The heads of the rows named by `order`, along as many coordinates as the projection has.
    pub(in crate::neighbors) fn new(
        x: ArrayView2<'_, f32>,
        order: &[u32],
        frame: &Frame,
        projection: &Projection,
    ) -> Self {
        let groups = projection.directions.len() / projection.d.max(1);
        let mut stages = Vec::new();
        let mut total = 0;
        for width in STAGES {
            if total < groups * PANEL {
                stages.push(width);
                total += width;
            }
        }
        let ends: Vec<usize> = stages
            .iter()
            .scan(0, |end, width| {
                *end += width + 1;
                Some(*end)
            })
            .collect();
        let columns_of_head = ends[ends.len() - 1];
        let panels = order.len().div_ceil(PANEL);
        let mut values = vec![[0.0; PANEL]; panels * columns_of_head];
        let instructions = Instructions::fastest();
        let mut half_squares = Vec::with_capacity(panels);
        let mut norms = Vec::with_capacity(panels);
        let squares = parallel::map_chunks_mut(&mut values, PANELS * columns_of_head, |chunk, values| {
            let mut columns = vec![[0.0; PANEL]; projection.d];
            let heads = values.chunks_exact_mut(columns_of_head).enumerate();
            let squares = heads.map(|(panel, head)| {
                let first = (chunk * PANELS + panel) * PANEL;
                let named = order[first..].iter().take(PANEL);
                let rows = named.map(|&row| x.row(row as usize).to_slice().expect("standard layout")).collect();
                let (stages, columns) = (&stages[..], &mut columns[..]);
                instructions.run(Projected { projection, stages, frame, rows, columns, head })
            });
            squares.collect::<Vec<_>>()
        });
        for (panel, squares) in squares.into_iter().flatten().enumerate() {
            let is_row = |lane: usize| panel * PANEL + lane < order.len();
            half_squares.push(std::array::from_fn(
                |lane| {
                    if is_row(lane) { (0.5 * squares[lane]) as f32 } else { f32::NAN }
                },
            ));
            norms.push(std::array::from_fn(|lane| (squares[lane].sqrt() as f32).next_up()));
        }
        Self { ends, values, half_squares, norms, slack: projection.slack }
    }

    /// The stages, each with its columns: where they begin, and where the rest is.
    #[inline(always)]
    pub(in crate::neighbors) fn stages(&self) -> impl Iterator<Item = (usize, usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends.iter().map(|end| end - 1))
    }

    /// A panel, column by column.
    #[inline(always)]
    pub(in crate::neighbors) fn panel(&self, panel: usize) -> &[[f32; PANEL]] {
        let columns = self.ends[self.ends.len() - 1];
        &self.values[panel * columns..][..columns]
    }

    /// The first stage of a panel: coordinates, and the rest.
    fn leading(&self, panel: usize) -> &[[f32; PANEL]; AXES] {
        self.panel(panel)[..AXES].try_into().expect("the first stage")
    }

    /// The least and the largest that the coordinates of the first `rows` of a panel, and their rests, can be.
    pub(in crate::neighbors) fn extent(&self, panel: usize, rows: usize) -> Extent {
        let leading = self.leading(panel);
        let of = |pick: fn(f32, f32) -> f32, start: f32| {
            std::array::from_fn(|axis| leading[axis][..rows].iter().copied().fold(start, pick))
        };
        let mut extent = Extent { low: of(f32::min, f32::INFINITY), high: of(f32::max, f32::NEG_INFINITY) };
        // without what the rest was enlarged by, twice: it may be that much smaller, too
        let rests = leading[AXES - 1].iter().zip(self.norms(panel)).take(rows);
        extent.low[AXES - 1] = rests.fold(f32::INFINITY, |least, (&rest, &norm)| {
            let [rest, norm] = [f64::from(rest), f64::from(norm)];
            let square = rest * rest * (1.0 - 4.0 * U) - 2.1 * self.slack * norm * norm;
            least.min((square.max(0.0).sqrt() as f32).next_down().max(0.0))
        });
        extent
    }

    #[inline(always)]
    pub(in crate::neighbors) fn half_squares(&self, panel: usize) -> &[f32; PANEL] {
        &self.half_squares[panel]
    }

    pub(in crate::neighbors) fn norms(&self, panel: usize) -> &[f32; PANEL] {
        &self.norms[panel]
    }
}

/// The first stage of every row, in the order of the rows.
pub(in crate::neighbors) fn leading(x: ArrayView2<'_, f32>, frame: &Frame, basis: &Basis) -> Vec<[f32; AXES]> {
    let natural: Vec<u32> = (0..x.nrows() as u32).collect();
    let first = Basis { directions: basis.directions.slice(s![..STAGES[0], ..]).to_owned(), ..*basis };
    let heads = Heads::new(x, &natural, frame, &Projection::new(&first));
    let rows = (0..x.nrows()).map(|row| std::array::from_fn(|axis| heads.leading(row / PANEL)[axis][row % PANEL]));
    rows.collect()
}
