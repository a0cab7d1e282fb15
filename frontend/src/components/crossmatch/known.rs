//! What catalogues know is hidden, listed alone or shown by colours: of one match, or from a menu above the list.

use balmer_exchange::api::JoinedSummary;
use leptos::{html, prelude::*};
use web_sys::HtmlSelectElement;

use crate::{
    context::Joined,
    state::{
        format::count,
        known::{Sight, separation},
    },
};

/// What can be done with what a match knows.
#[component]
pub fn KnownDeeds(
    /// What the names of its columns begin with.
    prefix: String,
    /// The names of its columns.
    columns: Vec<String>,
    /// Closes what this stands in.
    close: Callback<()>,
) -> impl IntoView {
    let joined: Joined = expect_context();
    let label = format!("What {prefix} knows");
    let prefix = StoredValue::new(prefix);
    let deed = move |of: Sight, text: &'static str, key: &'static str, title: &'static str| {
        let is_on = Memo::new(move |_| joined.sight(&prefix.get_value()) == Some(of));
        let press = move |_| {
            close.run(());
            joined.see(&prefix.get_value(), (!is_on.get_untracked()).then_some(of));
        };
        view! {
            <button type="button" data-deed=key title=title aria-pressed=move || is_on.get().to_string() on:click=press>
                {text}
            </button>
        }
    };
    let colour = move |event: web_sys::Event| {
        let select: HtmlSelectElement = event_target(&event);
        let column = select.value();
        // it is a deed, not a state: the views' toolbar says what colours the points
        select.set_value("");
        close.run(());
        joined.colour_by(&column);
    };
    let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
    let columns = with_separation_first(columns, &prefix.get_value());
    view! {
        <span class="known-deeds" role="group" aria-label=label>
            {deed(Sight::Hidden, "Hide the known", "hide", "List only what this catalogue does not have; Shift+N hides what any has")}
            {deed(Sight::Only, "Only the known", "only", "List only what this catalogue has")}
            <select data-deed="colour" aria-label="Colour the points of the views by" on:change=colour>
                <option value="" disabled=true selected=true>"Colour by …"</option>
                {columns.into_iter().map(option).collect_view()}
            </select>
        </span>
    }
}

fn with_separation_first(mut columns: Vec<String>, prefix: &str) -> Vec<String> {
    let first = separation(prefix);
    columns.sort_by_key(|name| *name != first);
    columns
}

/// The menu above the list; nothing where no catalogue was matched.
#[component]
pub fn KnownMenu() -> impl IntoView {
    let joined: Joined = expect_context();
    let any = Memo::new(move |_| joined.matches.with(|all| !all.is_empty()));
    let menu = NodeRef::<html::Details>::new();
    let close = Callback::new(move |()| {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    });
    let items = move || {
        let item = |one: JoinedSummary| {
            let columns = one.columns.into_iter().map(|column| column.name).collect();
            let spectra = one.spectra.map(|spectra| format!("{} spectra", count(spectra)));
            view! {
                <li>
                    <span class="known-source"><i class="known" aria-hidden="true">"◆"</i>{one.source}<small>{spectra}</small></span>
                    <KnownDeeds prefix=one.prefix columns close />
                </li>
            }
        };
        joined.matches.get().into_iter().map(item).collect_view()
    };
    let unmarked = move || {
        let unmarked = joined.known.with(|known| known.0.unmarked);
        (unmarked > 0).then(|| view! { <li class="muted">{format!("{} known spectra have no mark in the list: there are too many.", count(unmarked))}</li> })
    };
    view! {
        {move || any.get().then(|| view! {
            <details class="menu known-menu" data-testid="known-menu" node_ref=menu>
                <summary title="Hide what catalogues know, or list it alone (Shift+N hides)">"Known"</summary>
                <ul>{items}{unmarked}</ul>
            </details>
        })}
    }
}
