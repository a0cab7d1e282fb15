//! The chosen spectrum among others: neighbours, a class, a template of another survey, other epochs, velocities about a
//! line; the address alone brings the same back.

use serde_json::{Value, json};

use crate::{
    accessibility::{axe, seen},
    browser::Browser,
    page::drawn,
    real_data::lamost,
    server::Server,
};

/// Waits until so many other spectra are drawn over the chosen one.
async fn overlaid(browser: &Browser, number: usize) {
    let script =
        format!("return +document.querySelector('[data-testid=spectrum-plot]')?.dataset.overlays === {number}");
    browser.until(&format!("{number} other spectra"), &script).await;
}

/// Opens the menu, if it is closed.
async fn menu(browser: &Browser) {
    browser.hook("compare-menu").await;
    browser.script("document.querySelector('[data-testid=compare-menu]').open = true", vec![]).await;
}

/// Waits until the legend says something.
async fn told(browser: &Browser, what: &str) {
    let script =
        format!("return document.querySelector('[data-testid=legend]')?.innerText.includes({what:?}) ?? false");
    browser.until(&format!("a legend that says {what}"), &script).await;
}

/// Pixels of the plot in a colour of the style sheet, within what opacity blends.
async fn coloured(browser: &Browser, property: &str) -> u64 {
    let script = "
        const canvas = document.querySelector('[data-testid=spectrum-plot]');
        const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        probe.fillStyle = getComputedStyle(canvas).getPropertyValue(arguments[0]).trim();
        probe.fillRect(0, 0, 1, 1);
        const ink = probe.getImageData(0, 0, 1, 1).data;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let number = 0;
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 100 && [0, 1, 2].every(c => Math.abs(data[i + c] - ink[c]) < 24)) number++;
        }
        return number";
    browser.script(script, vec![json!(property)]).await.as_u64().unwrap()
}

#[tokio::test]
async fn fifty_neighbours_are_drawn_told_apart_and_gone_to() {
    let server = Server::with_candidates(400);
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/")).await;
    let first = drawn(&browser).await;

    // a key draws a few, the menu fifty
    browser.press("i").await;
    overlaid(&browser, 5).await;
    menu(&browser).await;
    browser.fill("compare-near", "50\n").await;
    overlaid(&browser, 50).await;
    assert!(browser.address().await.contains("near=50"));
    browser.press("Escape").await;
    for place in 0..6 {
        assert!(coloured(&browser, &format!("--near-{place}")).await > 10, "colour {place} is not on the plot");
    }
    browser.screenshot("compare-neighbours-night").await;

    // one above the other, as they are, matched again
    let data = "return document.querySelector('[data-testid=spectrum-plot]').toDataURL()";
    let matched = browser.script(data, vec![]).await;
    for levels in ["offset", "own"] {
        browser.press("o").await;
        browser.until(levels, &format!("return location.search.includes('levels={levels}')")).await;
    }
    browser.press("o").await;
    let same = format!("return document.querySelector('[data-testid=spectrum-plot]').toDataURL() === {matched}");
    browser.until("matched as before", &same).await;

    // pointing brings one forward, a click goes to it
    let point = "document.querySelector('[data-testid=legend] li button').dispatchEvent(new MouseEvent('mouseenter'))";
    browser.script(point, vec![]).await;
    let other = format!("return document.querySelector('[data-testid=spectrum-plot]').toDataURL() !== {matched}");
    browser.until("one brought forward", &other).await;
    let nearest = "return document.querySelector('[data-testid=legend] li').dataset.spectrumId";
    let nearest = browser.script(nearest, vec![]).await;
    browser.script("document.querySelector('[data-testid=legend] li button').click()", vec![]).await;
    browser
        .until(
            "the neighbour",
            &format!("return document.querySelector('[data-testid=spectrum-plot]').dataset.spectrumId === {nearest}"),
        )
        .await;
    assert_ne!(nearest, json!(first));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_star_of_real_data_is_compared_with_its_class_a_template_and_its_other_epochs() {
    let server = Server::with_files("lamost", &lamost());
    let fixtures = lamost().parent().unwrap().join("fixtures");
    server.ingest("miles", &fixtures.join("miles"));
    server.ingest("repeats", &fixtures.join("lamost-dr5-dr8"));
    let browser = Browser::open().await;
    browser.look(1440, 1000, true).await;
    browser.goto(&server.url("/surveys/lamost")).await;
    drawn(&browser).await;

    // the mean of its class says of how many it is made
    browser.press("b").await;
    told(&browser, "mean ± 1 sd of").await;
    assert!(coloured(&browser, "--mean").await > 100, "the mean is not on the plot");

    // a template of another survey, typed
    let template = "const done = arguments[arguments.length - 1];
        fetch('/api/v1/surveys/miles/spectra?limit=1').then(a => a.json()).then(p => done(p.rows[0].spectrum_id))";
    let template = browser.async_script(template, vec![]).await.as_str().unwrap().to_owned();
    menu(&browser).await;
    browser.fill("compare-pin-name", &format!("miles/{template}\n")).await;
    overlaid(&browser, 1).await;
    browser.press("Escape").await;
    // the chosen one is pinned, and stays while another is chosen
    browser.press("P").await;
    browser.press("ArrowDown").await;
    drawn(&browser).await;
    overlaid(&browser, 2).await;

    // a spectrum that is not there loses no other
    menu(&browser).await;
    browser.fill("compare-pin-name", "miles/nobody\n").await;
    told(&browser, "nobody could not be fetched").await;
    overlaid(&browser, 2).await;
    browser.press("Escape").await;

    // velocities about a line, faster by a key; the catalogue's redshift stays under them
    browser.press("d").await;
    browser.until("velocities", "return location.search.includes('velocity=H-alpha')").await;
    browser.press("]").await;
    let faster = "return location.search.includes('shift=10')
        && document.querySelector('[data-testid=velocity-shift]').value === '10'";
    browser.until("10 km/s", faster).await;
    browser.fill("velocity-z", "0.5\n").await;
    // a redshift of 0.5 is 5/13 of the speed of light
    let typed = "return document.querySelector('[data-testid=velocity-total]').innerText.includes('+115304.8 km/s')";
    browser.until("the redshift that was typed", typed).await;
    browser.fill("velocity-shift", "25\n").await;
    browser.until("25 km/s", "return location.search.includes('shift=25')").await;
    menu(&browser).await;
    browser.select("compare-levels", "offset").await;
    overlaid(&browser, 2).await;
    let shared = browser.address().await;
    let description = "return document.querySelector('[data-testid=h-alpha-plot]').ariaLabel";
    let told_here = browser.script(description, vec![]).await;
    assert!(told_here.as_str().unwrap().contains("velocities about Hα"), "{told_here}");
    browser.screenshot("compare-template-night").await;

    // other epochs: of the repeats, some star has more than one spectrum
    let star = "const done = arguments[arguments.length - 1];
        (async () => {
            const { rows } = await (await fetch('/api/v1/surveys/repeats/spectra?limit=100')).json();
            for (const { spectrum_id, ra, dec } of rows) {
                const where = encodeURIComponent(`distance(ra, dec, ${ra}, ${dec}) < 0.0008`);
                const near = await (await fetch(`/api/v1/surveys/repeats/spectra?limit=0&where=${where}`)).json();
                if (near.total > 1) return [spectrum_id, near.total];
            }
            return [null, 0];
        })().then(done)";
    let star = browser.async_script(star, vec![]).await;
    let (id, number) = (star[0].as_str().expect("a star with two spectra"), star[1].as_u64().unwrap());
    browser.goto(&server.url(&format!("/surveys/repeats/spectra/{id}?epochs=3"))).await;
    overlaid(&browser, usize::try_from(number).unwrap() - 1).await;
    told(&browser, "MJD").await;
    browser.press("E").await;
    overlaid(&browser, 0).await;
    browser.close().await;

    // a browser that was never here sees the same
    let fresh = Browser::open().await;
    fresh.look(1440, 1000, false).await;
    fresh.goto(&server.url(&shared)).await;
    overlaid(&fresh, 2).await;
    told(&fresh, "mean ± 1 sd of").await;
    let same = format!("{description} === {told_here}");
    fresh.until("the same velocities", &same).await;
    fresh.screenshot("compare-permalink-day").await;

    let axe = axe();
    let mut found: Vec<String> = Vec::new();
    for (width, theme) in [(1440, "day"), (390, "day"), (390, "night")] {
        fresh.look(width, 1000, true).await;
        let now = fresh.script("return document.documentElement.dataset.theme", vec![]).await;
        if now != Value::String(theme.to_owned()) {
            fresh.click("theme").await;
        }
        menu(&fresh).await;
        found.extend(seen(&fresh, &axe, &format!("compare-{width}-{theme}")).await);
        fresh.screenshot(&format!("compare-{width}-{theme}")).await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    fresh.close().await;
}
