//! On which piece of the instrument a family sits.
//!
//! Of a fibre, spectrograph, plate or night it is asked whether more of the family come from it than of all spectra of
//! the run: one-sided hypergeometric test. Of a line of the night sky or a column of pixels, whether more of the family's
//! defects sit there than if they were strewn over the window: one-sided binomial test. What is believed is decided over
//! all tests of all families at once (Benjamini-Hochberg). A piece too small, or too large, to be found significant
//! whatever the family is not tested: that is told by the counts alone, before the data (Tarone 1990, Biometrics 46, 515).

use std::collections::BTreeMap;

use super::{benjamini_hochberg, binomial_sf, hypergeometric_sf};
use crate::{lines::SKY, manipulation::scale::median, spectrum::Medium};

/// The piece that is a line of the night sky.
pub const SKY_LINE: &str = "sky line";
/// The piece that is a stretch of neighbouring pixels.
pub const COLUMN: &str = "pixel column";

/// Tests whose smallest possible probability is larger are not made.
const ATTAINABLE: f64 = 1e-3;
/// Columns that the window is cut into.
const COLUMNS: usize = 400;
/// A defect this near to a line of the sky, in Angstrom, is on it.
const ON_LINE: f64 = 3.0;

/// A piece of the instrument: one value for each spectrum of the population.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name in words, `spectrograph`.
    pub name: String,
    /// The value of each spectrum; `None` where it is not stated.
    pub values: Vec<Option<String>>,
}

/// More of a family on a piece than chance would put there.
#[derive(Debug, Clone, PartialEq)]
pub struct Excess {
    /// The piece, `spectrograph`.
    pub piece: String,
    /// Which one, `7`.
    pub value: String,
    /// Members on it.
    pub inside: usize,
    /// Members that state where they are.
    pub size: usize,
    /// As many would be by chance.
    pub expected: f64,
    /// Probability of as many or more by chance.
    pub p: f64,
    /// False discovery rate at which it would be believed.
    pub q: f64,
    /// The wavelengths of the members' defects there, for sky lines and columns: the medians of where they begin and end, which
    /// one long defect does not move, Angstrom as observed.
    pub range: Option<[f64; 2]>,
}

impl Excess {
    /// `inside / expected`.
    pub fn ratio(&self) -> f64 {
        self.inside as f64 / self.expected
    }

    /// In words: `spectrograph 7: 12 of 15, 2.1 expected`.
    pub fn words(&self) -> String {
        let digits = if self.expected < 0.05 { 3 } else { 1 };
        format!("{} {}: {} of {}, {:.digits$} expected", self.piece, self.value, self.inside, self.size, self.expected)
    }
}

/// What is asked about one family.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// Its members in the population.
    pub members: Vec<usize>,
    /// Where their defects sit, from and to, Angstrom as observed; of those that sit somewhere.
    pub places: Vec<[f64; 2]>,
}

/// For each family what it has more of than chance would give, at a false discovery rate below `rate`, the least probable
/// first. `window` is where defects were looked for, as observed in `medium`; `None` where every spectrum has a window of its
/// own, as in the rest frame: no line or column is asked about then.
pub fn over_represented(
    families: &[Asked],
    attributes: &[Attribute],
    window: Option<[f64; 2]>,
    medium: Medium,
    rate: f64,
) -> Vec<Vec<Excess>> {
    let mut tests = 0;
    let mut found: Vec<(usize, Excess)> = Vec::new();
    for (number, family) in families.iter().enumerate() {
        let mut add = |(made, excesses): (usize, Vec<Excess>)| {
            tests += made;
            found.extend(excesses.into_iter().map(|excess| (number, excess)));
        };
        for attribute in attributes {
            add(by_attribute(family, attribute));
        }
        if let Some(window) = window {
            add(by_sky_line(family, window, medium));
            add(by_column(family, window));
        }
    }
    let p: Vec<f64> = found.iter().map(|(_, excess)| excess.p).collect();
    let mut answers = vec![Vec::new(); families.len()];
    for ((number, excess), q) in found.into_iter().zip(benjamini_hochberg(&p, tests)) {
        if q < rate {
            answers[number].push(Excess { q, ..excess });
        }
    }
    for excesses in &mut answers {
        excesses.sort_by(|a: &Excess, b| a.p.total_cmp(&b.p).then_with(|| a.piece.cmp(&b.piece)));
    }
    answers
}

/// Tests made, and those that came out with anybody inside.
fn by_attribute(family: &Asked, attribute: &Attribute) -> (usize, Vec<Excess>) {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let stated = |i: usize| attribute.values[i].as_deref();
    attribute.values.iter().flatten().for_each(|value| counts.entry(value).or_default().0 += 1);
    for value in family.members.iter().filter_map(|&i| stated(i)) {
        counts.entry(value).or_default().1 += 1;
    }
    let population: u64 = counts.values().map(|(all, _)| all).sum();
    let size: u64 = counts.values().map(|(_, inside)| inside).sum();
    counts.retain(|_, (all, _)| hypergeometric_sf((*all).min(size), population, *all, size) <= ATTAINABLE);
    let tests = counts.len();
    let excess = |(value, (all, inside)): (&str, (u64, u64))| Excess {
        piece: attribute.name.clone(),
        value: value.to_owned(),
        inside: inside as usize,
        size: size as usize,
        expected: size as f64 * all as f64 / population as f64,
        p: hypergeometric_sf(inside, population, all, size),
        q: 1.0,
        range: None,
    };
    (tests, counts.into_iter().filter(|(_, (_, inside))| *inside > 0).map(excess).collect())
}

fn by_sky_line(family: &Asked, [from, to]: [f64; 2], medium: Medium) -> (usize, Vec<Excess>) {
    let lines: Vec<(&str, f64)> = SKY
        .iter()
        .map(|line| (line.name, line.wavelength_in(medium)))
        .filter(|(_, at)| (from..=to).contains(at))
        .collect();
    let share = 2.0 * ON_LINE / (to - from);
    let on = |at: f64| {
        move |place: &&[f64; 2]| place[1] - place[0] <= 4.0 * ON_LINE && (middle(place) - at).abs() <= ON_LINE
    };
    let found = lines.iter().filter_map(|(name, at)| {
        let name = name.trim_start_matches("sky ");
        test(family, SKY_LINE, name.to_owned(), share, on(*at))
    });
    let found = found.collect();
    (if family.places.is_empty() { 0 } else { lines.len() }, found)
}

fn by_column(family: &Asked, [from, to]: [f64; 2]) -> (usize, Vec<Excess>) {
    let width = (to - from) / COLUMNS as f64;
    let inside = |place: &&[f64; 2]| (from..=to).contains(&middle(place));
    let column = |place: &[f64; 2]| (((middle(place) - from) / width) as usize).min(COLUMNS - 1);
    let mut columns: Vec<usize> = family.places.iter().filter(inside).map(column).collect();
    columns.sort_unstable();
    columns.dedup();
    let found = columns.into_iter().filter_map(|number| {
        let start = from + number as f64 * width;
        let value = format!("{start:.1}-{:.1} A", start + width);
        test(family, COLUMN, value, 1.0 / COLUMNS as f64, move |place| inside(place) && column(place) == number)
    });
    let found = found.collect();
    (if family.places.is_empty() { 0 } else { COLUMNS }, found)
}

fn test(family: &Asked, piece: &str, value: String, share: f64, on: impl Fn(&&[f64; 2]) -> bool) -> Option<Excess> {
    let there: Vec<&[f64; 2]> = family.places.iter().filter(|place| on(place)).collect();
    let size = family.places.len();
    (!there.is_empty()).then(|| Excess {
        piece: piece.to_owned(),
        value,
        inside: there.len(),
        size,
        expected: size as f64 * share,
        p: binomial_sf(there.len() as u64, size as u64, share),
        q: 1.0,
        range: Some([0, 1].map(|end| median(&mut there.iter().map(|place| place[end]).collect::<Vec<_>>()))),
    })
}

fn middle(place: &[f64; 2]) -> f64 {
    f64::midpoint(place[0], place[1])
}
