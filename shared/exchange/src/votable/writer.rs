//! Writing VOTable 1.4 with BINARY2 data, in constant memory.
//!
//! 1.4 and not 1.5: STILTS up to 3.4 refuses 1.5, and nothing here needs it. Text is `unicodeChar`
//! (VOTable's `char` is ASCII); every column can be null, by BINARY2's flags.

use std::io::{self, Write};

use balmer_core::spectrum::{COLUMNS, ColumnType, Medium, Spectrum, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape;

use crate::table::{About, Column};
use crate::units::standard_unit;

/// Bytes in one line of 76 base64 characters.
const LINE: usize = 57;

/// Writes a document of one table row by row.
#[derive(Debug)]
pub struct VotableWriter<W: Write> {
    out: W,
    types: Vec<ColumnType>,
    /// Bytes not yet long enough for a line.
    pending: Vec<u8>,
}

impl<W: Write> VotableWriter<W> {
    /// Writes everything that comes before the rows.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn begin(mut out: W, about: &About, columns: &[Column]) -> io::Result<Self> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            out,
            "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\" \
             xmlns:spec=\"http://www.ivoa.net/xml/SpectrumModel/v1.01\">"
        )?;
        let utype = attribute("utype", &about.utype);
        writeln!(out, "<RESOURCE type=\"results\"{utype}>")?;
        for (name, value) in &about.infos {
            writeln!(out, "<INFO name=\"{}\" value=\"{}\"/>", xml(name.as_str()), xml(value.as_str()))?;
        }
        writeln!(out, "<TABLE{}{utype}>", attribute("name", &about.name))?;
        if !about.description.is_empty() {
            writeln!(out, "<DESCRIPTION>{}</DESCRIPTION>", xml(about.description.as_str()))?;
        }
        for (column, value) in &about.params {
            let value = match value {
                Value::Null => continue,
                Value::Text(text) => text.clone(),
                Value::Int(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
            };
            element(&mut out, "PARAM", column, &format!(" value=\"{}\"", xml(value.as_str())))?;
        }
        for column in columns {
            element(&mut out, "FIELD", column, "")?;
        }
        writeln!(out, "<DATA><BINARY2><STREAM encoding=\"base64\">")?;
        Ok(Self { out, types: columns.iter().map(|c| c.column_type).collect(), pending: Vec::new() })
    }

    /// Writes one row; a value that is missing or of another type than its column is null.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn row(&mut self, values: &[Value]) -> io::Result<()> {
        let flags = self.pending.len();
        self.pending.resize(flags + self.types.len().div_ceil(8), 0);
        for (i, column_type) in self.types.iter().enumerate() {
            let value = values.get(i).unwrap_or(&Value::Null);
            let null = match (column_type, value) {
                (ColumnType::Text, Value::Text(text)) => {
                    let units: Vec<u16> = text.encode_utf16().collect();
                    self.pending.extend((units.len() as u32).to_be_bytes());
                    self.pending.extend(units.iter().flat_map(|unit| unit.to_be_bytes()));
                    false
                }
                (ColumnType::Text, _) => {
                    self.pending.extend(0u32.to_be_bytes());
                    true
                }
                (ColumnType::Int, value) => {
                    let number = if let Value::Int(number) = value { Some(*number) } else { None };
                    self.pending.extend(number.unwrap_or(0).to_be_bytes());
                    number.is_none()
                }
                (ColumnType::Float, value) => {
                    let number = match value {
                        Value::Float(number) => Some(*number),
                        Value::Int(number) => Some(*number as f64),
                        _ => None,
                    };
                    self.pending.extend(number.unwrap_or(f64::NAN).to_be_bytes());
                    number.is_none()
                }
                (ColumnType::Bool, value) => {
                    self.pending.push(match value {
                        Value::Bool(true) => b'T',
                        Value::Bool(false) => b'F',
                        _ => b'?',
                    });
                    !matches!(value, Value::Bool(_))
                }
            };
            if null {
                self.pending[flags + i / 8] |= 0x80 >> (i % 8);
            }
        }
        let whole = self.pending.len() / LINE * LINE;
        for line in self.pending[..whole].chunks_exact(LINE) {
            writeln!(self.out, "{}", STANDARD.encode(line))?;
        }
        self.pending.drain(..whole);
        Ok(())
    }

    /// Writes what comes after the rows. `overflow` marks rows left out by a limit, as DALI 1.1
    /// section 4.4.1 has it.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn finish(mut self, overflow: bool) -> io::Result<W> {
        if !self.pending.is_empty() {
            writeln!(self.out, "{}", STANDARD.encode(&self.pending))?;
        }
        writeln!(self.out, "</STREAM></BINARY2></DATA>\n</TABLE>")?;
        if overflow {
            writeln!(self.out, "<INFO name=\"QUERY_STATUS\" value=\"OVERFLOW\"/>")?;
        }
        writeln!(self.out, "</RESOURCE>\n</VOTABLE>")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A text as XML 1.0 writes it (section 2.2): a character that XML cannot hold becomes U+FFFD.
fn xml(text: &str) -> String {
    let held = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().map(|c| if held(c) { c } else { '\u{fffd}' }).collect();
    escape::escape(text).into_owned()
}

fn attribute(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {name}=\"{}\"", xml(value)) }
}

fn element(out: &mut impl Write, tag: &str, column: &Column, more: &str) -> io::Result<()> {
    let datatype = match column.column_type {
        ColumnType::Text => " datatype=\"unicodeChar\" arraysize=\"*\"",
        ColumnType::Int => " datatype=\"long\"",
        ColumnType::Float => " datatype=\"double\"",
        ColumnType::Bool => " datatype=\"boolean\"",
    };
    let (name, unit) = (attribute("name", &column.name), attribute("unit", &column.unit));
    let (ucd, utype) = (attribute("ucd", &column.ucd), attribute("utype", &column.utype));
    if column.description.is_empty() {
        writeln!(out, "<{tag}{name}{datatype}{unit}{ucd}{utype}{more}/>")
    } else {
        let description = xml(column.description.as_str());
        writeln!(out, "<{tag}{name}{datatype}{unit}{ucd}{utype}{more}><DESCRIPTION>{description}</DESCRIPTION></{tag}>")
    }
}

/// Writes one spectrum by the Spectrum Data Model 1.1: one row a pixel, the metadata as parameters.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_spectrum(spectrum: &Spectrum, out: &mut impl Write) -> io::Result<()> {
    let metadata = &spectrum.metadata;
    let params = COLUMNS.iter().map(|column| {
        let utype = match column.name {
            "designation" => "spec:Spectrum.Target.Name",
            "class" => "spec:Spectrum.Target.Class",
            "z" => "spec:Spectrum.Target.Redshift",
            "instrument" => "spec:Spectrum.DataID.Instrument",
            "release" => "spec:Spectrum.DataID.Version",
            "mjd" => "spec:Spectrum.Char.TimeAxis.Coverage.Location.Value",
            _ => "",
        };
        (Column::from(column).utype(utype), (column.get)(metadata))
    });
    let air = spectrum.axis().medium() == Medium::Air;
    let unit = metadata.flux_unit.as_deref().map(standard_unit).unwrap_or_default();
    let float = |name: &str, description: &str| Column::new(name, ColumnType::Float, description);
    let mut columns = vec![
        float("wavelength", if air { "wavelength in air" } else { "wavelength in vacuum" })
            .unit("Angstrom")
            .ucd(if air { "em.wl;obs.atmos" } else { "em.wl" })
            .utype("spec:Spectrum.Data.SpectralAxis.Value"),
        float("flux", "flux").unit(&unit).ucd("phot.flux.density;em.wl").utype("spec:Spectrum.Data.FluxAxis.Value"),
    ];
    if spectrum.ivar().is_some() {
        columns.push(
            float("flux_error", "one-sigma error of the flux, null where nothing is known")
                .unit(&unit)
                .ucd("stat.error;phot.flux.density;em.wl")
                .utype("spec:Spectrum.Data.FluxAxis.Accuracy.StatError"),
        );
        columns.push(float("ivar", "inverse variance of the flux, 0 where nothing is known").ucd("stat.weight"));
    }
    for (name, mask) in [("and_mask", spectrum.and_mask()), ("or_mask", spectrum.or_mask())] {
        if mask.is_some() {
            columns.push(Column::new(name, ColumnType::Int, "pixel mask bits").ucd("meta.code.qual"));
        }
    }
    let about = About {
        name: metadata.spectrum_id.clone(),
        utype: "spec:Spectrum".into(),
        infos: vec![("DATAMODEL".into(), "Spectrum-1.1".into())],
        params: params.collect(),
        ..About::default()
    };
    let mut writer = VotableWriter::begin(out, &about, &columns)?;
    let mut row = Vec::with_capacity(columns.len());
    for (i, (wavelength, flux)) in spectrum.axis().wavelengths().iter().zip(spectrum.flux()).enumerate() {
        row.clear();
        row.extend([Value::Float(*wavelength), Value::Float(f64::from(*flux))]);
        if let Some(ivar) = spectrum.ivar() {
            let ivar = f64::from(ivar[i]);
            row.extend([if ivar > 0.0 { Value::Float(ivar.sqrt().recip()) } else { Value::Null }, Value::Float(ivar)]);
        }
        row.extend(
            [spectrum.and_mask(), spectrum.or_mask()].into_iter().flatten().map(|m| Value::Int(i64::from(m[i]))),
        );
        writer.row(&row)?;
    }
    writer.finish(false)?;
    Ok(())
}
