//! Where the rows of a catalogue are: which of its columns say so, and how.
//!
//! Columns that are named win; else those that a UCD calls the main position (UCD1+, IVOA REC-UCDlist 1.5; UCD1 as
//! `VizieR` has it), else those of a usual name, else any with the UCD of a position, else a name that is made of one.
//! Numbers are degrees unless the unit says hours or radians, texts may be sexagesimal ([`parse_ra`]). Proper motions
//! are taken where they are named, in the unit of their column, mas/yr where it states none.

use balmer_core::sky::{Position, ProperMotion, Source, julian_year, parse_dec, parse_position, parse_ra};

use super::{CatalogueColumn, CatalogueRows};

/// Columns by name, where the usual ones are not meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceColumns {
    /// Right ascension; of whole positions (`22:45:25.9 +07:05:21`) where no declination is named.
    pub ra: Option<String>,
    /// Declination.
    pub dec: Option<String>,
    /// Proper motion towards east, cos(dec) included.
    pub pmra: Option<String>,
    /// Proper motion towards north.
    pub pmdec: Option<String>,
    /// Epoch of the positions: a Julian year, or the column that has it.
    pub epoch: Option<String>,
}

/// How to have the places of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    ra: Angle,
    /// `None` where the first column has whole positions.
    dec: Option<Angle>,
    motion: Option<Motion>,
}

#[derive(Debug, Clone, PartialEq)]
struct Angle {
    column: usize,
    /// Degrees of its unit.
    degrees: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Motion {
    /// Columns towards east and north, each with the mas/yr of its unit.
    towards: [(usize, f64); 2],
    epoch: Epoch,
}

#[derive(Debug, Clone, PartialEq)]
enum Epoch {
    Year(f64),
    YearOf(usize),
    MjdOf(usize),
}

/// Pairs of names in use, lower case, the more telling first.
const USUAL: [(&str, &str); 24] = [
    ("ra", "dec"),
    ("_raj2000", "_dej2000"),
    ("raj2000", "dej2000"),
    ("ra_icrs", "de_icrs"),
    ("ra_icrs", "dec_icrs"),
    ("raicrs", "deicrs"),
    ("ra_deg", "dec_deg"),
    ("radeg", "decdeg"),
    ("_ra", "_de"),
    ("_ra_icrs", "_de_icrs"),
    ("ra_j2000", "dec_j2000"),
    ("raj2000", "decj2000"),
    ("ra2000", "dec2000"),
    ("ra_2000", "dec_2000"),
    ("alpha_j2000", "delta_j2000"),
    ("s_ra", "s_dec"),
    ("ra_obs", "dec_obs"),
    ("obsra", "obsdec"),
    ("obs_ra", "obs_dec"),
    ("plug_ra", "plug_dec"),
    ("target_ra", "target_dec"),
    ("ra_d", "dec_d"),
    ("right_ascension", "declination"),
    ("alpha", "delta"),
];
/// Columns whose text may be a whole position, or a name made of one.
const WHOLE: [&str; 7] = ["designation", "desig", "jname", "coord", "coords", "coordinates", "position"];
/// UCDs of a pair, the main one first.
const UCDS: [(&str, &str); 2] =
    [("pos.eq.ra;meta.main", "pos.eq.dec;meta.main"), ("pos_eq_ra_main", "pos_eq_dec_main")];
const ANY_UCDS: [(&str, &str); 2] = [("pos.eq.ra", "pos.eq.dec"), ("pos_eq_ra", "pos_eq_dec")];

impl Places {
    /// Finds the columns.
    ///
    /// # Errors
    /// In words, with the columns there are: none that is named so, none that can be a position, a unit that is none.
    pub fn find(columns: &[CatalogueColumn], named: &PlaceColumns) -> Result<Self, String> {
        let by = |what: &dyn Fn(&CatalogueColumn) -> bool| columns.iter().position(what);
        let by_name = |name: &str| by(&|column| column.name.eq_ignore_ascii_case(name));
        let by_ucd = |ucd: &str| by(&|column| column.ucd.eq_ignore_ascii_case(ucd));
        let asked = |option: &str, name: &str| {
            let missing =
                || format!("--{option}: it has no column `{name}`, it has {}", CatalogueColumn::list(columns));
            by_name(name).ok_or_else(missing)
        };
        let first_of = |pairs: &[(&str, &str)], find: &dyn Fn(&str) -> Option<usize>| {
            pairs.iter().find_map(|(ra, dec)| Some((find(ra)?, Some(find(dec)?))))
        };
        let (ra, dec) = match (&named.ra, &named.dec) {
            (Some(ra), Some(dec)) if ra.eq_ignore_ascii_case(dec) => {
                return Err(format!(
                    "--ra and --dec are both `{ra}`: name two columns, or leave --dec out for whole positions"
                ));
            }
            (Some(ra), Some(dec)) => (asked("ra", ra)?, Some(asked("dec", dec)?)),
            (Some(ra), None) => (asked("ra", ra)?, None),
            (None, Some(_)) => return Err("--dec is given without --ra: name both columns".to_owned()),
            (None, None) => first_of(&UCDS, &by_ucd)
                .or_else(|| first_of(&USUAL, &by_name))
                .or_else(|| first_of(&ANY_UCDS, &by_ucd))
                .or_else(|| WHOLE.iter().find_map(|name| Some((by_name(name)?, None))))
                .ok_or_else(|| {
                    format!(
                        "no column says where its rows are: name them with --ra and --dec, among {}",
                        CatalogueColumn::list(columns)
                    )
                })?,
        };
        let angle = |column: usize| Ok::<_, String>(Angle { column, degrees: degrees_of(&columns[column])? });
        let motion = match (&named.pmra, &named.pmdec) {
            (None, None) if named.epoch.is_some() => {
                return Err(
                    "--epoch is of positions that move: name --pmra and --pmdec, too, or leave it out".to_owned()
                );
            }
            (None, None) => None,
            (Some(east), Some(north)) => {
                let towards = |option: &str, name: &str| {
                    let column = asked(option, name)?;
                    Ok::<_, String>((column, mas_of(&columns[column])?))
                };
                let towards = [towards("pmra", east)?, towards("pmdec", north)?];
                Some(Motion { towards, epoch: Epoch::find(columns, named.epoch.as_deref(), &by_name)? })
            }
            _ => return Err("proper motions need both --pmra and --pmdec".to_owned()),
        };
        Ok(Self { ra: angle(ra)?, dec: dec.map(angle).transpose()?, motion })
    }

    /// Columns that say where the rows are: one, or two.
    pub fn columns(&self) -> Vec<usize> {
        std::iter::once(self.ra.column).chain(self.dec.iter().map(|dec| dec.column)).collect()
    }

    /// Whether rows may move.
    pub fn has_motion(&self) -> bool {
        self.motion.is_some()
    }

    /// Where the present row is, as far as it says.
    pub fn of_row(&self, rows: &CatalogueRows<'_>) -> Source {
        let position = || match &self.dec {
            None => parse_position(&rows.cell(self.ra.column)?),
            Some(dec) => {
                let ra = self.ra.read(&rows.cell(self.ra.column)?, parse_ra)?;
                Position::new(ra, dec.read(&rows.cell(dec.column)?, parse_dec)?)
            }
        };
        let position = position();
        Source { position, motion: self.motion.as_ref().and_then(|motion| motion.of_row(rows)) }
    }
}

impl Angle {
    /// A number in the column's unit, or a text that states its own.
    fn read(&self, cell: &str, parse: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        match cell.trim().parse::<f64>() {
            Ok(number) => Some(number * self.degrees).filter(|degrees| degrees.is_finite()),
            Err(_) => parse(cell),
        }
    }
}

impl Motion {
    fn of_row(&self, rows: &CatalogueRows<'_>) -> Option<ProperMotion> {
        let number = |column: usize| rows.cell(column)?.trim().parse::<f64>().ok();
        let [east, north] = self.towards.map(|(column, mas)| number(column).map(|number| number * mas));
        let epoch = match self.epoch {
            Epoch::Year(year) => year,
            Epoch::YearOf(column) => number(column)?,
            Epoch::MjdOf(column) => julian_year(number(column)?),
        };
        ProperMotion::new(east?, north?, epoch)
    }
}

impl Epoch {
    fn find(
        columns: &[CatalogueColumn],
        named: Option<&str>,
        by_name: &dyn Fn(&str) -> Option<usize>,
    ) -> Result<Self, String> {
        if let Some(year) = named.and_then(|text| text.trim().trim_start_matches(['J', 'j']).parse::<f64>().ok()) {
            let is_year = (1800.0..2200.0).contains(&year);
            return if is_year {
                Ok(Self::Year(year))
            } else {
                Err(format!("--epoch {year}: give a year, as in 2016.0"))
            };
        }
        let column = named.map_or_else(|| by_name("ref_epoch"), by_name);
        let column = column.ok_or_else(|| match named {
            Some(name) => {
                format!("--epoch: `{name}` is no year and no column, it has {}", CatalogueColumn::list(columns))
            }
            None => "say of what epoch the positions are that move, as in --epoch 2016.0".to_owned(),
        })?;
        Ok(if columns[column].unit == "d" { Self::MjdOf(column) } else { Self::YearOf(column) })
    }
}

/// Degrees of a column's unit; text that is divided into hours and minutes states its own.
fn degrees_of(column: &CatalogueColumn) -> Result<f64, String> {
    match column.unit.trim_matches('"').to_ascii_lowercase().as_str() {
        "" | "deg" | "degree" | "degrees" | "°" | "h:m:s" | "d:m:s" | "hms" | "dms" => Ok(1.0),
        "h" | "hr" | "hour" | "hours" | "hourangle" => Ok(15.0),
        "rad" | "radian" | "radians" => Ok(1f64.to_degrees()),
        "arcsec" => Ok(1.0 / 3600.0),
        "mas" => Ok(1.0 / 3.6e6),
        other => Err(format!("column `{}` is in `{other}`, which is no unit of an angle", column.name)),
    }
}

/// Milliarcseconds a year of a column's unit.
fn mas_of(column: &CatalogueColumn) -> Result<f64, String> {
    let unit: String = column.unit.chars().filter(|c| !" .*/^()-1".contains(*c)).collect();
    let unit = unit.to_ascii_lowercase();
    let angle = ["year", "yr", "a", "y"].iter().find_map(|time| unit.strip_suffix(time)).unwrap_or(&unit);
    match angle {
        "" | "mas" => Ok(1.0),
        "arcsec" | "\"" | "″" => Ok(1e3),
        "deg" => Ok(3.6e6),
        _ => Err(format!("column `{}` is in `{}`, which is no unit of a proper motion", column.name, column.unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, unit: &str, ucd: &str) -> CatalogueColumn {
        CatalogueColumn { unit: unit.to_owned(), ucd: ucd.to_owned(), ..CatalogueColumn::named(name) }
    }

    /// Places of all rows of a text.
    fn places(text: &str, named: &PlaceColumns) -> Vec<Source> {
        let mut rows = CatalogueRows::open(text.as_bytes()).unwrap();
        let places = Places::find(rows.columns(), named).unwrap();
        let mut all = Vec::new();
        while rows.advance().unwrap() {
            all.push(places.of_row(&rows));
        }
        all
    }

    #[test]
    fn the_columns_are_the_named_then_the_main_then_the_usual_ones() {
        let columns = [
            column("RAJ2000", "deg", "pos.eq.ra"),
            column("DEJ2000", "deg", "pos.eq.dec"),
            column("alpha", "deg", "POS.EQ.RA;meta.main"),
            column("delta", "deg", "pos.eq.dec;meta.main"),
            column("RA", "deg", "pos.eq.ra"),
        ];
        let found = |columns: &[CatalogueColumn], named: &PlaceColumns| Places::find(columns, named).unwrap().columns();
        assert_eq!(found(&columns, &PlaceColumns::default()), [2, 3]);
        assert_eq!(found(&columns[..2], &PlaceColumns::default()), [0, 1]);
        let named = PlaceColumns { ra: Some("ra".into()), dec: Some("dej2000".into()), ..PlaceColumns::default() };
        assert_eq!(found(&columns, &named), [4, 1]);
        let odd = [column("x", "", "pos.eq.ra"), column("y", "", "pos.eq.dec")];
        assert_eq!(found(&odd, &PlaceColumns::default()), [0, 1]);
        let message = Places::find(&odd[..1], &PlaceColumns::default()).unwrap_err();
        assert!(message.contains("--ra and --dec, among x"), "{message}");
        let message =
            Places::find(&odd, &PlaceColumns { ra: Some("z".into()), ..PlaceColumns::default() }).unwrap_err();
        assert!(message.contains("no column `z`, it has x, y"), "{message}");
        let strange = [column("ra", "Jy", ""), column("dec", "", "")];
        assert!(Places::find(&strange, &PlaceColumns::default()).unwrap_err().contains("no unit of an angle"));
    }

    #[test]
    fn positions_are_read_however_they_are_written() {
        let decimal = places("ra,dec\n341.5,-7.25\n,1\nx,1\n0,91\n", &PlaceColumns::default());
        assert_eq!(decimal[0].position, Position::new(341.5, -7.25));
        assert!(decimal[1..].iter().all(|row| row.position.is_none()));
        let sexagesimal = places("RAJ2000;DEJ2000\n22 46 00;-07 15 00\n", &PlaceColumns::default());
        assert_eq!(sexagesimal[0].position, Position::new(341.5, -7.25));
        let names = places("id,designation\nK01,J224600.00-071500.0\nK02,none\n", &PlaceColumns::default());
        assert_eq!((names[0].position, names[1].position), (Position::new(341.5, -7.25), None));
        let whole = PlaceColumns { ra: Some("where".into()), ..PlaceColumns::default() };
        assert_eq!(places("where\n22:46:00 -07:15:00\n", &whole)[0].position, Position::new(341.5, -7.25));
    }

    #[test]
    fn motions_are_taken_in_their_unit_and_of_their_epoch() {
        let named = PlaceColumns {
            pmra: Some("pmRA".into()),
            pmdec: Some("pmDE".into()),
            epoch: Some("2016".into()),
            ..PlaceColumns::default()
        };
        let rows = places("ra,dec,pmra,pmde\n1,2,3,4\n1,2,,4\n", &named);
        assert_eq!((rows[0].motion, rows[1].motion), (ProperMotion::new(3.0, 4.0, 2016.0), None));
        let of = PlaceColumns { epoch: Some("t".into()), ..named.clone() };
        assert_eq!(
            places("ra,dec,pmra,pmde,t\n1,2,3,4,1991.25\n", &of)[0].motion,
            ProperMotion::new(3.0, 4.0, 1991.25)
        );
        for (unit, mas) in
            [("mas/yr", 1.0), ("mas.yr**-1", 1.0), ("arcsec/yr", 1e3), ("arcsec yr-1", 1e3), ("deg / a", 3.6e6)]
        {
            assert_eq!(mas_of(&column("pm", unit, "")), Ok(mas), "{unit}");
        }
        assert!(mas_of(&column("pm", "km/s", "")).is_err());
        let columns = ["ra", "dec", "pmra", "pmde"].map(CatalogueColumn::named);
        let refused = |named: PlaceColumns| Places::find(&columns, &named).unwrap_err();
        assert!(refused(PlaceColumns { epoch: None, ..named.clone() }).contains("--epoch 2016.0"));
        let still = PlaceColumns { epoch: Some("2016".into()), ..PlaceColumns::default() };
        assert!(refused(still).contains("--pmra and --pmdec"));
        assert!(refused(PlaceColumns { epoch: Some("t".into()), ..named.clone() }).contains("no year and no column"));
        assert!(refused(PlaceColumns { pmdec: None, ..named }).contains("both --pmra and --pmdec"));
    }
}
