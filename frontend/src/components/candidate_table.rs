//! The ranked candidates of a run. Arrow keys (or `j`, `k`) go through them from anywhere on the page.

use balmer_exchange::api::CandidateRow;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use super::session::Session;
use crate::state::{
    candidates::{Step, after},
    format::{count, fixed, object_type},
    load::Load,
};

/// The table.
#[component]
pub fn CandidateTable() -> impl IntoView {
    let session = expect_context::<Session>();
    step_with_keys(session);
    let rows = move || session.candidates.get().ready().map(|page| page.rows.clone()).unwrap_or_default();
    let summary = move || match session.candidates.get() {
        Load::Ready(page) => {
            let outliers = session.run_summary().map_or(0, |run| run.counts.outliers);
            format!("{} ranked, {} above the threshold", count(page.total), count(outliers))
        }
        Load::Failed(_) => "not available".to_owned(),
        _ => "loading …".to_owned(),
    };
    let unlabelled = move || session.candidates.with(|page| page.ready().is_none_or(|page| page.classes.is_empty()));
    let left = move || session.candidates.get().ready().map_or(0, |page| page.total - page.rows.len() as u64);
    view! {
        <section class="candidates" aria-label="Candidates">
            <header class="panel-head">
                <h2>"Candidates"</h2>
                <span class="muted">{summary}</span>
            </header>
            <div class="table-scroll">
                <table data-testid="candidate-table" class:unlabelled=unlabelled>
                    <thead>
                        <tr>
                            <th class="num" title="1 is the rarest">"#"</th>
                            <th>"Object"</th>
                            <th>"Type"</th>
                            <th class="num" title="local outlier factor: 1 is ordinary">"LOF"</th>
                            <th>"Label"</th>
                            <th class="num" title="probability of the label">"Prob."</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=rows key=|row| row.spectrum_id.clone() let:row>
                            <Row session row />
                        </For>
                    </tbody>
                </table>
                <Show when=move || 0 < left()>
                    <button type="button" class="more" on:click=move |_| session.more_candidates()>
                        {move || format!("Show more of the {} below", count(left()))}
                    </button>
                </Show>
            </div>
        </section>
    }
}

#[component]
fn Row(session: Session, row: CandidateRow) -> impl IntoView {
    let navigate = use_navigate();
    let id = StoredValue::new(row.spectrum_id.clone());
    let chosen = Memo::new(move |_| session.spectrum_id.with(|now| id.with_value(|id| now.as_ref() == Some(id))));
    let element = NodeRef::<leptos::html::Tr>::new();
    Effect::new(move || {
        if let (true, Some(row)) = (chosen.get(), element.get()) {
            keep_in_view(&row);
        }
    });
    let choose = move |_| {
        if let Some(run) = session.run.get_untracked() {
            navigate(&session.path(&run, Some(&id.get_value())), Session::in_place());
        }
    };
    let name = row.designation.clone().filter(|name| !name.is_empty());
    // an object without a name of its own goes by its spectrum's
    let second = name.is_some().then(|| row.spectrum_id.clone());
    let name = name.unwrap_or_else(|| row.spectrum_id.clone());
    let strength = if row.is_outlier { "num lof outlier" } else { "num lof" };
    let probability = if row.label.is_some() { fixed(f64::from(row.probability), 2) } else { String::new() };
    view! {
        <tr
            node_ref=element
            data-testid="candidate-row"
            data-spectrum-id=row.spectrum_id.clone()
            aria-selected=move || chosen.get().to_string()
            on:click=choose
        >
            <td class="num rank">{row.rank}</td>
            <td class="object">
                <span class="name">{name}</span>
                {second.map(|id| view! { <span class="id">{id}</span> })}
            </td>
            <td>{object_type(row.class.as_deref(), row.subclass.as_deref())}</td>
            <td class=strength>{fixed(f64::from(row.lof), 2)}</td>
            <td>{row.label.clone()}</td>
            <td class="num">{probability}</td>
        </tr>
    }
}

/// Scrolls the table, and only the table, until the row can be seen below its head.
fn keep_in_view(row: &web_sys::HtmlTableRowElement) {
    let Ok(Some(scroll)) = row.closest(".table-scroll") else { return };
    let head =
        scroll.query_selector("thead").ok().flatten().map_or(0.0, |head| head.get_bounding_client_rect().height());
    let (outer, inner) = (scroll.get_bounding_client_rect(), row.get_bounding_client_rect());
    let above = outer.top() + head - inner.top();
    let below = inner.bottom() - outer.bottom();
    if above > 0.0 {
        scroll.set_scroll_top(scroll.scroll_top() - above.ceil() as i32);
    } else if below > 0.0 {
        scroll.set_scroll_top(scroll.scroll_top() + below.ceil() as i32);
    }
}

/// Listens to the keys of the whole page, except where something is typed or chosen.
fn step_with_keys(session: Session) {
    let navigate = use_navigate();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"));
        if typing || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let Some(step) = Step::of_key(&event.key()) else { return };
        if go(session, step, &navigate) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Goes one step through the candidates; false where there are none.
pub fn go(session: Session, step: Step, navigate: &impl Fn(&str, leptos_router::NavigateOptions)) -> bool {
    let (Load::Ready(page), Some(run)) = (session.candidates.get_untracked(), session.run.get_untracked()) else {
        return false;
    };
    let chosen = session.spectrum_id.get_untracked();
    let Some(next) = after(&page.rows, chosen.as_deref(), step) else { return false };
    if chosen.as_deref() != Some(next) {
        navigate(&session.path(&run, Some(next)), Session::in_place());
    }
    true
}
