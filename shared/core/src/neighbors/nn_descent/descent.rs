//! A pass of the descent: every row meets the acquaintances of its acquaintances, unless both were asked for before.

use std::ops::Range;

use super::{
    LIKENESS,
    acquaintances::{Acquaintances, MET, Met},
    ground::Ground,
    lists::{Lists, Near, merge},
};
use crate::{
    Result,
    engine::Observer,
    neighbors::{
        lanes::{Instructions, Lanes, Work},
        panels::PANEL,
        watch::Watch,
    },
    parallel,
};

/// Rows of one task: whole panels.
const ROWS_OF_TASK: usize = 256;

/// Consecutive rows whose lists get better.
struct Descent<'a> {
    ground: &'a Ground<'a>,
    fresh: &'a Acquaintances,
    known: &'a Acquaintances,
    looked_through: &'a [Vec<u32>],
    /// The place of the first of them.
    first: usize,
    keep: usize,
    neighbors: &'a mut [Near],
}

impl Work for Descent<'_> {
    /// New entries.
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) -> usize {
        let Self { ground, fresh, known, looked_through, first, keep, neighbors } = self;
        let mut behind = Behind { panels: vec![0; ground.n_panels().div_ceil(64)] };
        let mut met = Met::with_room(MET + keep + 1);
        let mut others = Vec::with_capacity(MET);
        let mut found = Vec::with_capacity(2 * keep);
        let mut entries = 0;
        for (offset, list) in neighbors.chunks_exact_mut(keep).enumerate() {
            let place = first + offset;
            if place % PANEL == 0 {
                behind.set(&looked_through[place / PANEL]);
            }
            met.forget();
            met.insert(place as u32);
            for near in list.iter() {
                met.insert(near.place);
            }
            others.clear();
            let mut meet = |some: &[u32]| {
                for &other in some {
                    if !behind.has(other) && others.len() < MET && met.insert(other) {
                        others.push(other);
                    }
                }
            };
            for &friend in fresh.row(place) {
                meet(&[friend]);
                meet(fresh.row(friend as usize));
                meet(known.row(friend as usize));
            }
            for &friend in known.row(place) {
                meet(fresh.row(friend as usize));
            }
            entries += improve::<L>(ground, place, &others, list, &mut found);
        }
        entries
    }
}

/// Merges those of `others` that are nearer than the last of a row's list; how many.
#[inline(always)]
fn improve<L: Lanes>(
    ground: &Ground<'_>,
    place: usize,
    others: &[u32],
    list: &mut [Near],
    found: &mut Vec<Near>,
) -> usize {
    let own = ground.leading[place];
    let mut last = list[list.len() - 1].square;
    let mut entries = 0;
    for &other in others {
        if ground.score::<L>(&own, LIKENESS, other as usize) > 0.5 * last - ground.half_square(place) {
            continue;
        }
        let square = ground.squared::<L>(place, other as usize);
        if square < last {
            found.push(Near::new(square, other));
            if found.len() == list.len() {
                entries += merge(list, found);
                last = list[list.len() - 1].square;
            }
        }
    }
    entries + merge(list, found)
}

/// The panels that a panel has looked through, as bits.
struct Behind {
    panels: Vec<u64>,
}

impl Behind {
    fn set(&mut self, panels: &[u32]) {
        self.panels.fill(0);
        for &panel in panels {
            self.panels[panel as usize / 64] |= 1 << (panel % 64);
        }
    }

    /// Whether the panel of a row is one of them.
    #[inline(always)]
    fn has(&self, place: u32) -> bool {
        let panel = place as usize / PANEL;
        self.panels[panel / 64] >> (panel % 64) & 1 == 1
    }
}

/// One pass over all rows; how many entries are new.
///
/// # Errors
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub(super) fn pass(
    ground: &Ground<'_>,
    lists: &mut Lists,
    instructions: Instructions,
    observer: &dyn Observer,
    span: Range<f64>,
) -> Result<usize> {
    let [fresh, known] = &Acquaintances::of(lists);
    let Lists { keep, ref mut neighbors, ref looked_through } = *lists;
    let watch = Watch::new(observer, span, ground.n_rows().div_ceil(ROWS_OF_TASK));
    let entries = parallel::map_chunks_mut(neighbors, ROWS_OF_TASK * keep, |task, neighbors| {
        let first = task * ROWS_OF_TASK;
        watch.task(|| instructions.run(Descent { ground, fresh, known, looked_through, first, keep, neighbors }))
    });
    watch.finish()?;
    Ok(entries.into_iter().flatten().sum())
}
