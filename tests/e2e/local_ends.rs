//! Runs in the browser that are stopped or deleted, and surveys that change between two of them.

use std::time::Duration;

use serde_json::json;

use crate::{
    browser::Browser,
    local::{finished, give, rows, set, start},
    page::drawn,
    server::Server,
};

/// Starts a run whose labels flow for hours without a pause: the tolerance is nothing in single precision.
async fn endless(browser: &Browser, server: &Server) {
    browser.goto(&server.url("/surveys/simulated")).await;
    let first = drawn(browser).await;
    assert_eq!(browser.async_script(&give(&first, "be"), vec![]).await, 201);
    browser.goto(&server.url("/surveys/simulated")).await;
    drawn(browser).await;
    browser.select("device-select", "browser-cpu").await;
    browser.select("method-select", "spreading").await;
    set(browser, &[("labels-tol", "1e-300"), ("labels-max_iter", "4000000000")]).await;
    browser.click("run").await;
    let flowing = "return document.querySelector('.stages .now')?.innerText.includes('labels') ?? false";
    browser.until("labels flow", flowing).await;
}

#[tokio::test]
async fn a_run_that_does_not_listen_is_stopped_and_the_next_goes_through() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    endless(&browser, &server).await;
    browser.screenshot("local-under-way").await;
    // the page goes on meanwhile
    let answers = "const done = arguments[0]; const begun = performance.now();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)))";
    assert!(browser.async_script(answers, vec![]).await.as_f64().unwrap() < 5000.0, "the page stands still");
    browser.click("cancel").await;
    browser.until("the end", "return document.body.innerText.includes('This run was cancelled')").await;

    set(&browser, &[("labels-max_iter", "10")]).await;
    browser.click("run").await;
    browser.until("another run", "return location.pathname.startsWith('/runs/browser-2')").await;
    finished(&browser).await;
    assert!(browser.has("n-neighbors-slider").await, "the new worker keeps the table");
    browser.close().await;
}

#[tokio::test]
async fn a_run_that_is_deleted_under_way_is_stopped_and_stays_away() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    endless(&browser, &server).await;
    // within the tab, whose run it is
    browser.script("document.querySelector('header a[href=\"/runs\"]').click()", vec![]).await;
    browser.until("the list of runs", "return document.querySelectorAll('.run-row').length === 2").await;
    let own = "document.querySelector('.run-row[data-run-id=browser-1]')";
    browser.script(&format!("{own}.querySelector('[data-testid=delete]').click()"), vec![]).await;
    browser.click("delete-sure").await;
    browser.until("a list without it", &format!("return {own} === null")).await;
    // longer than the worker is given to obey
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(browser.script(&format!("return {own} === null"), vec![]).await, json!(true), "it came back");

    browser.script("document.querySelector('.run-row a[href^=\"/runs/\"]').click()", vec![]).await;
    drawn(&browser).await;
    browser.select("device-select", "browser-cpu").await;
    browser.click("run").await;
    browser.until("another run", "return location.pathname.startsWith('/runs/browser-2')").await;
    finished(&browser).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_survey_that_was_ingested_anew_is_fetched_anew() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    start(&browser, &server, "browser-cpu", "lof").await;
    finished(&browser).await;
    let before = rows(&browser).await;
    server.simulate_anew(300, 2);
    browser.click("run").await;
    browser.until("another run", "return location.pathname.startsWith('/runs/browser-2')").await;
    finished(&browser).await;
    let after = rows(&browser).await;
    assert_ne!(after, before, "features of the spectra that were there before");
    browser.click("run-on-server").await;
    browser.until("a run of the server", "return !location.pathname.startsWith('/runs/browser-')").await;
    finished(&browser).await;
    assert_eq!(rows(&browser).await, after);
    assert!(!browser.text_of("device-used").await.starts_with("browser"));
    browser.close().await;
}
