//! How stable the place of a spectrum is: its ranks under all settings of a run, and what to say of them.

use balmer_core::pipeline::head;
use balmer_exchange::api::PlaceRow;

use super::format::count;

/// From how large a share of the settings on a place counts as firm.
const FIRM: f64 = 0.9;

/// How far a place can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In the head of the list under nearly all settings.
    Firm,
    /// Under some of them.
    Mixed,
    /// Under none.
    Outside,
}

impl Standing {
    /// By the share of settings that have the spectrum in the head of the list.
    pub fn of(share: f64) -> Self {
        match share {
            share if share >= FIRM => Self::Firm,
            share if share > 0.0 => Self::Mixed,
            _ => Self::Outside,
        }
    }

    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Firm => "firm",
            Self::Mixed => "mixed",
            Self::Outside => "outside",
        }
    }

    /// A shape beside the colour.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Firm => "●",
            Self::Mixed => "◐",
            Self::Outside => "○",
        }
    }
}

/// A rank on the strip.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// The setting.
    pub setting: String,
    /// The rank, from 1.
    pub rank: u32,
    /// Where it stands, 0 (first) to 1 (last), by the logarithm.
    pub at: f64,
}

/// The ranks of a spectrum under all settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// How many spectra the head of the list has.
    pub head: usize,
    /// Where the head ends on the strip.
    pub head_at: f64,
    /// Ranks with their settings.
    pub dots: Vec<Dot>,
    /// Settings that reject the spectrum.
    pub rejected: Vec<String>,
    /// Powers of ten on the strip, and where they stand.
    pub ticks: Vec<(u64, f64)>,
}

impl Places {
    /// Of a list of `ranked` spectra; `None` where no setting ranks the spectrum.
    pub fn of(rows: &[PlaceRow], ranked: u64) -> Option<Self> {
        let last = (ranked.max(2) as f64).ln();
        let at = |rank: f64| (rank.max(1.0).ln() / last).clamp(0.0, 1.0);
        let dot = |row: &PlaceRow| {
            let rank = row.rank?;
            Some(Dot { setting: row.setting.clone(), rank, at: at(f64::from(rank)) })
        };
        let dots: Vec<Dot> = rows.iter().filter_map(dot).collect();
        let head = head(ranked as usize);
        let powers = (0..).map(|power| 10_u64.pow(power)).take_while(|&tick| tick <= ranked.max(1));
        (!dots.is_empty()).then(|| Self {
            head,
            head_at: at(head as f64),
            rejected: rows.iter().filter(|row| row.rank.is_none()).map(|row| row.setting.clone()).collect(),
            ticks: powers.map(|tick| (tick, at(tick as f64))).collect(),
            dots,
        })
    }

    /// Settings under which the spectrum is in the head of the list.
    pub fn within(&self) -> usize {
        self.dots.iter().filter(|dot| dot.rank as usize <= self.head).count()
    }

    /// How far the place can be relied on.
    pub fn standing(&self) -> Standing {
        Standing::of(self.within() as f64 / self.dots.len() as f64)
    }

    /// Best and worst rank.
    pub fn range(&self) -> (u32, u32) {
        let ranks = || self.dots.iter().map(|dot| dot.rank);
        (ranks().min().unwrap_or(0), ranks().max().unwrap_or(0))
    }

    /// The sentence beside the badge.
    pub fn sentence(&self) -> String {
        let ((best, worst), of) = (self.range(), self.dots.len());
        let places = if best == worst {
            format!("at place {}", count(best.into()))
        } else {
            format!("at places {} to {}", count(best.into()), count(worst.into()))
        };
        let settings =
            if of == 1 { "the one setting".to_owned() } else { format!("{} of {of} settings", self.within()) };
        format!("Among the first {} under {settings}, {places}.", count(self.head as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(ranks: &[Option<u32>]) -> Vec<PlaceRow> {
        ranks.iter().enumerate().map(|(k, &rank)| PlaceRow { setting: format!("k = {k}"), rank }).collect()
    }

    #[test]
    fn the_head_decides_and_the_strip_is_logarithmic() {
        let places = Places::of(&rows(&[Some(1), Some(10), Some(100), None]), 1000).unwrap();
        assert_eq!((places.head, places.within(), places.range()), (20, 2, (1, 100)));
        assert_eq!((places.standing(), &places.rejected[..]), (Standing::Mixed, &["k = 3".to_owned()][..]));
        let at: Vec<f64> = places.dots.iter().map(|dot| (dot.at * 300.0).round() / 300.0).collect();
        assert_eq!(at, [0.0, 1.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(places.ticks.iter().map(|tick| tick.0).collect::<Vec<_>>(), [1, 10, 100, 1000]);
        assert!(places.head_at > at[1] && places.head_at < at[2]);
        assert_eq!(places.sentence(), "Among the first 20 under 2 of 3 settings, at places 1 to 100.");
    }

    #[test]
    fn nearly_all_is_firm_and_none_is_outside() {
        let standing = |ranks: &[u32]| {
            let ranks: Vec<Option<u32>> = ranks.iter().map(|&rank| Some(rank)).collect();
            Places::of(&rows(&ranks), 10_000).unwrap().standing()
        };
        assert_eq!(standing(&[5; 10]), Standing::Firm);
        assert_eq!(standing(&[5, 5, 5, 5, 5, 5, 5, 5, 5, 900]), Standing::Firm);
        assert_eq!(standing(&[5, 5, 5, 900]), Standing::Mixed);
        assert_eq!(standing(&[900, 800]), Standing::Outside);
    }

    #[test]
    fn what_no_setting_ranks_has_no_places() {
        assert_eq!(Places::of(&rows(&[None]), 10), None);
        assert_eq!(Places::of(&[], 10), None);
        // one spectrum alone
        let alone = Places::of(&rows(&[Some(1)]), 1).unwrap();
        assert_eq!(
            (alone.head, alone.dots[0].at, alone.sentence()),
            (1, 0.0, "Among the first 1 under the one setting, at place 1.".to_owned())
        );
    }
}
