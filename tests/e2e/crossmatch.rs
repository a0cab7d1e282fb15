//! The survey is matched with a catalogue that is dropped on the page: the report, what is known hidden among the candidates
//! and listed alone, marks and colours, the columns taken away again.

use serde_json::{Value, json};

use crate::{accessibility::seen_everywhere, browser::Browser, page::drawn, server::Server};

/// Drops a catalogue with the first spectra of the survey, each 1 arcsec off, a row far from all and one that is
/// nowhere; its columns are called so that nothing recognises them where `plain` is false. Returns how many are known.
const DROP: &str = r"
    const [plain, done] = [arguments[0], arguments[arguments.length - 1]];
    (async () => {
        const page = await (await fetch('/api/v1/surveys/simulated/spectra?limit=40&columns=ra,dec')).json();
        const rows = page.rows.map(row => `${row.ra},${row.dec + 1 / 3600},Be`);
        const head = plain ? 'RAJ2000,DEJ2000,kind' : 'u,v,kind';
        const text = [head, ...rows, '10,89.9,CV', ',,none'].join('\n');
        const data = new DataTransfer();
        data.items.add(new File([text], 'Be stars.csv', { type: 'text/csv' }));
        const dialog = document.querySelector('[data-testid=crossmatch-dialog]');
        dialog.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
        return rows.length;
    })().then(done, error => done({ error: String(error) }));";

async fn drop_catalogue(browser: &Browser, plain: bool) -> u64 {
    let known = browser.async_script(DROP, vec![Value::from(plain)]).await;
    known.as_u64().unwrap_or_else(|| panic!("no catalogue: {known}"))
}

/// Presses a button of what is known: in the dialog, or in the menu above the list.
async fn deed(browser: &Browser, within: &str, deed: &str) {
    let script = format!("document.querySelector('{within} [data-deed={deed}]').click()");
    browser.script(&script, vec![]).await;
}

/// Waits until the heading of the list says a number of candidates.
async fn until_listed(browser: &Browser, number: u64) {
    let script = format!(
        "const said = document.querySelector('.listing .summary')?.innerText.replaceAll('\u{202f}', '');
         return said?.startsWith('{number} ') && document.querySelector('[data-testid=candidate-row]') != null"
    );
    browser.until(&format!("{number} candidates are listed"), &script).await;
}

#[tokio::test]
async fn what_a_catalogue_knows_is_hidden_listed_and_taken_away() {
    let server = Server::with_candidates(300);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys")).await;
    let first = "const done = arguments[arguments.length - 1];
        fetch('/api/v1/runs').then(answer => answer.json()).then(runs => done(runs[0].id))";
    let run = browser.async_script(first, vec![]).await;
    browser.goto(&server.url(&format!("/runs/{}", run.as_str().unwrap()))).await;
    drawn(&browser).await;

    // nothing is matched without a catalogue, and what it lacks is said where it is mended
    browser.press("K").await;
    browser.click("crossmatch-start").await;
    let at_field = "return document.querySelector('.crossmatch-drop .fault')?.innerText === 'choose a file'";
    browser.until("a fault at its field", at_field).await;
    drop_catalogue(&browser, false).await;
    browser.click("crossmatch-start").await;
    let refused = "return document.querySelector('[data-testid=crossmatch-fault]')?.innerText.includes('u, v, kind')
        && document.querySelector('.crossmatch-columns').open";
    browser.until("a refusal that opens the columns", refused).await;
    assert_eq!(browser.complaints().await.len(), 1, "the refusal alone");

    let known = drop_catalogue(&browser, true).await;
    browser.click("crossmatch-start").await;
    let said = format!(
        "const lines = document.querySelector('[data-testid=crossmatch-report]')?.innerText ?? '';
         return lines.includes('{known} of 300 spectra have a match within 3″.') && lines.includes('1 row without a position')
            && document.querySelector('[data-prefix=be_stars]') != null"
    );
    browser.until("a report", &said).await;
    let found = seen_everywhere(&browser, "crossmatch").await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.look(1440, 1000, true).await;

    // the known are marked, hidden by the dialog and by a key, and listed alone
    deed(&browser, ".crossmatch-outcome", "hide").await;
    until_listed(&browser, 300 - known).await;
    let unmarked = "return document.querySelector('tr[data-spectrum-id] i.known') == null";
    browser.until("no mark on what is unknown", unmarked).await;
    assert!(browser.address().await.contains("be_stars_separation"));
    drawn(&browser).await;
    browser.press("N").await;
    until_listed(&browser, 300).await;
    deed(&browser, "[data-testid=known-menu]", "only").await;
    until_listed(&browser, known).await;
    let marked = "const marks = [...document.querySelectorAll('tr[data-spectrum-id] i.known')];
        return marks.length > 0 && marks.every(mark => mark.title === 'in Be stars.csv, 1.0″')";
    browser.until("marks on what is known", marked).await;
    let listed = "return document.querySelector('.listing thead').innerText.includes('be_stars_separation')";
    browser.until("the column of separations", listed).await;

    // points are coloured by a column of the catalogue
    let colour = "const select = document.querySelector('[data-testid=known-menu] [data-deed=colour]');
        select.value = 'be_stars_kind';
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.script(colour, vec![]).await;
    let legend = "return document.querySelector('.views-bar .legend')?.innerText.includes('Be') ?? false";
    browser.until("a legend of kinds", legend).await;
    browser.screenshot("crossmatch-known").await;
    let shared = browser.address().await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;

    // a browser that was never here sees the same; what is taken away leaves conditions, columns and colours
    let fresh = Browser::open().await;
    fresh.look(390, 844, false).await;
    fresh.goto(&server.url(&shared)).await;
    until_listed(&fresh, known).await;
    fresh.click("crossmatch").await;
    let ask = "const remove = document.querySelector('[data-prefix=be_stars] .remove');
        remove?.click();
        return remove != null";
    fresh.until("a button that removes", ask).await;
    fresh.click("joined-remove").await;
    let gone = "return document.querySelector('[data-testid=joined]')?.innerText.includes('Nothing yet') ?? false";
    fresh.until("nothing is joined", gone).await;
    until_listed(&fresh, 300).await;
    let left = fresh.address().await;
    assert!(!left.contains("be_stars"), "{left}");
    let columns = "const done = arguments[arguments.length - 1];
        fetch('/api/v1/surveys/simulated').then(answer => answer.json())
            .then(survey => done(survey.columns.filter(column => column.name.startsWith('be_stars')).length))";
    assert_eq!(fresh.async_script(columns, vec![]).await, json!(0));
    assert_eq!(fresh.complaints().await, Vec::<String>::new());
    fresh.close().await;
}
