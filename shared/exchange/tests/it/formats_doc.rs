//! docs/FORMATS.md tells of each fixture folder what reading it gives; this test makes the table and
//! compares. `BALMER_BLESS=1` writes it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use balmer_exchange::{Format, read_spectra};

const BEGIN: &str = "<!-- begin: made by formats_doc.rs -->\n";
const END: &str = "<!-- end -->";

/// What the spectra of a folder have in common, or the range they span.
#[derive(Default)]
struct Row {
    files: usize,
    spectra: usize,
    layouts: BTreeSet<String>,
    media: BTreeSet<String>,
    sampling: BTreeSet<String>,
    pixels: BTreeSet<usize>,
    ivar: BTreeSet<&'static str>,
    masks: BTreeSet<&'static str>,
    snr: BTreeSet<&'static str>,
    resolution: BTreeSet<String>,
    rejected: Vec<&'static str>,
    notes: BTreeSet<String>,
}

fn join(set: &BTreeSet<impl ToString>) -> String {
    if set.is_empty() { "-".into() } else { set.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ") }
}

/// A remark without its numbers, so that one stands for all of its kind.
fn general(remark: &str) -> String {
    let mut out = String::new();
    for c in remark.chars() {
        match c {
            '0'..='9' | '-' if out.ends_with('N') => {}
            '0'..='9' => out.push('N'),
            c => out.push(c),
        }
    }
    out.replace("-N", "N").replace("N.N", "N")
}

fn describe(folder: &Path) -> Row {
    let mut row = Row::default();
    for path in crate::real_data::files(folder) {
        row.files += 1;
        let bytes = std::fs::read(&path).unwrap();
        match read_spectra(&bytes, path.to_str().unwrap(), Format::Auto) {
            Err(error) => row.rejected.push(error.reason()),
            Ok(spectra) => {
                for spectrum in spectra {
                    let m = &spectrum.metadata;
                    row.spectra += 1;
                    row.layouts.insert(format!("`{}`", m.layout));
                    row.media.insert(spectrum.axis().medium().to_string());
                    row.sampling.insert(format!("{:?}", spectrum.axis().sampling()).to_lowercase());
                    row.pixels.insert(spectrum.len());
                    row.ivar.insert(if m.has_ivar { "yes" } else { "no" });
                    row.masks.insert(match (spectrum.and_mask(), spectrum.or_mask()) {
                        (Some(_), Some(_)) => "and, or",
                        (None, None) => "no",
                        _ => "one",
                    });
                    let bands = [m.snr_u, m.snr_g, m.snr_r, m.snr_i, m.snr_z].iter().flatten().count();
                    row.snr.insert(match bands {
                        0 => "no",
                        1 => "one",
                        _ => "by band",
                    });
                    row.resolution.insert(m.resolution_fwhm.map_or("unknown".into(), |fwhm| format!("{fwhm:.1}")));
                    row.notes.extend(m.remarks.iter().flat_map(|r| r.split("; ")).map(general));
                }
            }
        }
    }
    row
}

fn table(root: &Path) -> String {
    let mut text = String::from(
        "| fixtures | files | spectra | layout | medium | sampling | pixels | ivar | masks | S/N | FWHM (A) | remarks; rejected |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut folders = crate::real_data::files(&root.join("fixtures"));
    folders.push(root.join("inject"));
    for folder in folders {
        let row = describe(&folder);
        let pixels = match (row.pixels.first(), row.pixels.last()) {
            (Some(low), Some(high)) if low == high => low.to_string(),
            (Some(low), Some(high)) => format!("{low}-{high}"),
            _ => "-".into(),
        };
        let mut notes = join(&row.notes);
        if !row.rejected.is_empty() {
            let kinds: BTreeSet<&str> = row.rejected.iter().copied().collect();
            let _ = write!(notes, "; rejected {}: `{}`", row.rejected.len(), join(&kinds));
        }
        let name = folder.file_name().unwrap().to_str().unwrap();
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {pixels} | {} | {} | {} | {} | {} |",
            row.files,
            row.spectra,
            join(&row.layouts),
            join(&row.media),
            join(&row.sampling),
            join(&row.ivar),
            join(&row.masks),
            join(&row.snr),
            join(&row.resolution),
            notes.trim_start_matches("-; "),
        );
    }
    text
}

mod real_data {
    use super::*;

    #[test]
    fn the_table_in_the_docs_is_true() {
        let root = crate::real_data::folder();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMATS.md");
        let document = std::fs::read_to_string(&path).unwrap();
        let (head, rest) = document.split_once(BEGIN).unwrap();
        let (found, tail) = rest.split_once(END).unwrap();
        let expected = table(&root);
        if std::env::var_os("BALMER_BLESS").is_some() {
            std::fs::write(&path, format!("{head}{BEGIN}{expected}{END}{tail}")).unwrap();
            return;
        }
        assert_eq!(found, expected, "docs/FORMATS.md: run this test with BALMER_BLESS=1");
    }
}
