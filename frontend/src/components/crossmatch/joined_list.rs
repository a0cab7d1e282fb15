//! Everything that was joined to the survey, and the way to take it away.

use balmer_exchange::api::{JoinedKind, JoinedSummary};
use leptos::{prelude::*, task::spawn_local};

use super::known::KnownDeeds;
use crate::{
    context::Joined,
    state::{
        crossmatch::{about, way_back},
        load::Load,
    },
};

/// The list.
#[component]
pub fn JoinedList(close: Callback<()>) -> impl IntoView {
    let joined: Joined = expect_context();
    let body = move || {
        match joined.all.get() {
        Load::Idle | Load::Loading => view! { <p class="muted" role="status">"Asking what is joined …"</p> }.into_any(),
        Load::Failed(problem) => view! {
            <p class="fault" role="alert">{format!("What is joined already is not known: {problem}")}</p>
            <button type="button" on:click=move |_| joined.refresh()>"Ask again"</button>
        }
        .into_any(),
        Load::Ready(all) if all.is_empty() => view! {
            <p class="muted">"Nothing yet. The columns of what you match stand beside the survey's own, and conditions can use them."</p>
        }
        .into_any(),
        Load::Ready(all) => {
            let newest_first = all.iter().rev().cloned();
            view! { <ul>{newest_first.map(|one| view! { <Item one close /> }).collect_view()}</ul> }.into_any()
        }
    }
    };
    view! {
        <section class="crossmatch-joined" aria-label="Joined already" data-testid="joined">
            <h3>"Joined already"</h3>
            {body}
        </section>
    }
}

#[component]
fn Item(one: JoinedSummary, close: Callback<()>) -> impl IntoView {
    let names: Vec<String> = one.columns.iter().map(|column| column.name.clone()).collect();
    let (about, prefix, source) = (about(&one), one.prefix.clone(), one.source.clone());
    let deeds = (one.kind == JoinedKind::Crossmatch).then(|| {
        view! { <KnownDeeds prefix=one.prefix.clone() columns=names.clone() close /> }
    });
    let remove = way_back(one.kind).map(|way_back| view! { <Remove prefix=one.prefix way_back /> });
    view! {
        <li data-prefix=prefix>
            <p><b>{source}</b> " as " <code>{prefix.clone()}</code></p>
            <p class="muted">{about}</p>
            <details>
                <summary>"Its columns"</summary>
                <p><code>{names.join(", ")}</code></p>
            </details>
            <div class="crossmatch-deeds">{deeds} {remove}</div>
        </li>
    }
}

/// Takes the columns away, once that was confirmed.
#[component]
fn Remove(prefix: String, way_back: &'static str) -> impl IntoView {
    let joined: Joined = expect_context();
    let (is_asking, is_busy) = (RwSignal::new(false), RwSignal::new(false));
    let fault = RwSignal::new(None::<String>);
    let label = StoredValue::new(format!("Remove the columns of {prefix}"));
    let prefix = StoredValue::new(prefix);
    let remove = move |_| {
        is_busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let answer = joined.remove(&prefix.get_value()).await;
            is_busy.try_set(false);
            fault.try_set(answer.err().map(|problem| problem.to_string()));
        });
    };
    view! {
        {move || if is_asking.get() {
            view! {
                <span class="crossmatch-sure" role="group" aria-label=label.get_value()>
                    <span>"To have them back, " {way_back} "."</span>
                    <button type="button" data-testid="joined-remove" disabled=move || is_busy.get() on:click=remove>"Remove them"</button>
                    <button type="button" class="quiet" on:click=move |_| is_asking.set(false)>"Keep them"</button>
                </span>
            }
            .into_any()
        } else {
            view! {
                <button type="button" class="quiet remove" aria-label=label.get_value() on:click=move |_| is_asking.set(true)>"Remove"</button>
            }
            .into_any()
        }}
        {move || fault.get().map(|fault| view! { <span class="fault" role="alert">{fault}</span> })}
    }
}
