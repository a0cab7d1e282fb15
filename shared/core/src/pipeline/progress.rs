//! How far a run is, and when it will end.
//!
//! A [`Forecast`] says what each stage should take, from the size of the run ([`Work`]) and the pace of such machines
//! ([`Rates`]), best that of the machine's own [`Past`]. A [`Tracker`] follows the run and corrects it: within a stage the
//! pace that was measured takes the place of what was expected as soon as there is enough of it, and the stages ahead are
//! expected to be as much slower or faster as those behind were. The fraction of the whole is time spent over time spent and
//! left, and never falls.
//!
//! There is no clock here: seconds since any moment come in as arguments, so that a server and a browser share all of it.

mod forecast;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::forecast::{Forecast, Past, Rates, Work};
use super::Stage;

/// Done of a stage, beyond its first news, from which on its own pace alone counts.
const SETTLED: f64 = 0.15;
/// The share of a run that has to be measured before it says all of the rest.
const TELLING: f64 = 0.05;
/// A machine is not taken for so many times slower or faster than expected.
const STRANGEST: f64 = 20.0;

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Done of the whole run, 0 to 1, by time; never less than before.
    pub fraction: f64,
    /// Done of the stage, 0 to 1.
    pub stage_fraction: f64,
    /// Seconds until the run ends, where they can be told.
    pub eta_seconds: Option<f64>,
    /// Spectra a second in this stage, where it goes through them one after the other.
    pub rate: Option<f64>,
}

/// Follows one run.
#[derive(Debug, Clone, Default)]
pub struct Tracker {
    forecast: Option<Forecast>,
    /// Whether an earlier attempt at the run came somewhere: what it kept is done of the whole, too.
    is_resumed: bool,
    /// Seconds of the stages that are over, in the order in which they ran.
    over: Vec<Lap>,
    now: Option<Current>,
    furthest: f64,
}

/// A stage that is over.
#[derive(Debug, Clone, Copy)]
struct Lap {
    stage: Stage,
    seconds: f64,
    /// What was there already of it.
    kept: f64,
}

/// The stage under way.
#[derive(Debug, Clone, Copy)]
struct Current {
    stage: Stage,
    begun: f64,
    /// The latest moment that was heard of.
    heard: f64,
    fraction: f64,
    kept: f64,
    /// When work was first heard of, and how much of it was done then: what came before was preparation.
    first: Option<(f64, f64)>,
}

impl Tracker {
    /// A run that begins, or goes on after an earlier attempt that came to `fraction` of the whole: less is never told, and
    /// more when what was kept and what is done now come to more.
    pub fn new(fraction: f64) -> Self {
        let furthest = share(fraction);
        Self { is_resumed: furthest > 0.0, furthest, ..Self::default() }
    }

    /// Says what to expect.
    pub fn expect(&mut self, forecast: Forecast) {
        self.forecast = Some(forecast);
    }

    /// A stage begins, or another part of the one under way.
    pub fn stage(&mut self, stage: Stage, now: f64) {
        let Some(current) = self.now.as_mut().map(|current| current.at(now)) else {
            self.now = Some(Current::new(stage, now));
            return;
        };
        if current.stage != stage {
            let (seconds, kept) = (current.heard - current.begun, current.kept);
            let begun = current.heard;
            self.over.push(Lap { stage: current.stage, seconds, kept });
            self.now = Some(Current::new(stage, begun));
        }
    }

    /// That share of the stage was there before it began: it is done, but says nothing of the pace.
    pub fn kept(&mut self, share_of_stage: f64) {
        if let Some(current) = &mut self.now {
            current.kept = current.kept.max(share(share_of_stage));
            current.fraction = current.fraction.max(current.kept);
        }
    }

    /// That share of the stage is done, with what was there before.
    pub fn progress(&mut self, fraction: f64, now: f64) {
        let Some(current) = self.now.as_mut().map(|current| current.at(now)) else { return };
        current.fraction = current.fraction.max(share(fraction));
        let fresh = current.fraction - current.kept;
        if fresh > 0.0 && current.first.is_none() {
            current.first = Some((current.heard, fresh));
        }
    }

    /// How far the run is.
    pub fn estimate(&mut self, now: f64) -> Estimate {
        let Some(current) = self.now.as_mut().map(|current| *current.at(now)) else {
            return Estimate { fraction: self.furthest, ..Estimate::default() };
        };
        let left = self.forecast.map(|forecast| {
            let slowness = self.slowness(&forecast, &current);
            let ahead: f64 =
                Stage::ALL.into_iter().filter(|stage| *stage > current.stage).map(|s| forecast.of(s)).sum();
            let left = current.left(forecast.of(current.stage) * slowness) + ahead * slowness;
            (left, if self.is_resumed { self.kept_seconds(&forecast, &current) * slowness } else { 0.0 })
        });
        let left = left.filter(|(left, kept)| left.is_finite() && kept.is_finite()).map(|(left, kept)| {
            let spent = self.over.iter().map(|lap| lap.seconds).sum::<f64>() + current.heard - current.begun + kept;
            let done = if spent + left > 0.0 { spent / (spent + left) } else { 0.0 };
            self.furthest = self.furthest.max(share(done));
            left
        });
        let spectra = self.forecast.map(|forecast| forecast.spectra());
        let rate = current.pace().zip(spectra).map(|(pace, spectra)| pace * spectra).filter(|rate| rate.is_finite());
        Estimate {
            fraction: self.furthest,
            stage_fraction: current.fraction,
            eta_seconds: left,
            rate: rate.filter(|_| matches!(current.stage, Stage::Recipe | Stage::Neighbors)),
        }
    }

    /// Seconds of each stage so far, in the order in which they ran.
    pub fn timings(&self, now: f64) -> Vec<(Stage, f64)> {
        let over = self.over.iter().map(|lap| (lap.stage, lap.seconds));
        let current = self.now.map(|mut current| {
            current.at(now);
            (current.stage, current.heard - current.begun)
        });
        over.chain(current).collect()
    }

    /// The stage under way.
    pub fn current(&self) -> Option<Stage> {
        self.now.map(|current| current.stage)
    }

    /// Seconds that what was there already should have taken.
    fn kept_seconds(&self, forecast: &Forecast, current: &Current) -> f64 {
        let over = self.over.iter().map(|lap| forecast.of(lap.stage) * lap.kept);
        over.sum::<f64>() + forecast.of(current.stage) * current.kept
    }

    /// How many times longer things take than was expected, by the stages behind and the one under way. Reading says nothing
    /// of it: what it takes depends on what was read before.
    fn slowness(&self, forecast: &Forecast, current: &Current) -> f64 {
        let (mut measured, mut expected) = (0.0, 0.0);
        for lap in self.over.iter().filter(|lap| lap.stage != Stage::Read && lap.kept < 1.0) {
            measured += lap.seconds;
            expected += forecast.of(lap.stage) * (1.0 - lap.kept);
        }
        if let Some((began, first)) = current.first {
            measured += current.heard - began;
            expected += forecast.of(current.stage) * (current.fraction - current.kept - first);
        }
        let ratio = measured / expected;
        if !ratio.is_finite() || ratio <= 0.0 {
            return 1.0;
        }
        // moments do not judge hours
        let told = (expected / (TELLING * forecast.whole())).min(1.0);
        ratio.clamp(1.0 / STRANGEST, STRANGEST).powf(told)
    }
}

impl Current {
    fn new(stage: Stage, now: f64) -> Self {
        let now = if now.is_finite() { now } else { 0.0 };
        Self { stage, begun: now, heard: now, fraction: 0.0, kept: 0.0, first: None }
    }

    /// The same, later; time does not go back.
    fn at(&mut self, now: f64) -> &mut Self {
        if now.is_finite() {
            self.heard = self.heard.max(now);
        }
        self
    }

    /// Shares of the stage a second, where enough of them were done to tell.
    fn pace(&self) -> Option<f64> {
        let (began, first) = self.first?;
        let (fresh, seconds) = (self.fraction - self.kept - first, self.heard - began);
        (fresh > 0.0 && seconds > 0.0).then(|| fresh / seconds)
    }

    /// Seconds until the stage ends, of which so many were expected in all.
    fn left(&self, expected: f64) -> f64 {
        let spent = self.heard - self.begun;
        let to_do = 1.0 - self.fraction;
        if to_do <= 0.0 {
            return 0.0;
        }
        let Some((began, first)) = self.first else {
            // nothing is heard of it: it takes as long as expected, or a little longer
            return (expected * (1.0 - self.kept) - spent).max(0.1 * spent);
        };
        let by_expectation = expected * to_do;
        match self.pace() {
            Some(pace) => {
                let fresh = self.fraction - self.kept - first;
                let trust = (fresh / (SETTLED * (1.0 - self.kept))).min(1.0);
                (1.0 - trust) * by_expectation + trust * to_do / pace
            }
            None => by_expectation.max(0.1 * (self.heard - began)),
        }
    }
}

/// As a share: what is none counts as 0.
fn share(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}
