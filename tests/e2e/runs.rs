//! Runs on the server, seen from the page.

use serde_json::{Value, json};

use crate::{browser::Browser, server::Server};

/// Labels one spectrum, and asks for a run that spreads this label for hours: its tolerance is nothing in
/// single precision, so that only the number of iterations ends it. Returns its id.
const BEGIN: &str = r"
    const done = arguments[arguments.length - 1];
    const post = async (path, body) => {
        const answer = await fetch(`/api/v1/${path}`, {
            method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
        return answer.json();
    };
    (async () => {
        const page = await (await fetch('/api/v1/surveys/simulated/spectra?limit=1')).json();
        await post('surveys/simulated/labels', { spectrum_id: page.rows[0].spectrum_id, label: 'be' });
        const labels = { algorithm: 'spreading', tol: 1e-300, max_iter: 4000000000 };
        return (await post('runs', { survey: 'simulated', labels })).id;
    })().then(done, error => done({ error: String(error) }));";

/// What the server says of a run.
async fn status(browser: &Browser, run: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         fetch('/api/v1/runs/{run}').then(answer => answer.json()).then(run => done(run.status))"
    );
    browser.async_script(&script, vec![]).await
}

#[tokio::test]
async fn a_run_is_cancelled_from_the_page() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/surveys")).await;
    let begun = browser.async_script(BEGIN, vec![]).await;
    let first = begun.as_str().unwrap_or_else(|| panic!("no run: {begun}"));

    // from the bar over the run itself
    browser.goto(&server.url(&format!("/runs/{first}"))).await;
    let spreading = "return document.querySelector('.stages .now')?.innerText.includes('abels') ?? false";
    browser.until("labels are spread", spreading).await;
    assert_eq!(status(&browser, first).await, json!("running"));
    browser.click("cancel").await;
    browser.until("the end", "return document.body.innerText.includes('This run was cancelled')").await;
    assert_eq!(status(&browser, first).await, json!("cancelled"));
    assert!(!browser.has("cancel").await, "what has ended is not cancelled again");
    browser.screenshot("run-cancelled").await;

    // the server is free again: the same settings once more, cancelled from the list of runs
    browser.script("document.querySelector('.empty button.primary').click()", vec![]).await;
    browser.until("labels are spread", spreading).await;
    let path = browser.path().await;
    let second = path.strip_prefix("/runs/").unwrap();
    assert_ne!(second, first);
    browser.goto(&server.url("/runs")).await;
    browser.click("cancel").await;
    let row = format!("return document.querySelector('[data-run-id=\"{second}\"] .status').innerText === 'cancelled'");
    browser.until("the end in the list", &row).await;
    assert_eq!(status(&browser, second).await, json!("cancelled"));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
