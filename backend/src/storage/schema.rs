//! Arrow schemas of the stored tables. Units, UCDs and descriptions travel as field metadata (`unit`,
//! `ucd`, `description`), which Parquet files keep and any Arrow tool shows.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use balmer_core::spectrum::{COLUMNS, ColumnType};

/// A field with its unit, UCD and description; empty ones are left out.
pub(crate) fn field(name: &str, data_type: DataType, nullable: bool, about: [&str; 3]) -> Field {
    let metadata: HashMap<String, String> = ["unit", "ucd", "description"]
        .into_iter()
        .zip(about)
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .collect();
    Field::new(name, data_type, nullable).with_metadata(metadata)
}

/// The Arrow type of a metadata column.
pub(crate) fn arrow_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
    }
}

/// `metadata.parquet`: one row a spectrum, the columns of [`COLUMNS`].
pub fn metadata() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let required = ["spectrum_id", "source", "layout", "has_ivar"];
        let fields: Vec<Field> = COLUMNS
            .iter()
            .map(|c| {
                let about = [c.unit, c.ucd, c.description];
                field(c.name, arrow_type(c.column_type), !required.contains(&c.name), about)
            })
            .collect();
        Arc::new(Schema::new(fields))
    });
    SCHEMA.clone()
}

/// `spectra.parquet`: one row a spectrum, in the order of `metadata.parquet`.
pub fn spectra() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let list = |item| DataType::List(Arc::new(Field::new("item", item, false)));
        Arc::new(Schema::new(vec![
            field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
            field("medium", DataType::Utf8, false, ["", "meta.code;em.wl", "medium of the wavelengths: air or vacuum"]),
            field(
                "axis",
                DataType::Utf8,
                false,
                [
                    "",
                    "meta.code",
                    "linear: start + step i; log10: 10^(start + step i); -f32: rounded to f32; listed: see wavelength",
                ],
            ),
            field("axis_start", DataType::Float64, true, ["", "em.wl;stat.min", "start of a regular axis"]),
            field("axis_step", DataType::Float64, true, ["", "spect.binSize", "step of a regular axis"]),
            field(
                "wavelength",
                list(DataType::Float64),
                true,
                ["Angstrom", "em.wl", "pixel centres where the axis is listed"],
            ),
            field("flux", list(DataType::Float32), false, ["", "phot.flux.density;em.wl", "flux of each pixel"]),
            field("ivar", list(DataType::Float32), true, ["", "stat.variance;phot.flux.density", "inverse variance"]),
            field("and_mask", list(DataType::UInt32), true, ["", "meta.code.qual", "bits set in every exposure"]),
            field("or_mask", list(DataType::UInt32), true, ["", "meta.code.qual", "bits set in any exposure"]),
        ]))
    });
    SCHEMA.clone()
}

/// `inputs.parquet`: what each spectrum was made from, to recognise it again.
pub(crate) fn inputs() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
            field("content_hash", DataType::Utf8, false, ["", "meta.code", "SHA-256 of pixels and identity, hex"]),
            field("observation", DataType::Utf8, true, ["", "meta.id", "release, observation and spectral range"]),
            field("source", DataType::Utf8, false, ["", "meta.ref.url", "file read"]),
            field("source_bytes", DataType::UInt64, true, ["byte", "", "size of the file when read"]),
            field(
                "source_modified",
                DataType::Int64,
                true,
                ["ns", "", "Unix time of the file's last change when read"],
            ),
        ]))
    });
    SCHEMA.clone()
}
