//! Lines measured, and what conditions see of them.

use balmer_core::{
    engine::{Observer, Unobserved},
    spectrum::{Medium, Metadata, SpectralAxis},
};

use super::*;
use crate::storage::{CatalogueOptions, Query, WriteOptions};

const H_ALPHA: f64 = 6564.614;

/// Emission of so many times the continuum at a redshift, variance stated.
fn spectrum(i: usize, height: f64, z: Option<f64>) -> Spectrum {
    let axis = SpectralAxis::linear(6400.0, 1.0, 331, Medium::Vacuum).unwrap();
    let centre = H_ALPHA * (1.0 + z.unwrap_or(0.0));
    let flux = axis.wavelengths().iter().map(|w| 100.0 + 100.0 * height * (-0.5 * ((w - centre) / 4.0).powi(2)).exp());
    let flux: Vec<f32> = flux.map(|flux| flux as f32).collect();
    let metadata = Metadata { spectrum_id: format!("s{i:02}"), source: format!("{i}.fits"), z, ..Metadata::default() };
    Spectrum::new(axis, flux, metadata).unwrap().with_ivar(vec![1.0; 331]).unwrap()
}

/// Ten spectra, three a part: emission grows with the number; the fifth has no redshift, the seventh a line of its own
/// velocity.
fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let mut writer = store.writer("s", WriteOptions { part_spectra: 3, ..WriteOptions::default() }).unwrap();
    for i in 0..10 {
        let z = match i {
            5 => None,
            7 => Some(0.002),
            _ => Some(0.0),
        };
        writer.push(spectrum(i, 0.1 * (i + 1) as f64, z)).unwrap();
    }
    writer.commit().unwrap();
    drop(writer);
    (folder, store)
}

fn options(condition: Option<&str>, prefix: &str) -> MeasureOptions {
    let request = LineRequest::about(H_ALPHA, Medium::Vacuum, (-25.0, 25.0), 30.0);
    MeasureOptions { request, condition: condition.map(str::to_owned), prefix: prefix.to_owned(), most: None }
}

fn ids(store: &Store, condition: &str) -> Vec<String> {
    store.survey("s").unwrap().ids_where(Some(condition)).unwrap()
}

#[test]
fn measurements_are_columns_like_any_other() {
    let (_folder, store) = store();
    let revision = store.survey("s").unwrap().revision();
    let report = store.measure("s", &options(None, "ha"), &Unobserved).unwrap();
    assert_eq!((report.measured, report.unmeasured.clone()), (9, [("no-redshift".to_owned(), 1)].into()));
    assert_ne!(store.survey("s").unwrap().revision(), revision);

    // area of the Gaussian, in Angstrom
    let area = 0.1 * 4.0 * std::f64::consts::TAU.sqrt();
    assert_eq!(ids(&store, &format!("ha_ew < {}", -9.5 * area)), ["s09"]);
    assert_eq!(ids(&store, "ha_velocity > 550 AND ha_velocity < 650 AND ha_velocity_error < 50"), ["s07"]);
    assert_eq!(ids(&store, "ha_unmeasured = 'no-redshift'"), ["s05"]);
    assert_eq!(ids(&store, "ha_ew IS NULL"), ["s05"]);
    let survey = store.survey("s").unwrap();
    let query = Query { order_by: Some("ha_flux DESC".into()), limit: Some(2), ..Query::default() };
    let first: Vec<String> = survey.metadata(&query).unwrap().into_iter().map(|m| m.spectrum_id).collect();
    assert_eq!(first, ["s09", "s08"]);
    let columns = survey.columns();
    let width = columns.field_with_name("ha_ew_error").unwrap();
    assert_eq!(width.metadata()["ucd"], "stat.error;spect.line.eqWidth");
    assert_eq!(width.metadata()["unit"], "Angstrom");

    // every number is the one that a single measurement gives
    let one = options(None, "ha").request.measure(&survey.spectrum("s03").unwrap()).unwrap();
    let batch = survey.metadata_of_rows(&[3], None).unwrap();
    for q in QUANTITIES {
        let stored = |name: String| {
            let column = batch.column_by_name(&name).unwrap().clone();
            let column = column.as_any().downcast_ref::<Float64Array>().unwrap().clone();
            column.iter().next().unwrap()
        };
        let measured = (q.of)(&one);
        assert_eq!(stored(format!("ha_{}", q.name)), measured.map(|m| m.value), "{}", q.name);
        assert_eq!(stored(format!("ha_{}_error", q.name)), measured.map(|m| m.error), "{}", q.name);
    }
}

#[test]
fn what_is_not_asked_for_states_nothing() {
    let (_folder, store) = store();
    let report = store.measure("s", &options(Some("spectrum_id IN ('s02', 's08')"), "ha"), &Unobserved).unwrap();
    assert_eq!(report.measured, 2);
    assert_eq!(ids(&store, "ha_ew IS NOT NULL"), ["s02", "s08"]);
    assert_eq!(ids(&store, "ha_unmeasured IS NOT NULL"), [""; 0]);
    // the same prefix again replaces them, another one stands beside
    store.measure("s", &options(Some("ha_ew IS NULL AND spectrum_id < 's02'"), "ha"), &Unobserved).unwrap();
    store.measure("s", &options(Some("spectrum_id = 's04'"), "again"), &Unobserved).unwrap();
    assert_eq!(ids(&store, "ha_ew IS NOT NULL"), ["s00", "s01"]);
    assert_eq!(ids(&store, "again_ew IS NOT NULL"), ["s04"]);
    let manifest = store.survey("s").unwrap().manifest().clone();
    let source = &manifest.joined.as_ref().unwrap().catalogues[1].source;
    let said: serde_json::Value = serde_json::from_str(source).unwrap();
    assert_eq!(said["where"], "spectrum_id = 's04'");
    assert_eq!(said["measured"]["line"], H_ALPHA);
    let words = &store.survey("s").unwrap().joined()[1].source;
    assert_eq!(*words, format!("a line at {H_ALPHA} Å, where spectrum_id = 's04'"));
}

#[test]
fn what_cannot_be_done_leaves_the_survey_as_it_was() {
    struct Stopped;
    impl Observer for Stopped {
        fn progress(&self, _: f64) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let (_folder, store) = store();
    let before = store.survey("s").unwrap().manifest().clone();
    let refusal = |options: &MeasureOptions| store.measure("s", options, &Unobserved).unwrap_err().to_string();
    for (options, said) in [
        (options(Some("spectrum_id = 'x'"), "ha"), "selects no spectrum"),
        (options(Some("spectrum_id = 's05'"), "ha"), "none of 1 spectra can be measured; the first: windows at rest"),
        (options(None, "Ha"), "cannot begin the names of columns"),
        (options(Some("snr >"), "ha"), "where:"),
        (
            MeasureOptions { most: Some(9), ..options(None, "ha") },
            "10 spectra are too many for one answer, which takes 9",
        ),
    ] {
        let message = refusal(&options);
        assert!(message.contains(said), "{message}");
    }
    assert!(matches!(store.measure("s", &options(None, "ha"), &Stopped), Err(StoreError::Cancelled)));
    assert!(matches!(store.measure("t", &options(None, "ha"), &Unobserved), Err(StoreError::NoSurvey { .. })));
    assert_eq!(*store.survey("s").unwrap().manifest(), before);
    let metadata = store.survey("s").unwrap().folder().join("metadata");
    assert_eq!(std::fs::read_dir(metadata).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn what_was_opened_before_can_still_be_finished() {
    let (_folder, store) = store();
    store.measure("s", &options(None, "a"), &Unobserved).unwrap();
    let opened = store.survey("s").unwrap();
    let folders = || std::fs::read_dir(opened.folder().join("metadata")).unwrap().count();
    store.measure("s", &options(None, "b"), &Unobserved).unwrap();
    assert_eq!(folders(), 2, "those before the last are being read, perhaps");
    // what is refused takes nothing away
    assert!(store.measure("s", &options(None, "B"), &Unobserved).is_err());
    assert!(store.measure("s", &options(Some("spectrum_id = 'x'"), "c"), &Unobserved).is_err());
    assert_eq!(folders(), 2);
    store.measure("s", &options(None, "c"), &Unobserved).unwrap();
    // a run that began with the first saves what every survey has
    let own = ["spectrum_id", "snr_r"].map(str::to_owned);
    let batch = opened.metadata_of_rows(&[0, 4, 9], Some(&own)).unwrap();
    assert_eq!((batch.num_rows(), batch.num_columns()), (3, 2));
    assert_eq!(ids(&store, "a_ew < 0 AND b_ew < 0 AND c_ew < 0").len(), 9);
}

#[test]
fn a_prefix_is_of_a_catalogue_or_of_measurements() {
    let (_folder, store) = store();
    let import = |prefix: &str| {
        let options = CatalogueOptions { on: Vec::new(), prefix: prefix.to_owned() };
        let file = std::path::Path::new("gaia.csv");
        store.import_catalogue("s", &b"spectrum_id,teff\ns01,5777\n"[..], (file, None), &options, &Unobserved)
    };
    import("gaia").unwrap();
    store.measure("s", &options(None, "ha"), &Unobserved).unwrap();
    let refused = store.measure("s", &options(None, "gaia"), &Unobserved).unwrap_err().to_string();
    assert!(refused.contains("begins the columns of gaia.csv already: choose another prefix"), "{refused}");
    assert!(import("ha").unwrap_err().to_string().contains("choose another prefix"));
    assert_eq!(ids(&store, "gaia_teff > 5000 AND ha_ew < 0"), ["s01"]);
}
