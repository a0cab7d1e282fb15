//! A line of a real spectrum is measured, its window and continuum are changed, the address brings the same numbers
//! back; the same line of many spectra becomes columns that conditions can use.

use serde_json::Value;

use crate::{accessibility::seen_everywhere, browser::Browser, page::drawn, real_data::lamost, server::Server};

/// H-alpha in emission.
const STAR: &str = "spec-59636-HD071013S041413V01_sp02-001";

/// Value and error of a quantity, once it is there; `None` where the line has none.
async fn quantity(browser: &Browser, name: &str) -> Option<(f64, f64)> {
    browser.until("numbers", "return document.querySelector('[data-quantity=ew]') != null").await;
    let script = format!("return document.querySelector('[data-quantity={name}]')?.innerText");
    let text = browser.script(&script, vec![]).await;
    let text = text.as_str()?.replace('\u{2212}', "-");
    let mut numbers = text.split([' ', '(', ')']).filter_map(|word| word.parse::<f64>().ok());
    Some((numbers.next()?, numbers.next()?))
}

/// What the address says of the measurement.
async fn until_address(browser: &Browser, key: &str) {
    browser.until(key, &format!("return location.search.includes('{key}')")).await;
}

/// Types a number into a field of the panel.
async fn set(browser: &Browser, label: &str, value: &str) {
    let script = "const field = document.querySelector(`.measuring [aria-label='${arguments[0]}, Å']`);
        field.value = arguments[1];
        field.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.script(script, vec![Value::from(label), Value::from(value)]).await;
}

#[tokio::test]
async fn a_line_of_real_data_is_measured_shared_and_made_columns() {
    let server = Server::with_files("lamost", &lamost());
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url(&format!("/surveys/lamost/spectra/{STAR}"))).await;
    drawn(&browser).await;

    // specutils on windows of its own: -12.58, 6565.46 and 9.02 A
    browser.press("e").await;
    let (width, error) = quantity(&browser, "ew").await.unwrap();
    assert!((width / -12.579 - 1.0).abs() < 0.05 && error > 0.0 && error < 1.0, "{width} ± {error}");
    let centroid = quantity(&browser, "centroid").await.unwrap();
    assert!((centroid.0 - 6565.46).abs() < 0.3, "{centroid:?}");
    let fwhm = quantity(&browser, "fwhm").await.unwrap();
    assert!((fwhm.0 / 9.025 - 1.0).abs() < 0.05, "{fwhm:?}");
    until_address(&browser, "measure=H-alpha").await;
    browser.screenshot("measuring-night").await;

    // a window that is narrower than the line holds less of it; the range that is looked at can be taken
    set(&browser, "From", "-5").await;
    set(&browser, "To", "5").await;
    until_address(&browser, "within=-5%2C5").await;
    browser.until("a smaller width", &smaller_than(0.85 * width.abs())).await;
    let zoomed = browser.address().await + "&from=6540&to=6591";
    browser.goto(&server.url(&zoomed)).await;
    drawn(&browser).await;
    browser.press("w").await;
    browser.until("the window shown", "return !location.search.includes('within=-5%2C5')").await;
    let taken = quantity(&browser, "ew").await.unwrap().0;
    assert!((taken / -12.579 - 1.0).abs() < 0.05, "{taken}");
    browser.select("measure-continuum", "polynomial:2").await;
    until_address(&browser, "against=polynomial").await;

    // what cannot be measured says why and how it could be
    browser.fill("measure-line", "unobtainium\n").await;
    browser.until("a refusal", "return document.querySelector('.measuring [role=alert]') != null").await;
    browser.fill("measure-line", "12000\n").await;
    let beyond =
        "return document.querySelector('[data-testid=unmeasurable]')?.innerText.includes('choose one inside it')";
    browser.until("a reason", beyond).await;
    browser.fill("measure-line", "H-alpha\n").await;
    let shared = (browser.address().await, quantity(&browser, "ew").await);

    let found = seen_everywhere(&browser, "measuring").await;
    assert!(found.is_empty(), "{}", found.join("\n"));

    // all of the survey: columns, and a condition on them
    browser.look(1440, 1000, true).await;
    browser.fill("measure-prefix", "ha\n").await;
    browser.click("measure-all").await;
    let said = "return document.querySelector('[data-testid=measured]')?.innerText.startsWith('Measured in')";
    browser.until("the survey is measured", said).await;
    browser.goto(&server.url("/surveys/lamost?where=ha_ew%20%3C%20-10%20AND%20ha_ew_error%20%3C%201")).await;
    drawn(&browser).await;
    let listed =
        "return [...document.querySelectorAll('[data-testid=candidate-row]')].map(row => row.dataset.spectrumId)";
    let listed = browser.script(listed, vec![]).await;
    assert!(listed.as_array().unwrap().iter().any(|id| id == STAR), "{listed}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;

    // a browser that was never here comes to the same numbers
    let fresh = Browser::open().await;
    fresh.look(1440, 1000, false).await;
    fresh.goto(&server.url(&shared.0)).await;
    assert_eq!(drawn(&fresh).await, STAR);
    assert_eq!(quantity(&fresh, "ew").await, shared.1);
    fresh.screenshot("measuring-day").await;
    fresh.close().await;
}

/// Whether the equivalent width is closer to zero.
fn smaller_than(width: f64) -> String {
    format!(
        "const text = document.querySelector('[data-quantity=ew]')?.innerText.replace('\u{2212}', '-');
        return Math.abs(parseFloat(text)) < {width}"
    )
}
