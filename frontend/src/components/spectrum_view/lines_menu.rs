//! The menu of lines: groups, and lines of the reader's own.

use balmer_core::spectrum::Medium;
use leptos::{html, prelude::*};

use super::menu::close_when_done;
use crate::{
    context::{Spectra, Viewing},
    state::{
        lines::{LineGroup, OwnLine},
        view::View,
    },
};

/// The menu.
#[component]
pub fn LinesMenu() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let menu = NodeRef::<html::Details>::new();
    close_when_done(menu);
    let number = Memo::new(move |_| viewing.view.with(|view| view.groups.len() + view.marks.len()));
    view! {
        <details class="menu" node_ref=menu>
            <summary>"Lines " <span class="muted">{move || number.get()}</span></summary>
            <div class="menu-body">
                <fieldset>
                    <legend>"Move with the object"</legend>
                    {LineGroup::ALL.iter().filter(|group| !group.stays()).map(|group| choice(viewing, *group)).collect_view()}
                </fieldset>
                <fieldset>
                    <legend>"Stay where they are"</legend>
                    {LineGroup::ALL.iter().filter(|group| group.stays()).map(|group| choice(viewing, *group)).collect_view()}
                </fieldset>
                <OwnLines />
            </div>
        </details>
    }
}

fn choice(viewing: Viewing, group: LineGroup) -> impl IntoView {
    let on = Memo::new(move |_| viewing.view.with(|view| view.groups.contains(&group)));
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="lines"
                value=group.key()
                prop:checked=move || on.get()
                on:change=move |event| {
                    let on = event_target_checked(&event);
                    viewing.edit(|view| view.with_group(group, on));
                }
            />
            {group.title()}
        </label>
    }
}

/// The reader's own lines, and fields for one more.
#[component]
fn OwnLines() -> impl IntoView {
    let (viewing, spectra): (Viewing, Spectra) = (expect_context(), expect_context());
    let marks = Memo::new(move |_| viewing.view.with(|view| view.marks.clone()));
    let (text, chosen) = (RwSignal::new(String::new()), RwSignal::new(None::<Medium>));
    // a wavelength is as the spectrum has it, unless the reader says otherwise
    let medium = Memo::new(move |_| {
        let shown = spectra.shown.with(|shown| shown.as_ref().map(|body| body.medium));
        chosen.get().or(shown).unwrap_or(Medium::Air)
    });
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(mark) = OwnLine::parse(&text.get_untracked()) {
            let medium = mark.medium.unwrap_or(medium.get_untracked());
            viewing.edit(|view| view.with_mark(OwnLine { medium: Some(medium), ..mark }));
            text.set(String::new());
        }
    };
    let unreadable = Memo::new(move |_| text.with(|text| !text.trim().is_empty() && OwnLine::parse(text).is_none()));
    let item = move |mark: OwnLine| {
        let wavelength = mark.wavelength;
        let remove = move |_| {
            viewing.edit(|mut view: View| {
                view.marks.retain(|other| other.wavelength != wavelength);
                view
            });
        };
        view! {
            <li>
                {mark.said()}
                <button type="button" aria-label=format!("Remove {}", mark.said()) on:click=remove>"×"</button>
            </li>
        }
    };
    let choice = move |(value, of): (&'static str, Medium)| {
        view! { <option value=value selected=move || medium.get() == of>{format!("in {of}")}</option> }
    };
    view! {
        <form class="own-lines" on:submit=add>
            <label>
                <span>"Your own: wavelength at rest (Å), name"</span>
                <input
                    type="text"
                    data-testid="own-line"
                    placeholder="6707.8 Li I"
                    aria-invalid=move || unreadable.get().to_string()
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </label>
            <select
                aria-label="Medium of the wavelength"
                data-testid="own-line-medium"
                on:change=move |event| {
                    chosen.set(Some(if event_target_value(&event) == "air" { Medium::Air } else { Medium::Vacuum }));
                }
            >
                {[("air", Medium::Air), ("vacuum", Medium::Vacuum)].map(choice).collect_view()}
            </select>
            <button type="submit">"Add"</button>
        </form>
        {move || unreadable.get().then(|| view! {
            <p class="fault" role="status">"First a wavelength from 100 to 1 000 000 Å, then a name: 6707.8 Li I"</p>
        })}
        <ul class="own-lines">{move || marks.get().into_iter().map(item).collect_view()}</ul>
    }
}
