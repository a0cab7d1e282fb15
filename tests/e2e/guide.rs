//! The way round for those who were never here, and the help page.

use crate::{accessibility::seen_everywhere, browser::Browser, page::drawn, server::Server};

/// Waits until a stop is shown.
async fn stop(browser: &Browser, number: usize) {
    let script = format!(
        "return document.querySelector('[data-testid=tour-stop]')?.innerText === '{number} of 8'
            && document.querySelector('.tour-ring')?.offsetWidth > 20"
    );
    browser.until(&format!("stop {number}"), &script).await;
}

#[tokio::test]
async fn a_stranger_is_shown_round_and_asked_once() {
    let server = Server::with_candidates(200);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;
    browser.click("tour-begin").await;
    let inside = "return document.activeElement?.closest('[data-testid=tour]') != null";
    browser.until("the box has the focus", inside).await;
    for number in 1..=8 {
        stop(&browser, number).await;
        if number == 4 {
            let found = seen_everywhere(&browser, "tour").await;
            assert!(found.is_empty(), "{}", found.join("\n"));
            browser.look(1440, 1000, true).await;
            browser.script("document.querySelector('[data-testid=tour]').focus()", vec![]).await;
        }
        browser.press("ArrowRight").await;
    }
    let gone = "return document.querySelector('[data-testid=tour]') == null";
    browser.until("it is over", gone).await;
    assert!(!browser.has("tour-offer").await);

    // it is not offered again, and can be asked for
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;
    assert!(!browser.has("tour-offer").await);
    browser.goto(&server.url("/help")).await;
    browser.click("tour-again").await;
    stop(&browser, 1).await;
    browser.press("ArrowRight").await;
    stop(&browser, 2).await;
    browser.press("ArrowLeft").await;
    stop(&browser, 1).await;
    browser.press("Escape").await;
    browser.until("it is over", gone).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn help_shows_what_to_look_for() {
    let server = Server::with_candidates(200);
    let browser = Browser::open().await;
    browser.goto(&server.url("/help")).await;
    let plots = "return document.querySelectorAll('.lesson svg path[d^=M]').length === 8";
    browser.until("a plot for every kind", plots).await;
    let lines =
        "const row = [...document.querySelectorAll('.line-lists tr')].find(row => row.textContent.includes('Hα'));
        return row != null && row.textContent.includes('6562.80') && row.textContent.includes('6564.61')";
    browser.until("both wavelengths of H-alpha", lines).await;
    browser
        .script("document.querySelectorAll('.line-lists details').forEach(list => { list.open = true })", vec![])
        .await;
    let found = seen_everywhere(&browser, "help").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
