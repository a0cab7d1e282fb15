//! From a candidate to what else is wrong in the same way: a family of real outliers is set aside under a name, is gone
//! from the list, is labelled instead, and all of it is undone; what a family sits on is masked in the next run.

use serde_json::json;

use crate::{
    accessibility::{axe, seen, seen_everywhere},
    browser::Browser,
    local::{finished, start},
    page::{chosen, drawn},
    real_data::lamost,
    server::Server,
};

/// Waits until the list has so many rows, all told.
async fn until_listed(browser: &Browser, rows: u64) {
    let script = format!(
        "return document.querySelector('[data-testid=candidate-table]')?.getAttribute('aria-rowcount') === '{}'",
        rows + 1
    );
    browser.until(&format!("{rows} rows"), &script).await;
}

/// Waits until the line over the list says so, or until there is none.
async fn until_aside(browser: &Browser, said: Option<&str>) {
    let line = "document.querySelector('[data-testid=aside-line]')";
    let script = match said {
        Some(said) => format!("return {line}?.innerText.includes('{said}') ?? false"),
        None => format!("return {line} == null"),
    };
    browser.until(said.unwrap_or("nothing is set aside"), &script).await;
}

/// Opens the families by their key, and waits for the first card.
async fn open(browser: &Browser) {
    browser.press("U").await;
    browser.hook("family").await;
}

/// Clicks on a button of a card: cards are drawn anew when the families are found again, so that no element of them lasts.
async fn press_button(browser: &Browser, testid: &str) {
    browser.script("document.querySelector(`[data-testid='${arguments[0]}']`).click()", vec![json!(testid)]).await;
}

/// A run on real spectra by the settings that bring out artefacts; its id.
async fn run_for_artefacts(browser: &Browser) -> String {
    let choose =
        "[...document.querySelectorAll('.run-bar button')].find(one => one.innerText.startsWith('Settings')).click();";
    browser.script(choose, vec![]).await;
    let preset = "document.querySelector('dialog.settings header select')";
    browser.until("the settings", &format!("return {preset} != null")).await;
    let choose = format!(
        "const preset = {preset};
         preset.value = 'artefacts';
         preset.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    browser.script(&choose, vec![]).await;
    browser.script("document.querySelector('dialog.settings footer button.primary').click()", vec![]).await;
    browser.until("the run has an address", "return location.pathname.startsWith('/runs/')").await;
    browser.hook("candidate-row").await;
    drawn(browser).await;
    browser.path().await.split('/').nth(2).unwrap().to_owned()
}

#[tokio::test]
async fn a_family_of_real_data_is_set_aside_and_comes_back() {
    let server = Server::with_files("lamost", &lamost());
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/lamost")).await;
    drawn(&browser).await;
    let run = run_for_artefacts(&browser).await;
    let ranked =
        browser.fetched_json(&format!("/api/v1/runs/{run}/candidates?limit=0")).await["total"].as_u64().unwrap();
    until_listed(&browser, ranked).await;
    let body = browser.fetched_json(&format!("/api/v1/runs/{run}/families")).await;
    let families = body["families"].as_array().unwrap();
    let dead = families.iter().find(|family| family["kind"] == "dead-pixels").expect("dead pixels");
    let (size, member) = (dead["size"].as_u64().unwrap(), dead["members"][0]["spectrum_id"].as_str().unwrap());

    // from a candidate to its family
    browser.goto(&server.url(&format!("/runs/{run}/{member}"))).await;
    assert_eq!(drawn(&browser).await, member);
    open(&browser).await;
    let first = browser.script("return document.querySelector('[data-testid=family].chosen')?.dataset.family", vec![]);
    assert_eq!(first.await, dead["id"]);
    assert!(browser.address().await.contains("families=outliers"));
    let found = seen_everywhere(&browser, "families").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.look(1440, 1000, true).await;

    // where a member may have an emission line, setting aside is no suggestion, and it says why
    let suggested = "return [...document.querySelectorAll('[data-testid=family]')]
        .filter(card => card.innerText.includes('emission line'))
        .map(card => card.querySelector('[data-testid=set-aside]').classList.contains('primary'))";
    let suggested = browser.script(suggested, vec![]).await;
    assert!(suggested.as_array().is_some_and(|all| !all.is_empty() && !all.contains(&json!(true))), "{suggested}");

    // a name that is none is refused in place, a good one sets the family aside
    browser.click("set-aside").await;
    browser.fill("family-name", "no name").await;
    browser.until("the refusal", "return document.querySelector('[data-testid=name-family]').disabled").await;
    browser.fill("family-name", "dead-arm").await;
    browser.screenshot("families-naming").await;
    browser.click("name-family").await;
    let done = "return document.querySelector('[data-testid=family-done]')?.innerText === 'Named dead-arm: set aside'";
    browser.until("it is set aside", done).await;
    browser.click("families-close").await;

    // gone from the list, and the list says so
    until_aside(&browser, Some(&format!("{size} set aside in 1 family"))).await;
    until_listed(&browser, ranked - size).await;
    let now = drawn(&browser).await;
    assert!(now != member && !now.is_empty(), "{now}");
    let names = browser.fetched_json(&format!("/api/v1/runs/{run}/candidates?limit=10000&columns=spectrum_id")).await;
    assert!(!names["rows"].to_string().contains(member));
    browser.screenshot("families-set-aside").await;
    // a page that is opened anew says so, too
    browser.goto(&server.url(&browser.address().await)).await;
    until_aside(&browser, Some(&format!("{size} set aside in 1 family"))).await;
    until_listed(&browser, ranked - size).await;

    // shown again where somebody wants to see them, which the address keeps
    browser.press("D").await;
    until_listed(&browser, ranked).await;
    assert!(browser.address().await.contains("aside=listed"));
    browser.click("toggle-aside").await;
    until_listed(&browser, ranked - size).await;

    // undone
    open(&browser).await;
    browser.script("document.querySelector('[data-named=dead-arm] button').click()", vec![]).await;
    browser.until("no name any more", "return document.querySelector('[data-named]') == null").await;
    browser.click("families-close").await;
    until_aside(&browser, None).await;
    until_listed(&browser, ranked).await;

    label_them(&browser, &server, &run, member, size).await;
    mask_what_they_sit_on(&browser).await;
    let refusals = browser.complaints().await;
    assert_eq!(refusals, Vec::<String>::new());
    browser.close().await;
}

/// All members of a family get a label, and lose it again; they are selected in all views.
async fn label_them(browser: &Browser, server: &Server, run: &str, member: &str, size: u64) {
    browser.goto(&server.url(&format!("/runs/{run}/{member}?families=outliers"))).await;
    browser.hook("family").await;
    browser.click("label-family").await;
    browser.fill("family-label", "artefact").await;
    browser.click("name-family").await;
    let done = "return document.querySelector('[data-testid=family-done]')?.innerText.includes('labelled artefact')";
    browser.until("they are labelled", done).await;
    let labels = browser.fetched_json("/api/v1/surveys/lamost/labels").await;
    assert_eq!(labels.as_array().unwrap().len() as u64, size);
    press_button(browser, "undo-family").await;
    browser.until("it can be named again", "return document.querySelector('[data-testid=family-done]') == null").await;
    assert_eq!(browser.fetched_json("/api/v1/surveys/lamost/labels").await, json!([]));

    press_button(browser, "show-members").await;
    let selected = format!(
        "return document.querySelector('[data-testid=selection-count]')?.innerText.startsWith('{size} of') ?? false"
    );
    browser.until("they are selected", &selected).await;
    assert_eq!(chosen(browser).await, member);
}

/// One click adds what a family sits on to the settings of the next run. No family of these spectra sits on a sky line:
/// the answer is given one.
async fn mask_what_they_sit_on(browser: &Browser) {
    let sky = "const asked = window.fetch;
        window.fetch = async (request, ...more) => {
            const answer = await asked(request, ...more);
            if (!String(request.url ?? request).includes('/families?outliers=100')) return answer;
            const body = await answer.json();
            body.families[0].mask_angstrom = [[5574, 5584]];
            return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
        };";
    browser.script(sky, vec![]).await;
    open(browser).await;
    browser.select("families-among", "100").await;
    browser.hook("mask-family").await;
    press_button(browser, "mask-family").await;
    let masked = "const field = document.querySelector('#set-recipe-mask_angstrom');
        return document.activeElement === field && field.value === '5574-5584'
            && document.querySelector('dialog.settings').innerText.includes('mask_angstrom = [[5574.0, 5584.0]]')";
    browser.until("the settings with the mask", masked).await;
    browser.screenshot("families-mask").await;
    let wrong = "const field = document.querySelector('#set-recipe-mask_angstrom');
        field.value = '5584-5574';
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    browser.script(wrong, vec![]).await;
    let fault = "return document.querySelector('#set-recipe-mask_angstrom-fault').innerText !== ''";
    browser.until("the fault in its place", fault).await;
}

#[tokio::test]
async fn a_run_of_the_browser_says_where_families_are() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-cpu", "lof").await;
    finished(&browser).await;
    browser.press("U").await;
    browser.until("the remedy", "return document.querySelector('.families [data-testid=run-on-server]') != null").await;
    let found = seen(&browser, &axe(), "families-local").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.script("document.querySelector('.families [data-testid=run-on-server]').click()", vec![]).await;
    // the families are open once the server's run is done
    browser.hook("families-summary").await;
    browser.close().await;
}
