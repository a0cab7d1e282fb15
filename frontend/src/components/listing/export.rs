//! Files of what is listed, for other programs.

use balmer_exchange::worker::is_run_name;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::{
    client::{encoded, query},
    context::{Desk, Rows},
    state::{
        address::{Address, Place},
        csv::csv,
        families,
    },
};

/// Formats of a table: the name in the address, the name for people, who reads it.
const FORMATS: [(&str, &str, &str); 4] = [
    ("votable", "VOTable", "TOPCAT, Aladin, astropy"),
    ("csv", "CSV", "anything"),
    ("parquet", "Parquet", "pandas, polars, DuckDB"),
    ("arrow", "Arrow stream", "pyarrow"),
];

/// Columns of a file that the page writes itself.
const OWN_COLUMNS: [&str; 15] = [
    "rank",
    "spectrum_id",
    "designation",
    "class",
    "subclass",
    "snr_r",
    "ra",
    "dec",
    "z",
    "mjd",
    "lof",
    "is_outlier",
    "label",
    "probability",
    "entropy",
];

/// The menu.
#[component]
pub fn ExportMenu() -> impl IntoView {
    let desk: Desk = expect_context();
    let table = move |format: &'static str| desk.address.with(|address| table_url(address, format));
    let labels =
        move || desk.survey.get().map(|survey| format!("/api/v1/surveys/{}/labels?format=csv", encoded(&survey)));
    let is_own = Memo::new(move |_| desk.run_id.with(|run| run.as_ref().is_some_and(|run| is_run_name(run))));
    view! {
        <details class="menu" data-testid="export-menu">
            <summary>"Export"</summary>
            <ul>
                {move || is_own.get().then(|| view! { <OwnList /> })}
                {move || (!is_own.get()).then(|| FORMATS
                    .map(|(format, name, readers)| {
                        view! {
                            <li>
                                <a href=move || table(format) download="" data-format=format>
                                    {name}
                                    <small>{readers}</small>
                                </a>
                            </li>
                        }
                    })
                    .collect_view())}
                <li>
                    <a href=labels download="" data-format="labels">
                        "Labels"
                        <small>"CSV, to import again"</small>
                    </a>
                </li>
            </ul>
        </details>
    }
}

/// What is listed of a run of this browser, written by the page.
#[component]
fn OwnList() -> impl IntoView {
    let (desk, rows) = (expect_context::<Desk>(), expect_context::<Rows>());
    let save = move |_| {
        let text = rows.table.with_untracked(|table| table.ready().map(|table| csv(table, &OWN_COLUMNS)));
        let name = desk.run_id.get_untracked().unwrap_or_default();
        if let Some(text) = text {
            download(&format!("{name}.csv"), "text/csv", &text);
        }
    };
    view! {
        <li>
            <button type="button" class="quiet" data-format="csv" on:click=save>
                "CSV of this list"
                <small>"other formats: run it on the server"</small>
            </button>
        </li>
    }
}

/// Hands a file to the browser, as if it came from the server.
fn download(name: &str, media_type: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(link) = document().create_element("a").map(JsCast::unchecked_into::<HtmlAnchorElement>) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // the browser has taken it by then
    let revoke = move || {
        let _: Result<(), wasm_bindgen::JsValue> = Url::revoke_object_url(&url);
    };
    set_timeout(revoke, std::time::Duration::from_secs(10));
}

/// Address of the rows listed as a file.
fn table_url(address: &Address, format: &str) -> Option<String> {
    let path = match &address.place {
        Place::Run { run } => format!("/api/v1/runs/{}/candidates", encoded(run)),
        Place::Subset { survey } => format!("/api/v1/surveys/{}/spectra", encoded(survey)),
        _ => return None,
    };
    let with_aside = address.view.contains_key(families::ASIDE_KEY) && matches!(address.place, Place::Run { .. });
    let pairs = [
        ("format", Some(format)),
        ("where", address.condition.as_deref()),
        ("order_by", address.order_by.as_deref()),
        ("with_set_aside", with_aside.then_some("true")),
    ];
    Some(path + &query(&pairs))
}
