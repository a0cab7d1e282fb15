//! Families among the outliers of a run, found when they are asked for and kept beside it.
//!
//! What was found is kept in the run's folder, `families/`, with what it was found by; it is found anew where
//! something else is asked, or where families of the survey were named or undone since, so that members are recognised by
//! what is known now. Naming a family, and undoing it, is the survey's matter ([`crate::storage::NamedFamilies`]).
//!
//! Memory: features of at most [`MOST`] outliers with [`NEIGHBORS`] neighbours each, and some 300 bytes a ranked spectrum.

mod kept;
mod outliers;
mod pieces;

use std::collections::{BTreeMap, HashSet};

use balmer_core::{
    cluster::{
        Asked, Excess, Families, Family, FamilyParams, FamilyValidParams, Outlier, Place, over_represented,
        ranges_to_mask, suggest,
    },
    pipeline::{Plan, RunObserver, Stage},
};
use balmer_exchange::api::{
    ExcessRow, FamiliesBody, FamilyAction, FamilyBody, FamilyMember, KnownCount, KnownMember, NamedFamily, NewFamily,
    RunStatus,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::{kept::Kept, outliers::Listed};
use crate::storage::{FeatureError, KeptFamily, Result, Run, Store, StoreError};

/// Outliers that families are looked for among, at most: the first of the list.
pub const MOST: usize = 2_000;
/// Nearest neighbours that an outlier is compared with.
const NEIGHBORS: usize = 20;
/// False discovery rate below which a piece of the instrument is named.
const RATE: f64 = 0.05;

/// Among which outliers.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct FamilyOptions {
    /// So many of the list, from its beginning.
    pub outliers: Option<usize>,
    /// Those with a larger local outlier factor. Where neither is given, those above the run's threshold.
    pub threshold: Option<f64>,
}

/// The families among the outliers of a finished run.
///
/// # Errors
/// A run that is not done, options that make no sense, unreadable tables, an unwritable disk, cancellation.
pub fn families(
    store: &Store,
    run: &Run,
    options: FamilyOptions,
    observer: &dyn RunObserver,
) -> Result<FamiliesBody, FeatureError> {
    Ok(found(store, run, options, observer)?.body)
}

/// Names a family of a run, `author` speaking where the body names nobody; all of it is on the disk when this returns.
///
/// # Errors
/// A run without that family; as [`NamedFamilies::name`](crate::storage::NamedFamilies::name).
pub fn name(
    store: &Store,
    survey: &str,
    new: NewFamily,
    author: &str,
    observer: &dyn RunObserver,
) -> Result<NamedFamily, FeatureError> {
    let run = store.run(&new.run)?;
    let spec = run.spec()?;
    if spec.survey != survey {
        return Err(run.refused(format!("it is of survey {}, not of {survey}", spec.survey)).into());
    }
    // whatever the caller looked at was found before
    let mut kept = Kept::all(&run)?;
    if kept.is_empty() {
        kept.push(found(store, &run, FamilyOptions::default(), observer)?);
    }
    let unknown = || StoreError::NoFamilyOfRun { run: run.id().to_owned(), id: new.family.clone() };
    let of_id = |kept: Kept| {
        let family = kept.body.families.iter().find(|family| family.id == new.family)?.clone();
        Some((kept, family))
    };
    let (kept, family) = kept.into_iter().find_map(of_id).ok_or_else(unknown)?;
    let place = kept.places.get(&family.id).ok_or_else(unknown)?.clone();
    let about = NamedFamily {
        name: new.name,
        run: run.id().to_owned(),
        family: family.id.clone(),
        kind: family.kind,
        action: new.action,
        label: new.label,
        author: new.author.unwrap_or_else(|| author.to_owned()),
        created: String::new(),
        spectrum_ids: family.members.iter().map(|member| member.spectrum_id.clone()).collect(),
    };
    let recipe = Plan::new(spec)?.recipe().hash();
    Ok(store.survey(survey)?.families().name(KeptFamily { about, recipe, place })?.about)
}

/// Spectra that the lists of a run leave out: members of families that are set aside, and those recognised in the run.
///
/// # Errors
/// When they cannot be read.
pub fn set_aside(store: &Store, run: &Run) -> Result<HashSet<String>> {
    let survey = run.spec()?.survey;
    if !store.has_survey(&survey) {
        return Ok(HashSet::new());
    }
    let named = store.survey(&survey)?.families().list()?;
    let aside: Vec<&KeptFamily> = named.iter().filter(|f| f.about.action == FamilyAction::SetAside).collect();
    let mut ids: HashSet<String> = aside.iter().flat_map(|family| family.about.spectrum_ids.iter().cloned()).collect();
    if aside.is_empty() {
        return Ok(ids);
    }
    for kept in Kept::all(run)? {
        let mut names = HashSet::new();
        for family in &aside {
            if kept.knew(family)? {
                names.insert(family.about.name.as_str());
            }
        }
        let known = kept.body.known.iter().filter(|member| names.contains(member.name.as_str()));
        ids.extend(known.map(|member| member.spectrum_id.clone()));
    }
    Ok(ids)
}

fn found(store: &Store, run: &Run, options: FamilyOptions, observer: &dyn RunObserver) -> Result<Kept, FeatureError> {
    let state = run.state()?;
    if state.status != RunStatus::Done {
        return Err(run.refused(format!("it is {}: there are no outliers yet", state.status)).into());
    }
    check(&options)?;
    let named = store.survey(&state.survey)?.families().list()?;
    let names = kept::digests(&named)?;
    if let Some(kept) = Kept::all(run)?.into_iter().find(|kept| kept.is_of(&options, &names)) {
        return Ok(kept);
    }
    let plan = Plan::new(run.spec()?)?;
    let survey = store.survey_of(run)?;
    let listed = outliers::listed(run, &options)?;
    let outliers = outliers::described(run, &survey, &plan, &listed, observer)?;
    observer.stage(Stage::Rank, "looking for families");
    let params = FamilyValidParams::try_from(FamilyParams::default())?;
    let found = Families::find(&outliers, &params)?;
    if observer.is_cancelled() {
        return Err(StoreError::Cancelled.into());
    }
    let (attributes, places_of) = pieces::attributes(run, &survey)?;
    let asked: Vec<Asked> = found.families.iter().map(|family| asked(family, &listed, &outliers, &places_of)).collect();
    let spec = plan.spec();
    let window = (!spec.recipe.rest_frame).then_some(spec.recipe.window_angstrom);
    let medium = spec.recipe.medium;
    let excesses = over_represented(&asked, &attributes, window, medium, RATE);
    let known = recognised(&named, &plan.recipe().hash(), &listed, &outliers);
    let descriptions: Vec<_> = outliers.iter().map(|outlier| &outlier.description).collect();
    let (mut families, mut places) = (Vec::new(), BTreeMap::new());
    for (family, excesses) in found.families.into_iter().zip(excesses) {
        let suggestion = suggest(&family, &descriptions, &excesses);
        let members: Vec<FamilyMember> = family.members.iter().map(|&i| listed[i].member()).collect();
        let id = id_of(&members);
        families.push(FamilyBody {
            id: id.clone(),
            size: members.len() as u64,
            kind: suggestion.kind,
            title: suggestion.kind.to_string(),
            reason: suggestion.reason,
            set_aside_suggested: suggestion.set_aside,
            known: counted(&members, &known),
            members,
            residual: family.residual,
            mask_angstrom: ranges_to_mask(&excesses),
            over_represented: excesses.iter().map(row).collect(),
        });
        places.insert(id, family.place);
    }
    let body = FamiliesBody {
        run: run.id().to_owned(),
        survey: state.survey,
        outliers: outliers.len() as u64,
        alone: found.alone.len() as u64,
        wavelengths: plan.recipe().grid().wavelengths().to_vec(),
        medium,
        families,
        known,
    };
    let kept = Kept::new(options, names, body, places);
    kept.save(run)?;
    Ok(kept)
}

fn check(options: &FamilyOptions) -> Result<(), balmer_core::Error> {
    use balmer_core::Error;
    if let Some(count) = options.outliers.filter(|count| !(1..=MOST).contains(count)) {
        return Err(Error::parameter("outliers", count, format!("choose 1 to {MOST}")));
    }
    if let Some(threshold) = options.threshold {
        if options.outliers.is_some() {
            return Err(Error::parameter("threshold", threshold, "give a number of outliers or a threshold, not both"));
        }
        if !threshold.is_finite() {
            return Err(Error::parameter("threshold", threshold, "give a local outlier factor, as 1.3"));
        }
    }
    Ok(())
}

/// A family as it is asked about: its members among the ranked spectra, and where their defects sit.
fn asked(family: &Family, listed: &[Listed], outliers: &[Outlier], places_of: &pieces::Places) -> Asked {
    Asked {
        members: family.members.iter().filter_map(|&i| places_of.get(&listed[i].spectrum_id).copied()).collect(),
        places: match family.place {
            Place::Defect { .. } => family.members.iter().filter_map(|&i| outliers[i].description.place()).collect(),
            Place::Likeness { .. } => Vec::new(),
        },
    }
}

/// The outliers that belong to a named family, once for each that they belong to.
fn recognised(named: &[KeptFamily], recipe: &str, listed: &[Listed], outliers: &[Outlier]) -> Vec<KnownMember> {
    let belongs = |family: &&KeptFamily, i: usize| {
        let same_space = matches!(family.place, Place::Defect { .. }) || family.recipe == recipe;
        family.about.spectrum_ids.contains(&listed[i].spectrum_id) || (same_space && family.place.holds(&outliers[i]))
    };
    let member = |(i, family): (usize, &KeptFamily)| KnownMember {
        spectrum_id: listed[i].spectrum_id.clone(),
        name: family.about.name.clone(),
    };
    let of = |i: usize| named.iter().filter(move |family| belongs(family, i)).map(move |family| (i, family));
    (0..outliers.len()).flat_map(of).map(member).collect()
}

fn counted(members: &[FamilyMember], known: &[KnownMember]) -> Vec<KnownCount> {
    let ids: HashSet<&str> = members.iter().map(|member| member.spectrum_id.as_str()).collect();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for member in known.iter().filter(|member| ids.contains(member.spectrum_id.as_str())) {
        *counts.entry(&member.name).or_default() += 1;
    }
    let count = |(name, members): (&str, u64)| KnownCount { name: name.to_owned(), members };
    let mut counts: Vec<KnownCount> = counts.into_iter().map(count).collect();
    counts.sort_by(|a, b| b.members.cmp(&a.members).then_with(|| a.name.cmp(&b.name)));
    counts
}

fn row(excess: &Excess) -> ExcessRow {
    ExcessRow {
        piece: excess.piece.clone(),
        value: excess.value.clone(),
        inside: excess.inside as u64,
        size: excess.size as u64,
        expected: excess.expected,
        ratio: excess.ratio(),
        p: excess.p,
        q: excess.q,
        words: excess.words(),
    }
}

/// The start of the SHA-256 of the members' names: the same members have the same id.
fn id_of(members: &[FamilyMember]) -> String {
    let mut hash = Sha256::new();
    for member in members {
        hash.update((member.spectrum_id.len() as u64).to_le_bytes());
        hash.update(&member.spectrum_id);
    }
    hash.finalize().iter().take(5).fold(String::from("f"), |text, byte| text + &format!("{byte:02x}"))
}
