//! Writing one spectrum: FITS, VOTable, CSV. Each can be read back by this crate.

use std::io::{self, Write};

use balmer_core::spectrum::{ColumnType, Spectrum, Value};

use crate::table::{Column, CsvWriter};

pub use crate::fits::write_spectrum as write_spectrum_fits;
pub use crate::votable::write_spectrum as write_spectrum_votable;

/// Writes one spectrum as CSV: one row a pixel. The name of the first column states unit and medium
/// (`wavelength_air_angstrom`); missing variance and masks have no column.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_spectrum_csv(spectrum: &Spectrum, out: &mut impl Write) -> io::Result<()> {
    let first = format!("wavelength_{}_angstrom", spectrum.axis().medium());
    let mut columns =
        vec![Column::new(&first, ColumnType::Float, "wavelength"), Column::new("flux", ColumnType::Float, "flux")];
    if spectrum.ivar().is_some() {
        columns.push(Column::new("ivar", ColumnType::Float, "inverse variance"));
    }
    for (name, mask) in [("and_mask", spectrum.and_mask()), ("or_mask", spectrum.or_mask())] {
        if mask.is_some() {
            columns.push(Column::new(name, ColumnType::Int, "mask bits"));
        }
    }
    let mut writer = CsvWriter::begin(out, &columns)?;
    for (i, wavelength) in spectrum.axis().wavelengths().iter().enumerate() {
        let mut row = vec![Value::Float(*wavelength), single(spectrum.flux()[i])];
        row.extend(spectrum.ivar().map(|ivar| single(ivar[i])));
        row.extend(
            [spectrum.and_mask(), spectrum.or_mask()].into_iter().flatten().map(|m| Value::Int(i64::from(m[i]))),
        );
        writer.row(&row)?;
    }
    writer.finish()?.flush()
}

/// A single-precision number in its own shortest digits rather than those of its double.
fn single(number: f32) -> Value {
    Value::Float(number.to_string().parse().unwrap_or(f64::NAN))
}
