//! A checked spec.
//!
//! [`Plan::new`] refuses everything that can be known to be wrong before any spectrum is read, each
//! error naming its key. What depends on the data (too few spectra for so many neighbours, labels that
//! match nothing) is checked where the data are.

use super::{
    spec::{LabelAlgorithm, LabelKernel, LabelWeights, LabelsSpec, PipelineSpec, SCHEMA_VERSION},
    stability, variants,
};
use linfa::ParamGuard;

use crate::{
    Error, Result,
    manipulation::Recipe,
    outlier::lof::{LofParams, LofValidParams},
    semi_supervised::{Algorithm, Diffusion, Weights},
};

/// A [`PipelineSpec`] all of whose keys are in range, with the values the stages need.
#[derive(Debug, Clone)]
pub struct Plan {
    spec: PipelineSpec,
    recipe: Recipe,
    lof: LofValidParams,
    /// Ascending, each once.
    members: Vec<usize>,
    variants: Vec<Variant>,
    labels: Option<LabelsPlan>,
}

/// The plan with another recipe.
#[derive(Debug, Clone)]
pub struct Variant {
    /// What is other, in words: `scale = standard`.
    pub change: String,
    /// The plan, which has no labels and no variants.
    pub plan: Plan,
}

/// The label stage of a [`Plan`].
#[derive(Debug, Clone)]
pub struct LabelsPlan {
    /// The classes declared, in order; empty where those that occur are taken.
    pub classes: Vec<String>,
    /// How the graph is made.
    pub graph: GraphPlan,
    /// How the labels flow.
    pub diffusion: Diffusion,
}

/// How the graph of the label stage is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GraphPlan {
    /// From the neighbour table.
    Knn {
        /// Neighbours a spectrum.
        n_neighbors: usize,
        /// Weights of the edges.
        weights: Weights,
    },
    /// `exp(-gamma d^2)`.
    Rbf {
        /// Width of the kernel.
        gamma: f64,
    },
}

impl Plan {
    /// Checks every value of `spec`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] naming the key, the value and what would be accepted.
    pub fn new(mut spec: PipelineSpec) -> Result<Self> {
        if spec.schema_version != SCHEMA_VERSION {
            return Err(Error::parameter("schema_version", spec.schema_version, format!("write {SCHEMA_VERSION}")));
        }
        if spec.survey.trim().is_empty() {
            return Err(Error::parameter("survey", "\"\"", "name the survey to search"));
        }
        if spec.seed > i64::MAX as u64 {
            return Err(Error::parameter("seed", spec.seed, "choose a seed below 2^63"));
        }
        if spec.r#where.as_ref().is_some_and(|w| w.trim().is_empty()) {
            spec.r#where = None;
        }
        let recipe = Recipe::try_from(&spec.recipe)?;
        check_neighbors(&spec)?;
        let lof = plan_lof(&spec)?;
        if let Some(labels) = &mut spec.labels
            && labels.source.is_empty()
        {
            labels.source.clone_from(&spec.survey);
        }
        let labels = spec.labels.as_ref().map(|labels| plan_labels(labels, spec.neighbors.n_neighbors)).transpose()?;
        let members = plan_members(&spec, &lof)?;
        let variants = plan_variants(&spec, &members)?;
        Ok(Self { spec, recipe, lof, members, variants, labels })
    }

    /// The spec, complete: what was implied is written out.
    pub fn spec(&self) -> &PipelineSpec {
        &self.spec
    }
    /// The checked recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    /// The label stage, if there is one.
    pub fn labels(&self) -> Option<&LabelsPlan> {
        self.labels.as_ref()
    }
    /// Neighbours a spectrum in the table.
    pub fn n_neighbors(&self) -> usize {
        self.spec.neighbors.n_neighbors
    }
    /// Parameters of the local outlier factor.
    pub fn lof(&self) -> &LofValidParams {
        &self.lof
    }
    /// The same for each number of neighbours under which spectra are ranked.
    pub fn members(&self) -> impl Iterator<Item = LofValidParams> + '_ {
        self.members.iter().map(|&n_neighbors| self.lof.with_neighbors(n_neighbors))
    }
    /// The other recipes under which spectra are ranked.
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }
    /// Whether the list is ranked by the factor of the ensemble.
    pub fn ranks_by_ensemble(&self) -> bool {
        self.spec.ensemble.rank
    }
}

fn check_neighbors(spec: &PipelineSpec) -> Result<()> {
    check_count("neighbors.n_neighbors", spec.neighbors.n_neighbors, u32::MAX as usize)
}

fn plan_lof(spec: &PipelineSpec) -> Result<LofValidParams> {
    let (lof, table) = (&spec.lof, spec.neighbors.n_neighbors);
    check_within_table("lof.n_neighbors", lof.n_neighbors, table)?;
    check_positive("lof.threshold", lof.threshold)?;
    LofParams::new(lof.n_neighbors).definition(lof.definition).duplicates(lof.duplicates).check()
}

fn plan_members(spec: &PipelineSpec, lof: &LofValidParams) -> Result<Vec<usize>> {
    let (table, least) = (spec.neighbors.n_neighbors, lof.least_neighbors());
    let given = &spec.ensemble.n_neighbors;
    if given.is_empty() {
        return Ok(stability::ladder(table, lof.n_neighbors(), least));
    }
    for &n_neighbors in given {
        check_within_table("ensemble.n_neighbors", n_neighbors, table)?;
        if n_neighbors < least {
            return Err(Error::parameter("ensemble.n_neighbors", n_neighbors, format!("choose {least} or more")));
        }
    }
    let mut members = given.clone();
    members.sort_unstable();
    members.dedup();
    Ok(members)
}

fn plan_variants(spec: &PipelineSpec, members: &[usize]) -> Result<Vec<Variant>> {
    let vary = &spec.ensemble.vary;
    if let Some(twice) = (1..vary.len()).find(|&i| vary[..i].contains(&vary[i])) {
        return Err(Error::parameter("ensemble.vary", vary[twice], "name everything once"));
    }
    let plan = |(change, spec)| Ok(Variant { change, plan: Plan { members: members.to_vec(), ..Plan::new(spec)? } });
    variants::variants(spec).into_iter().map(plan).collect()
}

fn plan_labels(labels: &LabelsSpec, table: usize) -> Result<LabelsPlan> {
    for (i, class) in labels.classes.iter().enumerate() {
        if class.trim().is_empty() || labels.classes[..i].contains(class) {
            return Err(Error::parameter("labels.classes", format!("{class:?}"), "name every class once"));
        }
    }
    let graph = match labels.kernel {
        LabelKernel::Knn => {
            check_within_table("labels.n_neighbors", labels.n_neighbors, table)?;
            let weights = match labels.weights {
                LabelWeights::Connectivity => Weights::Connectivity,
                LabelWeights::SelfTuning => Weights::SelfTuning,
            };
            GraphPlan::Knn { n_neighbors: labels.n_neighbors, weights }
        }
        LabelKernel::Rbf => {
            check_positive("labels.gamma", labels.gamma)?;
            GraphPlan::Rbf { gamma: labels.gamma }
        }
    };
    let algorithm = match labels.algorithm {
        LabelAlgorithm::Spreading => Algorithm::Spreading,
        LabelAlgorithm::Propagation => Algorithm::Propagation,
    };
    if !(labels.alpha > 0.0 && labels.alpha < 1.0) {
        return Err(Error::parameter("labels.alpha", labels.alpha, "choose a value between 0 and 1, both excluded"));
    }
    check_count("labels.max_iter", labels.max_iter, u32::MAX as usize)?;
    check_positive("labels.tol", labels.tol)?;
    let diffusion =
        Diffusion { algorithm, alpha: labels.alpha as f32, max_iter: labels.max_iter, tol: labels.tol as f32 };
    Ok(LabelsPlan { classes: labels.classes.clone(), graph, diffusion })
}

fn check_count(name: &'static str, value: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&value) {
        Ok(())
    } else {
        Err(Error::parameter(name, value, format!("choose a number from 1 to {most}")))
    }
}

fn check_within_table(name: &'static str, value: usize, table: usize) -> Result<()> {
    check_count(name, value, u32::MAX as usize)?;
    if value <= table {
        Ok(())
    } else {
        let remedy = format!("at most neighbors.n_neighbors = {table}: choose fewer, or raise neighbors.n_neighbors");
        Err(Error::parameter(name, value, remedy))
    }
}

fn check_positive(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(Error::parameter(name, value, "choose a finite number above 0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_value_names_its_key() {
        for (text, key) in [
            ("survey = \" \"", "survey"),
            ("[neighbors]\nn_neighbors = 0", "neighbors.n_neighbors"),
            ("[lof]\nn_neighbors = 0", "lof.n_neighbors"),
            ("[lof]\nn_neighbors = 129", "lof.n_neighbors"),
            ("[lof]\nn_neighbors = 1\ndefinition = \"simplified-2016\"", "lof.n_neighbors"),
            ("[lof]\nthreshold = -1.0", "lof.threshold"),
            ("[labels]\nn_neighbors = 0", "labels.n_neighbors"),
            ("[labels]\nn_neighbors = 129", "labels.n_neighbors"),
            ("[labels]\nkernel = \"rbf\"\ngamma = 0", "labels.gamma"),
            ("[labels]\nalpha = 1.0", "labels.alpha"),
            ("[labels]\nalpha = 0", "labels.alpha"),
            ("[labels]\nmax_iter = 0", "labels.max_iter"),
            ("[labels]\ntol = 0", "labels.tol"),
            ("[labels]\nclasses = [\"a\", \"b\", \"a\"]", "labels.classes"),
            ("[recipe]\npixels = 0", "recipe.pixels"),
            ("[ensemble]\nn_neighbors = [20, 129]", "ensemble.n_neighbors"),
            ("[ensemble]\nn_neighbors = [0]", "ensemble.n_neighbors"),
            ("[ensemble]\nvary = [\"mask\", \"scale\", \"mask\"]", "ensemble.vary"),
        ] {
            let text = if text.contains("survey") { text.into() } else { format!("survey = \"s\"\n{text}") };
            let error = Plan::new(PipelineSpec::from_toml(&text).unwrap()).unwrap_err();
            assert!(matches!(error, Error::InvalidParameter { name, .. } if name == key), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_implied_is_written_out() {
        let spec = PipelineSpec::from_toml("survey = \"s\"\nwhere = \" \"\n[labels]").unwrap();
        let plan = Plan::new(spec).unwrap();
        assert_eq!(plan.spec().labels.as_ref().unwrap().source, "s");
        assert_eq!(plan.spec().r#where, None);
    }

    #[test]
    fn an_ensemble_has_each_number_once_and_every_variant_the_same_ones() {
        let members = |plan: &Plan| plan.members().map(|lof| lof.n_neighbors()).collect::<Vec<_>>();
        let plan =
            |text: &str| Plan::new(PipelineSpec::from_toml(&format!("survey = \"s\"\n{text}")).unwrap()).unwrap();
        assert_eq!(members(&plan("")), [50, 75, 100, 128]);
        assert!(plan("").variants().is_empty() && !plan("").ranks_by_ensemble());
        let several =
            plan("[ensemble]\nn_neighbors = [90, 60, 90]\nvary = [\"scale\", \"mask\"]\nrank = true\n[labels]");
        assert_eq!((members(&several), several.ranks_by_ensemble()), (vec![60, 90], true));
        assert_eq!(several.variants().len(), 4);
        for variant in several.variants() {
            assert!(members(&variant.plan) == [60, 90] && variant.plan.labels().is_none(), "{}", variant.change);
            assert_ne!(variant.plan.recipe(), several.recipe());
        }
    }

    #[test]
    fn the_2016_preset_passes() {
        let plan = Plan::new(PipelineSpec::paper_2016("s")).unwrap();
        assert_eq!(plan.spec().lof.n_neighbors, 15);
        assert!(plan.labels().is_none());
    }
}
