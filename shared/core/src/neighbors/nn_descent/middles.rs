//! Which panels seem near: by the middles of panels, and of groups of them.

use super::{LIKENESS, ground::Ground};
use crate::neighbors::{
    arranged::{AXES, Leading},
    lanes::{LANES, Lanes},
    panels::PANEL,
    tile::{Tile, add_products},
};

/// Panels of a group.
pub(super) const GROUP: usize = PANEL;

/// Sixteen middles side by side.
struct Some16 {
    columns: [[f32; PANEL]; AXES],
    /// With rests that count for [`LIKENESS`] of what they are.
    leaning: [f32; PANEL],
    /// Half the squares of their lengths, NaN where there is none.
    half_squares: [f32; PANEL],
}

/// The middles of all panels and groups.
pub(super) struct Middles {
    /// Those of the panels of each group.
    panels: Vec<Some16>,
    groups: Vec<Some16>,
}

/// Something by how near it seems: a score, and which it is.
pub(super) type Ahead = (f32, u32);

fn middle(rows: &[Leading]) -> Leading {
    std::array::from_fn(|axis| rows.iter().map(|row| row[axis]).sum::<f32>() / rows.len() as f32)
}

impl Some16 {
    fn of(middles: &[Leading]) -> Self {
        let mut some = Self { columns: [[0.0; PANEL]; AXES], leaning: [0.0; PANEL], half_squares: [f32::NAN; PANEL] };
        for (lane, middle) in middles.iter().enumerate() {
            some.columns.iter_mut().zip(middle).for_each(|(column, &value)| column[lane] = value);
            some.half_squares[lane] = 0.5 * middle.iter().map(|value| value * value).sum::<f32>();
        }
        some.leaning = some.columns[AXES - 1].map(|rest| LIKENESS * rest);
        some
    }

    /// What all of `others` score beside `ROWS` of these.
    #[inline(always)]
    fn scores<L: Lanes, const ROWS: usize>(&self, first: usize, others: &Self) -> [[f32; LANES]; ROWS] {
        let mut tile: Tile<L, ROWS> = [L::splat(0.0); ROWS];
        add_products(&mut tile, &self.columns[..AXES - 1], first, &others.columns[..AXES - 1]);
        add_products(&mut tile, &[self.leaning], first, &others.columns[AXES - 1..]);
        let half_squares = L::load(&others.half_squares);
        let mut scores = [[0.0; LANES]; ROWS];
        for (scores, products) in scores.iter_mut().zip(tile) {
            *scores = half_squares.minus(products).store();
        }
        scores
    }
}

impl Middles {
    pub(super) fn new(ground: &Ground<'_>) -> Self {
        let panels: Vec<Leading> = ground.leading.chunks(PANEL).map(middle).collect();
        let groups: Vec<Leading> = panels.chunks(GROUP).map(middle).collect();
        Self {
            panels: panels.chunks(PANEL).map(Some16::of).collect(),
            groups: groups.chunks(PANEL).map(Some16::of).collect(),
        }
    }

    pub(super) fn n_groups(&self) -> usize {
        self.panels.len()
    }

    /// For each panel of a group the `n_panels` others that seem nearest to it, the nearest first, of those of the
    /// `n_groups` groups that seem nearest.
    #[inline(always)]
    pub(super) fn ahead<L: Lanes, const ROWS: usize>(
        &self,
        group: usize,
        n_groups: usize,
        n_panels: usize,
    ) -> Vec<Vec<Ahead>> {
        let mut groups: Vec<Ahead> = Vec::with_capacity(self.groups.len() * PANEL);
        for (place, some) in self.groups.iter().enumerate() {
            let [scores] = self.groups[group / PANEL].scores::<L, 1>(group % PANEL, some);
            extend(&mut groups, scores, place);
        }
        nearest(&mut groups, n_groups);
        let mut ahead: Vec<Vec<Ahead>> = Vec::new();
        ahead.resize_with(GROUP, || Vec::with_capacity(groups.len() * PANEL));
        for &(_, other) in &groups {
            let others = &self.panels[other as usize];
            for first in (0..GROUP).step_by(ROWS) {
                let scores = self.panels[group].scores::<L, ROWS>(first, others);
                for (ahead, scores) in ahead[first..].iter_mut().zip(scores) {
                    extend(ahead, scores, other as usize);
                }
            }
        }
        for (place, ahead) in ahead.iter_mut().enumerate() {
            ahead.retain(|&(_, other)| other as usize != group * GROUP + place);
            nearest(ahead, n_panels);
        }
        ahead
    }
}

/// Those of sixteen that there are.
fn extend(ahead: &mut Vec<Ahead>, scores: [f32; LANES], group: usize) {
    let there = scores.into_iter().zip((group * PANEL) as u32..).filter(|(score, _)| !score.is_nan());
    ahead.extend(there);
}

/// So many of the nearest, in order.
fn nearest(ahead: &mut Vec<Ahead>, most: usize) {
    let compare = |a: &Ahead, b: &Ahead| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if ahead.len() > most {
        ahead.select_nth_unstable_by(most, compare);
        ahead.truncate(most);
    }
    ahead.sort_unstable_by(compare);
}
