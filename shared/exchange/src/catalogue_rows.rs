//! A catalogue of any size, row by row: a FITS binary table, or text with columns divided by commas, bars (as LAMOST
//! releases its catalogues), semicolons or tabs.
//!
//! Cells come as text, from which numbers can be had again exactly; a text catalogue does not say of what type
//! its columns are. [`crate::catalogue`] is the other reader: small, in memory, and joined while spectra are read.

use std::io::BufRead;

use balmer_core::spectrum::ColumnType;

use crate::{ReadError, fits::TableRows};

/// A column of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueColumn {
    /// Name as the file spells it.
    pub name: String,
    /// Type of its values; `None` where only the cells can tell.
    pub datatype: Option<ColumnType>,
    /// Unit as the file spells it; empty where it says none.
    pub unit: String,
    /// IVOA UCD; empty where it says none.
    pub ucd: String,
    /// What it is; empty where the file does not say.
    pub description: String,
}

/// A catalogue being read.
pub struct CatalogueRows<R> {
    columns: Vec<CatalogueColumn>,
    /// Names of the columns that are not given: arrays and types that are no values.
    pub left_out: Vec<String>,
    rows: Rows<R>,
}

enum Rows<R> {
    Text {
        reader: csv::Reader<R>,
        record: csv::StringRecord,
    },
    /// With the file's number of each column.
    Fits {
        rows: TableRows<R>,
        numbers: Vec<usize>,
    },
}

impl<R: BufRead> CatalogueRows<R> {
    /// Reads up to the first row.
    ///
    /// # Errors
    /// A FITS file without a table, a text without a head.
    pub fn open(mut read: R) -> Result<Self, ReadError> {
        let malformed = |e: &dyn std::fmt::Display| ReadError::Malformed(e.to_string());
        let start = read.fill_buf().map_err(|e| malformed(&e))?;
        if start.starts_with(b"SIMPLE") {
            return Self::open_fits(read);
        }
        let head = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |divider: u8| head.split(|&byte| byte == divider).count();
        // of equal counts the first
        let divider = [b'\t', b';', b'|', b','].into_iter().max_by_key(|&divider| count(divider)).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(divider).trim(csv::Trim::All).comment(None).from_reader(read);
        let head = reader.headers().map_err(|e| malformed(&e))?.clone();
        if head.iter().all(str::is_empty) {
            return Err(ReadError::Malformed("it has no row that names the columns".into()));
        }
        let column = |name: &str| CatalogueColumn {
            name: name.trim_start_matches(['\u{feff}', '#']).trim().to_owned(),
            datatype: None,
            unit: String::new(),
            ucd: String::new(),
            description: String::new(),
        };
        let columns = head.iter().map(column).collect();
        let rows = Rows::Text { reader, record: csv::StringRecord::new() };
        Ok(Self { columns, left_out: Vec::new(), rows })
    }

    fn open_fits(read: R) -> Result<Self, ReadError> {
        let rows = TableRows::open(read)?;
        let (mut columns, mut numbers, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (column, ucd)) in rows.columns().iter().enumerate() {
            let Some(datatype) = column.value_type() else {
                left_out.push(column.name.clone());
                continue;
            };
            numbers.push(number);
            columns.push(CatalogueColumn {
                name: column.name.clone(),
                datatype: Some(datatype),
                unit: column.unit.clone().unwrap_or_default(),
                ucd: ucd.clone(),
                description: column.comment.clone(),
            });
        }
        Ok(Self { columns, left_out, rows: Rows::Fits { rows, numbers } })
    }

    /// The columns, in the file's order.
    pub fn columns(&self) -> &[CatalogueColumn] {
        &self.columns
    }

    /// Goes to the next row; false after the last.
    ///
    /// # Errors
    /// A row of another length than the head, a file that is cut off.
    pub fn advance(&mut self) -> Result<bool, ReadError> {
        match &mut self.rows {
            Rows::Text { reader, record } => {
                reader.read_record(record).map_err(|e| ReadError::Malformed(e.to_string()))
            }
            Rows::Fits { rows, .. } => rows.advance(),
        }
    }

    /// A cell of the present row, by the number of its column; `None` where it is empty.
    pub fn cell(&self, column: usize) -> Option<String> {
        match &self.rows {
            Rows::Text { record, .. } => record.get(column).filter(|cell| !cell.is_empty()).map(str::to_owned),
            Rows::Fits { rows, numbers } => rows.cell(*numbers.get(column)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All cells of a catalogue.
    fn cells(bytes: &[u8]) -> Result<Vec<Vec<Option<String>>>, ReadError> {
        let mut rows = CatalogueRows::open(bytes)?;
        let mut all = Vec::new();
        while rows.advance()? {
            all.push((0..rows.columns().len()).map(|column| rows.cell(column)).collect());
        }
        Ok(all)
    }

    fn card(text: &str) -> String {
        format!("{text:<80}")
    }

    fn unit(cards: &[&str], data: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> = cards.iter().copied().chain(["END"]).flat_map(|c| card(c).into_bytes()).collect();
        bytes.resize(bytes.len().next_multiple_of(2880), b' ');
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(2880), 0);
        bytes
    }

    /// Two rows behind an image: an identifier above 2^53, a float with a unit, a text, an array, an unsigned one.
    fn fits() -> Vec<u8> {
        let image = ["SIMPLE  = T", "BITPIX  = 16", "NAXIS   = 1", "NAXIS1  = 3"];
        let table = [
            "XTENSION= 'BINTABLE'",
            "BITPIX  = 8",
            "NAXIS   = 2",
            "NAXIS1  = 32",
            "NAXIS2  = 2",
            "PCOUNT  = 0",
            "GCOUNT  = 1",
            "TFIELDS = 5",
            "TTYPE1  = 'OBSID'",
            "TFORM1  = 'K'",
            "TNULL1  = -1",
            "TTYPE2  = 'teff' / effective temperature",
            "TFORM2  = 'E'",
            "TUNIT2  = 'K'",
            "TUCD2   = 'phys.temperature.effective'",
            "TTYPE3  = 'class'",
            "TFORM3  = '4A'",
            "TTYPE4  = 'flux'",
            "TFORM4  = '2E'",
            "TTYPE5  = 'big'",
            "TFORM5  = 'K'",
            "TZERO5  = 9223372036854775808",
        ];
        let mut data = Vec::new();
        for (obsid, teff, class, big) in
            [(9_007_199_254_740_993_i64, 5777.5_f32, b"STAR", i64::MAX), (-1, f32::NAN, b"\0\0\0\0", 0)]
        {
            data.extend(obsid.to_be_bytes());
            data.extend(teff.to_be_bytes());
            data.extend(class);
            data.extend([0; 8]);
            data.extend(big.to_be_bytes());
        }
        [unit(&image, &[0; 6]), unit(&table, &data)].concat()
    }

    #[test]
    fn a_fits_table_keeps_units_ucds_and_every_digit() {
        use ColumnType::{Float, Int, Text};
        let bytes = fits();
        let rows = CatalogueRows::open(&*bytes).unwrap();
        let about: Vec<_> =
            rows.columns().iter().map(|c| (c.name.as_str(), c.datatype.unwrap(), c.unit.as_str())).collect();
        assert_eq!(about, [("OBSID", Int, ""), ("teff", Float, "K"), ("class", Text, ""), ("big", Text, "")]);
        let teff = &rows.columns()[1];
        assert_eq!((&*teff.ucd, &*teff.description), ("phys.temperature.effective", "effective temperature"));
        assert_eq!(rows.left_out, ["flux"]);
        let text = |text: &str| Some(text.to_owned());
        let all = cells(&bytes).unwrap();
        assert_eq!(all[0], [text("9007199254740993"), text("5777.5"), text("STAR"), text("18446744073709551615")]);
        assert_eq!(all[1], [None, None, None, text("9223372036854775808")]);
    }

    #[test]
    fn columns_of_text_are_divided_by_what_the_head_is_divided_by() {
        for divider in [",", "|", ";", "\t"] {
            let table = "obsid,z,class\n101,0.5,STAR\n102,, QSO \n".replace(',', divider);
            let all = cells(table.as_bytes()).unwrap();
            let text = |text: &str| Some(text.to_owned());
            assert_eq!(all, [[text("101"), text("0.5"), text("STAR")], [text("102"), None, text("QSO")]], "{divider}");
        }
        let lamost = CatalogueRows::open(&b"#obsid|designation\n1|J1\n"[..]).unwrap();
        assert_eq!(lamost.columns()[0].name, "obsid");
        assert!(cells(b"a,b\n1\n").is_err() && cells(b"").is_err());
    }

    #[test]
    fn what_is_cut_off_is_an_error_and_never_a_panic() {
        let bytes = fits();
        assert!(cells(&bytes[..bytes.len() - 2880]).is_err());
        for cut in (0..bytes.len()).step_by(97) {
            cells(&bytes[..cut]).ok();
        }
        for at in (0..bytes.len()).step_by(7) {
            let mut spoilt = bytes.clone();
            spoilt[at] = b'9';
            cells(&spoilt).ok();
        }
    }
}
