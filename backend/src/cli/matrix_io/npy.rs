//! `NumPy`'s format of structured arrays, version 1.0 (NEP 1): a field for each column.

use std::io::{self, Write};

use super::columns::{Columns, Data};

/// Writes the columns as one structured array of `rows` records, little-endian and packed, that
/// `numpy.load` gives back by column name.
pub fn write(columns: &Columns, out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<String> = columns.columns().iter().map(|(name, data)| descriptor(name, data)).collect();
    let header =
        format!("{{'descr': [{}], 'fortran_order': False, 'shape': ({},), }}", fields.join(", "), columns.rows());
    // magic (6), version (2), length (2), header, padding and newline fill a multiple of 64 bytes
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let stated = u16::try_from(length).map_err(|_| io::Error::other("too many columns for a .npy file"))?;
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&stated.to_le_bytes())?;
    writeln!(out, "{header:width$}", width = length - 1)?;
    for row in 0..columns.rows() {
        for (_, data) in columns.columns() {
            match data {
                Data::U32(values) => out.write_all(&values[row].to_le_bytes())?,
                Data::I32(values) => out.write_all(&values[row].to_le_bytes())?,
                Data::F32(values) => out.write_all(&values[row].to_le_bytes())?,
                Data::U32List(values) => values.row(row).iter().try_for_each(|v| out.write_all(&v.to_le_bytes()))?,
                Data::F32List(values) => values.row(row).iter().try_for_each(|v| out.write_all(&v.to_le_bytes()))?,
            }
        }
    }
    Ok(())
}

fn descriptor(name: &str, data: &Data) -> String {
    match data {
        Data::U32(_) => format!("('{name}', '<u4')"),
        Data::I32(_) => format!("('{name}', '<i4')"),
        Data::F32(_) => format!("('{name}', '<f4')"),
        Data::U32List(values) => format!("('{name}', '<u4', ({},))", values.ncols()),
        Data::F32List(values) => format!("('{name}', '<f4', ({},))", values.ncols()),
    }
}
