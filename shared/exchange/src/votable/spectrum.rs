//! Spectra in `VOTables` (IVOA Spectrum Data Model 1.1, section 8): every table with a spectral and a
//! flux column, one row a pixel or one row of vectors.
//!
//! Answers of services (SSA, `ObsCore`, `DataLink`) are tables *about* spectra and are refused with the
//! way to use them.

use balmer_core::spectrum::{COLUMNS, ColumnType, Medium, Metadata, Value};

use super::{Document, Param, Table};
use crate::columns::{ColumnInfo, assemble, roles};
use crate::draft::Draft;
use crate::{ReadError, ReadOptions};

/// Reads every spectrum of a document; each may fail for itself.
pub(crate) fn read_spectra(bytes: &[u8], options: ReadOptions) -> Result<Vec<Result<Draft, ReadError>>, ReadError> {
    let document = super::read(bytes)?;
    let info = |name: &str| document.infos.iter().find(|info| info.name.eq_ignore_ascii_case(name));
    if let Some(status) = info("QUERY_STATUS").filter(|status| status.value.eq_ignore_ascii_case("ERROR")) {
        return Err(ReadError::NotASpectrum(format!("the service answered with an error: {}", status.text)));
    }
    let mut drafts = Vec::new();
    let mut responses = 0;
    for table in &document.tables {
        let infos: Vec<ColumnInfo> = table.fields.iter().map(describe).collect();
        if is_response(table) {
            responses += 1;
        } else if let Some(found) = roles(&infos) {
            let metadata = metadata(table, &document);
            let medium = stated_medium(table).or(options.medium);
            let draft = assemble(&infos, found, medium, metadata, |i| Ok(table.numbers(i)));
            drafts.push(draft.map(|mut draft| {
                describe_ondrejov(table, &mut draft);
                draft
            }));
        }
    }
    if drafts.is_empty() {
        let fields = document.tables.first().map_or_else(String::new, |table| {
            table.fields.iter().take(8).map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
        });
        return Err(ReadError::NotASpectrum(if responses > 0 || info("SERVICE_PROTOCOL").is_some() {
            "this is a query response, it only points to spectra: use import-ssa".into()
        } else if fields.is_empty() {
            "the VOTable holds no table".into()
        } else {
            format!("no columns of wavelength and flux among: {fields}")
        }));
    }
    if drafts.len() > 1 {
        for (n, draft) in drafts.iter_mut().enumerate() {
            if let Ok(draft) = draft {
                draft.metadata.spectrum_id = format!("-{}", n + 1);
            }
        }
    }
    Ok(drafts)
}

fn describe(field: &super::Field) -> ColumnInfo {
    ColumnInfo {
        name: if matches!(field.datatype.as_str(), "char" | "unicodeChar") {
            String::new()
        } else {
            field.name.clone()
        },
        unit: Some(field.unit.clone()).filter(|unit| !unit.is_empty()),
        ucd: field.ucd.clone(),
        utype: field.utype.clone(),
        description: field.description.clone(),
    }
}

/// Tables about spectra carry the address of each.
fn is_response(table: &Table) -> bool {
    table.fields.iter().any(|field| {
        let utype = field.utype.to_lowercase();
        utype.ends_with("access.reference")
            || matches!(field.name.to_lowercase().as_str(), "access_url" | "accref" | "service_def" | "acref")
    })
}

fn param<'a>(params: &[&'a Param], utype_tail: &str) -> Option<&'a str> {
    let found = params.iter().find(|p| p.field.utype.to_lowercase().ends_with(utype_tail))?;
    Some(found.value.trim()).filter(|value| !value.is_empty())
}

/// Ondrejov's archive leaves instrument and resolution empty.
fn describe_ondrejov(table: &Table, draft: &mut Draft) {
    let params: Vec<&Param> = table.params.iter().collect();
    if param(&params, "curation.publisherdid").is_some_and(|did| did.contains("asu.cas.cz")) {
        let middle = draft.axis.wavelengths()[draft.axis.len() / 2];
        draft.metadata.resolution_fwhm.get_or_insert(middle / crate::fits::ONDREJOV_RESOLUTION);
        draft.metadata.instrument.get_or_insert_with(|| "Ondrejov Perek 2-m, CCD700".into());
    }
}

/// The medium a parameter of our own exports states.
fn stated_medium(table: &Table) -> Option<Medium> {
    match table.params.iter().find(|p| p.field.name == "medium")?.value.as_str() {
        "air" => Some(Medium::Air),
        "vacuum" => Some(Medium::Vacuum),
        _ => None,
    }
}

fn metadata(table: &Table, document: &Document) -> Metadata {
    let mut metadata = Metadata { layout: "votable".into(), ..Metadata::default() };
    let params: Vec<&Param> = table.params.iter().chain(&document.params).collect();
    // parameters named like our own columns come from our own exports
    let own = ["spectrum_id", "source", "layout", "has_ivar", "medium", "wavelength_min", "wavelength_max", "pixels"];
    for column in COLUMNS.iter().filter(|column| !own.contains(&column.name) && column.name != "remarks") {
        let Some(found) = params.iter().find(|p| p.field.name == column.name && !p.value.is_empty()) else { continue };
        let value = match column.column_type {
            ColumnType::Text => Some(Value::Text(found.value.clone())),
            ColumnType::Int => found.value.parse().ok().map(Value::Int),
            ColumnType::Float => found.value.parse().ok().filter(|v: &f64| v.is_finite()).map(Value::Float),
            ColumnType::Bool => found.value.parse().ok().map(Value::Bool),
        };
        if let Some(value) = value {
            (column.set)(&mut metadata, value);
        }
    }
    let number = |tail: &str| param(&params, tail).and_then(|v| v.parse::<f64>().ok()).filter(|v| v.is_finite());
    let text = |tail: &str| param(&params, tail).map(str::to_owned);
    metadata.designation = metadata.designation.take().or_else(|| text("target.name"));
    metadata.class = metadata.class.take().or_else(|| text("target.class").map(|class| class.to_uppercase()));
    metadata.release = metadata.release.take().or_else(|| text("dataid.version"));
    metadata.instrument = metadata.instrument.take().or_else(|| text("dataid.instrument"));
    metadata.z = metadata.z.or_else(|| number("target.redshift"));
    metadata.mjd = metadata.mjd.or_else(|| number("timeaxis.coverage.location.value"));
    let resolution = || number("char.spectralaxis.resolution").map(|metres| metres * 1e10).filter(|fwhm| *fwhm > 0.0);
    metadata.resolution_fwhm = metadata.resolution_fwhm.or_else(resolution);
    let position = param(&params, "spatialaxis.coverage.location.value").or_else(|| param(&params, "target.pos"));
    let numbers: Vec<f64> = position.unwrap_or_default().split_whitespace().filter_map(|v| v.parse().ok()).collect();
    if let [ra, dec] = numbers[..] {
        metadata.ra = metadata.ra.or(Some(ra).filter(|ra| (0.0..=360.0).contains(ra)));
        metadata.dec = metadata.dec.or(Some(dec).filter(|dec| (-90.0..=90.0).contains(dec)));
    }
    metadata
}
