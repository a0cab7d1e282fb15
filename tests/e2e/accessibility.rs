//! axe-core over every page, in both themes and at both widths: no serious or critical violation.

use serde_json::Value;

use crate::{browser::Browser, server::Server};

/// Runs axe and returns its serious and critical violations, each with the first elements it is about.
const RUN: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => done({
        checked: passes.length,
        violations: violations
            .filter(v => v.impact === 'serious' || v.impact === 'critical')
            .map(v => `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')),
    }), error => done({ checked: 0, violations: [String(error)] }));";

fn axe() -> String {
    let path = std::env::var("BALMER_AXE").expect("BALMER_AXE names axe.min.js: `cargo xtask test` fetches it");
    std::fs::read_to_string(path).unwrap()
}

/// Opens a page, waits until `ready` is true of it, and lets axe look.
async fn violations(browser: &Browser, axe: &str, url: &str, ready: &str) -> Vec<String> {
    browser.goto(url).await;
    browser.until(&format!("{url} is there"), ready).await;
    browser.script(axe, vec![]).await;
    let found: Value = browser.async_script(RUN, vec![]).await;
    // a page on which nothing was checked has not passed
    assert!(found["checked"].as_u64() > Some(10), "axe checked next to nothing on {url}: {found}");
    found["violations"].as_array().unwrap().iter().map(|v| format!("{url}: {}", v.as_str().unwrap())).collect()
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
