//! axe-core over every page, in both themes and at both widths: no serious or critical violation.

use serde_json::Value;

use crate::{
    browser::Browser,
    local::{details, finished, start},
    page::drawn,
    server::Server,
};

/// Runs axe and returns its serious and critical violations, each with the first elements it is about.
const RUN: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => done({
        checked: passes.length,
        violations: violations
            .filter(v => v.impact === 'serious' || v.impact === 'critical')
            .map(v => `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')),
    }), error => done({ checked: 0, violations: [String(error)] }));";

/// axe-core itself.
pub fn axe() -> String {
    let path = std::env::var("BALMER_AXE").expect("BALMER_AXE names axe.min.js: `cargo xtask test` fetches it");
    std::fs::read_to_string(path).unwrap()
}

/// Opens a page, waits until `ready` is true of it, and lets axe look.
async fn violations(browser: &Browser, axe: &str, url: &str, ready: &str) -> Vec<String> {
    browser.goto(url).await;
    browser.until(&format!("{url} is there"), ready).await;
    seen(browser, axe, url).await
}

/// Lets axe look at the page as it is at both widths and in both themes, with a picture of each; what it finds.
pub async fn seen_everywhere(browser: &Browser, what: &str) -> Vec<String> {
    let axe = axe();
    let mut found = Vec::new();
    for (width, theme) in [(1440, "night"), (1440, "day"), (390, "night"), (390, "day")] {
        browser.look(width, 1000, true).await;
        let now = browser.script("return document.documentElement.dataset.theme", vec![]).await;
        if now != Value::String(theme.to_owned()) {
            // a dialog may lie over the button
            browser.script("document.querySelector('[data-testid=theme]').click()", vec![]).await;
        }
        found.extend(seen(browser, &axe, &format!("{what}-{width}-{theme}")).await);
        browser.screenshot(&format!("{what}-{width}-{theme}")).await;
    }
    found
}

/// Lets axe look at the page as it is.
pub async fn seen(browser: &Browser, axe: &str, what: &str) -> Vec<String> {
    browser.script(axe, vec![]).await;
    let found: Value = browser.async_script(RUN, vec![]).await;
    // a page on which nothing was checked has not passed
    assert!(found["checked"].as_u64() > Some(10), "axe checked next to nothing on {what}: {found}");
    found["violations"].as_array().unwrap().iter().map(|v| format!("{what}: {}", v.as_str().unwrap())).collect()
}

#[tokio::test]
async fn no_page_shuts_anybody_out() {
    let axe = axe();
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    let drawn = "return document.querySelector('.spectrum')?.getAttribute('aria-busy') === 'false'
        && document.querySelector('[data-testid=candidate-row]') != null";
    let heading = "return document.querySelector('main h1') != null";
    let pages = [
        ("/", drawn),
        ("/surveys/simulated", drawn),
        ("/surveys", heading),
        ("/runs", "return document.querySelector('[data-testid=job-row]') != null"),
        ("/surveys/simulated/labels", heading),
        ("/help", heading),
        ("/no/such/page", heading),
    ];
    let mut found = Vec::new();
    for (width, night) in [(1440, true), (1440, false), (390, true)] {
        browser.look(width, 900, night).await;
        for (path, ready) in pages {
            found.extend(violations(&browser, &axe, &server.url(path), ready).await);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}

#[tokio::test]
async fn no_run_in_the_browser_shuts_anybody_out() {
    let axe = axe();
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-cpu", "lof").await;
    finished(&browser).await;
    let mut found = Vec::new();
    for (width, night) in [(1440, true), (1440, false), (1024, false), (768, true), (390, false), (390, true)] {
        browser.look(width, 900, night).await;
        // the colours of a page that is open are the reader's to change
        let theme = if night { "night" } else { "day" };
        let script = format!("return document.documentElement.dataset.theme === '{theme}'");
        if browser.script(&script, vec![]).await != Value::Bool(true) {
            browser.click("theme").await;
        }
        let name = |what: &str| format!("{what}-{width}-{theme}");
        // the run of this tab: device, slider, details
        assert!(browser.has("n-neighbors-slider").await);
        found.extend(seen(&browser, &axe, &name("local-bar")).await);
        browser.screenshot(&name("local-bar")).await;
        details(&browser).await;
        browser.hook("run-details").await;
        found.extend(seen(&browser, &axe, &name("local-details")).await);
        browser.screenshot(&name("local-details")).await;
        details(&browser).await;

        // the list, and the server's run computed again
        follow(&browser, "header a[href='/runs']").await;
        browser.until("the list", "return document.querySelector('[data-run-id=browser-1]') != null").await;
        found.extend(seen(&browser, &axe, &name("local-list")).await);
        browser.screenshot(&name("local-list")).await;
        follow(&browser, ".run-row:not([data-run-id^=browser]) a").await;
        drawn(&browser).await;
        details(&browser).await;
        browser.click("replay").await;
        let verdict = "return document.querySelector('[data-testid=replay-verdict]').innerText.includes('Ranks equal')";
        browser.until("the verdict", verdict).await;
        found.extend(seen(&browser, &axe, &name("local-verdict")).await);
        let into_sight = "document.querySelector('[data-testid=replay-verdict]').scrollIntoView({ block: 'center' })";
        browser.script(into_sight, vec![]).await;
        browser.screenshot(&name("local-verdict")).await;
        // the run of the verdict has its table still, the first one may have made room for it
        follow(&browser, "[data-testid=replay-verdict] a").await;
        drawn(&browser).await;
        details(&browser).await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}

/// Follows a link within the tab, whose runs are lost with it.
async fn follow(browser: &Browser, link: &str) {
    browser.until("the link", &format!("return document.querySelector(\"{link}\") != null")).await;
    browser.script(&format!("document.querySelector(\"{link}\").click()"), vec![]).await;
}
