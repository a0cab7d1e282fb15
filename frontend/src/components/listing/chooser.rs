//! Which columns of the survey the list shows beside its own.

use balmer_exchange::api::ColumnInfo;
use leptos::prelude::*;

use crate::{context::Columns, state::columns::MOST};

/// The menu.
#[component]
pub fn ColumnChooser() -> impl IntoView {
    let columns: Columns = expect_context();
    let sought = RwSignal::new(String::new());
    let is_sought = move |column: &ColumnInfo| {
        let text = sought.get().trim().to_lowercase();
        column.name.to_lowercase().contains(&text) || column.description.to_lowercase().contains(&text)
    };
    let is_full = Memo::new(move |_| columns.chosen.with(|chosen| chosen.len() >= MOST));
    let is_chosen = move |name: &str| columns.chosen.with(|chosen| chosen.iter().any(|column| column.name == name));
    let item = move |column: ColumnInfo| {
        let (name, asked) = (StoredValue::new(column.name.clone()), column.name.clone());
        let shown = Memo::new(move |_| is_chosen(&asked));
        let unit = (!column.unit.is_empty()).then(|| format!(" ({})", column.unit));
        view! {
            <li>
                <label title=column.description.clone()>
                    <input
                        type="checkbox"
                        data-column=column.name.clone()
                        prop:checked=move || shown.get()
                        disabled=move || is_full.get() && !shown.get()
                        on:change=move |_| columns.toggle(&name.get_value())
                    />
                    <span>{column.name.clone()}{unit}<small>{column.description.clone()}</small></span>
                </label>
            </li>
        }
    };
    let found = move || {
        let found: Vec<ColumnInfo> = columns.offered.get().into_iter().filter(is_sought).collect();
        if found.is_empty() {
            return view! { <li class="muted">"No column is called so."</li> }.into_any();
        }
        found.into_iter().map(item).collect_view().into_any()
    };
    let any = Memo::new(move |_| columns.chosen.with(|chosen| !chosen.is_empty()));
    view! {
        <details class="menu columns" data-testid="columns-menu">
            <summary>"Columns"</summary>
            <div class="columns-box">
                <input
                    type="search"
                    aria-label="Find a column"
                    placeholder="find a column"
                    prop:value=move || sought.get()
                    on:input=move |event| sought.set(event_target_value(&event))
                />
                <ul tabindex="0" aria-label="Columns of the survey">{found}</ul>
                <p class="muted" role="status">
                    {move || is_full.get().then(|| format!("{MOST} are shown: no more at a time."))}
                    {move || columns.is_coming.get().then_some(" Fetching …")}
                </p>
                {move || any.get().then(|| view! {
                    <button type="button" data-testid="columns-clear" on:click=move |_| columns.clear()>"Show none of them"</button>
                })}
            </div>
        </details>
    }
}
