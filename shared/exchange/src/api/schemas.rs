//! Schemas of what the bodies borrow from the core, which knows nothing of `OpenAPI`.

use balmer_core::{
    cluster::Kind,
    pipeline::{LabelsSpec, PipelineSpec},
    spectrum::{COLUMNS, ColumnType},
};
use serde_json::Value;
use utoipa::openapi::{
    RefOr, Schema,
    schema::{AdditionalProperties, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, SchemaType, Type},
};

fn one_of(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

fn nullable(kind: Type) -> SchemaType {
    SchemaType::Array(vec![kind, Type::Null])
}

/// Medium of wavelengths.
pub fn medium() -> Object {
    one_of(&["air", "vacuum"])
}

/// What a family may be.
pub fn family_kind() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Kind::ALL.iter().map(|kind| serde_json::to_value(kind).unwrap_or_default())))
        .build()
}

/// How an axis is sampled.
pub fn sampling() -> Object {
    one_of(&["linear", "log", "irregular"])
}

/// Type of a metadata column.
pub fn column_type() -> Object {
    one_of(&["text", "int", "float", "bool"])
}

/// Which pairs of a crossmatch are matches.
pub fn find() -> Object {
    one_of(&["best", "each-spectrum", "each-row", "all"])
}

/// A row of metadata, with the columns the caller chose.
pub fn metadata() -> Object {
    let row = ObjectBuilder::new().description(Some("metadata; null is what the file does not state"));
    COLUMNS
        .iter()
        .fold(row, |row, column| {
            let kind = match column.column_type {
                ColumnType::Text => Type::String,
                ColumnType::Int => Type::Integer,
                ColumnType::Float => Type::Number,
                ColumnType::Bool => Type::Boolean,
            };
            let unit = if column.unit.is_empty() { String::new() } else { format!(" [{}]", column.unit) };
            let about = format!("{}{unit}", column.description);
            row.property(column.name, ObjectBuilder::new().schema_type(nullable(kind)).description(Some(about)))
        })
        .build()
}

/// Rows of metadata.
pub fn metadata_rows() -> Schema {
    ArrayBuilder::new().items(metadata()).build().into()
}

/// The pipeline spec: every key of the core's, with its default.
pub fn pipeline_spec() -> Object {
    let complete =
        PipelineSpec { r#where: Some(String::new()), labels: Some(LabelsSpec::default()), ..PipelineSpec::default() };
    let tree = serde_json::to_value(complete).unwrap_or_default();
    let mut spec = table(&tree);
    spec.properties.insert("recipe".to_owned(), Schema::Object(recipe()).into());
    spec.required = vec!["survey".to_owned()];
    spec.description = Some("a pipeline spec; absent keys and null take their defaults".to_owned());
    spec
}

/// A line to measure.
pub fn line_request() -> Object {
    let closed = || ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let wavelength = |about: &str| ObjectBuilder::new().schema_type(Type::Number).description(Some(about.to_owned()));
    let region = || {
        closed()
            .property("from", wavelength("start in Angstrom"))
            .property("to", wavelength("end in Angstrom, above the start"))
            .property("medium", medium())
            .required("from")
            .required("to")
            .required("medium")
    };
    let kind = |name: &str, what: ObjectBuilder| closed().property(name, what).required(name);
    let straight = closed().property("left", region()).property("right", region()).required("left").required("right");
    let degree = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(15));
    let polynomial = closed().property("degree", degree).property("over", region()).required("degree").required("over");
    let median = closed().property("width", wavelength("in Angstrom, larger than the window")).required("width");
    let continuum = OneOfBuilder::new()
        .item(one_of(&["normalised"]))
        .item(kind("straight", straight))
        .item(kind("polynomial", polynomial))
        .item(kind("median", median))
        .description(Some("what the line is measured against"));
    let line = wavelength("of the line at rest in Angstrom, in the window's medium: what velocities count from");
    closed()
        .property("line", line.schema_type(nullable(Type::Number)))
        .property("window", region())
        .property("continuum", continuum)
        .property(
            "rest_frame",
            ObjectBuilder::new()
                .schema_type(Type::Boolean)
                .description(Some("whether the windows are at rest, and each spectrum's redshift moves them")),
        )
        .required("window")
        .required("continuum")
        .build()
}

/// A recipe, as `[recipe]` of the spec.
pub fn recipe() -> Object {
    let tree = serde_json::to_value(PipelineSpec::default().recipe).unwrap_or_default();
    let range = ArrayBuilder::new().items(Object::with_type(Type::Number)).min_items(Some(2)).max_items(Some(2));
    let ranges = ArrayBuilder::new().schema_type(nullable(Type::Array)).items(range);
    let mut recipe = table(&tree);
    // empty, it is not written
    recipe.properties.insert("mask_angstrom".to_owned(), Schema::Array(ranges.build()).into());
    recipe
}

fn table(tree: &Value) -> Object {
    let closed = ObjectBuilder::new()
        .schema_type(nullable(Type::Object))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let keys = tree.as_object().into_iter().flatten();
    keys.fold(closed, |table, (key, value)| table.property(key, of_default(value))).build()
}

/// The schema of the values like `default`.
fn of_default(default: &Value) -> RefOr<Schema> {
    let plain = |kind: Type| {
        let builder = ObjectBuilder::new().schema_type(nullable(kind)).default(Some(default.clone()));
        RefOr::from(Schema::Object(builder.build()))
    };
    match default {
        Value::Object(_) => RefOr::from(Schema::Object(table(default))),
        Value::Array(items) => {
            let item = if items.first().is_some_and(Value::is_number) { Type::Number } else { Type::String };
            let array = ArrayBuilder::new().schema_type(nullable(Type::Array)).items(Object::with_type(item));
            let array =
                if items.is_empty() { array } else { array.min_items(Some(items.len())).max_items(Some(items.len())) };
            RefOr::from(Schema::Array(array.build()))
        }
        Value::Number(number) if number.is_f64() => plain(Type::Number),
        Value::Number(_) => {
            let builder = ObjectBuilder::new().schema_type(nullable(Type::Integer)).minimum(Some(0.0));
            RefOr::from(Schema::Object(builder.default(Some(default.clone())).build()))
        }
        Value::Bool(_) => plain(Type::Boolean),
        _ => plain(Type::String),
    }
}
