//! Families among the outliers of a run: what is asked for, what a card says of each, how they are called.
//!
//! | key of the view | what |
//! |---|---|
//! | `families` | they are open, found among `outliers` of the run or among so many of its list: `500` |
//! | `aside` | `listed`: candidates that were set aside are in the list, too |

use std::collections::HashSet;

use balmer_core::cluster::{self, Kind};
use balmer_exchange::api::{ExcessRow, FamiliesBody, FamilyAction, FamilyBody, NamedFamily};

use super::{
    format::{count, fixed, number},
    small_plot::Frame,
};

/// The key of the view that opens them.
pub const KEY: &str = "families";
/// The key of the view that lists what was set aside.
pub const ASIDE_KEY: &str = "aside";
/// Its only value.
pub const LISTED: &str = "listed";
/// Pieces of the instrument and the sky, as against when and where was observed.
const INSTRUMENT: [&str; 5] = ["fibre", "spectrograph", "fibre of spectrograph", cluster::SKY_LINE, cluster::COLUMN];
/// Characters of a name, at most.
const LONGEST: usize = 60;

/// Among which outliers families are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Among {
    /// Those above the run's threshold.
    #[default]
    Outliers,
    /// So many of the list, from its beginning.
    First(u32),
}

impl Among {
    /// What a menu offers.
    pub const ALL: [Self; 4] = [Self::Outliers, Self::First(100), Self::First(500), Self::First(2_000)];

    /// Its name in an address.
    pub fn key(self) -> String {
        match self {
            Self::Outliers => "outliers".to_owned(),
            Self::First(number) => number.to_string(),
        }
    }

    /// Reads an address; what cannot be read is the default.
    pub fn of_key(key: &str) -> Self {
        key.parse().ok().filter(|number| (1..=2_000).contains(number)).map_or(Self::Outliers, Self::First)
    }

    /// What a menu says.
    pub fn title(self) -> String {
        match self {
            Self::Outliers => "the outliers of the run".to_owned(),
            Self::First(number) => format!("the first {} of the list", count(number.into())),
        }
    }
}

/// The mean residual of a family, as a small plot.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyPlot {
    /// The line, as an SVG path.
    pub path: String,
    /// Where zero stands, if it is in the plot.
    pub zero: Option<f64>,
    /// Where the stretches to mask begin, and how wide they are.
    pub masked: Vec<(f64, f64)>,
    /// First and last wavelength, in words.
    pub wavelengths: String,
    /// Lowest and highest value, in words.
    pub range: String,
}

/// The plot of a family.
pub fn plot(body: &FamiliesBody, family: &FamilyBody) -> FamilyPlot {
    let finite = || family.residual.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let (low, high) = if low.is_finite() { (f64::from(low), f64::from(high)) } else { (0.0, 1.0) };
    let ends = (body.wavelengths.first().copied().unwrap_or(0.0), body.wavelengths.last().copied().unwrap_or(1.0));
    let frame = Frame { ends, low, high };
    let stretch = |&[from, to]: &[f64; 2]| {
        let (from, to) = (from.max(ends.0), to.min(ends.1));
        (from < to).then(|| (frame.x(from), frame.x(to) - frame.x(from)))
    };
    let value = |value: &f32| Some(*value).filter(|value| value.is_finite());
    FamilyPlot {
        path: frame.path(body.wavelengths.iter().copied().zip(family.residual.iter().map(value))),
        zero: (low <= 0.0 && 0.0 <= high).then(|| frame.y(0.0)),
        masked: family.mask_angstrom.iter().filter_map(stretch).collect(),
        wavelengths: format!("{}–{} Å", fixed(ends.0, 0), fixed(ends.1, 0)),
        range: format!("{} to {}", number(low), number(high)),
    }
}

/// The family of a spectrum.
pub fn family_of<'a>(body: &'a FamiliesBody, id: &str) -> Option<&'a FamilyBody> {
    body.families.iter().find(|family| family.members.iter().any(|member| member.spectrum_id == id))
}

/// The families in the order of the server; the one of the chosen spectrum comes first.
pub fn ordered<'a>(body: &'a FamiliesBody, chosen: Option<&str>) -> Vec<&'a FamilyBody> {
    let own = chosen.and_then(|id| family_of(body, id));
    let others = body.families.iter().filter(|family| own.is_none_or(|own| own.id != family.id));
    own.into_iter().chain(others).collect()
}

/// Why setting a family aside is not suggested; `None` where it is.
pub fn reserve(family: &FamilyBody) -> Option<&'static str> {
    let explained = family.over_represented.iter().any(|excess| INSTRUMENT.contains(&excess.piece.as_str()));
    match family.kind {
        _ if family.set_aside_suggested => None,
        Kind::EmissionLine => Some("its members may have an emission line: look at each of them"),
        Kind::FluxCalibration | Kind::LookAlike if !explained => {
            Some("nothing says that the instrument made it, and rare stars of one kind look alike, too")
        }
        _ => Some("a member may have an emission line: look at its members first"),
    }
}

/// An excess in words, with how far chance can be ruled out.
pub fn excess_words(excess: &ExcessRow) -> String {
    format!("{}: {} times as many as by chance, q = {}", excess.words, fixed(excess.ratio, 1), number(excess.q))
}

/// The known families that members belong to: `5 of 12 are known as dead-fibre`.
pub fn known_words(family: &FamilyBody) -> Option<String> {
    let one = |known: &balmer_exchange::api::KnownCount| format!("{} as {}", count(known.members), known.name);
    let known = family.known.iter().map(one).collect::<Vec<_>>().join(", ");
    (!known.is_empty()).then(|| format!("Of its {} members are known: {known}", count(family.size)))
}

/// How many of the run's outliers belong to each named family, those with most of them first.
pub fn recognised(body: &FamiliesBody) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for member in &body.known {
        match counts.iter_mut().find(|(name, _)| *name == member.name) {
            Some((_, number)) => *number += 1,
            None => counts.push((member.name.clone(), 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// The name that was given to a family of a run.
pub fn name_of<'a>(named: &'a [NamedFamily], run: &str, family: &str) -> Option<&'a NamedFamily> {
    named.iter().find(|named| named.run == run && named.family == family)
}

/// What was done with a named family.
pub fn deed(named: &NamedFamily) -> String {
    match (&named.action, &named.label) {
        (FamilyAction::Label, Some(label)) => format!("labelled {label}"),
        (FamilyAction::Label, None) => "labelled".to_owned(),
        (FamilyAction::SetAside, _) => "set aside".to_owned(),
    }
}

/// A name for a family that is not taken: its kind and what it sits on, `sky-line-5577`.
pub fn proposed_name(family: &FamilyBody, taken: &[NamedFamily]) -> String {
    let kind = serde_json::to_value(family.kind).unwrap_or_default();
    let kind = kind.as_str().unwrap_or("family").to_owned();
    let piece = family.over_represented.iter().find(|excess| INSTRUMENT.contains(&excess.piece.as_str()));
    let words = match piece {
        Some(excess) if slug(&excess.piece) == kind => format!("{kind} {}", excess.value),
        Some(excess) => format!("{kind} {} {}", excess.piece, excess.value),
        None => kind,
    };
    let mut name = slug(&words);
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    let is_free = |name: &str| taken.iter().all(|named| named.name != name);
    if is_free(name) {
        return name.to_owned();
    }
    // of one more than are taken, one is free
    let numbered = |number: usize| format!("{name}-{number}");
    (2..taken.len() + 3).map(numbered).find(|name| is_free(name)).unwrap_or_default()
}

/// Letters and digits in lower case, with one hyphen for whatever is between them.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// How many families are set aside.
pub fn set_aside(named: &[NamedFamily]) -> impl Iterator<Item = &NamedFamily> {
    named.iter().filter(|named| named.action == FamilyAction::SetAside)
}

/// The spectra that are set aside, as far as they are known here.
pub fn aside_ids(named: &[NamedFamily], body: Option<&FamiliesBody>) -> HashSet<String> {
    let mut ids: HashSet<String> = set_aside(named).flat_map(|family| family.spectrum_ids.iter().cloned()).collect();
    let is_aside = |name: &str| set_aside(named).any(|family| family.name == name);
    let known = body.into_iter().flat_map(|body| &body.known).filter(|member| is_aside(&member.name));
    ids.extend(known.map(|member| member.spectrum_id.clone()));
    ids
}

/// What the list says of those that are set aside: `12 set aside in 2 families`.
pub fn aside_words(candidates: u64, families: usize, are_listed: bool) -> String {
    let families = if families == 1 { "1 family".to_owned() } else { format!("{} families", count(families as u64)) };
    let listed = if are_listed { " are listed, too" } else { "" };
    format!("{} set aside in {families}{listed}", count(candidates))
}

#[cfg(test)]
mod tests;
