//! The rows of the open subset or run. Only those in sight are in the document, so that a hundred
//! thousand scroll as a hundred do. Arrow keys (or `j`, `k`) go through them from anywhere on the page.

mod chooser;
mod export;
mod head;
mod row;
mod scroll;
mod search;
mod steps;

use leptos::{html, prelude::*};

use self::{
    chooser::ColumnChooser,
    export::ExportMenu,
    row::{ROW_HEIGHT, Row},
    search::Search,
};
use crate::{
    components::{
        crossmatch::KnownMenu,
        families::{AsideLine, FamiliesMenu},
        recall::{RecallButton, RecallPanel},
        selection_bar::SelectionBar,
        subsets_menu::SubsetsMenu,
    },
    context::{Columns, Desk, Rows, Showing},
    state::{
        address::{Address, Place},
        columns,
        format::count,
        load::Load,
        virtual_rows::{scroll_to_show, window},
    },
};

pub use steps::go;

/// The rows and what there is to say about them.
#[component]
pub fn Listing() -> impl IntoView {
    let (desk, rows) = (expect_context::<Desk>(), expect_context::<Rows>());
    steps::follow_keys(desk, rows);
    steps::choose_first(desk, rows);
    steps::fetch_ahead(desk, rows);
    let of_run = Memo::new(move |_| desk.address.with(|address| matches!(address.place, Place::Run { .. })));
    let title = move || if of_run.get() { "Candidates" } else { "Spectra" };
    let more: Columns = expect_context();
    view! {
        <section class="listing" aria-label=title>
            <header class="panel-head">
                <h2>{title}</h2>
                <span class="summary muted" aria-live="polite">{move || summary(desk, rows)}</span>
                <KnownMenu />
                {move || of_run.get().then(|| view! { <FamiliesMenu /> })}
                <SubsetsMenu />
                <ExportMenu />
            </header>
            <div class="listing-search">
                <Search />
                <RecallButton />
                <ColumnChooser />
            </div>
            {move || more.said.get().map(|said| view! { <p class="muted listing-said" role="status">{said}</p> })}
            {move || of_run.get().then(|| view! { <CandidateFilter /> })}
            {move || of_run.get().then(|| view! { <AsideLine /> })}
            <SelectionBar />
            <RecallPanel />
            <Grid of_run />
        </section>
    }
}

/// The rows in sight.
#[component]
fn Grid(of_run: Memo<bool>) -> impl IntoView {
    let (rows, more): (Rows, Columns) = (expect_context(), expect_context());
    let frame = NodeRef::<html::Div>::new();
    let (top, height) = scroll::watch(frame);
    let len = Memo::new(move |_| rows.table.with(|table| table.ready().map_or(0, |table| table.len())));
    let shown = Memo::new(move |_| window(top.get(), height.get(), ROW_HEIGHT, len.get()));
    let chosen_row = expect_context::<Showing>().chosen;
    // a row chosen by the keys or by the address scrolls into sight
    Effect::new(move || {
        let (Some(row), Some(frame)) = (chosen_row.get(), frame.get()) else { return };
        let (top, height) = (f64::from(frame.scroll_top()), f64::from(frame.client_height()));
        if let Some(to) = scroll_to_show(row, top, height, ROW_HEIGHT) {
            frame.set_scroll_top(to as i32);
        }
    });
    let widths = move || more.chosen.with(|chosen| chosen.iter().map(columns::width).collect::<Vec<_>>());
    let tracks = move || widths().iter().map(|width| format!("{width}px")).collect::<Vec<_>>().join(" ");
    view! {
        <div class="table-scroll" node_ref=frame tabindex="0" role="region" aria-label="Rows">
            <table
                role="grid"
                style:--more=tracks
                style:--wider=move || format!("{}px", widths().iter().sum::<usize>())
                class:wide=move || more.chosen.with(|chosen| !chosen.is_empty())
                aria-label="Rows"
                data-testid="candidate-table"
                aria-rowcount=move || (len.get() + 1).to_string()
            >
                {move || head::head(of_run.get())}
                <tbody role="rowgroup" style:height=move || format!("{}px", len.get() as f64 * ROW_HEIGHT)>
                    <For each=move || shown.get() key=|row| *row let:row>
                        <Row row chosen_row />
                    </For>
                </tbody>
            </table>
            {move || nothing(rows)}
        </div>
    }
}

/// A condition on the candidates: what to look at of what was ranked.
#[component]
fn CandidateFilter() -> impl IntoView {
    let desk: Desk = expect_context();
    let apply = move |text: String| {
        let condition = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        desk.replace(&Address { condition, ..desk.address.get_untracked() });
    };
    view! {
        <div class="listing-filter">
            <input
                type="search"
                data-testid="candidate-filter"
                aria-label="Show only candidates that meet an SQL condition"
                placeholder="show only: lof > 2 AND label = 'be'"
                prop:value=move || desk.address.with(|address| address.condition.clone().unwrap_or_default())
                on:change=move |event| apply(event_target_value(&event))
            />
        </div>
    }
}

fn summary(desk: Desk, rows: Rows) -> String {
    let listed = rows.table.with(|table| table.ready().map(|table| table.len() as u64));
    match (rows.arriving.get(), listed) {
        (Some(arrived), _) => {
            let megabytes = arrived.bytes as f64 / 1e6;
            match (listed, arrived.total) {
                (Some(listed), Some(total)) => format!("{} of {}, {megabytes:.1} MB …", count(listed), count(total)),
                _ => format!("{megabytes:.1} MB …"),
            }
        }
        (None, None) => String::new(),
        (None, Some(listed)) => {
            let total = rows.total.get().unwrap_or(listed);
            let cut = if listed < total { format!("the first {} of ", count(listed)) } else { String::new() };
            let filtered = desk.address.with(|address| address.condition.is_some());
            match desk.run() {
                // a condition leaves some out, or they are set aside
                Some(run) if filtered || total < run.counts.ranked => {
                    format!("{cut}{} of {} ranked", count(total), count(run.counts.ranked))
                }
                Some(run) => {
                    format!("{cut}{} ranked · {} outliers", count(total), count(run.counts.outliers))
                }
                None => format!("{cut}{}", count(total)),
            }
        }
    }
}

/// What stands in a list without rows.
fn nothing(rows: Rows) -> Option<AnyView> {
    let said = match rows.table.get() {
        Load::Ready(table) if table.is_empty() && rows.arriving.get().is_none() => {
            "Nothing meets this condition: widen it.".to_owned()
        }
        Load::Failed(problem) => problem.to_string(),
        Load::Loading => "Loading …".to_owned(),
        _ => return None,
    };
    Some(view! { <p class="nothing-listed" role="status">{said}</p> }.into_any())
}
