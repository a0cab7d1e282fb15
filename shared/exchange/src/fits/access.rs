//! Header-data units: where each begins, and the numbers in images.
//!
//! Our own reader rather than a crate: a spectrum needs one image or one table of a file, read in
//! place without copying the rest, with an error that says how many bytes are missing; and headers
//! that break the standard must not stop it. Data behind the last well-formed unit are ignored.

use super::header::{BLOCK, Header};
use super::table::BinTable;
use crate::ReadError;

/// What a unit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An image, primary or extension; without axes where `NAXIS = 0`.
    Image,
    /// A binary table.
    BinTable,
    /// Anything else: skipped.
    Other,
}

/// One header-data unit.
#[derive(Debug, Clone)]
pub(crate) struct Hdu<'a> {
    pub(crate) header: Header<'a>,
    pub(crate) kind: Kind,
    /// Lengths of the axes, fastest first.
    pub(crate) axes: Vec<usize>,
    /// The unit's data: shorter than `declared` where the file is cut.
    data: &'a [u8],
    declared: usize,
    data_start: usize,
    name: String,
}

/// Lists the units of a FITS file.
pub(crate) fn units(bytes: &[u8]) -> Result<Vec<Hdu<'_>>, ReadError> {
    let mut units = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let primary = units.is_empty();
        if !primary && !bytes[offset..].starts_with(b"XTENSION") {
            break; // trailing padding or garbage
        }
        let (header, data_start) = Header::parse(bytes, offset)?;
        let hdu = Hdu::locate(bytes, header, data_start, primary)?;
        offset = hdu.data_start + hdu.declared.div_ceil(BLOCK) * BLOCK;
        units.push(hdu);
    }
    Ok(units)
}

impl<'a> Hdu<'a> {
    fn locate(bytes: &'a [u8], header: Header<'a>, data_start: usize, primary: bool) -> Result<Self, ReadError> {
        let kind = match header.text("XTENSION").as_deref() {
            None if primary => Kind::Image,
            Some("IMAGE") => Kind::Image,
            Some("BINTABLE" | "A3DTABLE") => Kind::BinTable,
            _ => Kind::Other,
        };
        let naxis = header.count("NAXIS")?;
        if naxis > 999 {
            return Err(ReadError::Malformed(format!("NAXIS = {naxis}")));
        }
        // an empty primary may still carry NAXIS1 and NAXIS2 cards (LAMOST DR9 on): NAXIS decides
        let axes = (1..=naxis).map(|i| header.count(&format!("NAXIS{i}"))).collect::<Result<Vec<_>, _>>()?;
        let too_large = || ReadError::Malformed(format!("axes {axes:?} are larger than any file"));
        let elements = if axes.is_empty() {
            0
        } else {
            axes.iter().try_fold(1usize, |n, axis| n.checked_mul(*axis)).ok_or_else(too_large)?
        };
        let heap = if primary { 0 } else { header.int("PCOUNT").and_then(|n| usize::try_from(n).ok()).unwrap_or(0) };
        let groups = if primary { 1 } else { header.int("GCOUNT").and_then(|n| usize::try_from(n).ok()).unwrap_or(1) };
        let width = (header.int("BITPIX").unwrap_or(8).unsigned_abs() / 8) as usize;
        let declared = elements
            .checked_add(heap)
            .and_then(|n| n.checked_mul(groups))
            .and_then(|n| n.checked_mul(width))
            .filter(|n| *n < isize::MAX as usize / 2)
            .ok_or_else(too_large)?;
        let data = bytes.get(data_start..).unwrap_or_default();
        let data = &data[..declared.min(data.len())];
        let name = header.text("EXTNAME").unwrap_or_default();
        Ok(Self { header, kind, axes, data, declared, data_start, name })
    }

    /// `EXTNAME`, empty where there is none.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The whole data, or an error that says how much is missing.
    pub(crate) fn data(&self) -> Result<&'a [u8], ReadError> {
        if self.data.len() == self.declared {
            return Ok(self.data);
        }
        let what = if self.name.is_empty() { "the data".into() } else { format!("the data of {}", self.name) };
        Err(ReadError::Truncated {
            what,
            needed: self.data_start + self.declared,
            found: self.data_start + self.data.len(),
        })
    }

    /// The unit as a binary table.
    pub(crate) fn table(&self) -> Result<BinTable<'a>, ReadError> {
        BinTable::new(self)
    }

    /// Row `row` (along the first axis) of an image, scaled by `BSCALE` and `BZERO`; integer `BLANK`
    /// becomes NaN.
    pub(crate) fn image_row(&self, row: usize) -> Result<Vec<f64>, ReadError> {
        let data = self.data()?;
        let pixels = *self.axes.first().unwrap_or(&0);
        let bitpix = self.header.int("BITPIX").unwrap_or(0);
        let width = (bitpix.unsigned_abs() / 8) as usize;
        let bytes = data
            .get(row * pixels * width..(row + 1) * pixels * width)
            .ok_or_else(|| ReadError::Malformed(format!("the image has no row {}", row + 1)))?;
        let blank = self.header.int("BLANK");
        let integer = |n: i64| if Some(n) == blank { f64::NAN } else { n as f64 };
        let mut values: Vec<f64> = match bitpix {
            8 => bytes.iter().map(|b| integer(i64::from(*b))).collect(),
            16 => bytes.as_chunks::<2>().0.iter().map(|b| integer(i64::from(i16::from_be_bytes(*b)))).collect(),
            32 => bytes.as_chunks::<4>().0.iter().map(|b| integer(i64::from(i32::from_be_bytes(*b)))).collect(),
            64 => bytes.as_chunks::<8>().0.iter().map(|b| integer(i64::from_be_bytes(*b))).collect(),
            -32 => bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_be_bytes(*b))).collect(),
            -64 => bytes.as_chunks::<8>().0.iter().map(|b| f64::from_be_bytes(*b)).collect(),
            _ => return Err(ReadError::Malformed(format!("BITPIX = {bitpix}"))),
        };
        let scale = self.header.float("BSCALE").unwrap_or(1.0);
        let zero = self.header.float("BZERO").unwrap_or(0.0);
        if scale != 1.0 || zero != 0.0 {
            for v in &mut values {
                *v = *v * scale + zero;
            }
        }
        Ok(values)
    }
}
