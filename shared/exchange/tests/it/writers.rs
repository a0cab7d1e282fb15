//! What is written reads back, by this crate here and by others in the tests' peers.

use balmer_core::spectrum::{ColumnType, Medium, Metadata, SpectralAxis, Spectrum, Value};
use balmer_exchange::table::{About, Column, TableFormat, TableWriter, write_fits};
use balmer_exchange::{Format, read_spectra, votable};
use balmer_exchange::{write_spectrum_csv, write_spectrum_fits, write_spectrum_votable};

/// A spectrum that has everything.
pub fn full(medium: Medium) -> Spectrum {
    let metadata = Metadata {
        spectrum_id: "spec-1".into(),
        designation: Some("O'Neill <&> \"Hα\"".into()),
        obsid: Some(101_001),
        ra: Some(332.202_274),
        dec: Some(-2.056_767),
        mjd: Some(55_858.504_974_5),
        class: Some("STAR".into()),
        z: Some(-1.387e-4),
        flux_unit: Some("1E-17 erg/cm^2/s/Ang".into()),
        resolution_fwhm: Some(3.6),
        ..Metadata::default()
    };
    let n = 200;
    let axis = SpectralAxis::log10(3.8, 1e-4, n, medium).unwrap();
    let flux = (0..n).map(|i| 1.0 + 0.1 * (i as f32).sin()).collect();
    Spectrum::new(axis, flux, metadata)
        .unwrap()
        .with_ivar((0..n).map(|i| if i % 50 == 0 { 0.0 } else { 4.0 + i as f32 }).collect())
        .unwrap()
        .with_masks(Some((0..n as u32).collect()), Some(vec![u32::MAX; n]))
        .unwrap()
}

#[test]
fn a_spectrum_survives_each_format() {
    for medium in [Medium::Air, Medium::Vacuum] {
        let spectrum = full(medium);
        let mut fits = Vec::new();
        write_spectrum_fits(&spectrum, &mut fits).unwrap();
        let mut vot = Vec::new();
        write_spectrum_votable(&spectrum, &mut vot).unwrap();
        let mut csv = Vec::new();
        write_spectrum_csv(&spectrum, &mut csv).unwrap();
        assert_eq!(fits.len() % 2880, 0);
        for (bytes, source) in [(fits, "spec-1.fits"), (vot, "spec-1.vot"), (csv, "spec-1.csv")] {
            let back = read_spectra(&bytes, source, Format::Auto).unwrap_or_else(|e| panic!("{source}: {e}")).remove(0);
            assert_eq!(back.axis().medium(), medium, "{source}");
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
            assert!(back.axis().wavelengths().iter().zip(spectrum.axis().wavelengths()).all(close), "{source}");
            assert_eq!(back.flux(), spectrum.flux(), "{source}");
            assert_eq!(back.ivar(), spectrum.ivar(), "{source}");
            assert_eq!(back.and_mask(), spectrum.and_mask(), "{source}");
            assert_eq!(back.or_mask(), spectrum.or_mask(), "{source}");
            if !source.ends_with("csv") {
                let (m, expected) = (&back.metadata, &spectrum.metadata);
                assert_eq!(
                    (m.ra, m.dec, m.mjd, m.z),
                    (expected.ra, expected.dec, expected.mjd, expected.z),
                    "{source}"
                );
                assert_eq!((m.obsid, m.resolution_fwhm), (expected.obsid, expected.resolution_fwhm), "{source}");
            }
        }
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("spectrum_id", ColumnType::Text, "name, <b>&</b>").ucd("meta.id;meta.main"),
        Column::new("rank", ColumnType::Int, "rank"),
        Column::new("ra", ColumnType::Float, "right ascension").unit("deg").ucd("pos.eq.ra;meta.main"),
        Column::new("is_outlier", ColumnType::Bool, ""),
    ]
}

fn rows() -> Vec<Vec<Value>> {
    (0..123)
        .map(|i| match i % 4 {
            0 => vec![Value::Null, Value::Null, Value::Null, Value::Null],
            1 => vec![
                Value::Text(format!("Hα, \"{i}\"")),
                Value::Int(i),
                Value::Float(0.1 * i as f64),
                Value::Bool(true),
            ],
            2 => vec![Value::Text(String::new()), Value::Int(i64::MAX), Value::Float(1e-300), Value::Bool(false)],
            _ => vec![Value::Text("plain".into()), Value::Int(-i), Value::Int(7), Value::Bool(true)],
        })
        .collect()
}

fn written(format: TableFormat, overflow: bool) -> Vec<u8> {
    let about = About { name: "candidates".into(), infos: vec![("seed".into(), "0 & <1>".into())], ..About::default() };
    let mut writer = TableWriter::begin(Vec::new(), format, &about, &columns()).unwrap();
    rows().iter().for_each(|row| writer.row(row).unwrap());
    writer.finish(overflow).unwrap()
}

#[test]
fn a_table_survives_votable_with_its_nulls() {
    let document = votable::read(&written(TableFormat::Votable, true)).unwrap();
    let table = &document.tables[0];
    assert_eq!(table.rows.len(), rows().len());
    for (found, expected) in table.rows.iter().zip(rows()) {
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            let expected = match expected {
                Value::Text(text) if text.is_empty() => Value::Null,
                Value::Int(number) if i == 2 => Value::Float(number as f64),
                other => other,
            };
            assert_eq!(*found, votable::Cell::Scalar(expected));
        }
    }
    assert_eq!(table.fields[2].unit, "deg");
    assert_eq!(table.fields[0].description, "name, <b>&</b>");
    let infos: Vec<(&str, &str)> = document.infos.iter().map(|i| (i.name.as_str(), i.value.as_str())).collect();
    assert_eq!(infos, [("seed", "0 & <1>"), ("QUERY_STATUS", "OVERFLOW")]);
}

#[test]
fn a_table_survives_csv_and_fits() {
    let text = String::from_utf8(written(TableFormat::Csv, false)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("spectrum_id,rank,ra,is_outlier"));
    assert_eq!(lines.next(), Some(",,,"));
    assert_eq!(lines.next(), Some("\"Hα, \"\"1\"\"\",1,0.1,true"));
    assert_eq!(lines.next(), Some(",9223372036854775807,1e-300,false"));

    let mut bytes = Vec::new();
    write_fits(&mut bytes, &About::default(), &columns(), &rows()).unwrap();
    assert_eq!(bytes.len() % 2880, 0);
    let wanted = "TNULL2  = -9223372036854775808";
    assert!(bytes.windows(wanted.len()).any(|w| w == wanted.as_bytes()));
    assert_eq!(TableFormat::of_name("a/b.vot"), Some(TableFormat::Votable));
    assert_eq!(TableFormat::of_name("b.parquet"), None);
}

#[test]
fn all_serialisations_of_a_votable_hold_the_same_rows() {
    let fields = r#"<FIELD name="id" datatype="int"><VALUES null="-1"/></FIELD>
        <FIELD name="name" datatype="char" arraysize="*"/><FIELD name="pos" datatype="double" arraysize="2"/>
        <FIELD name="x" datatype="float"/>"#;
    let document = |data: &str| {
        format!(r#"<VOTABLE version="1.2"><RESOURCE><TABLE>{fields}<DATA>{data}</DATA></TABLE></RESOURCE></VOTABLE>"#)
    };
    let tabledata = document(
        "<TABLEDATA><TR><TD>7</TD><TD>a &lt; b</TD><TD>1.5 2</TD><TD>0.5</TD></TR>\
         <TR><TD>-1</TD><TD/><TD>3 4</TD><TD>2</TD></TR></TABLEDATA>",
    );
    let mut rows = Vec::new();
    let mut rows2 = Vec::new();
    for (id, name, pos, x, flags) in
        [(7i32, "a < b", [1.5f64, 2.0], 0.5f32, 0u8), (-1, "", [3.0, 4.0], 2.0, 0b1000_0000)]
    {
        rows2.push(flags);
        for out in [&mut rows, &mut rows2] {
            out.extend(id.to_be_bytes());
            out.extend((name.len() as u32).to_be_bytes());
            out.extend(name.bytes());
            pos.iter().for_each(|p| out.extend(p.to_be_bytes()));
            out.extend(x.to_be_bytes());
        }
    }
    let stream = |tag: &str, bytes: &[u8]| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        document(&format!("<{tag}><STREAM encoding=\"base64\">\n{text}\n</STREAM></{tag}>"))
    };
    let first = votable::read(tabledata.as_bytes()).unwrap();
    assert_eq!(first.tables[0].numbers(2), [1.5, 2.0, 3.0, 4.0]);
    assert_eq!(first.tables[0].text(0, 1).as_deref(), Some("a < b"));
    assert_eq!(first.tables[0].text(1, 0), None);
    assert_eq!(votable::read(stream("BINARY", &rows).as_bytes()).unwrap(), first);
    assert_eq!(votable::read(stream("BINARY2", &rows2).as_bytes()).unwrap(), first);
    let cut = votable::read(stream("BINARY", &rows[..rows.len() - 3]).as_bytes()).unwrap_err();
    assert_eq!(cut.reason(), "truncated");
}
