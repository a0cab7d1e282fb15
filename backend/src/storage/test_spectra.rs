//! Small synthetic spectra for this folder's tests.

use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

/// A log axis with everything stated, a linear one without variance and with NaN, an irregular one.
pub(crate) fn assorted() -> Vec<Spectrum> {
    let log = SpectralAxis::log10(3.81, 1e-4, 50, Medium::Vacuum).unwrap();
    let linear = SpectralAxis::linear(6500.0, 0.25, 40, Medium::Air).unwrap();
    let odd = SpectralAxis::from_wavelengths(vec![4000.0, 4001.5, 4007.0, 4007.25], Medium::Air).unwrap();
    let mut nan = vec![1.5f32; 40];
    nan[3] = f32::NAN;
    vec![
        Spectrum::new(log, (0..50).map(|i| i as f32).collect(), metadata("log", Some(1)))
            .unwrap()
            .with_ivar(vec![0.5; 50])
            .unwrap()
            .with_masks(Some(vec![0; 50]), Some((0..50).collect()))
            .unwrap(),
        Spectrum::new(linear, nan, metadata("linear", None)).unwrap(),
        Spectrum::new(odd, vec![4.0, 3.0, 2.0, 1.0], metadata("odd", Some(3))).unwrap(),
    ]
}

/// `count` spectra of 60 pixels, all different, named `s00000`..; S/N in r runs from 0 by one.
pub(crate) fn numbered(count: usize) -> Vec<Spectrum> {
    (0..count).map(numbered_one).collect()
}

/// The `i`-th of [`numbered`].
pub(crate) fn numbered_one(i: usize) -> Spectrum {
    let axis = SpectralAxis::log10(3.81, 1e-4, 60, Medium::Vacuum).unwrap();
    let flux = (0..60).map(|p| (i * 60 + p) as f32).collect();
    let mut about = metadata(&format!("s{i:05}"), Some(i as i64 + 1));
    about.snr_r = Some(i as f64);
    about.class = Some(if i.is_multiple_of(2) { "STAR" } else { "GALAXY" }.to_owned());
    Spectrum::new(axis, flux, about).unwrap().with_ivar(vec![1.0; 60]).unwrap()
}

fn metadata(id: &str, obsid: Option<i64>) -> Metadata {
    Metadata {
        spectrum_id: id.to_owned(),
        source: format!("{id}.fits"),
        layout: "test".to_owned(),
        release: Some("DR1".to_owned()),
        obsid,
        ra: Some(10.0),
        dec: Some(-5.0),
        ..Metadata::default()
    }
}
