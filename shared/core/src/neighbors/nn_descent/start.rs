//! Where the descent starts: the nearest rows in the panels that seem nearest.

use std::ops::Range;

use super::{
    LIKENESS,
    ground::Ground,
    lists::{Lists, Near},
    middles::{GROUP, Middles},
};
use crate::{
    Result,
    engine::Observer,
    neighbors::{
        candidates::Candidates,
        lanes::{Instructions, Lanes, Work},
        panels::PANEL,
        watch::Watch,
    },
    parallel,
};

/// Panels that each looks through, and as many more for each neighbour.
const PANELS: usize = 160;
const PANELS_A_NEIGHBOR: usize = 2;
/// How many times as many are looked at by their middles.
const CHOICE: usize = 4;

/// The rows of a group of panels, looking for neighbours.
struct Start<'a> {
    ground: &'a Ground<'a>,
    middles: &'a Middles,
    group: usize,
    keep: usize,
}

/// What they found.
struct Started {
    candidates: Candidates,
    /// Panels that each panel looked through.
    looked_through: Vec<Vec<u32>>,
}

impl Work for Start<'_> {
    type Output = Started;

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) -> Started {
        let Self { ground, middles, group, keep } = self;
        let panels = group * GROUP..ground.n_panels().min((group + 1) * GROUP);
        let places = panels.start * PANEL..ground.n_rows().min(panels.end * PANEL);
        let mut candidates = Candidates::new(keep, &vec![f32::INFINITY; places.len()]);
        let n_panels = PANELS + PANELS_A_NEIGHBOR * keep;
        let ahead = middles.ahead::<L, ROWS>(group, (CHOICE * n_panels).div_ceil(GROUP), n_panels);
        let mut looked_through = Vec::with_capacity(panels.len());
        for (panel, ahead) in panels.zip(ahead) {
            let mut through = vec![panel as u32];
            through.extend(ahead.into_iter().map(|(_, other)| other));
            look::<L, ROWS>(ground, panel, &through, places.start, &mut candidates);
            looked_through.push(through);
        }
        Started { candidates, looked_through }
    }
}

/// Lets the rows of a panel look through others. `first` is the place of the first row of `candidates`.
#[inline(always)]
fn look<L: Lanes, const ROWS: usize>(
    ground: &Ground<'_>,
    panel: usize,
    through: &[u32],
    first: usize,
    candidates: &mut Candidates,
) {
    let places: Vec<usize> = (panel * PANEL..ground.n_rows().min((panel + 1) * PANEL)).collect();
    let mut seekers = ground.seekers(&places, LIKENESS);
    for &other in through {
        for lanes in (0..PANEL).step_by(ROWS) {
            let Some(passed) = ground.passed::<L, ROWS>(&seekers, lanes, other as usize) else { continue };
            for (lane, mut bits) in (lanes..).zip(passed) {
                if bits == 0 {
                    continue;
                }
                let place = panel * PANEL + lane;
                while bits != 0 {
                    let found = other as usize * PANEL + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    if found != place {
                        candidates.offer(place - first, ground.squared::<L>(place, found), found as u32);
                    }
                }
                seekers.limits[lane] = 0.5 * candidates.thresholds[place - first] - ground.half_square(place);
            }
        }
    }
}

/// `keep` neighbours for each row. There must be enough rows for that: see [`super::FEW_ROWS_A_NEIGHBOR`].
///
/// # Errors
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub(super) fn lists(
    ground: &Ground<'_>,
    keep: usize,
    instructions: Instructions,
    observer: &dyn Observer,
    span: Range<f64>,
) -> Result<Lists> {
    let middles = Middles::new(ground);
    let watch = Watch::new(observer, span, middles.n_groups());
    let mut neighbors = vec![Near::new(f32::INFINITY, 0); ground.n_rows() * keep];
    let looked_through = parallel::map_chunks_mut(&mut neighbors, GROUP * PANEL * keep, |group, lists| {
        watch.task(|| {
            let start = Start { ground, middles: &middles, group, keep };
            let Started { candidates, looked_through } = instructions.run(start);
            let met = candidates.into_met();
            let mut found = met.scores.iter().zip(&met.indices);
            for (list, &length) in lists.chunks_exact_mut(keep).zip(&met.lengths) {
                for (near, (&square, &place)) in list.iter_mut().zip(found.by_ref().take(length as usize)) {
                    *near = Near::new(square, place);
                }
                list.sort_unstable_by(Near::compare);
            }
            looked_through
        })
    });
    watch.finish()?;
    let looked_through = looked_through.into_iter().flatten().flatten().collect();
    Ok(Lists { keep, neighbors, looked_through })
}
