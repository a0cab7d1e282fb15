//! Boxes around panels, boxes around sixteen of those, and so on: which panels may hold a row near enough.

use crate::neighbors::{
    arranged::{AXES, Extent, Heads},
    lanes::{LANES, Lanes},
    panels::PANEL,
    tile::each,
};

/// Sixteen boxes side by side, axis by axis; boxes of nothing are infinitely far from everything.
#[derive(Debug, Clone)]
struct Boxes {
    low: [[f32; LANES]; AXES],
    high: [[f32; LANES]; AXES],
}

/// Level 0 has the boxes of the panels, each level above the boxes of sixteen below it; the last one has at most sixteen.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    levels: Vec<Vec<Boxes>>,
}

impl Boxes {
    fn of(extents: &[Extent]) -> Self {
        let side = |bound: fn(&Extent) -> &[f32; AXES]| {
            std::array::from_fn(|axis| {
                std::array::from_fn(|lane| bound(extents.get(lane).unwrap_or(&Extent::NOTHING))[axis])
            })
        };
        Self { low: side(|extent| &extent.low), high: side(|extent| &extent.high) }
    }

    /// Squared distances from a box to each.
    #[inline(always)]
    fn distances<L: Lanes>(&self, from: &Extent) -> L {
        let mut sum = L::splat(0.0);
        for axis in 0..AXES {
            let below = L::load(&self.low[axis]).minus(L::splat(from.high[axis]));
            let above = L::splat(from.low[axis]).minus(L::load(&self.high[axis]));
            let gap = below.larger(above).larger(L::splat(0.0));
            sum = gap.times_plus(gap, sum);
        }
        sum
    }
}

impl Tree {
    pub(super) fn new(heads: &Heads, n: usize) -> Self {
        let panels = n.div_ceil(PANEL);
        let mut extents: Vec<Extent> =
            (0..panels).map(|panel| heads.extent(panel, PANEL.min(n - panel * PANEL))).collect();
        let mut levels = Vec::new();
        loop {
            levels.push(extents.chunks(LANES).map(Boxes::of).collect());
            if extents.len() <= LANES {
                return Self { levels };
            }
            let joined = extents.chunks(LANES).map(|some| {
                let mut whole = Extent::NOTHING;
                for extent in some {
                    whole.join(extent);
                }
                whole
            });
            extents = joined.collect();
        }
    }

    /// The level of the root.
    pub(super) fn top(&self) -> usize {
        self.levels.len() - 1
    }

    /// The squared distances of a box to the panels of a group.
    #[inline(always)]
    pub(super) fn panels<L: Lanes>(&self, group: usize, from: &Extent) -> [f32; LANES] {
        self.levels[0][group].distances::<L>(from).store()
    }

    /// Which of the sixteen boxes of a group at a level are within `reach` (squared) of a box, the nearest first.
    #[inline(always)]
    pub(super) fn near<L: Lanes>(&self, level: usize, group: usize, from: &Extent, reach: f32) -> Near {
        let distances: L = self.levels[level][group].distances(from);
        let mut near = Near { places: [(0.0, 0); LANES], length: 0 };
        each(distances, L::splat(reach.min(f32::MAX)), |lane, distance| {
            let mut place = near.length;
            while place > 0 && near.places[place - 1].0 > distance {
                near.places[place] = near.places[place - 1];
                place -= 1;
            }
            near.places[place] = (distance, group * LANES + lane);
            near.length += 1;
        });
        near
    }
}

/// Some boxes of a group, and their squared distances.
pub(super) struct Near {
    places: [(f32, usize); LANES],
    length: usize,
}

impl Near {
    pub(super) fn places(&self) -> &[(f32, usize)] {
        &self.places[..self.length]
    }
}
