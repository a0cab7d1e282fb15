//! Runs in the browser: the same lists as the server's, scored and labelled again at once, stopped, replayed.

use serde_json::{Value, json};

use crate::{browser::Browser, page::drawn, server::Server};

/// Chooses a device and a method on the survey of the server's run, and starts.
pub async fn start(browser: &Browser, server: &Server, device: &str, method: &str) {
    browser.goto(&server.url("/surveys/simulated")).await;
    drawn(browser).await;
    browser.select("device-select", device).await;
    browser.select("method-select", method).await;
    browser.click("run").await;
    browser.until("a run of the browser", "return location.pathname.startsWith('/runs/browser-')").await;
}

/// Waits for the list of the open run.
pub async fn finished(browser: &Browser) {
    browser.until("the list", "return document.querySelector('.listing .summary')?.innerText.includes('ranked')").await;
    drawn(browser).await;
}

/// The rows in sight: spectrum and factor.
pub async fn rows(browser: &Browser) -> Vec<(String, String)> {
    // the mark of how stable a place is stands before the factor
    let script = "return [...document.querySelectorAll('[data-testid=candidate-row]')]
        .sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))
        .slice(0, 10).map(row => [row.dataset.spectrumId, row.querySelector('.lof').innerText.split(/\\s/).pop()])";
    serde_json::from_value(browser.script(script, vec![]).await).unwrap()
}

/// What a run of the server says at the head of its list.
async fn listed(browser: &Browser, run: &str) -> Vec<(String, String)> {
    let page = browser.fetched_json(&format!("/api/v1/runs/{run}/candidates?limit=10")).await;
    let row =
        |row: &Value| (row["spectrum_id"].as_str().unwrap().to_owned(), format!("{:.2}", row["lof"].as_f64().unwrap()));
    page["rows"].as_array().unwrap().iter().map(row).collect()
}

/// A script that gives a label, and passes the status of the answer on.
pub fn give(id: &str, label: &str) -> String {
    let body = json!({ "spectrum_id": id, "label": label }).to_string();
    format!(
        "const done = arguments[0]; fetch('/api/v1/surveys/simulated/labels', {{ method: 'POST', body: '{body}',
         headers: {{ 'Content-Type': 'application/json' }} }}).then(answer => done(answer.status))"
    )
}

/// The run that the server had made before any page was open.
async fn servers_run(browser: &Browser) -> String {
    browser.fetched_json("/api/v1/runs").await[0]["id"].as_str().unwrap().to_owned()
}

/// Opens the details of the open run, or closes them.
pub async fn details(browser: &Browser) {
    let click = "[...document.querySelectorAll('.standing button')].find(b => b.innerText === 'Details').click()";
    browser.script(click, vec![]).await;
}

/// Moves the slider, as a hand does.
async fn slide(browser: &Browser, to: u32) {
    let script = "const slider = document.querySelector('[data-testid=n-neighbors-slider]');
        slider.value = arguments[0];
        slider.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.script(script, vec![json!(to)]).await;
}

#[tokio::test]
async fn a_run_in_the_browser_lists_what_the_servers_lists() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-cpu", "lof").await;
    finished(&browser).await;
    let stored = servers_run(&browser).await;
    let list = rows(&browser).await;
    assert_eq!(list, listed(&browser, &stored).await);
    assert!(browser.text_of("device-used").await.starts_with("browser CPU, "), "the device that really ran");
    assert!(browser.text_of("elapsed").await.ends_with('s'));
    browser.screenshot("local-run").await;
    // nothing that belongs to a bar stands in a second row
    for bar in [".run-bar", ".toolbar"] {
        let height = browser.script(&format!("return document.querySelector('{bar}').clientHeight"), vec![]).await;
        assert!(height.as_f64().unwrap() < 60.0, "{bar} is {height} pixels high at this width");
    }

    // why it ranks there
    let explained = browser.fetched_json(&format!("/api/v1/runs/{stored}/explain/{}", list[0].0)).await;
    let nearest = explained["neighbors"][0]["spectrum_id"].as_str().unwrap();
    let shown =
        format!("return document.querySelector('[data-testid=explanation] .neighbors .id')?.innerText === '{nearest}'");
    browser.until("the nearest neighbour", &shown).await;

    // the list obeys as the server's does
    browser
        .script("[...document.querySelectorAll('th button')].find(b => b.innerText === 'LOF').click()", vec![])
        .await;
    browser
        .script("[...document.querySelectorAll('th button')].find(b => b.innerText === 'LOF').click()", vec![])
        .await;
    browser
        .until(
            "the list upside down",
            "return location.search.includes('order_by=lof') && !location.search.includes('desc')",
        )
        .await;
    let last = "return document.querySelector('[data-testid=candidate-row] .rank')?.innerText !== '1'";
    browser.until("the most ordinary first", last).await;
    browser.goto(&server.url("/runs")).await;
    assert!(browser.text_of("job-row").await.contains("simulated"), "a reload keeps the server's runs only");
    browser.close().await;
}

#[tokio::test]
async fn the_slider_scores_again_and_the_server_repeats_it() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-cpu", "lof").await;
    finished(&browser).await;
    let before = rows(&browser).await;
    slide(&browser, 20).await;
    let is_20 = "return document.querySelector('[data-testid=n-neighbors]').value === '20'";
    browser.until("the number beside the slider", is_20).await;
    let changed = format!(
        "return document.querySelector('[data-testid=candidate-row] .lof')?.innerText.split(/\\s/).pop() !== '{}'",
        before[0].1
    );
    browser.until("other factors", &changed).await;
    // the chosen spectrum keeps its place in sight; the head of the list is what is compared
    browser.press("Home").await;
    let top = "return document.querySelector('tr[aria-selected=true] .rank')?.innerText === '1'";
    browser.until("the head of the list", top).await;
    drawn(&browser).await;
    let after = rows(&browser).await;
    assert_ne!(after, before);
    browser.screenshot("local-slider").await;

    // the details state what the list is made with now
    details(&browser).await;
    let stated = "const said = document.querySelector('.run-details')?.innerText ?? '';
        const [lof] = said.split('[lof]').slice(1);
        return (lof ?? '').trim().startsWith('n_neighbors = 20') && said.includes('scored or labelled again since')";
    browser.until("the settings in force", stated).await;
    details(&browser).await;

    // conditions: scores are the page's to know, what the survey states the server's
    browser.fill("candidate-filter", "lof > 1.1 AND snr_r > 0\n").await;
    browser
        .until(
            "fewer rows",
            "return /[0-9]+ of 400 ranked/.test(document.querySelector('.listing .summary').innerText)",
        )
        .await;
    browser.fill("candidate-filter", "abs(lof) > 1\n").await;
    browser.until("advice", "return document.body.innerText.includes('cannot be answered in the browser')").await;
    browser.script("const f = document.querySelector('[data-testid=candidate-filter]'); f.value = ''; f.dispatchEvent(new Event('change', { bubbles: true }))", vec![]).await;

    // the same settings on the server give the same list
    browser.click("run-on-server").await;
    browser.until("a run of the server", "return !location.pathname.startsWith('/runs/browser-')").await;
    finished(&browser).await;
    assert_eq!(rows(&browser).await, after);

    // and the browser gives the server's again, whole and in part
    details(&browser).await;
    for (slice, is_whole) in [("", true), ("sample(spectrum_id) < 0.6", false)] {
        browser.fill("replay-where", slice).await;
        browser.click("replay").await;
        let verdict = format!(
            "const said = document.querySelector('[data-testid=replay-verdict]').innerText;
             return said.includes('Ranks equal') && said.includes('for 400 spectra') === {is_whole}"
        );
        browser.until("the verdict", &verdict).await;
        let said = browser.text_of("replay-verdict").await;
        assert!(said.starts_with('✓') && said.contains("difference of LOF 0"), "{said}");
    }
    browser.screenshot("local-replay").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_label_flows_at_once() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;
    let stored = listed(&browser, &servers_run(&browser).await).await;
    assert_eq!(browser.async_script(&give(&stored[0].0, "odd"), vec![]).await, 201);
    assert_eq!(browser.async_script(&give(&stored[9].0, "plain"), vec![]).await, 201);
    start(&browser, &server, "browser-cpu", "spreading").await;
    finished(&browser).await;
    let labels = "return [...document.querySelectorAll('.listing .spread')].map(cell => cell.innerText).join()";
    let before = browser.script(labels, vec![]).await;
    assert!(before.as_str().unwrap().contains("plain"), "{before}");
    browser.screenshot("local-labels").await;

    // the keys of the label bar: the second class for the third spectrum of the list
    browser.press("ArrowDown").await;
    browser.press("ArrowDown").await;
    drawn(&browser).await;
    browser.press("1").await;
    browser.until("the label", "return document.querySelectorAll('.listing .given').length > 1").await;
    browser.until("other probabilities", &format!("{labels} !== {before}")).await;
    assert!(browser.address().await.starts_with("/runs/browser-"), "the same run");
    details(&browser).await;
    let counted = "return document.querySelector('.run-details')?.innerText.includes('3 of 3 given') ?? false";
    browser.until("the labels in force", counted).await;
    browser.close().await;
}

/// Writes settings into the dialog.
pub async fn set(browser: &Browser, settings: &[(&str, &str)]) {
    let open =
        "[...document.querySelectorAll('.run-bar button')].find(b => b.innerText.startsWith('Settings')).click()";
    browser.script(open, vec![]).await;
    browser.until("the settings", "return document.querySelector('dialog[open] input[id^=set-]') != null").await;
    let write = "const field = document.querySelector(`#set-${arguments[0]}`);
        field.value = arguments[1];
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    for (key, value) in settings {
        browser.script(write, vec![json!(key), json!(value)]).await;
    }
    browser.script("document.querySelector('dialog[open]').close()", vec![]).await;
}

#[tokio::test]
async fn webgpu_lists_what_the_server_lists() {
    let server = Server::with_candidates(400);
    let browser = Browser::with_webgpu().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-gpu", "lof").await;
    finished(&browser).await;
    let device = browser.text_of("device-used").await;
    assert!(device.starts_with("browser GPU, ") && !device.contains("instead"), "{device}");
    assert_eq!(rows(&browser).await, listed(&browser, &servers_run(&browser).await).await);
    browser.screenshot("local-webgpu").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_graphics_processor_that_goes_away_in_the_middle_is_not_missed() {
    let server = Server::with_candidates(800);
    let browser = Browser::with_webgpu().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/surveys/simulated")).await;
    drawn(&browser).await;
    // spectra wide enough that software takes a second or more for their products
    set(&browser, &[("recipe-pixels", "2000")]).await;
    browser.select("device-select", "browser-gpu").await;
    browser.click("run").await;
    let searching = "return document.querySelector('.stages .now')?.innerText.includes('neighbours') ?? false";
    browser.until("the search", searching).await;
    browser.lose_graphics_processor().await;
    finished(&browser).await;
    let device = browser.text_of("device-used").await;
    assert!(device.starts_with("browser GPU, ") && device.contains("because the device was lost"), "{device}");
    let found = rows(&browser).await;
    browser.screenshot("local-lost-device").await;

    browser.select("device-select", "browser-cpu").await;
    browser.click("run").await;
    browser.until("another run", "return location.pathname.startsWith('/runs/browser-2')").await;
    finished(&browser).await;
    assert_eq!(found, rows(&browser).await);
    browser.close().await;
}

#[tokio::test]
async fn without_webgpu_the_processor_computes_and_the_page_says_so() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-gpu", "lof").await;
    finished(&browser).await;
    assert!(browser.text_of("gpu-note").await.ends_with("computed by this browser's processor instead."));
    let device = browser.text_of("device-used").await;
    assert!(device.starts_with("browser CPU, ") && device.contains("the processor computes instead"), "{device}");
    assert_eq!(rows(&browser).await, listed(&browser, &servers_run(&browser).await).await);
    browser.screenshot("local-without-webgpu").await;

    // the choice is remembered, the results are not: another tab says so and can have them again
    let address = browser.address().await;
    browser.goto(&server.url(&address)).await;
    browser
        .until("what has become of it", "return document.body.innerText.includes('This run lived in another tab')")
        .await;
    browser.screenshot("local-elsewhere").await;
    browser.click("again-here").await;
    browser.until("a new run", "return location.pathname.startsWith('/runs/browser-2')").await;
    finished(&browser).await;
    assert_eq!(
        browser.script("return document.querySelector('[data-testid=device-select]').value", vec![]).await,
        json!("browser-gpu")
    );
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
