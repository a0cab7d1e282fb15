//! Pipeline specs as TOML and JSON text, with errors that name the key.
//!
//! serde's own messages name neither the table of an unknown key nor the key of a wrong type. So the
//! text becomes a JSON tree first; its keys are compared with those of a complete spec, and each value
//! is tried alone on top of the defaults, which tells whose fault a failure is.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::spec::{LabelsSpec, PipelineSpec, SCHEMA_VERSION};
use crate::{Error, Result, manipulation::RecipeSpec};

type Object = Map<String, Value>;

impl PipelineSpec {
    /// Reads a spec from TOML. Absent keys take their defaults.
    ///
    /// # Errors
    /// [`Error::Spec`] for text that is not TOML (with its line), another `schema_version`, unknown keys
    /// (with the nearest known one) and values of the wrong type (with their key).
    pub fn from_toml(text: &str) -> Result<Self> {
        let table: toml::Table = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            Error::Spec(format!("line {line}: {}", e.message().lines().collect::<Vec<_>>().join(" ")))
        })?;
        let tree = serde_json::to_value(table).map_err(|e| Error::Spec(e.to_string()))?;
        // TOML has no null: what is null now was nan or inf
        if let Some(key) = first_null(&tree, "") {
            return Err(Error::Spec(format!("{key}: expected a finite number")));
        }
        Self::from_tree(tree)
    }

    /// Reads a spec from JSON. Absent keys and `null` take their defaults.
    ///
    /// # Errors
    /// As [`PipelineSpec::from_toml`].
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_tree(serde_json::from_str(text).map_err(|e| Error::Spec(e.to_string()))?)
    }

    /// The spec as TOML, every key written out.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a spec holds only what TOML can hold: the seed is below 2^63")
    }

    /// The spec as compact JSON, every key written out in a fixed order.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a spec has string keys only")
    }

    fn from_tree(tree: Value) -> Result<Self> {
        let mut root = object(tree, "the spec")?;
        drop_nulls(&mut root);
        check_version(&root)?;
        let known = known_keys()?;
        check_keys(&root, &known)?;
        let defaults = object(to_tree(&Self::default())?, "the defaults")?;
        for (key, value) in &root {
            match known.get(key) {
                Some(Value::Object(section)) => {
                    let value = object(value.clone(), key)?;
                    check_types::<Self>(&value, section, |table| {
                        let mut whole = defaults.clone();
                        whole.insert(key.clone(), Value::Object(table));
                        whole
                    })
                    .map_err(|(name, e)| wrong(&format!("{key}.{name}"), &e))?;
                }
                _ => check_types::<Self>(&Map::from_iter([(key.clone(), value.clone())]), &defaults, |whole| whole)
                    .map_err(|(name, e)| wrong(&name, &e))?,
            }
        }
        serde_json::from_value(Value::Object(root)).map_err(|e| Error::Spec(e.to_string()))
    }
}

fn wrong(key: &str, error: &serde_json::Error) -> Error {
    let message = error.to_string();
    // the words of a recipe already name their key
    Error::Spec(if message.starts_with(key) { message } else { format!("{key}: {message}") })
}

/// Puts each given value alone over the defaults; the first that does not fit is named.
fn check_types<T: DeserializeOwned>(
    given: &Object,
    defaults: &Object,
    embed: impl Fn(Object) -> Object,
) -> Result<(), (String, serde_json::Error)> {
    for (name, value) in given {
        let mut table = defaults.clone();
        table.insert(name.clone(), value.clone());
        serde_json::from_value::<T>(Value::Object(embed(table))).map_err(|e| (name.clone(), e))?;
    }
    Ok(())
}

fn check_version(root: &Object) -> Result<()> {
    match root.get("schema_version") {
        None => Ok(()),
        Some(found) if found.as_u64() == Some(u64::from(SCHEMA_VERSION)) => Ok(()),
        Some(found) => Err(Error::Spec(format!(
            "schema_version = {found} is not known to this version, which reads schema_version = {SCHEMA_VERSION}"
        ))),
    }
}

/// A spec in which every optional key is present, as a tree.
fn known_keys() -> Result<Object> {
    let complete = PipelineSpec {
        r#where: Some(String::new()),
        recipe: RecipeSpec { mask_angstrom: vec![[1.0, 2.0]], ..RecipeSpec::default() },
        labels: Some(LabelsSpec::default()),
        ..PipelineSpec::default()
    };
    object(to_tree(&complete)?, "the defaults")
}

fn check_keys(root: &Object, known: &Object) -> Result<()> {
    for (key, value) in root {
        match (known.get(key), value) {
            (None, _) => return Err(unknown("", key, known)),
            (Some(Value::Object(section)), Value::Object(table)) => {
                if let Some(name) = table.keys().find(|name| !section.contains_key(*name)) {
                    return Err(unknown(key, name, known));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn unknown(table: &str, key: &str, known: &Object) -> Error {
    let near = nearest(table, key, known);
    Error::Spec(format!("unknown key {}: did you mean {near}?", dotted(table, key)))
}

/// The known key that looks most like `key`; the same table wins among equals.
fn nearest(table: &str, key: &str, known: &Object) -> String {
    let sections = known.iter().flat_map(|(section, value)| {
        value.as_object().into_iter().flat_map(move |o| o.keys().map(move |k| (section.as_str(), k.as_str())))
    });
    let similarity = |&(section, name): &(&str, &str)| {
        let at_home = if section == table { 0.1 } else { 0.0 };
        strsim::jaro_winkler(&key.to_lowercase(), name) + at_home
    };
    known
        .keys()
        .map(|k| ("", k.as_str()))
        .chain(sections)
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)))
        .map(|(section, name)| dotted(section, name))
        .unwrap_or_default()
}

fn dotted(table: &str, key: &str) -> String {
    if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") }
}

fn to_tree(spec: &PipelineSpec) -> Result<Value> {
    serde_json::to_value(spec).map_err(|e| Error::Spec(e.to_string()))
}

fn object(value: Value, what: &str) -> Result<Object> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(Error::Spec(format!("{what}: expected a table of keys, found {other}"))),
    }
}

fn drop_nulls(object: &mut Object) {
    object.retain(|_, value| {
        if let Value::Object(inner) = value {
            drop_nulls(inner);
        }
        !value.is_null()
    });
}

fn first_null(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Null => Some(path.to_owned()),
        Value::Object(object) => object.iter().find_map(|(key, v)| first_null(v, &dotted(path, key))),
        Value::Array(items) => items.iter().find_map(|v| first_null(v, path)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        outlier::lof::Definition,
        pipeline::{EnsembleSpec, LabelAlgorithm, NeighborMethod, Vary},
    };

    fn refused(toml: &str) -> String {
        PipelineSpec::from_toml(toml).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_table_and_the_nearest_known_one() {
        for (text, message) in [
            ("[lof]\nn_neighbours = 5", "unknown key lof.n_neighbours: did you mean lof.n_neighbors?"),
            ("[neighbors]\nmetod = \"exact\"", "unknown key neighbors.metod: did you mean neighbors.method?"),
            ("[lofs]\nk = 5", "unknown key lofs: did you mean lof?"),
            ("surveys = \"x\"", "unknown key surveys: did you mean survey?"),
            ("[labels]\nalpa = 0.5", "unknown key labels.alpa: did you mean labels.alpha?"),
            ("treshold = 1.5", "unknown key treshold: did you mean lof.threshold?"),
            ("[ensemble]\nvaries = []", "unknown key ensemble.varies: did you mean ensemble.vary?"),
            ("[recipe]\npixel = 10", "unknown key recipe.pixel: did you mean recipe.pixels?"),
            ("[recipe]\nmask_angstroms = []", "unknown key recipe.mask_angstroms: did you mean recipe.mask_angstrom?"),
        ] {
            assert_eq!(refused(text), format!("pipeline spec: {message}"));
        }
    }

    #[test]
    fn a_wrong_type_names_its_key() {
        for (text, key) in [
            ("[lof]\nn_neighbors = \"many\"", "lof.n_neighbors: invalid type"),
            ("[lof]\nn_neighbors = -1", "lof.n_neighbors: invalid value"),
            ("[neighbors]\nmethod = \"magic\"", "neighbors.method: unknown variant"),
            ("survey = 7", "survey: invalid type"),
            ("seed = -3", "seed: invalid value"),
            ("lof = 3", "lof: expected a table of keys, found 3"),
            ("[labels]\ngamma = inf", "labels.gamma: expected a finite number"),
            ("[recipe]\npixels = 1.5", "recipe.pixels: invalid type"),
            ("[ensemble]\nvary = [\"k\"]", "ensemble.vary: unknown variant `k`, expected one of `window`"),
            ("[recipe]\nmask_angstrom = [[1.0]]", "recipe.mask_angstrom: invalid length"),
        ] {
            assert!(refused(text).starts_with(&format!("pipeline spec: {key}")), "{}", refused(text));
        }
    }

    #[test]
    fn another_schema_version_is_refused_before_its_keys() {
        let message = refused("schema_version = 2\nbrand_new = true");
        assert!(message.contains("schema_version = 2 is not known"), "{message}");
        assert!(message.contains("reads schema_version = 1"), "{message}");
    }

    #[test]
    fn broken_text_names_its_line() {
        assert!(refused("seed = 1\nsurvey = = 2").starts_with("pipeline spec: line 2: "), "{}", refused("= ="));
        assert!(PipelineSpec::from_json("[1]").is_err());
        assert!(PipelineSpec::from_json("{").is_err());
    }

    #[test]
    fn absent_keys_take_their_defaults_and_given_ones_stay() {
        let spec = PipelineSpec::from_toml("survey = \"s\"\n[labels]\nalgorithm = \"propagation\"\ngamma = 3").unwrap();
        let labels = spec.labels.clone().unwrap();
        assert_eq!((labels.algorithm, labels.gamma), (LabelAlgorithm::Propagation, 3.0));
        assert_eq!(labels.n_neighbors, LabelsSpec::default().n_neighbors);
        assert_eq!(PipelineSpec { labels: None, ..spec }, PipelineSpec::new("s"));
    }

    #[test]
    fn the_contract_s_example_reads() {
        let spec = PipelineSpec::from_toml(include_str!("example.toml")).unwrap();
        assert_eq!(spec.r#where.as_deref(), Some("class = 'STAR' AND snr_r > 10"));
        assert_eq!((spec.neighbors.n_neighbors, spec.neighbors.method), (128, NeighborMethod::Exact));
        assert_eq!((spec.lof.n_neighbors, spec.lof.threshold), (100, 1.3));
        assert_eq!(spec.recipe, RecipeSpec::generation_2());
        assert_eq!(spec.labels.unwrap().alpha, 0.2);
    }

    #[test]
    fn text_and_spec_are_inverse() {
        let mut spec = PipelineSpec::paper_2016("s");
        spec.labels = Some(LabelsSpec { classes: vec!["emission".into()], ..LabelsSpec::default() });
        spec.r#where = Some("snr_r > 10".into());
        spec.ensemble = EnsembleSpec { n_neighbors: vec![5, 10], vary: vec![Vary::Mask], rank: true };
        spec.recipe.mask_angstrom = vec![[5574.0, 5584.0], [6299.5, 6304.5]];
        assert_eq!(PipelineSpec::from_toml(&spec.to_toml()).unwrap(), spec);
        assert_eq!(PipelineSpec::from_json(&spec.to_json()).unwrap(), spec);
        assert_eq!(spec.lof.definition, Definition::Simplified2016);
        assert_eq!(PipelineSpec::from_json(r#"{"where": null, "survey": "s"}"#).unwrap(), PipelineSpec::new("s"));
    }
}
