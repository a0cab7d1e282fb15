//! How places move with the settings.
//!
//! A run ranks its spectra not once but under several settings ([`Member`]): with each of some numbers of neighbours, which the
//! one table gives for nothing, and where `[ensemble]` asks for it with each [variant](super::variants) of the recipe. What a
//! person is told of a spectrum is its places ([`Stability::of_row`]), the share of settings under which it is in the head of
//! the list ([`Stability::share_in_head`]), and its ensemble factor ([`Stability::factor`]): the geometric mean of its outlier
//! factors, which stays a factor, about 1 for ordinary spectra. Combining detectors by the mean of their scores is the
//! *averaging* of C. C. Aggarwal & S. Sathe 2015 (ACM SIGKDD Explorations 17, 24); why the logarithm's, and why no small
//! neighbourhoods, docs/METHODS.md measures.

use std::{collections::HashMap, sync::Arc};

use super::{Exploration, FeatureTable, Plan, Ranking, RunObserver, plan::Variant};
use crate::{Engine, Result, parallel};

/// The head of a list: this share of it, but [`LEAST_HEAD`] spectra at least.
const HEAD: f64 = 0.02;
/// See [`HEAD`].
const LEAST_HEAD: usize = 10;

/// One setting under which the spectra were ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Size of the neighbourhood.
    pub n_neighbors: usize,
    /// What of the recipe was changed; `None` for the run's own.
    pub change: Option<String>,
}

impl std::fmt::Display for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.change {
            None => write!(f, "k = {}", self.n_neighbors),
            Some(change) => write!(f, "k = {}, {change}", self.n_neighbors),
        }
    }
}

/// What one setting says of a run's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Placing {
    member: Member,
    /// Places by row of the run, from 1; 0 where the setting rejects the spectrum.
    ranks: Vec<u32>,
    /// Outlier factors by row of the run; NaN where the setting rejects the spectrum.
    lof: Vec<f32>,
}

impl Placing {
    /// By a ranking of the run's own rows.
    pub(super) fn new(n_neighbors: usize, ranking: &Ranking) -> Self {
        let mut ranks = vec![0; ranking.order.len()];
        ranking.order.iter().zip(1..).for_each(|(&row, rank)| ranks[row as usize] = rank);
        Self { member: Member { n_neighbors, change: None }, ranks, lof: ranking.scores.lof.to_vec() }
    }

    /// Ranks `features`, made by a variant of the run's recipe, with each of its numbers of neighbours; `ids` are the rows
    /// of the run. Nothing where too few spectra pass the variant's recipe.
    ///
    /// # Errors
    /// Features that are not finite, cancellation, failure of the device.
    pub async fn of_variant<E: Engine>(
        variant: &Variant,
        ids: &[String],
        features: &FeatureTable,
        engine: &E,
        observer: &dyn RunObserver,
    ) -> Result<Vec<Self>> {
        let plan: &Plan = &variant.plan;
        if features.len() <= plan.n_neighbors() {
            return Ok(Vec::new());
        }
        let exploration = Exploration::search(plan, features, &[], engine, observer).await?;
        let rows: HashMap<&str, usize> =
            features.spectrum_ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
        let places: Vec<Option<usize>> = ids.iter().map(|id| rows.get(id.as_str()).copied()).collect();
        let of_run = |own: Self| Self {
            member: Member { change: Some(variant.change.clone()), ..own.member },
            ranks: places.iter().map(|row| row.map_or(0, |row| own.ranks[row])).collect(),
            lof: places.iter().map(|row| row.map_or(f32::NAN, |row| own.lof[row])).collect(),
        };
        Ok(exploration.placings(plan)?.into_iter().map(of_run).collect())
    }
}

/// The places of all rows of a run under all its settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stability {
    placings: Vec<Arc<Placing>>,
    factors: Vec<f32>,
}

impl Stability {
    /// Of settings that speak of the same rows.
    pub(super) fn new(placings: Vec<Arc<Placing>>) -> Self {
        let rows = placings.first().map_or(0, |placing| placing.ranks.len());
        let factor = |row: usize| {
            let known = placings.iter().map(|placing| f64::from(placing.lof[row])).filter(|lof| !lof.is_nan());
            let (sum, count) = known.fold((0.0, 0_u32), |(sum, count), lof| (sum + lof.ln(), count + 1));
            (sum / f64::from(count)).exp() as f32
        };
        Self { factors: parallel::map_indices(rows, factor), placings }
    }

    /// The settings.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Member> {
        self.placings.iter().map(|placing| &placing.member)
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.factors.len()
    }

    /// Places by row under one setting, from 1; 0 where it rejects the spectrum.
    pub fn of_member(&self, member: usize) -> &[u32] {
        &self.placings[member].ranks
    }

    /// Places of a row under each setting, from 1; 0 where it rejects the spectrum.
    pub fn of_row(&self, row: usize) -> impl Iterator<Item = u32> + '_ {
        self.placings.iter().map(move |placing| placing.ranks[row])
    }

    /// Geometric mean of a row's outlier factors under the settings that do not reject it.
    pub fn factor(&self, row: usize) -> f32 {
        self.factors[row]
    }

    /// The same of all rows.
    pub fn factors(&self) -> &[f32] {
        &self.factors
    }

    /// The best and the worst of a row's places; 0 where it has none.
    pub fn range(&self, row: usize) -> (u32, u32) {
        let known = || self.of_row(row).filter(|&rank| rank > 0);
        (known().min().unwrap_or(0), known().max().unwrap_or(0))
    }

    /// Share of the settings that have a row in the [`head`] of their list, 0 to 1.
    pub fn share_in_head(&self, row: usize) -> f32 {
        let known = || self.of_row(row).filter(|&rank| rank > 0);
        let (of, head) = (known().count(), head(self.n_rows()) as u32);
        if of == 0 { 0.0 } else { known().filter(|&rank| rank <= head).count() as f32 / of as f32 }
    }
}

/// How many spectra are the head of a list of `n`: two in a hundred, ten at least.
pub fn head(n: usize) -> usize {
    ((n as f64 * HEAD).ceil() as usize).max(LEAST_HEAD).min(n)
}

/// The numbers of neighbours under which a run ranks its spectra when its spec names none: from half its own to twice it, as
/// far as the table goes. Smaller ones than half see clusters of rare objects as ordinary, which says nothing of a spectrum.
pub(super) fn ladder(table: usize, own: usize, least: usize) -> Vec<usize> {
    let mut ladder: Vec<usize> = [2, 3, 4, 6, 8].map(|quarters| (own * quarters / 4).clamp(least, table)).into();
    ladder.push(table.min(2 * own));
    ladder.sort_unstable();
    ladder.dedup();
    ladder
}

#[cfg(test)]
mod tests;
