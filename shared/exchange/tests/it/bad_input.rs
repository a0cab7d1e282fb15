//! Bytes that are no spectrum are refused with a stable reason and never a panic.

use std::io::Write;

use balmer_exchange::{Format, read_spectra};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::build::*;

fn reason(bytes: &[u8], source: &str) -> &'static str {
    read_spectra(bytes, source, Format::Auto).map_or_else(|e| e.reason(), |_| "read")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lamost_file() -> Vec<u8> {
    lamost_image(-32, "Flux Inverse Wavelength Andmask Ormask", &grid(700))
}

fn table_file() -> Vec<u8> {
    let rows = (0..300).flat_map(|i| f64s([6282.0 + 0.25 * f64::from(i), 1.0 + 0.01 * f64::from(i)]));
    let table = Unit::table("S", 300, &[("spectral", "D", "Angstrom"), ("flux", "D", "")], rows.collect());
    fits(vec![Unit::primary(8, &[], Vec::new()), table])
}

fn votable_file() -> Vec<u8> {
    let mut bytes = Vec::new();
    let spectrum = read_spectra(&table_file(), "x.fits", Format::Auto).unwrap().remove(0);
    balmer_exchange::write_spectrum_votable(&spectrum, &mut bytes).unwrap();
    bytes
}

#[test]
fn each_kind_of_bad_file_has_its_reason() {
    let good = lamost_file();
    for (bytes, source, expected) in [
        (&b""[..], "a.fits", "empty-file"),
        (&b" \n"[..], "a.csv", "empty-file"),
        (&good[..4000], "a.fits", "truncated"),
        (&good[..1000], "a.fits", "truncated"),
        (&b"SIMPLE  =                    T"[..], "a.fits", "truncated"),
        (&b"this is text, not FITS\n"[..], "a.fits", "unrecognised-format"),
        (&b"<html><body>404</body></html>"[..], "a.fits", "unrecognised-format"),
        (&b"<VOTABLE><RESOURCE/></VOTABLE>"[..], "a.vot", "not-a-spectrum"),
        (&b"PAR1\x15\x04"[..], "a.parquet", "unrecognised-format"),
        (&[0u8, 159, 146, 150, 7, 7][..], "a.fits", "unrecognised-format"),
        (&gzip(&good)[..2000], "a.fits.gz", "bad-gzip"),
        (&gzip(&vec![0; 64 << 20])[..], "a.fits.gz", "gzip-bomb"),
    ] {
        assert_eq!(reason(bytes, source), expected, "{source} {:?}", &bytes[..bytes.len().min(20)]);
    }
    // gzip under a plain name and garbage behind the last block do not matter
    assert_eq!(reason(&gzip(&good), "a.fits"), "read");
    assert_eq!(reason(&[&good[..], b"trailing garbage"].concat(), "a.fits"), "read");
}

#[test]
fn a_frame_a_catalogue_and_an_answer_are_not_spectra() {
    let frame = fits(vec![Unit::primary(16, &[20, 30], vec![0; 1200])]);
    assert_eq!(reason(&frame, "frame.fits"), "not-a-spectrum");
    let catalogue = Unit::table("CAT", 2, &[("ra", "D", "deg"), ("dec", "D", "deg")], f64s([1.0, 2.0, 3.0, 4.0]));
    let catalogue = fits(vec![Unit::primary(8, &[], Vec::new()), catalogue]);
    assert_eq!(reason(&catalogue, "cat.fits"), "not-a-spectrum");
    let answer = br#"<?xml version="1.0"?><VOTABLE version="1.3"><RESOURCE type="results"><TABLE>
        <FIELD name="url" datatype="char" arraysize="*" utype="ssa:Access.Reference"/>
        <DATA><TABLEDATA><TR><TD>http://x/?a=1&amp;b=2</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"#;
    let error = read_spectra(answer, "result.xml", Format::Auto).unwrap_err();
    assert_eq!(error.reason(), "not-a-spectrum");
    assert!(error.to_string().contains("import-ssa"), "{error}");
}

#[test]
fn a_stated_format_is_held_to() {
    let error = read_spectra(&lamost_file(), "a.fits", Format::Sdss).unwrap_err();
    assert_eq!(error.reason(), "wrong-format");
    assert!(error.to_string().contains("sdss") && error.to_string().contains("a LAMOST spectrum"), "{error}");
    assert!(read_spectra(&lamost_file(), "a.fits", Format::Lamost).is_ok());
    assert_eq!(read_spectra(b"1,2\n3,4\n", "a.csv", Format::Votable).unwrap_err().reason(), "wrong-format");
    assert!("lamost".parse::<Format>() == Ok(Format::Lamost));
    assert!("lamots".parse::<Format>().unwrap_err().contains("spectrum-table"));
}

#[test]
fn headers_that_lie_about_sizes_do_not_allocate_or_panic() {
    for (key, value) in
        [("NAXIS1", "9223372036854775807"), ("NAXIS1", "-1"), ("NAXIS2", "4611686018427387904"), ("TFIELDS", "998")]
    {
        let mut bytes = table_file();
        let at = bytes.windows(9).rposition(|w| w == format!("{key:<8}=").as_bytes()).unwrap();
        bytes[at + 10..at + 30].copy_from_slice(format!("{value:>20}").as_bytes());
        let reason = reason(&bytes, "x.fits");
        assert!(matches!(reason, "malformed" | "truncated"), "{key} = {value}: {reason}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cut_and_flipped_bytes_never_panic(
        which in 0usize..3,
        cut in 0.0f64..1.5,
        flips in prop::collection::vec((0.0f64..1.0, any::<u8>()), 0..24),
        packed in any::<bool>(),
    ) {
        let mut bytes = [lamost_file, table_file, votable_file][which]();
        let length = bytes.len();
        for (place, value) in flips {
            // half of the flips in the header, where they matter
            let span = if value % 2 == 0 { length } else { length.min(3000) };
            bytes[(place * span as f64) as usize] = value;
        }
        bytes.truncate((cut * length as f64) as usize);
        if packed {
            bytes = gzip(&bytes);
        }
        if let Ok(spectra) = read_spectra(&bytes, "x", Format::Auto) {
            for spectrum in spectra {
                prop_assert!(spectrum.flux().iter().any(|f| f.is_finite() && *f != 0.0));
                prop_assert!(spectrum.ivar().is_none_or(|ivar| ivar.iter().all(|v| v.is_finite() && *v >= 0.0)));
            }
        }
    }

    #[test]
    fn random_text_and_bytes_never_panic(text in "\\PC{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in Format::ALL {
            let _ = read_spectra(text.as_bytes(), "x.csv", format);
            let _ = read_spectra(&bytes, "x.fits", format);
            let xml = format!("<VOTABLE><TABLE><FIELD name='wave' datatype='double'/>{text}</TABLE></VOTABLE>");
            let _ = read_spectra(xml.as_bytes(), "x.vot", format);
        }
    }
}
