//! The views beside the list, on real LAMOST spectra: an island of the map is selected, seen in the list and in every
//! view, named, listed alone, left out; the address alone brings the same views back.

use serde_json::{Value, json};

use crate::{
    accessibility::{axe, seen},
    browser::Browser,
    page::drawn,
    real_data::lamost,
    server::Server,
};

/// Waits until a view has so many points on the screen: a map is drawn anew for another subset.
async fn until_points(browser: &Browser, testid: &str, number: u64) {
    let script = format!("return +document.querySelector('[data-testid={testid}]')?.dataset.points === {number}");
    browser.until(&format!("{number} points in {testid}"), &script).await;
}

/// Spectra selected, as the bar says.
const SELECTED: &str = "parseInt(document.querySelector('[data-testid=selection-count]')?.innerText
    .replace(/[\\s\\u202f]/g, '') ?? '0')";

/// H-alpha in emission.
const STAR: &str = "spec-59636-HD071013S041413V01_sp02-001";

/// The equivalent width as the page says it.
async fn width(browser: &Browser) -> String {
    browser.until("a width", "return document.querySelector('[data-quantity=ew]') != null").await;
    let text = browser.script("return document.querySelector('[data-quantity=ew]').innerText", vec![]).await;
    text.as_str().unwrap().to_owned()
}

/// A line around the right half of a view.
const HALF: [(f64, f64); 5] = [(0.5, 0.02), (0.99, 0.02), (0.99, 0.98), (0.5, 0.98), (0.5, 0.5)];

/// Waits until the points of a view are on the screen, and returns how many there are.
async fn points(browser: &Browser, testid: &str) -> u64 {
    let script = format!("return document.querySelector('[data-testid={testid}]')?.dataset.points > 0");
    browser.until(&format!("points in {testid}"), &script).await;
    let script = format!("return +document.querySelector('[data-testid={testid}]').dataset.points");
    browser.script(&script, vec![]).await.as_u64().unwrap()
}

/// The numbers that the selection's bar and the list's head say.
async fn numbers(browser: &Browser) -> (u64, u64) {
    let script = format!(
        "return [{SELECTED}, parseInt(document.querySelector('.listing .summary').innerText.replace(/[\\s\\u202f]/g, ''))]"
    );
    let found = browser.script(&script, vec![]).await;
    (found[0].as_u64().unwrap(), found[1].as_u64().unwrap())
}

/// Waits until so many spectra are listed.
async fn listed(browser: &Browser, number: u64) {
    let script = format!(
        "return document.querySelector('[data-testid=candidate-table]')?.ariaRowCount === '{}'
            && !document.querySelector('.listing .summary').innerText.includes('…')",
        number + 1
    );
    browser.until(&format!("{number} rows"), &script).await;
}

#[tokio::test]
async fn an_island_of_the_map_of_real_data_is_named_and_left_out() {
    let server = Server::with_files("lamost", &lamost());
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/lamost")).await;
    drawn(&browser).await;
    let all = numbers(&browser).await.1;

    // a view is a key away, and the address says so
    browser.press("m").await;
    let mapped = points(&browser, "map-plot").await;
    // the recipe rejects a few
    assert!(mapped <= all && 10 * mapped > 9 * all, "{mapped} of {all}");
    assert!(browser.address().await.contains("views=map"));
    browser.press("s").await;
    points(&browser, "sky-view").await;

    // a line around some of the points selects them everywhere
    browser.press("l").await;
    browser.drag("map-plot", &HALF).await;
    browser.hook("selection-bar").await;
    let (island, still) = numbers(&browser).await;
    assert!(island > 0 && island < all, "{island} of {all}");
    assert_eq!(still, all, "the context stays");
    let marked = "const rows = [...document.querySelectorAll('[data-testid=candidate-row]')];
        const checked = rows.filter(row => row.querySelector('[role=checkbox]').ariaChecked === 'true');
        return checked.length > 0 && checked.every(row => row.classList.contains('marked'))";
    browser.until("marked rows", marked).await;
    browser.screenshot("views-island-night").await;

    // the same as small plots, fifty at a time
    browser.press("g").await;
    browser.click("gallery-selected").await;
    let pages = format!(
        "return document.querySelector('[data-testid=gallery-pages]')?.innerText.replace(/\\s/g, '') === '1–{} of {island}'.replace(/\\s/g, '')",
        island.min(50)
    );
    browser.until("the island's plots", &pages).await;
    browser.press("g").await;

    // undone, done again, inverted there and back
    browser.press("z").await;
    browser.until("nothing selected", "return document.querySelector('[data-testid=selection-bar]') == null").await;
    browser.press("Z").await;
    browser.hook("selection-bar").await;
    browser.press("I").await;
    browser.until("the others", &selected(all - island)).await;
    browser.press("z").await;
    browser.until("the island again", &selected(island)).await;

    // it gets a name, and the list goes without it; the browser's way back is the way back
    browser.click("selection-name").await;
    browser.fill("selection-name-input", "island").await;
    browser.press("Enter").await;
    browser.hook("subsets-menu").await;
    browser.click("selection-without").await;
    listed(&browser, all - island).await;
    let address = browser.address().await;
    assert!(address.contains("NOT%20in_subset%28%27island%27%29"), "{address}");
    until_points(&browser, "map-plot", mapped - island).await;
    browser.script("history.back()", vec![]).await;
    listed(&browser, all).await;
    browser.click("selection-only").await;
    listed(&browser, island).await;
    let shared = browser.address().await;

    // a star of it in particular: its H-alpha, measured, beside the views of all
    let star = format!("/surveys/lamost/spectra/{STAR}?views=map%2Csky%2Cgallery&around=H-alpha");
    browser.goto(&server.url(&star)).await;
    assert_eq!(drawn(&browser).await, STAR);
    browser.press("e").await;
    let measured = width(&browser).await;
    assert!(measured.starts_with("\u{2212}12."), "{measured}");
    let star = browser.address().await;
    assert!(star.contains("measure=H-alpha"), "{star}");
    let complaints = browser.complaints().await;
    assert_eq!(complaints, Vec::<String>::new());
    browser.close().await;

    // a browser that was never here sees the same
    let fresh = Browser::open().await;
    fresh.look(1440, 1000, false).await;
    fresh.goto(&server.url(&shared)).await;
    listed(&fresh, island).await;
    until_points(&fresh, "map-plot", island).await;
    points(&fresh, "sky-view").await;
    fresh.screenshot("views-permalink-day").await;
    fresh.goto(&server.url(&star)).await;
    assert_eq!((drawn(&fresh).await, width(&fresh).await), (STAR.to_owned(), measured));
    until_points(&fresh, "map-plot", mapped).await;
    points(&fresh, "sky-view").await;
    fresh.hook("gallery").await;
    fresh.screenshot("views-star-day").await;
    fresh.close().await;
}

/// Whether so many are selected.
fn selected(number: u64) -> String {
    format!("return {SELECTED} === {number}")
}

/// Waits until nothing on the map moves any more.
async fn settled(browser: &Browser) {
    let script = "return document.querySelector('[data-testid=map-plot]')?.dataset.points > 0
        && document.querySelector('[data-testid=map-progress]') == null";
    browser.until("a settled map", script).await;
}

/// What a reader hears of the map, and the picture of its points: that of the frame after the next, since what was told
/// is drawn with the next.
async fn map(browser: &Browser) -> (String, String) {
    let script = "const done = arguments[arguments.length - 1];
        const map = document.querySelector('[data-testid=map-plot]');
        const read = () => done([map.ariaLabel, map.toDataURL()]);
        requestAnimationFrame(() => requestAnimationFrame(read))";
    let found = browser.async_script(script, vec![]).await;
    (found[0].as_str().unwrap().to_owned(), found[1].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_embedding_of_real_data_settles_stops_and_is_the_same_again() {
    let server = Server::with_files("lamost", &lamost());
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/lamost?views=map")).await;
    drawn(&browser).await;
    settled(&browser).await;
    let mapped = points(&browser, "map-plot").await;
    let (told, components) = map(&browser).await;
    assert!(told.contains("principal components"), "{told}");

    // stopped as soon as it begins: what there is of it stays, and it can be asked for again
    browser.press("M").await;
    browser.click("map-stop").await;
    let stopped = "return document.querySelector('[data-testid=map-lack]')?.innerText.includes('topped')";
    browser.until("a word on the stopped map", stopped).await;
    assert!(browser.address().await.contains("map=umap"));
    browser.script("document.querySelector('[data-testid=map-lack] button').click()", vec![]).await;
    browser.hook("map-progress").await;
    settled(&browser).await;
    let (told, embedding) = map(&browser).await;
    assert!(told.contains("UMAP") && points(&browser, "map-plot").await == mapped, "{told}");
    assert!(embedding != components, "the points have moved");
    browser.screenshot("views-embedding-night").await;

    // the address alone brings the same picture back
    let address = browser.address().await;
    browser.goto(&server.url(&address)).await;
    settled(&browser).await;
    browser
        .until("an embedding", "return document.querySelector('[data-testid=map-plot]').ariaLabel.includes('UMAP')")
        .await;
    assert!(map(&browser).await.1 == embedding, "another map from the same seed");

    // and the components are a key away; the default leaves no key in the address
    browser.press("M").await;
    browser.until("no key", "return !location.search.includes('map=')").await;
    settled(&browser).await;
    browser
        .until(
            "components",
            &format!("return document.querySelector('[data-testid=map-plot]').toDataURL() === '{components}'"),
        )
        .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn the_survey_s_footprint_is_behind_its_points() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;
    let run = browser.path().await;
    browser.goto(&server.url(&format!("{run}?views=sky"))).await;
    points(&browser, "sky-view").await;
    // dots of the wash's colour on the canvas below the points: more of them with it than without
    let inked = "(() => { const canvas = document.querySelector('[data-view=sky] .cloud-box canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let inked = 0; for (let i = 3; i < data.length; i += 4) inked += data[i] > 0; return inked; })()";
    let count = async || browser.script(&format!("return {inked}"), vec![]).await.as_u64().unwrap();
    browser
        .until("the footprint", "return document.querySelector('[data-testid=sky-footprint]').ariaPressed === 'true'")
        .await;
    browser.press("S").await;
    browser.until("an address that says so", "return location.search.includes('footprint=off')").await;
    let plain = count().await;
    browser.press("S").await;
    browser.until("a wash", &format!("return {inked} > {plain}")).await;
    browser.until("no key", "return !location.search.includes('footprint')").await;
    browser.screenshot("views-footprint-night").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn every_view_selects_and_shuts_nobody_out() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    let views = "views=map,sky,scatter,histogram&colour=lof";
    browser.goto(&server.url("/")).await;
    drawn(&browser).await;
    let run = browser.path().await;
    browser.goto(&server.url(&format!("{run}?{views}"))).await;
    let all = points(&browser, "map-plot").await;

    // each by its own means: what is in view, a box, a bar
    for testid in ["map-plot", "sky-view", "scatter-plot"] {
        points(&browser, testid).await;
        browser.script("document.querySelector(`[data-testid=${arguments[0]}]`).focus()", vec![json!(testid)]).await;
        browser.press("v").await;
        browser.until("all of them", &selected(all)).await;
        browser.press("Escape").await;
    }
    browser.press("r").await;
    browser.drag("scatter-plot", &[(0.2, 0.2), (0.6, 0.5), (0.99, 0.99)]).await;
    browser.hook("selection-bar").await;
    assert!(numbers(&browser).await.0 > 0);
    browser.press("r").await;
    browser.press("Escape").await;
    browser.drag("histogram-plot", &[(0.15, 0.5), (0.4, 0.5), (0.99, 0.5)]).await;
    browser.until("all bars", "return document.querySelector('[data-testid=selection-bar]') != null").await;
    // a key puts the chosen one in, or takes it out
    let before = numbers(&browser).await.0;
    browser.press("x").await;
    browser.until("one more or less", &format!("return Math.abs({SELECTED} - {before}) === 1")).await;

    let axe = axe();
    let mut found: Vec<String> = Vec::new();
    for (width, theme) in [(1440, "night"), (1280, "day"), (390, "night"), (390, "day")] {
        browser.look(width, 1000, true).await;
        let now = browser.script("return document.documentElement.dataset.theme", vec![]).await;
        if now != Value::String(theme.to_owned()) {
            browser.click("theme").await;
        }
        found.extend(seen(&browser, &axe, &format!("views-{width}-{theme}")).await);
        browser.screenshot(&format!("views-{width}-{theme}")).await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}
