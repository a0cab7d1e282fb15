//! The story of a visit, on real LAMOST spectra.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{browser::Browser, page::drawn, server::Server};

const CONDITION: &str = "snr_r > 20";

/// The folder of real spectra.
pub fn lamost() -> PathBuf {
    let folder = std::env::var("BALMER_REAL_DATA").expect("BALMER_REAL_DATA names the folder of real spectra");
    PathBuf::from(folder).join("lamost-dr10")
}

/// Digits only: counts are grouped by thin spaces.
fn first_number(text: &str) -> u64 {
    let text = text.replace(['\u{202f}', '\u{a0}'], "");
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number in `{text}`"))
}

/// Starts the run that the page is set to, and waits for its candidates.
async fn run(browser: &Browser) -> String {
    let before = browser.path().await;
    browser.click("run").await;
    let elsewhere =
        format!("return location.pathname.startsWith('/runs/') && !location.pathname.startsWith({before:?})");
    browser.until("the run has an address", &elsewhere).await;
    browser.hook("candidate-row").await;
    drawn(browser).await;
    browser.path().await
}

/// Chooses what is drawn: `flux`, `normalised`, `seen`.
async fn show(browser: &Browser, view: &str) {
    browser
        .script("document.querySelector(`input[name=show][value=${arguments[0]}]`).click()", vec![json!(view)])
        .await;
    browser.until(view, &shows(view)).await;
}

fn shows(view: &str) -> String {
    format!("return document.querySelector('input[name=show][value={view}]')?.checked === true")
}

async fn picture(browser: &Browser, plot: &str) -> Value {
    let script = "return document.querySelector(`[data-testid='${arguments[0]}']`).toDataURL()";
    browser.script(script, vec![json!(plot)]).await
}

#[tokio::test]
async fn an_astronomer_finds_looks_labels_and_spreads() {
    let server = Server::with_files("lamost", &lamost());
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/")).await;
    choose_a_subset(&browser).await;

    browser.select("method-select", "lof").await;
    browser.fill("n-neighbors", "100").await;
    let first_run = run(&browser).await;
    assert!(browser.text_of("device-used").await.to_lowercase().contains("cpu"));
    assert!(browser.text_of("elapsed").await.chars().any(|c| c.is_ascii_digit()));
    let rarest = drawn(&browser).await;
    let list = browser.fetched(&format!("/api/v1{}/candidates?limit=1", run_of(&first_run))).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!((&list["rows"][0]["spectrum_id"], &list["total"]), (&json!(rarest), &json!(listed(&browser).await)));
    browser.screenshot("story-2-candidates").await;

    look_closely(&browser).await;
    label_three_and_take_one_back(&browser).await;

    // the same subset, now with what was learnt
    browser.select("method-select", "spreading").await;
    let second_run = run(&browser).await;
    assert_ne!(run_of(&second_run), run_of(&first_run));
    browser.until("the label has spread", "return document.querySelector('.listing .spread') != null").await;
    browser.screenshot("story-5-spread").await;
    export(&browser).await;

    // the address alone brings the same view back, in a browser that was never here
    let (id, address) = (drawn(&browser).await, browser.address().await);
    let complaints = browser.complaints().await;
    // the refused condition is the only one: the browser notes each refusal
    let unexpected: Vec<&String> = complaints.iter().filter(|said| !said.contains("snr_q")).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    browser.close().await;
    let fresh = Browser::open().await;
    fresh.look(1440, 900, false).await;
    fresh.goto(&server.url(&address)).await;
    assert_eq!(drawn(&fresh).await, id);
    assert_eq!(fresh.address().await, address);
    fresh.until("the view of the address", &shows("normalised")).await;
    fresh.screenshot("story-6-permalink-day").await;
    fresh.look(390, 1200, true).await;
    drawn(&fresh).await;
    fresh.screenshot("story-7-phone").await;
    fresh.close().await;
}

/// Opens the survey and narrows it down: the count follows what is typed.
async fn choose_a_subset(browser: &Browser) {
    browser.select("survey-select", "lamost").await;
    browser.fill("where-input", CONDITION).await;
    let page = browser.fetched("/api/v1/surveys/lamost/spectra?where=snr_r%20%3E%2020&limit=0").await;
    let expected = serde_json::from_str::<Value>(&page).unwrap()["total"].as_u64().unwrap();
    assert!(0 < expected && expected < 1776, "{page}");
    let counted = "return document.querySelector('[data-testid=subset-count]').innerText.replace(/[^0-9of]/g, '')";
    let counted = format!("{counted} === '{expected}of1776'");
    browser.until("the number of spectra with a good S/N", &counted).await;
    browser.click("load-subset").await;
    browser.until("the subset has an address", "return location.search.includes('where=')").await;
    drawn(browser).await;
    assert_eq!(listed(browser).await, expected);
    browser.screenshot("story-1-subset").await;

    // a condition that is none is refused in words, beside the field
    browser.fill("where-input", "snr_q > 20").await;
    browser.until("the refusal", "return document.body.innerText.includes('no column `snr_q`')").await;
    assert!(!browser.has("error-banner").await);
    browser.fill("where-input", CONDITION).await;
    browser.until("the count again", &counted).await;
}

/// H-alpha in close-up, and other ways to see it: the address keeps all of it.
async fn look_closely(browser: &Browser) {
    let whole = picture(browser, "h-alpha-plot").await;
    let wheel = "const canvas = document.querySelector('[data-testid=h-alpha-plot]');
        const box = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -300, bubbles: true, cancelable: true,
            clientX: box.left + box.width * 0.3, clientY: box.top + box.height / 2 }))";
    browser.script(wheel, vec![]).await;
    browser.until("the zoom is in the address", "return location.search.includes('ha=')").await;
    assert_ne!(picture(browser, "h-alpha-plot").await, whole);
    let mut pictures = Vec::new();
    for view in ["flux", "normalised", "seen"] {
        show(browser, view).await;
        browser.screenshot(&format!("story-3-{view}")).await;
        let now = picture(browser, "spectrum-plot").await;
        assert!(!pictures.contains(&now), "{view} looks like another view");
        pictures.push(now);
    }
    show(browser, "normalised").await;
}

/// Labels by key and one undo, on the page and on the server.
async fn label_three_and_take_one_back(browser: &Browser) {
    browser.fill("new-class", "emission\n").await;
    browser.hook("label-emission").await;
    // what is typed into a field is no label
    browser.fill("note", "1").await;
    browser.fill("note", "\u{e003}").await;
    browser.script("document.activeElement.blur()", vec![]).await;
    assert_eq!(browser.fetched("/api/v1/surveys/lamost/labels").await, "[]");
    let mut labelled = Vec::new();
    for _ in 0..3 {
        labelled.push(drawn(browser).await);
        browser.press("1").await;
        let given = format!("return document.querySelectorAll('.listing .given').length === {}", labelled.len());
        browser.until("one more label", &given).await;
        browser.press("ArrowDown").await;
    }
    browser.press("u").await;
    browser.until("one label less", "return document.querySelectorAll('.listing .given').length === 2").await;
    assert_eq!(drawn(browser).await, labelled[2], "the page shows what was taken back");
    let labels = browser.fetched("/api/v1/surveys/lamost/labels").await;
    let labels: Value = serde_json::from_str(&labels).unwrap();
    let mut kept: Vec<&str> = labels.as_array().unwrap().iter().map(|l| l["spectrum_id"].as_str().unwrap()).collect();
    kept.sort_unstable();
    labelled.truncate(2);
    labelled.sort_unstable();
    assert_eq!(kept, labelled);
    browser.screenshot("story-4-labels").await;
}

/// The links of the menu give whole files: as many rows as the list has.
async fn export(browser: &Browser) {
    browser.hook("export-menu").await;
    let mut files = Vec::new();
    for format in ["votable", "csv"] {
        let link = "return document.querySelector(`[data-testid=export-menu] [data-format=${arguments[0]}]`)\
            .getAttribute('href')";
        let link = browser.script(link, vec![json!(format)]).await;
        files.push(browser.fetched(link.as_str().unwrap()).await);
    }
    let run = run_of(&browser.path().await).replace("/runs/", "");
    assert!(files[0].contains(&format!("<INFO name=\"run\" value=\"{run}\"/>")), "{:.400}", files[0]);
    assert!(files[0].trim_end().ends_with("</VOTABLE>") && !files[0].contains("OVERFLOW"));
    assert_eq!(files[1].lines().filter(|line| !line.starts_with('#')).count() as u64, listed(browser).await + 1);
}

/// `/runs/{run}` of a path that may go on to a spectrum.
fn run_of(path: &str) -> String {
    path.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// How many rows the list says it has.
async fn listed(browser: &Browser) -> u64 {
    let head = browser.script("return document.querySelector('.listing .summary').innerText", vec![]).await;
    first_number(head.as_str().unwrap())
}
