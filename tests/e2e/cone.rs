//! A circle drawn on the sky selects by the angle from its centre, whatever the map makes of it.

use serde_json::Value;

use crate::{browser::Browser, page::drawn, server::Server};

/// The angle on the sky between two places, degrees.
fn separation(a: (f64, f64), b: (f64, f64)) -> f64 {
    let [a, b] = [a, b].map(|(ra, dec)| (ra.to_radians(), dec.to_radians()));
    let cosine = a.1.sin() * b.1.sin() + a.1.cos() * b.1.cos() * (a.0 - b.0).cos();
    cosine.clamp(-1.0, 1.0).acos().to_degrees()
}

#[tokio::test]
async fn a_circle_on_the_sky_selects_by_true_angles() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/simulated?views=sky")).await;
    drawn(&browser).await;
    browser.until("points", "return document.querySelector('[data-testid=sky-view]')?.dataset.points > 0").await;
    browser.press("c").await;
    let is_on = "return document.querySelector('[data-testid=tool-cone]').ariaPressed === 'true'";
    browser.until("the tool is taken", is_on).await;

    // from the middle of the map, RA 180 Dec 0, to a place above it
    browser.drag("sky-view", &[(0.5, 0.5), (0.5, 0.4), (0.5, 0.3)]).await;
    browser.hook("selection-bar").await;
    let number = "return parseInt(document.querySelector('[data-testid=selection-count]').innerText)";
    let selected = browser.script(number, vec![]).await.as_u64().unwrap();

    // the same number of spectra as nearest to the centre by the server's own distances
    let fetch = "const done = arguments[arguments.length - 1];
        fetch('/api/v1/surveys/simulated/spectra?columns=spectrum_id,ra,dec&limit=1000&format=json')
            .then(answer => answer.json()).then(page => done(page.rows))";
    let rows: Value = browser.async_script(fetch, vec![]).await;
    let mut places: Vec<f64> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| separation((180.0, 0.0), (row["ra"].as_f64().unwrap(), row["dec"].as_f64().unwrap())))
        .collect();
    places.sort_by(f64::total_cmp);
    let inside = places[usize::try_from(selected).unwrap() - 1];
    let marks = "return [...document.querySelectorAll('[data-testid=candidate-row].marked')].map(row => row.dataset.spectrumId)";
    let marked: Value = browser.script(marks, vec![]).await;
    for id in marked.as_array().unwrap() {
        let row = rows.as_array().unwrap().iter().find(|row| row["spectrum_id"] == *id).unwrap();
        let at = (row["ra"].as_f64().unwrap(), row["dec"].as_f64().unwrap());
        // the drag began within a pixel of the middle
        assert!(separation((180.0, 0.0), at) <= inside + 1.0, "{id}: {at:?}");
    }

    browser.press("z").await;
    browser.until("undone", "return document.querySelector('[data-testid=selection-bar]') == null").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
