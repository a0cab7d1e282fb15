//! The rows as the search walks over them.

use ndarray::{ArrayView2, Axis};

use crate::{
    Result,
    neighbors::{
        centred,
        lanes::{LANES, Lanes},
        panels::PANEL,
        pruned::{self, Basis, Frame, Heads, Leading, Projection, Rows},
        tile::add_products,
    },
    parallel,
};

/// Rows from which the directions are found.
const SAMPLE: usize = 2048;
/// Rows copied by one task.
const COPIED: usize = 256;
/// Steps of a product that a distance takes as long as, besides two for each register of a row.
const DISTANCE: usize = 24;

/// The rows in an order in which near ones stand together, with their first coordinates.
pub(super) struct Ground<'a> {
    /// The rows as they are, n x d.
    pub(super) x: &'a [f32],
    pub(super) d: usize,
    /// The row at each place.
    pub(super) order: Vec<u32>,
    /// The rows in that order.
    ordered: Vec<f32>,
    pub(super) leading: Vec<Leading>,
    pub(super) heads: Heads,
    /// What distances are scaled by.
    pub(super) scale: f64,
}

/// Sixteen rows that look for others: their heads, and the scores above which each need not look.
pub(super) struct Seekers {
    pub(super) heads: Vec<[f32; PANEL]>,
    pub(super) limits: [f32; PANEL],
}

impl<'a> Ground<'a> {
    /// Prepares the rows of `x` (n x d, in standard layout, finite). O(n d m + n log n) time.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for distances beyond f32.
    pub(super) fn new(x: ArrayView2<'a, f32>) -> Result<Self> {
        let (n, d) = x.dim();
        let centre = centred::centre(x);
        let scale = centred::scale(x, &centre)?;
        let frame = Frame { centre, scale };
        let step = n.div_ceil(SAMPLE);
        let mut sample = x.select(Axis(0), &(0..n).step_by(step).collect::<Vec<_>>());
        for mut row in sample.rows_mut() {
            row.iter_mut().enumerate().for_each(|(feature, value)| *value = frame.put(feature, *value));
        }
        let basis = Basis::of(sample.view(), pruned::coordinates(d));
        let natural = pruned::leading(x, &frame, &basis);
        let order = pruned::order(&natural);
        let leading = order.iter().map(|&row| natural[row as usize]).collect();
        let heads = Heads::new(x, &order, &frame, &Projection::new(&basis));
        let x = x.to_slice().expect("standard layout");
        let mut ordered = vec![0.0; x.len()];
        parallel::for_each_chunk_mut(&mut ordered, COPIED * d, |chunk, rows| {
            for (place, &row) in rows.chunks_exact_mut(d).zip(&order[chunk * COPIED..]) {
                place.copy_from_slice(&x[row as usize * d..][..d]);
            }
        });
        Ok(Self { x, d, order, ordered, leading, heads, scale })
    }

    pub(super) fn n_rows(&self) -> usize {
        self.order.len()
    }

    pub(super) fn n_panels(&self) -> usize {
        self.n_rows().div_ceil(PANEL)
    }

    fn rows(&self) -> Rows<'_> {
        Rows::new(&self.ordered, self.d, self.scale)
    }

    /// The squared, scaled distance of the rows at two places.
    #[inline(always)]
    pub(super) fn squared<L: Lanes>(&self, a: usize, b: usize) -> f32 {
        let rows = self.rows();
        rows.squared::<L>(rows.row(a), rows.row(b))
    }

    /// Half the square of the length of a row about the centre.
    #[inline(always)]
    pub(super) fn half_square(&self, place: usize) -> f32 {
        self.heads.half_squares(place / PANEL)[place % PANEL]
    }

    /// Rows that look for others, no limits set; rests count for `likeness` of what they are.
    pub(super) fn seekers(&self, places: &[usize], likeness: f32) -> Seekers {
        let columns = self.heads.panel(0).len();
        let mut heads = vec![[0.0; PANEL]; columns];
        let mut limits = [f32::NEG_INFINITY; PANEL];
        for (lane, &place) in places.iter().enumerate() {
            let panel = self.heads.panel(place / PANEL);
            heads.iter_mut().zip(panel).for_each(|(to, from)| to[lane] = from[place % PANEL]);
            limits[lane] = f32::INFINITY;
        }
        for (_, rest) in self.heads.stages() {
            heads[rest].iter_mut().for_each(|rest| *rest *= likeness);
        }
        Seekers { heads, limits }
    }

    /// Which rows of a panel may be near enough to `ROWS` of the seekers: as many coordinates are looked at as pay.
    #[inline(always)]
    pub(super) fn passed<L: Lanes, const ROWS: usize>(
        &self,
        seekers: &Seekers,
        first: usize,
        panel: usize,
    ) -> Option<[u32; ROWS]> {
        let distance = 2 * self.rows().registers() + DISTANCE;
        let right = self.heads.panel(panel);
        let half_squares = L::load(self.heads.half_squares(panel));
        let last = right.len() - 1;
        let mut tile = [L::splat(0.0); ROWS];
        for (start, rest) in self.heads.stages() {
            add_products(&mut tile, &seekers.heads[start..rest], first, &right[start..rest]);
            let rests = L::load(&right[rest]);
            let mut passed = [0; ROWS];
            let mut count = 0;
            for (r, products) in tile.iter().enumerate() {
                let bound = L::splat(seekers.heads[rest][first + r]).times_plus(rests, *products);
                passed[r] = L::bits(half_squares.minus(bound).at_most(L::splat(seekers.limits[first + r])));
                count += passed[r].count_ones() as usize;
            }
            if count == 0 {
                return None;
            }
            // the next stage should be worth its time: it may rule out half of them
            if rest == last || count * distance <= 2 * ROWS * (rest - start) {
                return Some(passed);
            }
        }
        None
    }

    /// What the first coordinates say of two rows: half the squared distance, less half the square of the length of the
    /// first.
    #[inline(always)]
    pub(super) fn score<L: Lanes>(&self, own: &Leading, likeness: f32, other: usize) -> f32 {
        let (own, own_rest) = own.split_first_chunk::<LANES>().expect("coordinates");
        let (coordinates, rest) = self.leading[other].split_first_chunk::<LANES>().expect("coordinates");
        let product = L::load(own).times_plus(L::load(coordinates), L::splat(0.0)).sum();
        self.half_square(other) - product - likeness * own_rest[0] * rest[0]
    }
}
