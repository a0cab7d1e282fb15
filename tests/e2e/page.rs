//! What the stories ask of the page.

use crate::browser::Browser;

/// Waits until the chosen row's spectrum is the one drawn, and returns its id.
pub async fn drawn(browser: &Browser) -> String {
    let script = "const row = document.querySelector('tr[aria-selected=true]');
        const plot = document.querySelector('[data-testid=spectrum-plot]');
        return row != null && plot?.dataset.spectrumId === row.dataset.spectrumId
            && document.querySelector('.spectrum').getAttribute('aria-busy') === 'false'";
    browser.until("the chosen spectrum is drawn", script).await;
    chosen(browser).await
}

/// The spectrum of the chosen row.
pub async fn chosen(browser: &Browser) -> String {
    let script = "return document.querySelector('tr[aria-selected=true]')?.dataset.spectrumId ?? ''";
    browser.script(script, vec![]).await.as_str().unwrap_or_default().to_owned()
}
