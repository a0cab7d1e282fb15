//! The rows of the open subset or run. Only those in sight are in the document, so that a hundred
//! thousand scroll as a hundred do. Arrow keys (or `j`, `k`) go through them from anywhere on the page.

mod row;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

use self::row::{ROW_HEIGHT, Row};
use crate::{
    context::{Desk, Rows, Spectra},
    state::{
        address::Place,
        candidates::{Step, after},
        format::count,
        load::Load,
        virtual_rows::{scroll_to_show, window},
    },
};

/// The rows and what there is to say about them.
#[component]
pub fn Listing() -> impl IntoView {
    let (desk, rows) = (expect_context::<Desk>(), expect_context::<Rows>());
    let scroll = NodeRef::<html::Div>::new();
    let (top, height) = watch_scroll(scroll);
    step_with_keys(desk, rows);
    choose_first(desk, rows);
    fetch_ahead(desk, rows);
    let of_run = Memo::new(move |_| desk.address.with(|a| matches!(a.place, Place::Run { .. })));
    let len = Memo::new(move |_| rows.table.with(|table| table.ready().map_or(0, |table| table.len())));
    let shown = Memo::new(move |_| window(top.get(), height.get(), ROW_HEIGHT, len.get()));
    let chosen_row = Memo::new(move |_| chosen_row(desk, rows));
    // a row chosen by the keys or by the address scrolls into sight
    Effect::new(move || {
        let (Some(row), Some(element)) = (chosen_row.get(), scroll.get()) else { return };
        let (top, height) = (f64::from(element.scroll_top()), f64::from(element.client_height()));
        if let Some(to) = scroll_to_show(row, top, height, ROW_HEIGHT) {
            element.set_scroll_top(to as i32);
        }
    });
    view! {
        <section class="listing" aria-label=move || if of_run.get() { "Candidates" } else { "Spectra" }>
            <header class="panel-head">
                <h2>{move || if of_run.get() { "Candidates" } else { "Spectra" }}</h2>
                <span class="muted" aria-live="polite">{move || summary(desk, rows)}</span>
            </header>
            <div class="table-scroll" node_ref=scroll tabindex="-1">
                <table
                    data-testid="candidate-table"
                    aria-rowcount=move || len.get().to_string()
                    class:of-run=move || of_run.get()
                >
                    {move || head(of_run.get())}
                    <tbody style:height=move || format!("{}px", len.get() as f64 * ROW_HEIGHT)>
                        <For each=move || shown.get() key=|row| *row let:row>
                            <Row row chosen_row />
                        </For>
                    </tbody>
                </table>
                {move || nothing(rows)}
            </div>
        </section>
    }
}

fn head(of_run: bool) -> AnyView {
    if of_run {
        view! {
            <thead>
                <tr>
                    <th class="num" title="1 is the rarest">"#"</th>
                    <th>"Object"</th>
                    <th>"Type"</th>
                    <th class="num" title="local outlier factor: 1 is ordinary">"LOF"</th>
                    <th title="what people say, else the class that spread to it with its probability">"Label"</th>
                </tr>
            </thead>
        }
        .into_any()
    } else {
        view! {
            <thead>
                <tr>
                    <th class="num">"#"</th>
                    <th>"Object"</th>
                    <th>"Type"</th>
                    <th class="num" title="signal-to-noise ratio in r">"S/N r"</th>
                    <th title="what people say">"Label"</th>
                </tr>
            </thead>
        }
        .into_any()
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
        (None, None) => "not available".to_owned(),
        (None, Some(listed)) => {
            let total = rows.total.get().unwrap_or(listed);
            let cut = if listed < total { format!("the first {} of ", count(listed)) } else { String::new() };
            match desk.run() {
                Some(run) => {
                    format!("{cut}{} ranked, {} above the threshold", count(total), count(run.counts.outliers))
                }
                None => format!("{cut}{}", count(total)),
            }
        }
    }
}

/// What stands in an empty list.
fn nothing(rows: Rows) -> Option<AnyView> {
    match rows.table.get() {
        Load::Ready(table) if table.is_empty() && rows.arriving.get().is_none() => {
            Some(view! { <p class="nothing-listed">"No spectrum meets this condition: widen it above."</p> }.into_any())
        }
        Load::Failed(problem) => Some(view! { <p class="nothing-listed">{problem.to_string()}</p> }.into_any()),
        Load::Loading => Some(view! { <p class="nothing-listed" role="status">"Loading …"</p> }.into_any()),
        _ => None,
    }
}

fn chosen_row(desk: Desk, rows: Rows) -> Option<usize> {
    let id = desk.spectrum_id.get()?;
    rows.table.with(|table| table.ready()?.row_of(&id))
}

/// Goes one step through the list; false where there is nothing in it.
pub fn go(desk: Desk, rows: Rows, step: Step) -> bool {
    let at = untrack(|| chosen_row(desk, rows));
    rows.table.with_untracked(|table| {
        let Some(table) = table.ready() else { return false };
        let next = after(table.len(), at, step).and_then(|row| table.id(row));
        if let Some(id) = next {
            desk.choose(id);
        }
        next.is_some()
    })
}

/// Without a spectrum in the address, opens the first of the list.
fn choose_first(desk: Desk, rows: Rows) {
    Effect::new(move || {
        if desk.spectrum_id.with(Option::is_some) {
            return;
        }
        rows.table.with(|table| {
            if let Some(id) = table.ready().and_then(|table| table.id(0)) {
                desk.choose(id);
            }
        });
    });
}

/// Fetches the spectra next to the chosen one.
fn fetch_ahead(desk: Desk, rows: Rows) {
    let spectra: Spectra = expect_context();
    Effect::new(move || {
        let (Some(at), Some(survey)) = (chosen_row(desk, rows), desk.survey.get()) else { return };
        // only once the chosen one is here: it must not wait for its neighbours
        if spectra.awaited.get() {
            return;
        }
        let near = [at + 1, at + 2, at.wrapping_sub(1), at + 3];
        let ids = rows.table.with(|table| {
            let table = table.ready()?;
            Some(near.iter().filter_map(|row| table.id(*row)).map(str::to_owned).collect())
        });
        spectra.fetch_ahead(survey, ids.unwrap_or_default());
    });
}

/// Whether a key goes to something that takes text, and not to the page.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let typing = target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA")
            || element.closest("dialog").ok().flatten().is_some()
    });
    typing || event.ctrl_key() || event.alt_key() || event.meta_key()
}

/// Listens to the keys of the whole page, except where something is typed or chosen.
fn step_with_keys(desk: Desk, rows: Rows) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if is_typing(&event) {
            return;
        }
        let Some(step) = Step::of_key(&event.key()) else { return };
        if go(desk, rows, step) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// How far an element is scrolled and how much of it can be seen, CSS pixels.
fn watch_scroll(element: NodeRef<html::Div>) -> (RwSignal<f64>, RwSignal<f64>) {
    let (top, height) = (RwSignal::new(0.0), RwSignal::new(0.0));
    Effect::new(move || {
        let Some(element) = element.get() else { return };
        let seen = element.clone();
        let measure = move || {
            top.set(f64::from(seen.scroll_top()));
            height.set(f64::from(seen.client_height()));
        };
        measure();
        let callback = Closure::<dyn Fn()>::new(measure);
        // an event target that is in the document takes listeners
        let _ = element.add_event_listener_with_callback("scroll", callback.as_ref().unchecked_ref());
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let keep = StoredValue::new_local((observer, callback));
            on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    (top, height)
}
