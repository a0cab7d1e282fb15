//! Real LAMOST spectra in a browser: the same neighbours, factors and labels whatever computes.

use std::path::PathBuf;

use super::{Device, check_labels, chief::Chief};
use crate::{browser::Browser, server::Server};

/// Spectra of LAMOST DR10, with every ninth of their types as labels.
async fn check_real_spectra(chief: &Chief<'_>, device: Device) {
    let (ids, x) = chief.features("lamost").await;
    assert!(x.nrows() > 1700 && x.ncols() == 140, "{:?}", x.dim());
    let truth = std::fs::read_to_string(real_data().join("lamost-dr10-labels.csv")).unwrap();
    let place = truth.lines().next().unwrap().split(',').position(|head| head == "sub").unwrap();
    let kinds: Vec<(&str, i32)> = truth
        .lines()
        .skip(1)
        .step_by(9)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[0], i32::from(cells[place].as_bytes()[0])))
        .collect();
    let codes: Vec<i32> =
        ids.iter().map(|id| kinds.iter().find(|(other, _)| other == id).map_or(-1, |&(_, kind)| kind)).collect();
    assert!(codes.iter().filter(|&&code| code >= 0).count() > 150);
    let mut worst = 0.0_f32;
    for k in [5, 20, 100, 128] {
        worst = worst.max(check_labels(chief, device, x.view(), k, &codes).await);
    }
    println!("{device}: largest difference of a probability {worst:.1e}");
}

fn real_data() -> PathBuf {
    PathBuf::from(std::env::var("BALMER_REAL_DATA").expect("BALMER_REAL_DATA names the folder of real spectra"))
}

#[tokio::test]
async fn spectra_look_the_same_to_every_device() {
    let server = Server::with_files("lamost", &real_data().join("lamost-dr10"));
    for (browser, device, name) in [
        (Browser::open().await, "browser-cpu", "browser CPU"),
        (Browser::with_webgpu().await, "browser-gpu", "browser GPU"),
    ] {
        let chief = Chief::start(&browser, &server, "", device).await;
        check_real_spectra(&chief, name).await;
        browser.close().await;
    }
}
