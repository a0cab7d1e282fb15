//! Small FITS files made in code, as each survey makes its large ones.

/// A unit being built: cards, then data.
#[derive(Default)]
pub struct Unit {
    cards: String,
    data: Vec<u8>,
}

impl Unit {
    /// A primary unit with an image; `axes` empty for none.
    pub fn primary(bitpix: i32, axes: &[usize], data: Vec<u8>) -> Self {
        Self::default().card("SIMPLE", "T").image(bitpix, axes, data)
    }

    /// An image extension.
    pub fn extension(name: &str, bitpix: i32, axes: &[usize], data: Vec<u8>) -> Self {
        Self::default().text("XTENSION", "IMAGE").image(bitpix, axes, data).text("EXTNAME", name)
    }

    fn image(mut self, bitpix: i32, axes: &[usize], data: Vec<u8>) -> Self {
        self = self.card("BITPIX", bitpix).card("NAXIS", axes.len());
        for (i, axis) in axes.iter().enumerate() {
            self = self.card(&format!("NAXIS{}", i + 1), axis);
        }
        self.data = data;
        self
    }

    /// A binary table of columns `(name, form, unit)` and the bytes of its rows.
    pub fn table(name: &str, rows: usize, columns: &[(&str, &str, &str)], data: Vec<u8>) -> Self {
        let mut unit = Self::default().text("XTENSION", "BINTABLE").card("BITPIX", 8).card("NAXIS", 2);
        unit = unit.card("NAXIS1", data.len() / rows).card("NAXIS2", rows).card("PCOUNT", 0).card("GCOUNT", 1);
        unit = unit.card("TFIELDS", columns.len()).text("EXTNAME", name);
        for (i, (name, form, column_unit)) in columns.iter().enumerate() {
            unit = unit.text(&format!("TTYPE{}", i + 1), name).text(&format!("TFORM{}", i + 1), form);
            if !column_unit.is_empty() {
                unit = unit.text(&format!("TUNIT{}", i + 1), column_unit);
            }
        }
        unit.data = data;
        unit
    }

    /// A number or a flag.
    pub fn card(mut self, key: &str, value: impl ToString) -> Self {
        self.cards += &format!("{:<80}", format!("{key:<8}= {:>20}", value.to_string()));
        self
    }

    /// A string.
    pub fn text(mut self, key: &str, value: &str) -> Self {
        self.cards += &format!("{:<80}", format!("{key:<8}= '{value:<8}'"));
        self
    }

    /// A card as it stands.
    pub fn raw(mut self, card: &str) -> Self {
        self.cards += &format!("{card:<80}");
        self
    }
}

/// The file.
pub fn fits(units: Vec<Unit>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for unit in units {
        bytes.extend(unit.cards.bytes());
        bytes.extend(format!("{:<80}", "END").bytes());
        bytes.resize(bytes.len().div_ceil(2880) * 2880, b' ');
        bytes.extend(unit.data);
        bytes.resize(bytes.len().div_ceil(2880) * 2880, 0);
    }
    bytes
}

/// Big-endian single precision.
pub fn f32s(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(|v| (v as f32).to_be_bytes()).collect()
}

/// Big-endian double precision.
pub fn f64s(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(f64::to_be_bytes).collect()
}

/// The start and step of the log-linear grids below.
pub const GRID: (f64, f64) = (3.8, 1e-4);

/// Wavelengths `10^(GRID)`.
pub fn grid(pixels: usize) -> Vec<f64> {
    (0..pixels).map(|i| 10f64.powf(GRID.0 + GRID.1 * i as f64)).collect()
}

/// A flux that is neither zero nor a wavelength.
pub fn flux(pixels: usize) -> Vec<f64> {
    (0..pixels).map(|i| 100.0 + 10.0 * (i as f64 * 0.7).sin()).collect()
}

/// LAMOST's primary cards.
pub fn lamost(unit: Unit) -> Unit {
    unit.text("TELESCOP", "LAMOST")
        .text("VERSPIPE", "v2.6.4")
        .text("DATE-OBS", "2011-10-24T12:00:00.0")
        .card("LMJD", 55859)
        .card("MJD", 55860)
        .text("PLANID", "F5902")
        .card("SPID", 6)
        .text("FIBERID", "7")
        .card("RA", 99.31)
        .card("DEC", 27.23)
        .text("DESIG", "LAMOST J063715.90+271356.5")
        .text("HELIO_RV", "")
        .card("HELIO", "T")
        .card("VACUUM", "T")
        .card("COEFF0", GRID.0)
        .card("COEFF1", GRID.1)
        .text("CLASS", "STAR")
        .text("SUBCLASS", "F9")
        .card("Z", "-9999.0")
        .card("SN_U", 14.02)
        .card("SN_G", "99.00")
        .card("SN_R", "-9999.0")
}

/// LAMOST's 5-row image with a given third row.
pub fn lamost_image(bitpix: i32, names: &str, third: &[f64]) -> Vec<u8> {
    let n = third.len();
    let mut ivar = vec![4.0; n];
    ivar[n - 1] = 0.0;
    let mut values = flux(n);
    values[n - 1] = 0.0;
    let and: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == 2))).collect();
    let rows = values.into_iter().chain(ivar).chain(third.to_vec()).chain(and).chain(vec![64.0; n]);
    let data = if bitpix == -64 { f64s(rows) } else { f32s(rows) };
    fits(vec![lamost(Unit::primary(bitpix, &[n, 5], data)).text("EXTEN0", names)])
}
