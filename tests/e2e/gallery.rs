//! The gallery: fifty spectra at a time are looked through, labelled and selected without a mouse.

use crate::{
    accessibility::seen_everywhere,
    browser::Browser,
    page::{chosen, drawn},
    server::Server,
};

/// Waits until so many plots are on the screen, and the page says which of how many.
async fn plots(browser: &Browser, number: usize, pages: &str) {
    let script = format!(
        "return document.querySelector('[data-testid=gallery-plots]')?.dataset.drawn === '{number}'
            && document.querySelector('[data-testid=gallery-pages]').innerText === '{pages}'"
    );
    browser.until(&format!("{number} plots, {pages}"), &script).await;
}

/// Waits until the cell at a place is the chosen one, for those who see and for those who do not.
async fn at(browser: &Browser, cell: usize) {
    let script = format!(
        "const cell = document.querySelector('[data-testid=gallery-cell][aria-selected=true]');
        const grid = document.querySelector('[data-testid=gallery]');
        return cell?.id === 'gallery-{cell}' && grid.getAttribute('aria-activedescendant') === cell.id"
    );
    browser.until(&format!("cell {cell} is chosen"), &script).await;
}

#[tokio::test]
async fn fifty_spectra_are_vetted_without_a_mouse() {
    let server = Server::with_candidates(200);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;
    browser.press("g").await;
    let number =
        browser.script("return +document.querySelector('[data-testid=candidate-table]').ariaRowCount - 1", vec![]);
    let all = number.await.as_u64().unwrap();
    plots(&browser, 50, &format!("1–50 of {all}")).await;
    assert!(browser.address().await.contains("views=gallery"));

    // it has the focus: arrows go both ways, by row and by page
    at(&browser, 0).await;
    let columns = browser.script("return +document.querySelector('[data-testid=gallery]').ariaColCount", vec![]).await;
    let columns = usize::try_from(columns.as_u64().unwrap()).unwrap();
    assert!(columns > 2, "{columns}");
    for (key, cell) in [("ArrowRight", 1), ("ArrowDown", 1 + columns), ("ArrowLeft", columns), ("ArrowUp", 0)] {
        browser.press(key).await;
        at(&browser, cell).await;
    }
    browser.press("PageDown").await;
    plots(&browser, 50, &format!("51–100 of {all}")).await;
    at(&browser, 0).await;
    browser.press("PageUp").await;
    plots(&browser, 50, &format!("1–50 of {all}")).await;

    // a label and a selection go to the chosen one, which the list and the panel show too
    browser.press("ArrowRight").await;
    at(&browser, 1).await;
    let second = drawn(&browser).await;
    browser.fill("new-class", "be\n").await;
    browser.hook("label-be").await;
    browser.script("document.querySelector('[data-testid=gallery]').focus()", vec![]).await;
    browser.press("1").await;
    let labelled = "return document.querySelector('#gallery-1 .given')?.innerText === 'be'";
    browser.until("the second is labelled", labelled).await;
    browser.press("x").await;
    let marked = "return [...document.querySelectorAll('[data-testid=gallery-cell].marked')].map(cell => cell.id).join() === 'gallery-1'";
    browser.until("the second is marked", marked).await;
    assert_eq!(chosen(&browser).await, second);

    // only what is selected; then a line's window, one scale for all: all of it in the address
    browser.click("gallery-selected").await;
    plots(&browser, 1, "1–1 of 1").await;
    browser.click("gallery-selected").await;
    browser.select("gallery-around", "H-alpha").await;
    browser.click("gallery-heights").await;
    plots(&browser, 50, &format!("1–50 of {all}")).await;
    let address = browser.address().await;
    assert!(address.contains("around=H-alpha") && address.contains("heights=same"), "{address}");
    assert!(!address.contains("gallery=selected"), "{address}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());

    // a phone, and those who do not see
    let found = seen_everywhere(&browser, "gallery").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}
