//! A circle drawn on the sky selects by the angle from its centre, whatever the map makes of it.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{browser::Browser, page::drawn, server::Server};

/// A place on the sky, degrees.
type Place = (f64, f64);

/// The angle on the sky between two places, degrees.
fn separation(a: Place, b: Place) -> f64 {
    let [a, b] = [a, b].map(|(ra, dec)| (ra.to_radians(), dec.to_radians()));
    let cosine = a.1.sin() * b.1.sin() + a.1.cos() * b.1.cos() * (a.0 - b.0).cos();
    cosine.clamp(-1.0, 1.0).acos().to_degrees()
}

/// Their distance on the map, by Aitoff's projection about RA 180, in degrees of its middle.
fn on_the_map(a: Place, b: Place) -> f64 {
    let [a, b] = [a, b].map(|(ra, dec)| {
        let (half, dec) = ((ra - 180.0).to_radians() / 2.0, dec.to_radians());
        let alpha = (dec.cos() * half.cos()).acos();
        let stretch = if alpha > 0.0 { alpha / alpha.sin() } else { 1.0 };
        (2.0 * dec.cos() * half.sin() * stretch, dec.sin() * stretch)
    });
    (a.0 - b.0).hypot(a.1 - b.1).to_degrees()
}

/// Draws a circle, names what is in it, and returns that.
async fn circle(browser: &Browser, name: &str, places: &[(f64, f64)]) -> BTreeSet<String> {
    browser.press("c").await;
    let is_on = "return document.querySelector('[data-testid=tool-cone]').ariaPressed === 'true'";
    browser.until("the tool is taken", is_on).await;
    browser.drag("sky-view", places).await;
    browser.hook("selection-bar").await;
    browser.click("selection-name").await;
    browser.fill("selection-name-input", name).await;
    browser.press("Enter").await;
    let stored =
        "const named = document.querySelector('.selection-bar .name')?.innerText; return named === arguments[0]";
    let stored = stored.replace("arguments[0]", &json!(name).to_string());
    browser.until("it has its name", &stored).await;
    let ids = browser.fetched_json(&format!("/api/v1/surveys/simulated/subsets/{name}")).await;
    let ids = ids["spectrum_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    // the tool goes first, then the selection
    browser.press("Escape").await;
    browser.press("Escape").await;
    browser.until("nothing selected", "return document.querySelector('[data-testid=selection-bar]') == null").await;
    ids
}

#[tokio::test]
async fn a_circle_on_the_sky_selects_by_true_angles() {
    let server = Server::with_candidates(1500);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/simulated?views=sky")).await;
    drawn(&browser).await;
    browser.until("points", "return document.querySelector('[data-testid=sky-view]')?.dataset.points > 0").await;
    let page =
        browser.fetched_json("/api/v1/surveys/simulated/spectra?columns=spectrum_id,ra,dec&limit=2000&format=json");
    let page = page.await;
    let spectra: Vec<(String, Place)> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let id = row["spectrum_id"].as_str().unwrap().to_owned();
            (id, (row["ra"].as_f64().unwrap(), row["dec"].as_f64().unwrap()))
        })
        .collect();

    // from the middle upwards: how many degrees a part of the picture is, since the map is true along that line
    let (middle, share) = ((180.0, 0.0), 0.2);
    let inside = circle(&browser, "middle", &[(0.5, 0.5), (0.5, 0.4), (0.5, 0.5 - share)]).await;
    let reach = |ids: &BTreeSet<String>, is_in: bool| {
        let those = spectra.iter().filter(|(id, _)| ids.contains(id) == is_in);
        those.map(|(_, place)| separation(middle, *place)).collect::<Vec<f64>>()
    };
    let radius = reach(&inside, true).into_iter().fold(0.0, f64::max);
    let beyond = reach(&inside, false).into_iter().fold(180.0, f64::min);
    assert!(radius > 20.0 && (beyond - radius).abs() < 2.0, "{radius} to {beyond} degrees");
    let degrees = f64::midpoint(radius, beyond) / share;

    // far from the middle a circle on the sky is none on the map
    let (up, reach) = (0.22, 0.16);
    let centre = (180.0, up * degrees);
    let inside = circle(&browser, "north", &[(0.5, 0.5 - up), (0.5, 0.5 - up + 0.1), (0.5, 0.5 - up + reach)]).await;
    let (radius, doubt) = (reach * degrees, 1.5);
    let mut told_apart = 0;
    for (id, place) in &spectra {
        let angle = separation(centre, *place);
        if (angle - radius).abs() > doubt {
            assert_eq!(inside.contains(id), angle < radius, "{id} at {place:?}: {angle} of {radius} degrees");
            told_apart += usize::from((on_the_map(centre, *place) < radius) != (angle < radius));
        }
    }
    assert!(told_apart > 3, "a circle on the map would have done as well: {told_apart}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
