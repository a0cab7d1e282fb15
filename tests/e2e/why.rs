//! Known objects are planted in a copy of real spectra and looked for; a candidate says why it is one, how stable its place
//! is and what the recipe made of it; a threshold is moved, and what it finds moves with it.

use serde_json::Value;

use crate::{accessibility::seen_everywhere, browser::Browser, page::drawn, real_data::lamost, server::Server};

/// The first whole number of a text, and the first after the word.
fn found_of(text: &str) -> (u64, u64) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// Looks at so many, and waits until the panel speaks of them.
async fn look_at(browser: &Browser, first: u32) -> (u64, u64) {
    browser.hook("vet-first").await;
    let script = "const field = document.querySelector('[data-testid=vet-first]');
        field.value = arguments[0];
        field.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.script(script, vec![Value::from(first)]).await;
    browser.until("the threshold in the address", &format!("return location.search.includes('vet={first}')")).await;
    found_of(&browser.text_of("vet-finding").await)
}

#[tokio::test]
async fn planted_objects_of_real_data_are_found_and_explained() {
    let server = Server::with_files("lamost", &lamost());
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/lamost")).await;
    drawn(&browser).await;

    browser.press("q").await;
    browser.fill("plant-count", "20").await;
    browser.fill("plant-from", "x").await;
    browser.until("a fault in place", "return document.querySelector('.recall .fault') != null").await;
    browser.fill("plant-from", "8").await;
    browser.fill("plant-to", "30").await;
    browser.screenshot("planting").await;
    browser.click("plant").await;
    let planted = browser.text_of("planted").await;
    assert!(planted.starts_with("20 planted"), "{planted}");
    browser.script("document.querySelector('[data-testid=planted] a').click()", vec![]).await;
    browser.until("the new survey", "return location.pathname.includes('injected')").await;
    drawn(&browser).await;

    browser.click("run").await;
    browser.until("the run", "return location.pathname.startsWith('/runs/')").await;
    browser.hook("candidate-row").await;
    drawn(&browser).await;

    // the threshold: more are found the more are looked at, and the address keeps it
    browser.press("q").await;
    let (few, planted) = look_at(&browser, 5).await;
    let (more, _) = look_at(&browser, 100).await;
    let (all, _) = look_at(&browser, 1700).await;
    assert!(planted == 20 && few <= 5 && few < more && more <= all && more >= 15, "{few} {more} {all} of {planted}");
    look_at(&browser, 40).await;
    let shared = (browser.address().await, browser.text_of("vet-finding").await);
    assert!(shared.1.contains("recall") && shared.1.contains("precision"), "{}", shared.1);
    browser.screenshot("recall-night").await;

    // why the first of the list is there
    browser.script("document.querySelector('[data-testid=candidate-row]').click()", vec![]).await;
    drawn(&browser).await;
    let run = browser.path().await.split('/').nth(2).unwrap().to_owned();
    let first = browser.fetched_json(&format!("/api/v1/runs/{run}/candidates?limit=1")).await;
    let stability = first["rows"][0]["stability"].as_f64().unwrap();
    let badge = if stability >= 0.9 { "● firm" } else { "◐ mixed" };
    assert_eq!(browser.text_of("stability-badge").await, badge, "{stability}");
    let why = browser.text_of("explanation").await;
    assert!(why.contains("the density around its 100 nearest neighbours is ") && why.contains("Nearest"), "{why}");
    browser.press("f").await;
    let steps = "return [...document.querySelectorAll('[data-testid=steps] li')].map(step => step.dataset.step).join()";
    let expected = "native,interpolated,resampled,normalised,scaled";
    browser.until("every step", &format!("{steps} === '{expected}'")).await;
    browser.script("document.querySelector('[data-testid=explanation]').scrollIntoView()", vec![]).await;
    let found = seen_everywhere(&browser, "why").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");

    let fresh = Browser::open().await;
    fresh.look(1440, 1000, false).await;
    fresh.goto(&server.url(&shared.0)).await;
    drawn(&fresh).await;
    assert_eq!(fresh.text_of("vet-finding").await, shared.1);
    browser.close().await;
    fresh.close().await;
}
