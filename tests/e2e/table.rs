//! The list as a table: columns of the survey beside its own, and a field that finds an object by name.

use serde_json::json;

use crate::{
    accessibility::seen_everywhere,
    browser::Browser,
    page::{chosen, drawn},
    server::Server,
};

/// What the list says in a column by its place, from the first row on.
async fn values(browser: &Browser, column: usize) -> Vec<String> {
    let script = "const rows = [...document.querySelectorAll('[data-testid=candidate-row]')];
        rows.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex);
        return rows.slice(0, 10).map(row => row.children[arguments[0]]?.innerText ?? '')";
    let found = browser.script(script, vec![json!(column)]).await;
    found.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn columns_of_the_survey_stand_beside_the_list_s_own() {
    let server = Server::with_candidates(200);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;

    // two columns that the list of a run does not have: from the survey, in the address, with their unit
    browser.click("columns-menu").await;
    let check = "document.querySelector(`[data-column=${arguments[0]}]`).click()";
    browser.script(check, vec![json!("fiberid")]).await;
    browser.script(check, vec![json!("wavelength_max")]).await;
    let heads = "return [...document.querySelectorAll('.listing th')].map(th => th.innerText).slice(5).join() === 'fiberid,wavelength_max Angstrom'";
    browser.until("both heads", heads).await;
    let stated = "return /^\\d+$/.test(document.querySelector('[data-testid=candidate-row]').children[5].innerText)";
    browser.until("fibres", stated).await;
    assert!(browser.address().await.contains("cols=fiberid%2Cwavelength_max"));

    // the page sorts a run's list by what the server does not have there, one way and the other
    browser.script("document.querySelectorAll('.listing th')[5].querySelector('button').click()", vec![]).await;
    let sorted = "return document.querySelectorAll('.listing th')[5].ariaSort === 'descending'";
    browser.until("the greatest first", sorted).await;
    let fibres: Vec<u64> = values(&browser, 5).await.iter().map(|value| value.parse().unwrap()).collect();
    assert!(fibres.len() == 10 && fibres.is_sorted_by(|a, b| a > b), "{fibres:?}");
    let shared = browser.address().await;
    let ranks = values(&browser, 0).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());

    // the address alone brings the same table back
    browser.goto(&server.url(&shared)).await;
    drawn(&browser).await;
    browser.until("fibres", stated).await;
    assert_eq!(values(&browser, 0).await, ranks);
    let found = seen_everywhere(&browser, "table").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}

#[tokio::test]
async fn an_object_is_found_by_its_name() {
    let server = Server::with_candidates(200);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/simulated")).await;
    let first = drawn(&browser).await;
    browser.press("/").await;
    let focus = "return document.activeElement?.dataset.testid === 'listing-search'";
    browser.until("the field has the focus", focus).await;
    browser.fill("listing-search", "000000137").await;
    browser.until("it is chosen", "return location.pathname.endsWith('000000137')").await;
    assert_ne!(drawn(&browser).await, first);
    assert!(chosen(&browser).await.ends_with("000000137"));

    // more than one: the next by Enter
    browser.fill("listing-search", "00000001").await;
    browser
        .until(
            "the first of eleven",
            "return document.querySelector('[data-testid=listing-found]').innerText === '1 of 11'",
        )
        .await;
    let one = drawn(&browser).await;
    browser.press("Enter").await;
    browser
        .until("the second", "return document.querySelector('[data-testid=listing-found]').innerText === '2 of 11'")
        .await;
    assert_ne!(drawn(&browser).await, one);
    browser.fill("listing-search", "nothing is called so").await;
    let none =
        "return document.querySelector('[data-testid=listing-found]').innerText === 'nothing listed is called so'";
    browser.until("none", none).await;
    browser.close().await;
}
