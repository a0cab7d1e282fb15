//! What a family may be, in words, and whether it may be set aside.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Axis, COLUMN, Description, Excess, Family, SKY_LINE, emission};

/// What the members of a family may have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Runs of pixels without information.
    DeadPixels,
    /// Spikes: cosmic rays, hot pixels.
    Spike,
    /// Spikes where the night sky shines.
    SkyLine,
    /// A continuum unlike that of similar spectra: flux calibration, joined arms, or a rare kind of star.
    FluxCalibration,
    /// Noise.
    Noise,
    /// A possible emission line.
    EmissionLine,
    /// Something they share that has no name yet.
    LookAlike,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::DeadPixels,
        Self::Spike,
        Self::SkyLine,
        Self::FluxCalibration,
        Self::Noise,
        Self::EmissionLine,
        Self::LookAlike,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeadPixels => "dead pixels",
            Self::Spike => "spike or cosmic ray",
            Self::SkyLine => "residual of a sky line",
            Self::FluxCalibration => "flux calibration, or an unusual continuum",
            Self::Noise => "noise",
            Self::EmissionLine => "possible emission line",
            Self::LookAlike => "alike, for no known reason",
        })
    }
}

/// What is suggested about a family.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What it may be.
    pub kind: Kind,
    /// Why, with numbers.
    pub reason: String,
    /// Whether it may be set aside. Never where a member may have an emission line.
    pub set_aside: bool,
}

/// What the family may be, from its members' descriptions (of all outliers, which its members count) and what it sits on.
pub fn suggest(family: &Family, outliers: &[&Description], excesses: &[Excess]) -> Suggestion {
    let members: Vec<&Description> = family.members.iter().map(|&i| outliers[i]).collect();
    let median = |value: fn(&Description) -> f64| {
        let mut values: Vec<f64> = members.iter().map(|d| value(d)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let on = |pieces: &[&str]| excesses.iter().find(|excess| pieces.contains(&excess.piece.as_str()));
    let sky = excesses.iter().find(|excess| excess.piece == SKY_LINE && 2 * excess.inside > excess.size);
    let (kind, mut reason) = match family.place.axis() {
        Some(Axis::Dead) => {
            let (run, share) =
                (median(|d| d.dead_run as f64), median(|d| 100.0 * d.dead as f64 / d.pixels.max(1) as f64));
            (Kind::DeadPixels, format!("{run:.0} pixels in a row carry no information, {share:.0} % of all"))
        }
        Some(Axis::Spike) => {
            let (height, width) = (median(|d| d.spike), median(|d| d.spike_width as f64));
            let kind = if sky.is_some() { Kind::SkyLine } else { Kind::Spike };
            (kind, format!("a peak of {width:.0} pixels, {height:.0} times the scatter"))
        }
        Some(Axis::Shape) => {
            let share = median(|d| 100.0 * d.shape);
            (Kind::FluxCalibration, format!("the continuum differs from the neighbours' by {share:.0} % of its range"))
        }
        Some(Axis::Noise) => (Kind::Noise, format!("a signal-to-noise ratio of {:.1}", median(|d| 1.0 / d.noise))),
        Some(Axis::Emission) => {
            let lines = members.iter().filter_map(|d| d.line).fold(Vec::new(), |mut lines: Vec<&str>, line| {
                if !lines.contains(&line) {
                    lines.push(line);
                }
                lines
            });
            let significance = median(|d| d.emission);
            (Kind::EmissionLine, format!("{} stands out by {significance:.0} times its noise", lines.join(" or ")))
        }
        None => (Kind::LookAlike, "the same shape sets them apart from their neighbours".to_owned()),
    };
    let instrument = on(&["fibre", "spectrograph", "fibre of spectrograph", SKY_LINE, COLUMN]);
    if let Some(excess) = sky.or(instrument).or(excesses.first()) {
        reason.push_str("; ");
        reason.push_str(&excess.words());
    }
    let defect = match kind {
        Kind::DeadPixels | Kind::Spike | Kind::SkyLine | Kind::Noise => true,
        // a rare kind of star has a continuum of its own, too: only the instrument tells them apart
        Kind::FluxCalibration | Kind::LookAlike => instrument.is_some(),
        Kind::EmissionLine => false,
    };
    let set_aside = defect && members.iter().all(|d| d.emission < emission::LIMIT);
    Suggestion { kind, reason, set_aside }
}
