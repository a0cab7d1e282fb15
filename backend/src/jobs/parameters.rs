//! A pipeline spec as parameters: each key by its name in capitals, `LOF.N_NEIGHBORS`, each value as text.
//!
//! The names and types are those of a complete spec's own tree: there is no list of keys here. Numbers of an array are
//! separated by blanks (DALI 1.1 section 3.3.4), words of an array by commas, or they are a JSON array where a word holds a
//! comma. Names are looked up whatever their case (UWS 1.1 section 2.1.11, DALI 1.1 section 3.1); one that is no key is
//! ignored, and an empty value leaves a key at its default.

use balmer_core::pipeline::{LabelsSpec, PipelineSpec};
use serde_json::{Map, Value};

use super::Parameters;

/// All parameters of a spec.
pub fn flatten(spec: &PipelineSpec) -> Parameters {
    let mut found = Parameters::new();
    for (key, value) in tree(spec) {
        match value {
            Value::Object(section) => {
                for (name, value) in section {
                    found.insert(format!("{key}.{name}").to_uppercase(), text(&value));
                }
            }
            value => drop(found.insert(key.to_uppercase(), text(&value))),
        }
    }
    found.retain(|_, value| !value.is_empty());
    found
}

/// The spec that parameters describe; what is absent takes its default.
///
/// # Errors
/// The parameter at fault and what is wrong with it.
pub fn unflatten(parameters: &Parameters) -> Result<PipelineSpec, String> {
    let complete = complete();
    let mut root = Map::new();
    for (name, text) in parameters.iter().filter(|(_, text)| !text.is_empty()) {
        let Some((section, key, example)) = find(&complete, name) else { continue };
        let value = value(text, example).map_err(|wanted| format!("{name}: '{text}' is not {wanted}"))?;
        match section {
            None => drop(root.insert(key, value)),
            Some(section) => {
                let table = root.entry(section).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(table) = table {
                    table.insert(key, value);
                }
            }
        }
    }
    // as TOML: the JSON reader may miss the last bit of a number
    let text = toml::to_string(&root).map_err(|error| error.to_string())?;
    PipelineSpec::from_toml(&text).map_err(|error| error.to_string())
}

/// Whether a name means something here.
pub fn is_known(name: &str) -> bool {
    find(&complete(), name).is_some()
}

/// A spec in which every optional key is present.
fn complete() -> Map<String, Value> {
    tree(&PipelineSpec { r#where: Some(String::new()), labels: Some(LabelsSpec::default()), ..PipelineSpec::default() })
}

fn tree(spec: &PipelineSpec) -> Map<String, Value> {
    match serde_json::to_value(spec) {
        Ok(Value::Object(tree)) => tree,
        // a spec is a table
        _ => Map::new(),
    }
}

/// Section, key and default of a parameter.
fn find<'a>(complete: &'a Map<String, Value>, name: &str) -> Option<(Option<String>, String, &'a Value)> {
    let name = name.to_lowercase();
    let (section, key) = match name.split_once('.') {
        Some((section, key)) => (Some(section.to_owned()), key.to_owned()),
        None => (None, name),
    };
    let table = match &section {
        Some(section) => complete.get(section)?.as_object()?,
        None => complete,
    };
    let example = table.get(&key)?;
    (!example.is_object()).then_some((section, key, example))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_number) => {
            items.iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
        }
        Value::Array(items) => {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            let listed = words.join(", ");
            if words_of(&listed) == words && !listed.starts_with('[') { listed } else { value.to_string() }
        }
        other => other.to_string(),
    }
}

fn words_of(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).collect()
}

/// A value of the kind of `example`; else what kind that is.
fn value(text: &str, example: &Value) -> Result<Value, &'static str> {
    let trimmed = text.trim();
    match example {
        Value::String(_) => Ok(text.into()),
        Value::Bool(_) => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err("true or false"),
        },
        Value::Number(number) if number.is_f64() => real(trimmed).ok_or("a finite number"),
        Value::Number(_) => trimmed.parse::<u64>().map(Value::from).map_err(|_| "a whole number"),
        Value::Array(items) if items.iter().any(Value::is_number) => {
            let numbers: Option<Vec<Value>> = trimmed.split_whitespace().map(real).collect();
            numbers.map(Value::Array).ok_or("numbers separated by blanks")
        }
        _ if trimmed.starts_with('[') => {
            let words: Result<Vec<String>, _> = serde_json::from_str(trimmed);
            words.map(Value::from).map_err(|_| "a JSON array of words")
        }
        _ => Ok(words_of(trimmed).into()),
    }
}

fn real(text: &str) -> Option<Value> {
    let number = text.parse::<f64>().ok()?;
    serde_json::Number::from_f64(number).map(Value::Number)
}

#[cfg(test)]
mod tests;
