//! Catalogues in every kind of file, whole and broken.

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

/// The same two rows as a VOTable, in each serialisation.
fn votables() -> [Vec<u8>; 3] {
    use base64::Engine as _;
    let head = r#"<?xml version="1.0"?><!DOCTYPE VOTABLE [<!ENTITY bomb "&bomb;&bomb;">]>
<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE name="empty"/>
<TABLE><FIELD name="id" datatype="long"><VALUES null="-1"/></FIELD>
<FIELD name="ra" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main"><DESCRIPTION>where</DESCRIPTION></FIELD>
<FIELD name="flux" datatype="float" arraysize="2"/><FIELD name="class" datatype="char" arraysize="*"/>
<FIELD name="flag" datatype="boolean"/><DATA>"#;
    let tail = "</DATA></TABLE></RESOURCE></VOTABLE>";
    let table =
        "<TABLEDATA><TR><TD>9007199254740993</TD><TD>0.1</TD><TD>1 2</TD><TD>a &lt; b &bomb;</TD><TD>T</TD></TR>
        <TR><TD>-1</TD><TD/><TD>1 2</TD><TD></TD><TD>?</TD></TR></TABLEDATA>";
    let stream = |is_second: bool| {
        let mut bytes = Vec::new();
        for (id, ra, class, flag) in [(9_007_199_254_740_993_i64, 0.1, "a < b", b'T'), (-1, f64::NAN, "", b'?')] {
            bytes.extend(is_second.then_some(if id == -1 { 0b1101_1000 } else { 0u8 }));
            bytes.extend(id.to_be_bytes());
            bytes.extend(f64::to_be_bytes(ra));
            bytes.extend([0; 8]);
            bytes.extend((class.len() as u32).to_be_bytes());
            bytes.extend(class.as_bytes());
            bytes.push(flag);
        }
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        let (first, second) = text.split_at(30);
        let name = if is_second { "BINARY2" } else { "BINARY" };
        format!("<{name}><STREAM encoding=\"base64\">\n{first}\n {second}\n</STREAM></{name}>")
    };
    [table.to_owned(), stream(false), stream(true)].map(|data| format!("{head}{data}{tail}").into_bytes())
}

#[test]
fn a_votable_is_the_same_in_each_serialisation() {
    use ColumnType::{Bool, Float, Int, Text};
    for bytes in votables() {
        let rows = CatalogueRows::open(&*bytes).unwrap();
        let about: Vec<_> = rows.columns().iter().map(|c| (c.name.as_str(), c.datatype.unwrap())).collect();
        assert_eq!(about, [("id", Int), ("ra", Float), ("class", Text), ("flag", Bool)]);
        let ra = &rows.columns()[1];
        assert_eq!((&*ra.unit, &*ra.ucd, &*ra.description), ("deg", "pos.eq.ra;meta.main", "where"));
        assert_eq!(rows.left_out, ["flux"]);
        let text = |text: &str| Some(text.to_owned());
        let all = cells(&bytes).unwrap();
        assert_eq!(all[0], [text("9007199254740993"), text("0.1"), text("a < b"), text("true")]);
        assert_eq!((all.len(), &all[1]), (2, &vec![None; 4]));
    }
}

#[test]
fn broken_votables_are_errors_and_never_panics() {
    for bytes in votables() {
        let whole = cells(&bytes).unwrap();
        for cut in 0..bytes.len() {
            // what stands behind the data does not matter
            if let Ok(found) = cells(&bytes[..cut]) {
                assert_eq!(found, whole, "cut at {cut}");
            }
        }
        for at in (0..bytes.len()).step_by(3) {
            for byte in *b"<9\0" {
                let mut spoilt = bytes.clone();
                spoilt[at] = byte;
                cells(&spoilt).ok();
            }
        }
    }
    let refused = |text: &str| cells(text.as_bytes()).unwrap_err().to_string();
    assert!(refused("<html></html>").contains("not a VOTable"));
    assert!(refused("<VOTABLE><RESOURCE/></VOTABLE>").contains("no table with data"));
    let said =
        "<VOTABLE><RESOURCE><INFO name=\"QUERY_STATUS\" value=\"ERROR\">too many rows</INFO></RESOURCE></VOTABLE>";
    assert!(refused(said).contains("too many rows"));
    let short =
        "<VOTABLE><RESOURCE><TABLE><FIELD name=\"a\" datatype=\"int\"/><DATA><TABLEDATA><TR><TD>1</TD></TR><TR/>";
    assert!(refused(short).contains("row 2 has 0 cells"));
}

/// Bytes without end, which would fill the memory if they were held.
struct Endless(&'static [u8], usize);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.0.get(self.1).copied().unwrap_or(b'A');
            self.1 += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn what_has_no_end_is_refused_in_bounded_memory() {
    for start in [
        &b"ra,dec\n"[..],
        b"r",
        b"<VOTABLE ",
        b"<VOTABLE><!--",
        b"<VOTABLE><TABLE><FIELD name='a' datatype='char' arraysize='*'/><DATA><TABLEDATA><TR><TD>",
        b"<VOTABLE><TABLE><FIELD name='a' datatype='char' arraysize='*'/><DATA><BINARY><STREAM encoding='base64'>/////",
    ] {
        let read = std::io::BufReader::new(Endless(start, 0));
        let error = CatalogueRows::open(read).and_then(|mut rows| rows.advance()).unwrap_err().to_string();
        assert!(error.contains("MiB without the end of a row") || error.contains("has no end"), "{error}");
    }
    let many = format!("{}x\n", "x,".repeat(1_000_000));
    assert!(cells(many.as_bytes()).unwrap_err().to_string().contains("1000001 columns, 5000 are read"));
}
