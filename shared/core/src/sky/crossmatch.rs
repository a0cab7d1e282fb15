//! Rows of a catalogue against the spectra of a survey.
//!
//! The spectra are indexed once; rows come by and by, in any number, and only what is near a spectrum is kept. The
//! pairs within the radius are those of a search through all of them: `spectrum`, `row` and the angle between. What is
//! made of them is [`Find`], by which the separation decides, then the number of the spectrum, then that of the row,
//! so that the same input gives the same pairs on any number of threads and in portions of any size.
//!
//! Memory: 60 bytes a spectrum and 16 a pair within the radius, at most [`CrossmatchParams::most_pairs`] of them.
//! Time: a row that does not move costs a look into the two or three zones about it; one that moves is looked up about
//! its place in the middle of the survey's time, in a circle that is wider by what it moves from there.

use std::{
    cmp::Ordering,
    fmt,
    str::FromStr,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use serde::{Deserialize, Serialize};

use super::{
    Observed, Radius, Source,
    motion::moved,
    position::{angle_of_chord, chord_squared},
    zones::{Zones, chord_limit},
};
use crate::{Error, Observer, Result, parallel};

/// Rows that one thread takes at a time.
const PIECE: usize = 1024;
/// Rows that [`crossmatch`] hands over at once.
const PORTION: usize = 1 << 16;

/// Which of the pairs within the radius are matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Find {
    /// Each spectrum and each row once: pairs are taken by increasing separation, and one whose spectrum or row is
    /// taken already falls (TOPCAT's "Best match, symmetric").
    #[default]
    Best,
    /// Each spectrum's nearest row; a row may be that of several.
    EachSpectrum,
    /// Each row's nearest spectrum; a spectrum may be that of several.
    EachRow,
    /// All pairs.
    All,
}

impl Find {
    const NAMES: [(&'static str, Self); 4] =
        [("best", Self::Best), ("each-spectrum", Self::EachSpectrum), ("each-row", Self::EachRow), ("all", Self::All)];
}

impl FromStr for Find {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::NAMES.iter().find(|(name, _)| *name == text);
        known
            .map(|&(_, find)| find)
            .ok_or_else(|| Error::parameter("find", text, "choose best, each-spectrum, each-row or all"))
    }
}

impl fmt::Display for Find {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES.iter().find(|(_, find)| find == self).map_or("", |(name, _)| name))
    }
}

/// How to match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossmatchParams {
    /// Greatest separation, itself included.
    pub radius: Radius,
    /// Which pairs are matches.
    pub find: Find,
    /// Pairs within the radius, at most: beyond it the match is refused.
    pub most_pairs: usize,
}

/// A spectrum and a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Number of the spectrum.
    pub spectrum: u32,
    /// Number of the row.
    pub row: u32,
    /// The angle between them, arcsec.
    pub separation: f64,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matches {
    /// The matches by spectrum, then separation, then row.
    pub pairs: Vec<Pair>,
    /// How many rows are within the radius of each spectrum, whatever [`Find`] makes of them.
    pub near: Vec<u32>,
    /// Rows that were looked at.
    pub rows: u32,
    /// Rows without a position.
    pub rows_left_out: u32,
    /// Spectra without a position.
    pub spectra_left_out: u32,
}

/// Rows of a portion that are within the radius of a spectrum, by their place in it, ascending.
pub type Near = Vec<u32>;

impl Pair {
    /// The order in which pairs are taken.
    fn before(&self, other: &Self) -> Ordering {
        self.separation.total_cmp(&other.separation).then((self.spectrum, self.row).cmp(&(other.spectrum, other.row)))
    }
}

/// The spectra of a survey, and what of a catalogue was found near them.
#[derive(Debug)]
pub struct Matcher {
    zones: Zones,
    /// Epoch of each spectrum, Julian years; NaN where it is not known.
    epochs: Vec<f64>,
    /// The first and the last of them.
    span: Option<(f64, f64)>,
    is_undated: bool,
    params: CrossmatchParams,
    found: Vec<Pair>,
    count: usize,
    matches: Matches,
}

impl Matcher {
    /// Indexes the spectra.
    ///
    /// # Errors
    /// More than 2³² spectra.
    pub fn new(spectra: &[Observed], params: CrossmatchParams) -> Result<Self> {
        if u32::try_from(spectra.len()).is_err() {
            return Err(Error::parameter("spectra", spectra.len(), "match at most 4,294,967,295 at once"));
        }
        let positions: Vec<_> = spectra.iter().map(|spectrum| spectrum.position).collect();
        let epoch = |spectrum: &Observed| spectrum.epoch.filter(|epoch| epoch.is_finite());
        let dated = || spectra.iter().filter_map(epoch);
        let span = dated().next().map(|first| dated().fold((first, first), |(a, b), e| (a.min(e), b.max(e))));
        let spectra_left_out = positions.iter().filter(|position| position.is_none()).count() as u32;
        Ok(Self {
            zones: Zones::new(&positions),
            epochs: spectra.iter().map(|spectrum| epoch(spectrum).unwrap_or(f64::NAN)).collect(),
            span,
            is_undated: spectra.iter().any(|spectrum| epoch(spectrum).is_none()),
            params,
            found: Vec::new(),
            count: 0,
            matches: Matches { near: vec![0; spectra.len()], spectra_left_out, ..Matches::default() },
        })
    }

    /// Takes the next rows of the catalogue and says which of them are near a spectrum.
    ///
    /// # Errors
    /// More pairs than are wanted, [`Error::Cancelled`].
    pub fn add(&mut self, rows: &[Source], observer: &dyn Observer) -> Result<Near> {
        let first = self.matches.rows;
        let total = u32::try_from(rows.len()).ok().and_then(|count| first.checked_add(count));
        self.matches.rows =
            total.ok_or_else(|| Error::parameter("rows", u32::MAX, "match at most 4,294,967,295 rows at once"))?;
        let room = self.params.most_pairs.saturating_sub(self.count);
        let taken = AtomicUsize::new(0);
        let pieces = parallel::map_indices(rows.len().div_ceil(PIECE), |piece| {
            let begin = piece * PIECE;
            let mut found = Vec::new();
            for (place, row) in rows.iter().enumerate().skip(begin).take(PIECE) {
                // how many there are decides, not who came first: beyond the limit there is no answer
                if observer.is_cancelled() || taken.load(Relaxed) > room {
                    break;
                }
                let before = found.len();
                self.look(row, room, |spectrum, squared| {
                    let separation = angle_of_chord(squared).to_degrees() * 3600.0;
                    found.push(Pair { spectrum, row: place as u32, separation });
                });
                taken.fetch_add(found.len() - before, Relaxed);
            }
            found
        });
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if taken.load(Relaxed) > room {
            let remedy = format!("more than {} pairs are within it: narrow it", self.params.most_pairs);
            return Err(Error::parameter("radius", self.params.radius, remedy));
        }
        self.count += taken.into_inner();
        self.matches.rows_left_out += rows.iter().filter(|row| row.position.is_none()).count() as u32;
        let mut near = Near::new();
        for one_row in pieces.iter().flat_map(|piece| piece.chunk_by(|a, b| a.row == b.row)) {
            near.push(one_row[0].row);
            self.keep(one_row, first);
        }
        Ok(near)
    }

    /// Calls `found` for each spectrum within the radius of a row, until there are more than `most`.
    fn look(&self, row: &Source, most: usize, mut found: impl FnMut(u32, f64)) {
        let Some(position) = row.position else { return };
        let radius = self.params.radius.degrees().to_radians();
        let mut left = most.saturating_add(1);
        let mut count = |spectrum, squared| {
            found(spectrum, squared);
            left -= 1;
            left > 0
        };
        let Some(motion) = row.motion.filter(|motion| motion.speed() > 0.0 && self.span.is_some()) else {
            return self.zones.near(position, radius, count);
        };
        let (from, to) = self.span.unwrap_or((motion.epoch, motion.epoch));
        // spectra without an epoch see it where its catalogue has it
        let (from, to) = if self.is_undated { (from.min(motion.epoch), to.max(motion.epoch)) } else { (from, to) };
        let middle = f64::midpoint(from, to);
        let reach = radius + motion.speed() * (to - middle);
        let (unit, velocity) = (position.unit(), motion.velocity(position));
        let limit = chord_limit(radius);
        self.zones.about(position.at_epoch(&motion, middle), reach, |spectrum, direction| {
            let epoch = self.epochs[spectrum as usize];
            let years = if epoch.is_nan() { 0.0 } else { epoch - motion.epoch };
            let squared = chord_squared(&moved(&unit, &velocity, years), direction);
            squared > limit || count(spectrum, squared)
        });
    }

    /// Keeps of a row's pairs what can become a match.
    fn keep(&mut self, pairs: &[Pair], first: u32) {
        for pair in pairs {
            self.matches.near[pair.spectrum as usize] += 1;
        }
        let pairs = pairs.iter().map(|pair| Pair { row: first + pair.row, ..*pair });
        match self.params.find {
            Find::Best | Find::All | Find::EachSpectrum => self.found.extend(pairs),
            Find::EachRow => self.found.extend(pairs.min_by(Pair::before)),
        }
    }

    /// What was found.
    pub fn finish(self) -> Matches {
        let Self { mut found, mut matches, params, .. } = self;
        if params.find == Find::Best {
            found.sort_unstable_by(Pair::before);
            let mut spectra = vec![false; matches.near.len()];
            let mut rows = vec![0u64; (matches.rows as usize).div_ceil(64)];
            found.retain(|pair| {
                let (word, bit) = (&mut rows[pair.row as usize / 64], 1 << (pair.row % 64));
                let is_free = !spectra[pair.spectrum as usize] && *word & bit == 0;
                if is_free {
                    spectra[pair.spectrum as usize] = true;
                    *word |= bit;
                }
                is_free
            });
        }
        found.sort_unstable_by(|a, b| a.spectrum.cmp(&b.spectrum).then(a.before(b)));
        if params.find == Find::EachSpectrum {
            found.dedup_by_key(|pair| pair.spectrum);
        }
        matches.pairs = found;
        matches
    }
}

/// Matches a whole catalogue.
///
/// # Errors
/// As [`Matcher::new`] and [`Matcher::add`].
pub fn crossmatch(
    spectra: &[Observed],
    rows: &[Source],
    params: CrossmatchParams,
    observer: &dyn Observer,
) -> Result<Matches> {
    let mut matcher = Matcher::new(spectra, params)?;
    for (portion, some) in rows.chunks(PORTION).enumerate() {
        matcher.add(some, observer)?;
        observer.progress(((portion + 1) * PORTION).min(rows.len()) as f64 / rows.len() as f64);
    }
    Ok(matcher.finish())
}
