//! What a survey says about a spectrum, with units and UCDs.
//!
//! Column names are LAMOST's catalogue names in lower case where it has them, since those are the
//! names users type; UCDs are those of the IVOA UCD1+ vocabulary 1.5. A value that a file does not
//! state, or states by a sentinel, is `None`.

use serde::{Deserialize, Serialize};

use super::Medium;

/// One spectrum's row of the survey's metadata table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Stable, readable name: the file's stem, made unique where two releases share it.
    pub spectrum_id: String,
    /// Path or URL as given by the user.
    pub source: String,
    /// File layout it was read from, for example `lamost-dr9`.
    pub layout: String,
    /// Data release or pipeline version as the file states it.
    pub release: Option<String>,
    /// The survey's own observation identifier.
    pub obsid: Option<i64>,
    /// Name of the object.
    pub designation: Option<String>,
    /// Right ascension, ICRS (J2000), degrees.
    pub ra: Option<f64>,
    /// Declination, ICRS (J2000), degrees.
    pub dec: Option<f64>,
    /// Modified Julian Date of the observation, days.
    pub mjd: Option<f64>,
    /// Pipeline class (`STAR`, `GALAXY`, `QSO`, ...).
    pub class: Option<String>,
    /// Pipeline subclass or spectral type.
    pub subclass: Option<String>,
    /// Redshift; radial velocities are stated as v/c.
    pub z: Option<f64>,
    /// Error of the redshift.
    pub z_err: Option<f64>,
    /// Median signal-to-noise ratio per pixel in u.
    pub snr_u: Option<f64>,
    /// Median signal-to-noise ratio per pixel in g.
    pub snr_g: Option<f64>,
    /// Median signal-to-noise ratio per pixel in r.
    pub snr_r: Option<f64>,
    /// Median signal-to-noise ratio per pixel in i.
    pub snr_i: Option<f64>,
    /// Median signal-to-noise ratio per pixel in z.
    pub snr_z: Option<f64>,
    /// Plate or plan.
    pub planid: Option<String>,
    /// Spectrograph.
    pub spid: Option<i64>,
    /// Fibre.
    pub fiberid: Option<i64>,
    /// Telescope or instrument.
    pub instrument: Option<String>,
    /// Unit of the flux column in the file's own words; `None` where it states none.
    pub flux_unit: Option<String>,
    /// Whether the file states a variance.
    pub has_ivar: bool,
    /// Medium of the wavelengths.
    pub medium: Option<Medium>,
    /// First pixel centre, Angstrom.
    pub wavelength_min: Option<f64>,
    /// Last pixel centre, Angstrom.
    pub wavelength_max: Option<f64>,
    /// Number of pixels.
    pub pixels: Option<i64>,
    /// Instrumental resolution (FWHM) near the middle of the axis, Angstrom: from the file where it
    /// states one, else the layout's documented value; `None` where neither is known.
    pub resolution_fwhm: Option<f64>,
    /// What kind of object was planted: simulated and injected surveys only.
    pub truth: Option<String>,
    /// Peculiarities met while reading, `; `-separated (`no variance stated`, `S/N sentinel in u`).
    pub remarks: Option<String>,
}

/// Type of a metadata column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// 64-bit signed integer.
    Int,
    /// 64-bit float.
    Float,
    /// True or false.
    Bool,
}

/// One metadata value; `Null` where the file states none.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not stated.
    Null,
    /// Text.
    Text(String),
    /// Integer.
    Int(i64),
    /// Float.
    Float(f64),
    /// True or false.
    Bool(bool),
}

/// Description of one metadata column: name, type, unit, UCD, meaning, and how to read and write it
/// on a [`Metadata`].
#[derive(Debug)]
pub struct Column {
    /// Name as used in SQL and in files.
    pub name: &'static str,
    /// Type of its values.
    pub column_type: ColumnType,
    /// Unit in `VOUnits` 1.1 syntax; empty where it has none.
    pub unit: &'static str,
    /// IVOA UCD1+ word; empty where none fits.
    pub ucd: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Reads the column.
    pub get: fn(&Metadata) -> Value,
    /// Writes the column; a value of another type is ignored.
    pub set: fn(&mut Metadata, Value),
}

/// How a field's Rust type maps to a column's type and value.
trait Field: Sized {
    const TYPE: ColumnType;
    fn get(&self) -> Value;
    fn set(&mut self, value: Value);
}

macro_rules! field {
    ($type:ty, $variant:ident) => {
        impl Field for $type {
            const TYPE: ColumnType = ColumnType::$variant;
            fn get(&self) -> Value {
                Value::$variant(self.clone())
            }
            fn set(&mut self, value: Value) {
                if let Value::$variant(v) = value {
                    *self = v;
                }
            }
        }
        impl Field for Option<$type> {
            const TYPE: ColumnType = ColumnType::$variant;
            fn get(&self) -> Value {
                self.clone().map_or(Value::Null, Value::$variant)
            }
            fn set(&mut self, value: Value) {
                *self = match value {
                    Value::$variant(v) => Some(v),
                    _ => None,
                };
            }
        }
    };
}
field!(String, Text);
field!(i64, Int);
field!(f64, Float);
field!(bool, Bool);

impl Field for Option<Medium> {
    const TYPE: ColumnType = ColumnType::Text;
    fn get(&self) -> Value {
        self.map_or(Value::Null, |m| Value::Text(m.to_string()))
    }
    fn set(&mut self, value: Value) {
        *self = match value {
            Value::Text(t) if t == "air" => Some(Medium::Air),
            Value::Text(t) if t == "vacuum" => Some(Medium::Vacuum),
            _ => None,
        };
    }
}

const fn type_of<T: Field>(_: fn(&Metadata) -> &T) -> ColumnType {
    T::TYPE
}

macro_rules! columns {
    ($($name:ident, $unit:literal, $ucd:literal, $description:literal;)*) => {
        /// Every metadata column, in the order of tables and files.
        pub const COLUMNS: &[Column] = &[$(Column {
            name: stringify!($name),
            column_type: type_of(|m| &m.$name),
            unit: $unit,
            ucd: $ucd,
            description: $description,
            get: |m| Field::get(&m.$name),
            set: |m, v| Field::set(&mut m.$name, v),
        }),*];
    };
}

columns! {
    spectrum_id, "", "meta.id;meta.main", "stable name of the spectrum in this survey";
    source, "", "meta.ref.url", "path or URL the spectrum was read from";
    layout, "", "meta.code", "file layout";
    release, "", "meta.version", "data release or pipeline version";
    obsid, "", "meta.id", "the survey's observation identifier";
    designation, "", "meta.id", "name of the object";
    ra, "deg", "pos.eq.ra;meta.main", "right ascension (ICRS)";
    dec, "deg", "pos.eq.dec;meta.main", "declination (ICRS)";
    mjd, "d", "time.epoch;obs", "modified Julian date of the observation";
    class, "", "src.class", "pipeline class";
    subclass, "", "src.spType", "pipeline subclass or spectral type";
    z, "", "src.redshift", "redshift (v/c for radial velocities)";
    z_err, "", "stat.error;src.redshift", "error of the redshift";
    snr_u, "", "stat.snr;em.opt.U", "median signal-to-noise ratio per pixel in u";
    snr_g, "", "stat.snr;em.opt.B", "median signal-to-noise ratio per pixel in g";
    snr_r, "", "stat.snr;em.opt.R", "median signal-to-noise ratio per pixel in r";
    snr_i, "", "stat.snr;em.opt.I", "median signal-to-noise ratio per pixel in i";
    snr_z, "", "stat.snr;em.opt.I", "median signal-to-noise ratio per pixel in z";
    planid, "", "meta.id;obs.field", "plate or plan";
    spid, "", "meta.id;instr", "spectrograph";
    fiberid, "", "meta.id;instr.fov", "fibre";
    instrument, "", "instr", "telescope or instrument";
    flux_unit, "", "meta.unit", "unit of the flux";
    has_ivar, "", "meta.code;stat.variance", "whether the file states a variance";
    medium, "", "meta.code;em.wl", "medium of the wavelengths: air or vacuum";
    wavelength_min, "Angstrom", "em.wl;stat.min", "first pixel centre";
    wavelength_max, "Angstrom", "em.wl;stat.max", "last pixel centre";
    pixels, "", "meta.number", "number of pixels";
    resolution_fwhm, "Angstrom", "instr.dispersion;spect.line.width", "instrumental resolution (FWHM)";
    truth, "", "meta.code.class", "planted kind, in simulated surveys";
    remarks, "", "meta.note", "peculiarities met while reading";
}

impl Metadata {
    /// Notes a peculiarity met while reading.
    pub fn remark(&mut self, note: &str) {
        match &mut self.remarks {
            Some(notes) => {
                notes.push_str("; ");
                notes.push_str(note);
            }
            None => self.remarks = Some(note.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_reads_back_what_it_writes() {
        for column in COLUMNS {
            let value = match column.column_type {
                ColumnType::Text if column.name == "medium" => Value::Text("air".into()),
                ColumnType::Text => Value::Text("x".into()),
                ColumnType::Int => Value::Int(7),
                ColumnType::Float => Value::Float(0.5),
                ColumnType::Bool => Value::Bool(true),
            };
            let mut metadata = Metadata::default();
            (column.set)(&mut metadata, value.clone());
            assert_eq!((column.get)(&metadata), value, "{}", column.name);
        }
    }

    #[test]
    fn columns_and_fields_are_the_same_set() {
        let json = serde_json::to_value(Metadata::default()).unwrap();
        let mut fields: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut names: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
        fields.sort_unstable();
        names.sort_unstable();
        assert_eq!(fields, names);
    }
}
