//! The form of a run: a pipeline spec as the texts of its fields.
//!
//! Texts, because a person passes through `1.` and an empty field on the way to `1.5`. The spec comes
//! out whole and checked by the core's own [`Plan`], or with each fault at the key it belongs to.

use std::collections::BTreeMap;

use balmer_core::{
    Error,
    manipulation::RecipeSpec,
    pipeline::{LabelAlgorithm, LabelsSpec, PipelineSpec, Plan},
    spectrum::Medium,
};
use balmer_exchange::api::{FieldProblem, Method, Problem};
use serde_json::Value;

use super::{
    masking,
    settings::{
        self, Kind, LABEL_NEIGHBORS, LABEL_SOURCE, LOF_NEIGHBORS, MASKED, MEDIUM, Setting, TABLE_NEIGHBORS, setting_of,
    },
};

/// The fields as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunForm {
    /// What is computed beside the local outlier factor.
    pub method: Method,
    texts: BTreeMap<&'static str, String>,
}

/// Settings that were found to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Emission and other rare lines around H-alpha.
    RareLines,
    /// Podsztavek and others 2020.
    Generation2,
    /// Skoda, Palicka and others 2016.
    Paper2016,
    /// Types of stars by the blue of their spectra.
    SpectralTypes,
    /// What is wrong with spectra.
    Artefacts,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 5] =
        [Self::RareLines, Self::Generation2, Self::Paper2016, Self::SpectralTypes, Self::Artefacts];

    /// Its name in the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::RareLines => "rare-lines",
            Self::Generation2 => "generation-2",
            Self::Paper2016 => "paper-2016",
            Self::SpectralTypes => "spectral-types",
            Self::Artefacts => "artefacts",
        }
    }

    /// What it is.
    pub fn title(self) -> &'static str {
        match self {
            Self::RareLines => "Rare lines around Hα (default)",
            Self::Generation2 => "Generation 2: Podsztavek et al. 2020",
            Self::Paper2016 => "Paper of 2016: Škoda et al.",
            Self::SpectralTypes => "Spectral types, from the blue",
            Self::Artefacts => "Artefacts: nothing masked or repaired",
        }
    }

    /// The preset of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    fn spec(self) -> PipelineSpec {
        let with = |recipe| PipelineSpec { recipe, ..PipelineSpec::default() };
        match self {
            Self::RareLines => PipelineSpec::default(),
            Self::Generation2 => with(RecipeSpec::generation_2()),
            Self::Paper2016 => PipelineSpec::paper_2016(""),
            Self::SpectralTypes => with(RecipeSpec::spectral_types()),
            Self::Artefacts => with(RecipeSpec::artefacts()),
        }
    }
}

impl Default for RunForm {
    fn default() -> Self {
        Self::of(&PipelineSpec::default())
    }
}

impl RunForm {
    /// The form that a spec fills.
    pub fn of(spec: &PipelineSpec) -> Self {
        let method = match spec.labels.as_ref().map(|labels| labels.algorithm) {
            None => Method::Lof,
            Some(LabelAlgorithm::Spreading) => Method::Spreading,
            Some(LabelAlgorithm::Propagation) => Method::Propagation,
        };
        let mut spec = spec.clone();
        let labels = spec.labels.get_or_insert_default();
        if labels.source == spec.survey {
            // implied: the form may be used on another survey next
            labels.source.clear();
        }
        let tree = tree(&spec);
        let texts = settings::all().map(|setting| (setting.key, written(&tree, setting))).collect();
        Self { method, texts }
    }

    /// What stands in a field.
    pub fn text(&self, key: &str) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }

    /// Whether a field has its default.
    pub fn is_default(&self, key: &str) -> bool {
        self.text(key) == Self::default().text(key)
    }

    /// How many fields have been changed from their default, those of labels only where they count.
    pub fn changes(&self) -> usize {
        let default = Self::default();
        let counts = |key: &&&str| self.method != Method::Lof || !key.starts_with("labels.");
        self.texts.keys().filter(counts).filter(|key| self.text(key) != default.text(key)).count()
    }

    /// Every field as it was at first; the method stays.
    pub fn clear(&mut self) {
        *self = Self { method: self.method, ..Self::default() };
    }

    /// Writes a field. A neighbourhood larger than the neighbour table widens the table.
    pub fn set(&mut self, key: &str, text: impl Into<String>) {
        let Some(setting) = setting_of(key) else { return };
        self.texts.insert(setting.key, text.into());
        if [LOF_NEIGHBORS, LABEL_NEIGHBORS].contains(&key)
            && let Ok(wanted) = self.text(key).trim().parse::<usize>()
            && self.text(TABLE_NEIGHBORS).trim().parse().is_ok_and(|table: usize| table < wanted)
        {
            self.texts.insert(TABLE_NEIGHBORS, wanted.to_string());
        }
    }

    /// Masks more stretches, in Angstrom as observed in a medium.
    pub fn mask(&mut self, stretches: &[[f64; 2]], medium: Medium) {
        let own = if self.text(MEDIUM) == "air" { Medium::Air } else { Medium::Vacuum };
        let stretches = masking::converted(stretches, medium, own);
        self.set(MASKED, masking::joined(self.text(MASKED), &stretches));
    }

    /// The preset in force.
    pub fn preset(&self) -> Option<Preset> {
        Preset::ALL.into_iter().find(|&preset| self.with_preset(preset) == *self)
    }

    /// The same with recipe, neighbours and factor of a preset; labels and seed stay.
    #[must_use]
    pub fn with_preset(&self, preset: Preset) -> Self {
        let mut form = Self::of(&preset.spec());
        let kept = |key: &&str| key.starts_with("labels.") || **key == *"seed";
        form.texts.extend(self.texts.iter().filter(|(key, _)| kept(key)).map(|(key, text)| (*key, text.clone())));
        form.method = self.method;
        form
    }

    /// The spec for a subset of `rows` spectra, where that is known: the neighbour table is made no
    /// wider than such a subset allows.
    ///
    /// # Errors
    /// Each fault at its key.
    pub fn spec(&self, survey: &str, condition: &str, rows: Option<u64>) -> Result<PipelineSpec, Vec<FieldProblem>> {
        let mut tree = tree(&complete(survey));
        let mut faults = Vec::new();
        let used = |setting: &&Setting| self.method != Method::Lof || !setting.key.starts_with("labels.");
        for setting in settings::all().filter(used) {
            match (read(self.text(setting.key), setting.kind), tree.pointer_mut(&pointer(setting.key))) {
                (Ok(value), Some(place)) => *place = value,
                (Err(detail), _) => faults.push(fault(setting.key, detail)),
                (_, None) => faults.push(fault(setting.key, "is not known to this version")),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut spec: PipelineSpec =
            serde_json::from_value(tree).map_err(|error| vec![fault("spec", &error.to_string())])?;
        spec.r#where = Some(condition.trim().to_owned()).filter(|text| !text.is_empty());
        match (self.method, &mut spec.labels) {
            (Method::Spreading, Some(labels)) => labels.algorithm = LabelAlgorithm::Spreading,
            (Method::Propagation, Some(labels)) => labels.algorithm = LabelAlgorithm::Propagation,
            _ => spec.labels = None,
        }
        if let Some(rows) = rows {
            fit_table(&mut spec, rows)?;
        }
        match Plan::new(spec) {
            Ok(plan) => Ok(plan.spec().clone()),
            Err(Error::InvalidParameter { name, value, remedy }) => {
                Err(vec![fault(name, &format!("{value} is not accepted: {remedy}"))])
            }
            Err(error) => Err(vec![fault("spec", &error.to_string())]),
        }
    }
}

/// A spec in which every key is written that has a field, those that are left out where they say nothing among them.
fn complete(survey: &str) -> PipelineSpec {
    PipelineSpec {
        recipe: RecipeSpec { mask_angstrom: vec![[1.0, 2.0]], ..RecipeSpec::default() },
        labels: Some(LabelsSpec::default()),
        ..PipelineSpec::new(survey)
    }
}

/// Narrows the table to what the methods read where the subset has hardly more spectra than it is wide.
fn fit_table(spec: &mut PipelineSpec, rows: u64) -> Result<(), Vec<FieldProblem>> {
    let rows = rows as usize;
    let lof = spec.lof.n_neighbors;
    if lof >= rows {
        let remedy = if rows > 1 { format!("choose fewer than {rows}") } else { "choose a larger subset".to_owned() };
        return Err(vec![fault(LOF_NEIGHBORS, &format!("the subset has {rows} spectra: {remedy}"))]);
    }
    let needed = lof.max(spec.labels.as_ref().map_or(0, |labels| labels.n_neighbors));
    // one in five may be rejected
    if spec.neighbors.n_neighbors > needed && spec.neighbors.n_neighbors >= rows * 4 / 5 {
        spec.neighbors.n_neighbors = needed;
    }
    Ok(())
}

/// The faults that a refusal names, each at its key; those it does not name are under `spec`.
pub fn refused(problem: &Problem) -> Vec<FieldProblem> {
    if !problem.errors.is_empty() {
        return problem.errors.clone();
    }
    let said = problem.to_string();
    let named = settings::all().map(|setting| field(setting.key)).find(|key| said.starts_with(&format!("{key} = ")));
    match named {
        Some(key) => vec![fault(key, said[key.len() + 3..].trim())],
        None => vec![fault("spec", &said)],
    }
}

/// The key without the index of a window's end.
pub fn field(key: &str) -> &str {
    key.trim_end_matches(".0").trim_end_matches(".1")
}

fn fault(key: &str, detail: &str) -> FieldProblem {
    FieldProblem { name: key.to_owned(), detail: detail.to_owned() }
}

fn tree(spec: &PipelineSpec) -> Value {
    serde_json::to_value(spec).unwrap_or_default()
}

fn pointer(key: &str) -> String {
    format!("/{}", key.replace('.', "/"))
}

fn written(tree: &Value, setting: &Setting) -> String {
    match tree.pointer(&pointer(setting.key)) {
        Some(Value::String(text)) => text.clone(),
        Some(value) if setting.kind == Kind::Stretches => serde_json::from_value(value.clone())
            .map(|stretches: Vec<_>| masking::written(&stretches))
            .unwrap_or_default(),
        Some(Value::Array(items)) => {
            let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            items.iter().map(text).collect::<Vec<_>>().join(", ")
        }
        // whole decimals without the `.0` that JSON gives them
        Some(Value::Number(number)) if number.is_f64() => number.as_f64().map(|v| v.to_string()).unwrap_or_default(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// What stands between commas.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn read(text: &str, kind: Kind) -> Result<Value, &'static str> {
    let text = text.trim();
    match kind {
        Kind::Whole => text.parse::<u64>().map(Value::from).map_err(|_| "must be a whole number"),
        Kind::Decimal => {
            let value = text.replace('\u{2212}', "-").parse::<f64>().ok().filter(|value| value.is_finite());
            value.map(Value::from).ok_or("must be a number")
        }
        Kind::Switch => Ok(Value::from(text == "true")),
        Kind::List | Kind::Several(_) => Ok(parts(text).collect()),
        Kind::Wholes => {
            let numbers: Result<Vec<u64>, _> = parts(text).map(str::parse).collect();
            numbers.map(Value::from).map_err(|_| "must be whole numbers with commas")
        }
        Kind::Stretches => masking::read(text)
            .map(|stretches| serde_json::json!(stretches))
            .ok_or("must be stretches, as 5575-5580, 6298-6303"),
        Kind::Continuum => {
            let is_known = text.parse::<balmer_core::manipulation::Continuum>().is_ok();
            if is_known {
                Ok(Value::from(text))
            } else {
                Err("needs a number: degree of the polynomial, or width in Å")
            }
        }
        Kind::Choice(_) | Kind::Text => Ok(Value::from(text)),
    }
}

/// Whether the labels are those of the survey of the run.
pub fn own_labels(form: &RunForm, survey: &str) -> bool {
    [survey, ""].contains(&form.text(LABEL_SOURCE).trim())
}

#[cfg(test)]
mod tests;
