//! Writing FITS binary tables: one spectrum, or a list of rows.

use std::fmt::Write as _;
use std::io::{self, Write};

use balmer_core::spectrum::{COLUMNS, ColumnType, Medium, Spectrum, Value};

use super::header::BLOCK;
use crate::table::{About, Column};
use crate::units::standard_unit;

/// Cards being gathered.
#[derive(Debug, Default)]
struct Cards(String);

impl Cards {
    fn push(&mut self, key: &str, value: &str, comment: &str) {
        let mut card = format!("{key:<8}= {value:>20}");
        if !comment.is_empty() && card.len() + 3 < 80 {
            let _ = write!(card, " / {comment}");
        }
        let mut card: String = card.chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).take(80).collect();
        while card.len() < 80 {
            card.push(' ');
        }
        self.0.push_str(&card);
    }

    fn text(&mut self, key: &str, value: &str, comment: &str) {
        // a string must close within its card: 68 characters, a doubled quote counting twice
        let mut quoted = String::from("'");
        for c in value.chars() {
            let c = if (' '..='~').contains(&c) { c } else { '?' };
            if quoted.len() + if c == '\'' { 2 } else { 1 } > 69 {
                break;
            }
            quoted.push(c);
            if c == '\'' {
                quoted.push(c);
            }
        }
        while quoted.len() < 9 {
            quoted.push(' ');
        }
        quoted.push('\'');
        self.push(key, &format!("{quoted:<20}"), comment);
    }

    fn value(&mut self, key: &str, value: &Value, comment: &str) {
        match value {
            Value::Text(text) => self.text(key, text, comment),
            Value::Int(number) => self.push(key, &number.to_string(), comment),
            Value::Float(number) if number.is_finite() => self.push(key, &float_card(*number), comment),
            Value::Null | Value::Float(_) => {}
            Value::Bool(flag) => self.push(key, if *flag { "T" } else { "F" }, comment),
        }
    }

    fn finish(mut self, out: &mut impl Write) -> io::Result<()> {
        let _ = write!(self.0, "{:<80}", "END");
        let padded = self.0.len().div_ceil(BLOCK) * BLOCK;
        out.write_all(self.0.as_bytes())?;
        out.write_all(&vec![b' '; padded - self.0.len()])
    }
}

/// FITS wants a decimal point or an exponent in a floating-point value.
fn float_card(number: f64) -> String {
    let text = number.to_string();
    let text = if text.len() > 20 { format!("{number:E}") } else { text };
    if text.contains(['.', 'E']) { text } else { format!("{text}.0") }
}

fn primary(out: &mut impl Write) -> io::Result<()> {
    let mut cards = Cards::default();
    cards.push("SIMPLE", "T", "conforms to FITS standard 4.0");
    cards.push("BITPIX", "8", "");
    cards.push("NAXIS", "0", "");
    cards.push("EXTEND", "T", "");
    cards.finish(out)
}

fn table_cards(row_bytes: usize, rows: usize, fields: usize) -> Cards {
    let mut cards = Cards::default();
    cards.text("XTENSION", "BINTABLE", "");
    cards.push("BITPIX", "8", "");
    cards.push("NAXIS", "2", "");
    cards.push("NAXIS1", &row_bytes.to_string(), "bytes in a row");
    cards.push("NAXIS2", &rows.to_string(), "rows");
    cards.push("PCOUNT", "0", "");
    cards.push("GCOUNT", "1", "");
    cards.push("TFIELDS", &fields.to_string(), "");
    cards
}

fn field_cards(cards: &mut Cards, n: usize, form: &str, column: &Column) {
    cards.text(&format!("TTYPE{n}"), &column.name, &column.description);
    cards.text(&format!("TFORM{n}"), form, "");
    for (key, value) in [("TUNIT", &column.unit), ("TUCD", &column.ucd), ("TUTYP", &column.utype)] {
        if !value.is_empty() {
            cards.text(&format!("{key}{n}"), value, "");
        }
    }
}

fn pad(out: &mut impl Write, written: usize) -> io::Result<()> {
    out.write_all(&vec![0; written.div_ceil(BLOCK) * BLOCK - written])
}

/// Writes one spectrum as a table of one row a pixel, with units: `specutils` opens it as
/// `tabular-fits`. Where the flux has no stated unit the column says `count`, which stands there for
/// 'arbitrary', and the card `FLUXUNIT` says so.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_spectrum(spectrum: &Spectrum, out: &mut impl Write) -> io::Result<()> {
    let metadata = &spectrum.metadata;
    let air = spectrum.axis().medium() == Medium::Air;
    let stated = metadata.flux_unit.as_deref().map(standard_unit).filter(|unit| !unit.is_empty());
    let unit = stated.as_deref().unwrap_or("count");
    let float = |name: &str, description: &str| Column::new(name, ColumnType::Float, description);
    let mut columns = vec![
        ("D", float("wavelength", if air { "in air" } else { "in vacuum" }).unit("Angstrom").ucd("em.wl")),
        ("E", float("flux", "").unit(unit).ucd("phot.flux.density;em.wl")),
    ];
    if spectrum.ivar().is_some() {
        columns.push(("E", float("flux_error", "one sigma").unit(unit).ucd("stat.error;phot.flux.density;em.wl")));
        columns.push(("E", float("ivar", "inverse variance, 0: no information")));
    }
    for (name, mask) in [("and_mask", spectrum.and_mask()), ("or_mask", spectrum.or_mask())] {
        if mask.is_some() {
            columns.push(("J", Column::new(name, ColumnType::Int, "pixel mask bits")));
        }
    }
    let row_bytes: usize = columns.iter().map(|(form, _)| if *form == "D" { 8 } else { 4 }).sum();
    let rows = spectrum.len();
    primary(out)?;
    let mut cards = table_cards(row_bytes, rows, columns.len());
    for (n, (form, column)) in columns.iter().enumerate() {
        field_cards(&mut cards, n + 1, form, column);
    }
    cards.text("EXTNAME", "SPECTRUM", "");
    cards.text("VOCLASS", "Spectrum 1.1", "");
    cards.push("VACUUM", if air { "F" } else { "T" }, "wavelengths are in vacuum");
    if stated.is_none() {
        cards.text("FLUXUNIT", "UNKNOWN", "the source states no unit of the flux");
    }
    for (key, name) in CARDS {
        if let Some(column) = COLUMNS.iter().find(|column| column.name == *name) {
            cards.value(key, &(column.get)(metadata), column.description);
        }
    }
    cards.finish(out)?;
    let mut row = Vec::with_capacity(row_bytes);
    for (i, (wavelength, flux)) in spectrum.axis().wavelengths().iter().zip(spectrum.flux()).enumerate() {
        row.clear();
        row.extend(wavelength.to_be_bytes());
        row.extend(flux.to_be_bytes());
        if let Some(ivar) = spectrum.ivar() {
            let error = if ivar[i] > 0.0 { ivar[i].sqrt().recip() } else { f32::NAN };
            row.extend(error.to_be_bytes());
            row.extend(ivar[i].to_be_bytes());
        }
        for mask in [spectrum.and_mask(), spectrum.or_mask()].into_iter().flatten() {
            row.extend(mask[i].to_be_bytes());
        }
        out.write_all(&row)?;
    }
    pad(out, row_bytes * rows)?;
    out.flush()
}

/// Cards of a spectrum and the metadata columns behind them; the reader of spectrum tables knows them.
const CARDS: &[(&str, &str)] = &[
    ("SPECID", "spectrum_id"),
    ("OBJECT", "designation"),
    ("RELEASE", "release"),
    ("OBSID", "obsid"),
    ("RA", "ra"),
    ("DEC", "dec"),
    ("MJD", "mjd"),
    ("CLASS", "class"),
    ("SUBCLASS", "subclass"),
    ("Z", "z"),
    ("Z_ERR", "z_err"),
    ("PLANID", "planid"),
    ("SPID", "spid"),
    ("FIBERID", "fiberid"),
    ("INSTRUME", "instrument"),
    ("FWHM", "resolution_fwhm"),
    ("TRUTH", "truth"),
    ("SOURCE", "source"),
    ("LAYOUT", "layout"),
];

/// Writes a table of rows. Missing integers are `i64::MIN` (`TNULL`), missing floats NaN, missing texts
/// empty, missing flags 0.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_table(out: &mut impl Write, about: &About, columns: &[Column], rows: &[Vec<Value>]) -> io::Result<()> {
    let width = |i: usize| {
        let longest =
            rows.iter().filter_map(|row| if let Some(Value::Text(t)) = row.get(i) { Some(t.len()) } else { None });
        longest.max().unwrap_or(0).max(1)
    };
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(i, column)| match column.column_type {
            ColumnType::Text => width(i),
            ColumnType::Bool => 1,
            ColumnType::Int | ColumnType::Float => 8,
        })
        .collect();
    let row_bytes: usize = widths.iter().sum();
    primary(out)?;
    let mut cards = table_cards(row_bytes, rows.len(), columns.len());
    for (i, column) in columns.iter().enumerate() {
        let n = i + 1;
        let form = match column.column_type {
            ColumnType::Text => format!("{}A", widths[i]),
            ColumnType::Int => "K".into(),
            ColumnType::Float => "D".into(),
            ColumnType::Bool => "L".into(),
        };
        field_cards(&mut cards, n, &form, column);
        if column.column_type == ColumnType::Int {
            cards.push(&format!("TNULL{n}"), &i64::MIN.to_string(), "");
        }
    }
    if !about.name.is_empty() {
        cards.text("EXTNAME", &about.name, "");
    }
    for (n, (name, value)) in about.infos.iter().enumerate() {
        cards.text(&format!("INFO{}", n + 1), &format!("{name}: {value}"), "");
    }
    cards.finish(out)?;
    let mut bytes = Vec::with_capacity(row_bytes);
    for row in rows {
        bytes.clear();
        for (i, column) in columns.iter().enumerate() {
            match (column.column_type, row.get(i)) {
                (ColumnType::Text, Some(Value::Text(text))) => {
                    bytes.extend(text.bytes());
                    bytes.resize(bytes.len() + widths[i] - text.len(), b' ');
                }
                (ColumnType::Text, _) => bytes.resize(bytes.len() + widths[i], b' '),
                (ColumnType::Int, Some(Value::Int(number))) => bytes.extend(number.to_be_bytes()),
                (ColumnType::Int, _) => bytes.extend(i64::MIN.to_be_bytes()),
                (ColumnType::Float, Some(Value::Float(number))) => bytes.extend(number.to_be_bytes()),
                (ColumnType::Float, Some(Value::Int(number))) => bytes.extend((*number as f64).to_be_bytes()),
                (ColumnType::Float, _) => bytes.extend(f64::NAN.to_be_bytes()),
                (ColumnType::Bool, Some(Value::Bool(flag))) => bytes.push(if *flag { b'T' } else { b'F' }),
                (ColumnType::Bool, _) => bytes.push(0),
            }
        }
        out.write_all(&bytes)?;
    }
    pad(out, row_bytes * rows.len())?;
    out.flush()
}
