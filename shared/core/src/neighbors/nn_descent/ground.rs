//! The rows as the search walks over them.

use ndarray::ArrayView2;

use crate::{
    Result,
    neighbors::{
        arranged::{self, Arranged, Leading, Rows},
        lanes::{LANES, Lanes},
        panels::PANEL,
    },
    parallel,
};

/// Rows copied by one task.
const COPIED: usize = 256;
/// Steps of a product that a distance takes as long as, besides two for each register of a row.
const DISTANCE: usize = 24;

/// The rows arranged, copied in that order, with their first coordinates.
pub(super) struct Ground<'a> {
    pub(super) arranged: Arranged<'a>,
    /// The rows in their order.
    ordered: Vec<f32>,
    /// Their first coordinates, in the same order.
    pub(super) leading: Vec<Leading>,
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
    /// As [`Arranged::new`].
    pub(super) fn new(x: ArrayView2<'a, f32>) -> Result<Self> {
        let (arranged, natural) = Arranged::new(x)?;
        let Arranged { x, d, ref order, .. } = arranged;
        let leading = order.iter().map(|&row| natural[row as usize]).collect();
        let mut ordered = vec![0.0; x.len()];
        parallel::for_each_chunk_mut(&mut ordered, COPIED * d, |chunk, rows| {
            for (place, &row) in rows.chunks_exact_mut(d).zip(&order[chunk * COPIED..]) {
                place.copy_from_slice(&x[row as usize * d..][..d]);
            }
        });
        Ok(Self { arranged, ordered, leading })
    }

    pub(super) fn n_rows(&self) -> usize {
        self.arranged.n_rows()
    }

    pub(super) fn n_panels(&self) -> usize {
        self.arranged.n_panels()
    }

    fn rows(&self) -> Rows<'_> {
        Rows::new(&self.ordered, self.arranged.d, self.arranged.scale)
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
        self.arranged.heads.half_squares(place / PANEL)[place % PANEL]
    }

    /// Rows that look for others, no limits set; rests count for `likeness` of what they are.
    pub(super) fn seekers(&self, places: &[usize], likeness: f32) -> Seekers {
        let columns = self.arranged.heads.panel(0).len();
        let mut heads = vec![[0.0; PANEL]; columns];
        let mut limits = [f32::NEG_INFINITY; PANEL];
        for (lane, &place) in places.iter().enumerate() {
            let panel = self.arranged.heads.panel(place / PANEL);
            heads.iter_mut().zip(panel).for_each(|(to, from)| to[lane] = from[place % PANEL]);
            limits[lane] = f32::INFINITY;
        }
        for (_, rest) in self.arranged.heads.stages() {
            heads[rest].iter_mut().for_each(|rest| *rest *= likeness);
        }
        Seekers { heads, limits }
    }

    /// Which rows of a panel may be near enough to `ROWS` of the seekers: see [`Arranged::passed`].
    #[inline(always)]
    pub(super) fn passed<L: Lanes, const ROWS: usize>(
        &self,
        Seekers { heads, limits }: &Seekers,
        first: usize,
        panel: usize,
    ) -> Option<[u32; ROWS]> {
        let distance = 2 * self.rows().registers() + DISTANCE;
        self.arranged.passed::<L, ROWS>(&arranged::Seekers { heads, limits, distance }, first, panel, &mut 0)
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
