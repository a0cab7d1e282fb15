//! Two runs side by side: how far their ranked lists agree, what moved, what only one of them has, and
//! whether they were asked the same of the same spectra.
//!
//! - *Overlap at N*: the share of the first N of one list that is among the first N of the other, the
//!   agreement at a depth of Webber, Moffat & Zobel 2010 (ACM TOIS 28, 20, section 3). It sees the top, which
//!   is what people look through.
//! - *Spearman's rank correlation* (Spearman 1904) over the spectra that both lists have, with mean ranks
//!   where factors tie (Kendall 1945): it sees the whole lists. The order among equal factors is that of the
//!   names, which says nothing about the spectra, so that ties are counted as ties.
//!
//! Nothing is read here: the caller fills two [`RankedList`]s, which take the bytes of the names and 16 more a
//! spectrum, and comparing them takes about 40 more.

use std::cmp::Ordering;

use balmer_core::pipeline::Provenance;
use serde::Serialize;
use serde_json::Value;

/// A run's ranked list: names, places and local outlier factors.
#[derive(Debug, Clone, Default)]
pub struct RankedList {
    names: String,
    ends: Vec<usize>,
    ranks: Vec<u32>,
    lof: Vec<f32>,
}

impl RankedList {
    /// Adds a spectrum; each name comes once, in any order.
    pub fn push(&mut self, spectrum_id: &str, rank: u32, lof: f32) {
        self.names.push_str(spectrum_id);
        self.ends.push(self.names.len());
        self.ranks.push(rank);
        self.lof.push(lof);
    }

    /// How many spectra it ranks.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it ranks none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn name(&self, i: u32) -> &str {
        let i = i as usize;
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.names[start..self.ends[i]]
    }

    fn rank(&self, i: u32) -> u32 {
        self.ranks[i as usize]
    }

    fn by_name(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by(|&i, &j| self.name(i).cmp(self.name(j)));
        order
    }

    fn placed(&self, i: u32) -> Placed {
        Placed { spectrum_id: self.name(i).to_owned(), rank: self.rank(i), lof: self.lof[i as usize] }
    }
}

/// How two ranked lists, A and B, differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Spectra that both rank.
    pub common: usize,
    /// Overlap at 10, 100, 1000, ... and at the length of the shorter list; empty where a list is.
    pub overlap: Vec<Overlap>,
    /// Spearman's rank correlation over the common spectra, -1 to 1; `None` where it is not defined: fewer than
    /// two of them, or all factors of a list equal.
    pub spearman: Option<f64>,
    /// Common spectra that changed their place most: by the ratio of their ranks, since from 2 to 20 is more
    /// than from 20,000 to 30,000.
    pub moved: Vec<Moved>,
    /// Spectra that B does not rank.
    pub only_a: OnlyIn,
    /// Spectra that A does not rank.
    pub only_b: OnlyIn,
}

/// What the first `first` of both lists have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Overlap {
    /// How deep both lists are read.
    pub first: usize,
    /// Spectra in both heads.
    pub common: usize,
    /// The same as a share of `first`, 0 to 1.
    pub share: f64,
}

/// A spectrum at two places.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// The spectrum.
    pub spectrum_id: String,
    /// Its place in A, from 1.
    pub rank_a: u32,
    /// Its place in B.
    pub rank_b: u32,
    /// Its factor in A.
    pub lof_a: f32,
    /// Its factor in B.
    pub lof_b: f32,
}

/// A spectrum at its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed {
    /// The spectrum.
    pub spectrum_id: String,
    /// Its place, from 1.
    pub rank: u32,
    /// Its factor.
    pub lof: f32,
}

/// Spectra of one list that the other does not have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OnlyIn {
    /// How many there are.
    pub count: usize,
    /// The first of them, by their rank.
    pub first: Vec<Placed>,
}

/// Compares two lists; the lists of spectra in the answer have at most `limit` entries.
pub fn compare(a: &RankedList, b: &RankedList, limit: usize) -> Comparison {
    let Matched { pairs, only_a, only_b } = matched(a, b);
    let only = |ranking: &RankedList, mut rows: Vec<u32>| {
        rows.sort_unstable_by_key(|&i| ranking.rank(i));
        OnlyIn { count: rows.len(), first: rows.into_iter().take(limit).map(|i| ranking.placed(i)).collect() }
    };
    Comparison {
        common: pairs.len(),
        overlap: overlap(a, b, &pairs),
        spearman: spearman(a, b, &pairs),
        only_a: only(a, only_a),
        only_b: only(b, only_b),
        moved: moved(a, b, pairs, limit),
    }
}

/// Rows of the same name, and those without a counterpart.
struct Matched {
    pairs: Vec<(u32, u32)>,
    only_a: Vec<u32>,
    only_b: Vec<u32>,
}

fn matched(a: &RankedList, b: &RankedList) -> Matched {
    let (in_a, in_b) = (a.by_name(), b.by_name());
    let mut found = Matched { pairs: Vec::new(), only_a: Vec::new(), only_b: Vec::new() };
    let (mut i, mut j) = (0, 0);
    while i < in_a.len() && j < in_b.len() {
        match a.name(in_a[i]).cmp(b.name(in_b[j])) {
            Ordering::Equal => {
                found.pairs.push((in_a[i], in_b[j]));
                i += 1;
                j += 1;
            }
            Ordering::Less => {
                found.only_a.push(in_a[i]);
                i += 1;
            }
            Ordering::Greater => {
                found.only_b.push(in_b[j]);
                j += 1;
            }
        }
    }
    found.only_a.extend_from_slice(&in_a[i..]);
    found.only_b.extend_from_slice(&in_b[j..]);
    found
}

fn overlap(a: &RankedList, b: &RankedList, pairs: &[(u32, u32)]) -> Vec<Overlap> {
    let shorter = a.len().min(b.len());
    let decades = std::iter::successors(Some(10usize), |depth| depth.checked_mul(10));
    let depths = decades.take_while(|&depth| depth < shorter).chain((shorter > 0).then_some(shorter));
    let at = |first: usize| {
        let common = pairs.iter().filter(|&&(i, j)| a.rank(i).max(b.rank(j)) as usize <= first).count();
        Overlap { first, common, share: common as f64 / first as f64 }
    };
    depths.map(at).collect()
}

fn moved(a: &RankedList, b: &RankedList, mut pairs: Vec<(u32, u32)>, limit: usize) -> Vec<Moved> {
    pairs.retain(|&(i, j)| a.rank(i) != b.rank(j));
    let ends = |&(i, j): &(u32, u32)| {
        let (one, other) = (u64::from(a.rank(i)), u64::from(b.rank(j)));
        (one.min(other), one.max(other))
    };
    // the larger ratio first, compared without rounding; of equal ones that nearer to the top
    let by_ratio = |p: &(u32, u32), q: &(u32, u32)| {
        let ((p_near, p_far), (q_near, q_far)) = (ends(p), ends(q));
        let ratio = (q_far * p_near).cmp(&(p_far * q_near));
        ratio.then_with(|| p_near.cmp(&q_near)).then_with(|| a.name(p.0).cmp(a.name(q.0)))
    };
    pairs.sort_unstable_by(by_ratio);
    let places = |(i, j): (u32, u32)| Moved {
        spectrum_id: a.name(i).to_owned(),
        rank_a: a.rank(i),
        rank_b: b.rank(j),
        lof_a: a.lof[i as usize],
        lof_b: b.lof[j as usize],
    };
    pairs.into_iter().take(limit).map(places).collect()
}

fn spearman(a: &RankedList, b: &RankedList, pairs: &[(u32, u32)]) -> Option<f64> {
    let in_a = mean_ranks(a, &pairs.iter().map(|&(i, _)| i).collect::<Vec<_>>());
    let in_b = mean_ranks(b, &pairs.iter().map(|&(_, j)| j).collect::<Vec<_>>());
    let mean = f64::midpoint(1.0, pairs.len() as f64);
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (x, y) in in_a.into_iter().zip(in_b) {
        let (x, y) = (x - mean, y - mean);
        both += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    (of_a > 0.0 && of_b > 0.0).then(|| (both / (of_a * of_b).sqrt()).clamp(-1.0, 1.0))
}

/// Places of `rows` among themselves, from 1, in their order; those of equal factors share their mean.
fn mean_ranks(ranking: &RankedList, rows: &[u32]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_unstable_by_key(|&at| ranking.rank(rows[at as usize]));
    let lof = |at: u32| ranking.lof[rows[at as usize] as usize];
    let mut ranks = vec![0.0; rows.len()];
    let mut place = 0;
    for tied in order.chunk_by(|&p, &q| lof(p).total_cmp(&lof(q)).is_eq()) {
        let mean = place as f64 + f64::midpoint(1.0, tied.len() as f64);
        for &at in tied {
            ranks[at as usize] = mean;
        }
        place += tied.len();
    }
    ranks
}

/// Whether two runs were asked the same of the same spectra, and answered the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// The specs name the same survey.
    pub survey: bool,
    /// The survey held the same spectra, by the digests of its parts.
    pub survey_content: bool,
    /// The feature rows and their names have the same bytes.
    pub features: bool,
    /// Ranks, names and scores have the same bytes; `None` where a run does not state them.
    pub scores: Option<bool>,
    /// Keys in which the specs differ, sorted.
    pub spec: Vec<Difference>,
}

/// A key of the spec with another value; `null` where a spec does not have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// `lof.n_neighbors`.
    pub key: String,
    /// Its value in A.
    pub a: Value,
    /// Its value in B.
    pub b: Value,
}

impl Agreement {
    /// Compares two records.
    pub fn of(a: &Provenance, b: &Provenance) -> Self {
        let parts = |provenance: &Provenance| -> Vec<String> {
            let parts = provenance.inputs.iter().filter(|input| input.name.starts_with("surveys/"));
            parts.map(|part| part.sha256.clone()).collect()
        };
        let spec = |provenance: &Provenance| serde_json::to_value(&provenance.spec).unwrap_or_default();
        let mut differences = Vec::new();
        differ("", &spec(a), &spec(b), &mut differences);
        Self {
            survey: a.spec.survey == b.spec.survey,
            survey_content: parts(a) == parts(b),
            features: a.features_sha256 == b.features_sha256,
            scores: a.scores_sha256.as_ref().zip(b.scores_sha256.as_ref()).map(|(a, b)| a == b),
            spec: differences,
        }
    }
}

/// Walks two documents along their keys; lists are compared as a whole.
fn differ(key: &str, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    let (Some(in_a), Some(in_b)) = (a.as_object(), b.as_object()) else {
        if a != b {
            found.push(Difference { key: key.to_owned(), a: a.clone(), b: b.clone() });
        }
        return;
    };
    let mut keys: Vec<&String> = in_a.keys().chain(in_b.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for name in keys {
        let below = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
        let value = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
        differ(&below, &value(in_a), &value(in_b), found);
    }
}

#[cfg(test)]
mod tests;
