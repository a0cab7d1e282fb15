//! Files of what is listed, for other programs.

use leptos::prelude::*;

use crate::{
    client::{encoded, query},
    context::Desk,
    state::address::{Address, Place},
};

/// Formats of a table: the name in the address, the name for people, who reads it.
const FORMATS: [(&str, &str, &str); 4] = [
    ("votable", "VOTable", "TOPCAT, Aladin, astropy"),
    ("csv", "CSV", "anything"),
    ("parquet", "Parquet", "pandas, polars, DuckDB"),
    ("arrow", "Arrow stream", "pyarrow"),
];

/// The menu.
#[component]
pub fn ExportMenu() -> impl IntoView {
    let desk: Desk = expect_context();
    let table = move |format: &'static str| desk.address.with(|address| table_url(address, format));
    let labels =
        move || desk.survey.get().map(|survey| format!("/api/v1/surveys/{}/labels?format=csv", encoded(&survey)));
    view! {
        <details class="menu" data-testid="export-menu">
            <summary>"Export"</summary>
            <ul>
                {FORMATS
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
                    .collect_view()}
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

/// Address of the rows listed as a file.
fn table_url(address: &Address, format: &str) -> Option<String> {
    let path = match &address.place {
        Place::Run { run } => format!("/api/v1/runs/{}/candidates", encoded(run)),
        Place::Subset { survey } => format!("/api/v1/surveys/{}/spectra", encoded(survey)),
        _ => return None,
    };
    let pairs =
        [("format", Some(format)), ("where", address.condition.as_deref()), ("order_by", address.order_by.as_deref())];
    Some(path + &query(&pairs))
}
