//! The desk: a run's candidates, the chosen spectrum, and what there is to see when there is nothing.

use serde_json::json;

use crate::{
    browser::{Browser, web_app},
    page::{chosen, drawn},
    server::Server,
};

/// Pixels of a canvas that have the colour of a custom property, within what antialiasing blends:
/// `[series, other, width, height]`.
const COUNT: &str = r"
    const canvas = document.querySelector(`[data-testid='${arguments[0]}']`);
    const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    probe.fillStyle = getComputedStyle(canvas).getPropertyValue(arguments[1]).trim();
    probe.fillRect(0, 0, 1, 1);
    const ink = probe.getImageData(0, 0, 1, 1).data;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let series = 0, other = 0;
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 0) continue;
        const near = [0, 1, 2].every(c => Math.abs(data[i + c] - ink[c]) < 24) && data[i + 3] > 160;
        near ? series++ : other++;
    }
    return [series, other, canvas.width, canvas.height];";

/// Pixels of the spectrum itself.
async fn trace(browser: &Browser, plot: &str) -> u64 {
    let counts = browser.script(COUNT, vec![json!(plot), json!("--trace")]).await;
    counts[0].as_u64().unwrap_or_default()
}

async fn no_sideways_scroll(browser: &Browser, what: &str) {
    let script = "return [document.documentElement.scrollWidth, window.innerWidth]";
    let widths = browser.script(script, vec![]).await;
    assert!(widths[0].as_u64() <= widths[1].as_u64(), "{what} is wider than its window: {widths}");
}

#[tokio::test]
async fn a_person_goes_through_the_candidates() {
    assert!(web_app().is_file(), "the web app was not built: `cargo xtask test` builds it");
    let server = Server::with_candidates(600);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/")).await;

    // the newest run opens by itself, with its rarest candidate
    browser.hook("candidate-table").await;
    let first = browser.hook("candidate-row").await;
    drawn(&browser).await;
    let rarest = first.attr("data-spectrum-id").await.unwrap().unwrap();
    assert_eq!(chosen(&browser).await, rarest);
    first.click().await.unwrap();
    drawn(&browser).await;

    // a spectrum is really drawn, in both panels, in the colour of the candidate
    for plot in ["spectrum-plot", "h-alpha-plot"] {
        let counts = browser.script(COUNT, vec![json!(plot), json!("--trace")]).await;
        let (series, width) = (counts[0].as_u64().unwrap(), counts[2].as_u64().unwrap());
        assert!(width > 200, "{plot}: {counts}");
        assert!(series > width / 4, "{plot} shows no spectrum: {counts}");
    }
    browser.screenshot("desk-night").await;

    // the keyboard goes on, the address follows, and the address alone brings back the same view
    browser.press("ArrowDown").await;
    browser.press("ArrowDown").await;
    drawn(&browser).await;
    let third = chosen(&browser).await;
    let permalink = browser.path().await;
    assert!(permalink.ends_with(&third), "{permalink}");
    browser.press("ArrowUp").await;
    drawn(&browser).await;
    assert_ne!(chosen(&browser).await, third);
    browser.goto(&server.url(&permalink)).await;
    browser.hook("candidate-row").await;
    drawn(&browser).await;
    assert_eq!(chosen(&browser).await, third);

    // day
    browser.look(1440, 900, false).await;
    browser.goto(&server.url("/")).await;
    browser.hook("candidate-row").await;
    drawn(&browser).await;
    assert!(trace(&browser, "spectrum-plot").await > 0);
    browser.screenshot("desk-day").await;
    browser.hook("theme").await.click().await.unwrap();
    let theme = browser.script("return document.documentElement.dataset.theme", vec![]).await;
    assert_eq!(theme, json!("night"));

    // a phone
    browser.look(390, 1400, true).await;
    browser.goto(&server.url("/")).await;
    browser.hook("candidate-row").await;
    drawn(&browser).await;
    no_sideways_scroll(&browser, "the desk on a phone").await;
    assert!(trace(&browser, "h-alpha-plot").await > 0);
    browser.screenshot("desk-phone").await;

    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_close_look_zooms_and_comes_back() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/")).await;
    browser.hook("candidate-row").await;
    drawn(&browser).await;
    let data = "return document.querySelector('[data-testid=spectrum-plot]').toDataURL()";
    let whole = browser.script(data, vec![]).await;
    let wheel = "const canvas = document.querySelector('[data-testid=spectrum-plot]');
        const box = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -400, bubbles: true, cancelable: true,
            clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }))";
    browser.script(wheel, vec![]).await;
    let reset = "const button = document.querySelector('.reset');
        return getComputedStyle(button).display !== 'none' && button.innerText === 'Show all'";
    browser.until("a way back from the close look", reset).await;
    assert_ne!(browser.script(data, vec![]).await, whole);
    browser.script("document.querySelector('.reset').click()", vec![]).await;
    let same = format!("return document.querySelector('[data-testid=spectrum-plot]').toDataURL() === {whole}");
    browser.until("the whole spectrum again", &same).await;
    browser.close().await;
}

#[tokio::test]
async fn only_what_can_be_seen_is_labelled() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/")).await;
    browser.hook("candidate-row").await;
    let first = drawn(&browser).await;
    browser.fill("new-class", "be\n").await;
    browser.hook("label-be").await;

    // the last spectrum is chosen and still on its way while the first one can be seen
    browser.delay_answers(1500).await;
    browser.press("End").await;
    browser
        .until(
            "another row",
            &format!("return document.querySelector('tr[aria-selected=true]')?.dataset.spectrumId !== '{first}'"),
        )
        .await;
    browser.press("1").await;
    browser.until("the refusal", "return document.querySelector('.said').innerText.includes('not here yet')").await;
    let last = drawn(&browser).await;
    assert_ne!(last, first);
    browser.delay_answers(0).await;
    assert_eq!(browser.script("return document.querySelectorAll('.listing .given').length", vec![]).await, json!(0));
    browser.press("1").await;
    browser.until("a label", "return document.querySelector('tr[aria-selected=true] .given') != null").await;
    browser.close().await;
}

#[tokio::test]
async fn without_data_the_page_says_what_to_do() {
    let server = Server::empty();
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/")).await;
    browser.until("advice", "return document.body.innerText.includes('balmer ingest')").await;
    assert!(!browser.has("error-banner").await);
    browser.screenshot("empty").await;
    browser.close().await;
}

#[tokio::test]
async fn failures_are_shown_with_their_remedy() {
    let mut server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 900, true).await;
    browser.goto(&server.url("/runs/no-such-run")).await;
    let banner = browser.hook("error-banner").await.text().await.unwrap();
    assert!(banner.contains("no-such-run"), "{banner}");

    browser.goto(&server.url("/")).await;
    browser.hook("candidate-row").await;
    drawn(&browser).await;
    server.stop();
    // the nearest spectra are here already; the last one is not
    browser.press("End").await;
    let banner = browser.hook("error-banner").await.text().await.unwrap();
    assert!(banner.contains("balmer serve"), "{banner}");
    assert!(browser.has("candidate-table").await, "the page stays");
    browser.screenshot("server-gone").await;
    browser.close().await;
}
