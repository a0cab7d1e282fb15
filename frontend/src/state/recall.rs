//! How many of a list to look at: what a threshold finds of the planted objects, as the address says.
//!
//! | key | what |
//! |---|---|
//! | `vet` | how many are looked at, from the first |
//! | `rate` | one spectrum in so many is of the kinds sought; 1000 without it |
//! | `seek` | the kinds sought, `be,cv`; all that are no artefacts without it |
//!
//! The formulas are the core's ([`balmer_core::evaluation`]); what is planted stands in the server's answer.

use balmer_core::{
    evaluation::{PlantedRanks, Share, parts},
    simulate::Artefact,
};
use balmer_exchange::api::{PlantedRow, RecallDetail};

use super::view::Keys;

/// Spectra among which one is of the kinds sought, where nobody says otherwise.
const ONE_IN: u64 = 1000;
/// Parts by strength, at most.
const PARTS: usize = 4;
/// Shares of which it is told how many spectra they take.
const WANTED: [f64; 3] = [0.5, 0.8, 0.95];

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vetting {
    /// How many, from the first.
    pub first: u64,
    /// One spectrum in so many is of the kinds sought.
    pub one_in: u64,
    /// The kinds sought; `None` takes all that are no artefacts.
    pub seek: Option<Vec<String>>,
}

impl Default for Vetting {
    fn default() -> Self {
        Self { first: 100, one_in: ONE_IN, seek: None }
    }
}

impl Vetting {
    /// Reads the keys; `None` where nobody asks.
    pub fn parse(keys: &Keys) -> Option<Self> {
        let number = |name: &str| keys.get(name)?.trim().parse::<u64>().ok().filter(|number| *number > 0);
        let seek = keys
            .get("seek")
            .map(|text| text.split(',').map(|kind| kind.trim().to_owned()).filter(|kind| !kind.is_empty()).collect());
        let one_in = number("rate").filter(|one_in| *one_in > 1).unwrap_or(ONE_IN);
        Some(Self { first: number("vet")?, one_in, seek })
    }

    /// Puts it into the keys; other keys stay as they are.
    pub fn write(vetting: Option<&Self>, keys: &mut Keys) {
        let mut set = |name: &str, text: Option<String>| match text {
            Some(text) => drop(keys.insert(name.to_owned(), text)),
            None => drop(keys.remove(name)),
        };
        set("vet", vetting.map(|vetting| vetting.first.to_string()));
        set("rate", vetting.filter(|vetting| vetting.one_in != ONE_IN).map(|vetting| vetting.one_in.to_string()));
        set("seek", vetting.and_then(|vetting| vetting.seek.as_ref()).map(|seek| seek.join(",")));
    }

    /// Whether a kind is sought.
    pub fn seeks(&self, kind: &str) -> bool {
        match &self.seek {
            Some(seek) => seek.iter().any(|sought| sought == kind),
            None => !is_artefact(kind),
        }
    }

    /// The same with a kind sought, or no longer; `kinds` are those that there are.
    #[must_use]
    pub fn toggled(&self, kind: &str, kinds: &[String]) -> Self {
        let seek: Vec<String> =
            kinds.iter().filter(|other| self.seeks(other) != (other.as_str() == kind)).cloned().collect();
        let usual: Vec<&String> = kinds.iter().filter(|kind| !is_artefact(kind)).collect();
        let is_usual = seek.iter().collect::<Vec<_>>() == usual;
        Self { seek: Some(seek).filter(|_| !is_usual), ..self.clone() }
    }
}

fn is_artefact(kind: &str) -> bool {
    kind == "duplicate" || Artefact::ALL.iter().any(|artefact| artefact.name() == kind)
}

/// Where a number of `total` stands on a slider of 0 to 1000, by its logarithm.
pub fn slider(first: u64, total: u64) -> u64 {
    let last = (total.max(2) as f64).ln();
    (1000.0 * (first.clamp(1, total.max(1)) as f64).ln() / last).round() as u64
}

/// The number of `total` at a place of the slider.
pub fn at_slider(place: u64, total: u64) -> u64 {
    let last = (total.max(2) as f64).ln();
    ((last * place.min(1000) as f64 / 1000.0).exp().round() as u64).clamp(1, total.max(1))
}

/// What is found of some planted spectra.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What they are.
    pub name: String,
    /// How many were planted.
    pub planted: u64,
    /// How many of them are among the first.
    pub found: u64,
    /// Their share, with its interval; `None` where nothing was planted.
    pub recall: Option<Share>,
}

impl Line {
    fn of(name: String, ranks: &PlantedRanks, first: u64) -> Self {
        Self { name, planted: ranks.planted(), found: ranks.found(first), recall: ranks.recall(first) }
    }
}

/// What looking at the first spectra finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How many are looked at, the whole list at most.
    pub first: u64,
    /// Of all kinds sought together.
    pub sought: Line,
    /// The share of the first that would be of these kinds at the assumed rate.
    pub precision: Option<Share>,
    /// Of each kind, sought or not.
    pub kinds: Vec<Line>,
    /// Of those sought by strength; empty where strengths are not known.
    pub strengths: Vec<Line>,
    /// Shares, and how many spectra they take; `None` where so many were rejected.
    pub needed: Vec<(f64, Option<u64>)>,
    /// The recall along the slider, 0 to 1 each, for a curve.
    pub curve: Vec<(f64, f64)>,
}

impl Finding {
    /// Of a list.
    pub fn of(detail: &RecallDetail, vetting: &Vetting) -> Self {
        let total = detail.total;
        let first = vetting.first.min(total);
        let sought: Vec<&PlantedRow> =
            detail.kinds.iter().filter(|kind| vetting.seeks(&kind.kind)).flat_map(|kind| &kind.spectra).collect();
        let planted = detail.kinds.iter().filter(|kind| vetting.seeks(&kind.kind)).map(|kind| kind.planted).sum();
        let ranks = ranks_of(sought.iter().copied(), planted, total);
        Self {
            first,
            precision: ranks.precision(first, 1.0 / vetting.one_in as f64),
            kinds: detail.kinds.iter().map(|kind| Line::of(kind.kind.clone(), &kind.ranks(total), first)).collect(),
            strengths: by_strength(&sought, first, total),
            needed: WANTED.map(|share| (share, ranks.needed(share))).into(),
            curve: curve(&ranks, total),
            sought: Line::of("all sought".to_owned(), &ranks, first),
        }
    }
}

fn ranks_of<'a>(rows: impl Iterator<Item = &'a PlantedRow>, planted: u64, total: u64) -> PlantedRanks {
    PlantedRanks::new(rows.filter_map(|row| row.rank).collect(), planted, total)
}

fn by_strength(rows: &[&PlantedRow], first: u64, total: u64) -> Vec<Line> {
    let strengths: Vec<f64> = rows.iter().map(|row| row.strength.unwrap_or(f64::NAN)).collect();
    let line = |part: balmer_core::evaluation::Part| {
        let ranks = ranks_of(part.members.iter().map(|&i| rows[i]), part.members.len() as u64, total);
        Line::of(format!("{:.1} to {:.1}", part.from, part.to), &ranks, first)
    };
    parts(&strengths, None, PARTS).into_iter().map(line).collect()
}

/// A point on either side of each step.
fn curve(ranks: &PlantedRanks, total: u64) -> Vec<(f64, f64)> {
    let recall = |first: u64| ranks.recall(first).map_or(0.0, |share| share.value);
    let places = (0..=200).map(|step| step as f64 / 200.0);
    places.map(|place| (place, recall(at_slider((1000.0 * place) as u64, total)))).collect()
}

#[cfg(test)]
mod tests {
    use balmer_exchange::api::RecallKind;

    use super::*;
    use crate::state::view::tests::keys;

    fn kind(kind: &str, places: &[(Option<u32>, f64)]) -> RecallKind {
        let row = |&(rank, strength): &(Option<u32>, f64)| PlantedRow {
            spectrum_id: String::new(),
            rank,
            strength: Some(strength),
            snr: None,
        };
        let spectra: Vec<PlantedRow> = places.iter().map(row).collect();
        RecallKind { kind: kind.into(), planted: spectra.len() as u64, spectra, ..RecallKind::default() }
    }

    fn detail() -> RecallDetail {
        let artefact = Artefact::ALL[0].name();
        RecallDetail {
            run: "r".into(),
            survey: "s".into(),
            truth: "truth".into(),
            score: "lof".into(),
            total: 1000,
            above_threshold: Some(50),
            kinds: vec![
                kind("be", &[(Some(2), 20.0), (Some(50), 10.0), (Some(400), 5.0), (None, 2.5)]),
                kind(artefact, &[(Some(1), 9.0)]),
                kind("cv", &[(Some(10), 40.0)]),
            ],
        }
    }

    #[test]
    fn a_threshold_finds_what_stands_before_it() {
        let found = Finding::of(&detail(), &Vetting { first: 60, ..Vetting::default() });
        assert_eq!((found.sought.planted, found.sought.found), (5, 3), "without the artefact, with the rejected one");
        assert!((found.sought.recall.unwrap().value - 0.6).abs() < 1e-12);
        assert_eq!(found.kinds.iter().map(|line| line.found).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(found.needed, [(0.5, Some(50)), (0.8, Some(400)), (0.95, None)]);
        let by_strength: Vec<(u64, u64)> = found.strengths.iter().map(|line| (line.planted, line.found)).collect();
        assert_eq!(by_strength.iter().map(|line| line.0).sum::<u64>(), 5);
        assert_eq!((by_strength[0].1, by_strength.last().unwrap().1), (0, 2), "{:?}", found.strengths);
        assert!(found.curve.windows(2).all(|pair| pair[0].1 <= pair[1].1) && found.curve.last().unwrap().1 == 0.8);
        let rarer = Finding::of(&detail(), &Vetting { first: 60, one_in: 10_000, seek: None });
        assert!(rarer.precision.unwrap().value < found.precision.unwrap().value);
        assert_eq!(Finding::of(&detail(), &Vetting { first: 5000, ..Vetting::default() }).first, 1000);
    }

    #[test]
    fn kinds_are_sought_or_not() {
        let kinds: Vec<String> = detail().kinds.iter().map(|kind| kind.kind.clone()).collect();
        let all = Vetting::default();
        assert_eq!(kinds.iter().map(|kind| all.seeks(kind)).collect::<Vec<_>>(), [true, false, true]);
        let without = all.toggled("be", &kinds);
        assert_eq!(without.seek, Some(vec!["cv".to_owned()]));
        assert_eq!(without.toggled("be", &kinds), all, "the usual ones leave no key");
        assert_eq!(Finding::of(&detail(), &without).sought.planted, 1);
    }

    #[test]
    fn it_survives_the_journey() {
        assert_eq!(Vetting::parse(&keys("rate=10")), None);
        assert_eq!(Vetting::parse(&keys("vet=0")), None);
        for text in ["vet=100", "vet=20&rate=500&seek=be,cv"] {
            let vetting = Vetting::parse(&keys(text)).unwrap();
            let mut written = keys("colour=lof");
            Vetting::write(Some(&vetting), &mut written);
            assert_eq!(written, keys(&format!("{text}&colour=lof")));
            Vetting::write(None, &mut written);
            assert_eq!(written, keys("colour=lof"));
        }
    }

    #[test]
    fn the_slider_is_logarithmic_and_comes_back() {
        assert_eq!((slider(1, 1000), slider(1000, 1000), slider(5000, 1000), slider(1, 1)), (0, 1000, 1000, 0));
        for first in [1, 2, 5, 10, 40, 100, 200] {
            assert_eq!(at_slider(slider(first, 1764), 1764), first);
        }
        assert_eq!((at_slider(2000, 1764), at_slider(0, 1764), at_slider(500, 0)), (1764, 1, 1));
    }
}
