//! Who is drawn with the chosen spectrum: pointing at a name brings its spectrum forward, a click goes to it.

use leptos::prelude::*;

use crate::{
    components::spectrum_plot::ink::NEIGHBOR_COLOURS,
    context::{Compared, Desk, Explained, Viewing},
    state::{
        address::Address,
        compare::Name,
        format::fixed,
        picture::{Picture, Same},
        roster::Why,
        view::Show,
    },
};

/// An entry.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    place: usize,
    name: Name,
    title: String,
    why: Why,
    mjd: Option<f64>,
}

/// The legend of what is drawn in a picture; without anything to say it is not there.
#[component]
pub fn Legend(picture: Signal<Option<Same<Picture>>>) -> impl IntoView {
    let (compared, explained, viewing): (Compared, Explained, Viewing) =
        (expect_context(), expect_context(), expect_context());
    let entries = Memo::new(move |_| {
        picture.with(|picture| {
            let overlays = picture.as_ref().map(|picture| &picture.0.overlays.all[..]).unwrap_or_default();
            let entry = |overlay: &crate::state::overlay::Overlay| Entry {
                place: overlay.place,
                name: overlay.companion.name.clone(),
                title: overlay.companion.title.clone(),
                why: overlay.companion.why,
                mjd: overlay.companion.mjd,
            };
            overlays.iter().map(entry).collect::<Vec<_>>()
        })
    });
    let mean = Memo::new(move |_| {
        picture.with(|picture| picture.as_ref().and_then(|picture| Some(picture.0.mean.as_ref()?.said())))
    });
    let said = Memo::new(move |_| {
        let hidden = viewing.view.with(|view| view.show == Show::Seen) && compared.compare.with(|c| c.kinds() > 0);
        if hidden { "Other spectra are not drawn over what the algorithm saw.".to_owned() } else { compared.said() }
    });
    let any = Memo::new(move |_| {
        !said.with(String::is_empty) || mean.with(Option::is_some) || entries.with(|entries| !entries.is_empty())
    });
    view! {
        {move || any.get().then(|| view! {
            <section class="legend" aria-label="Other spectra" data-testid="legend">
                <ul on:mouseleave=move |_| explained.pointed.set(None)>
                    {move || mean.get().map(|said| view! { <li class="mean"><i class="swatch" aria-hidden="true"></i>{said}</li> })}
                    <For each=move || entries.get() key=|entry| (entry.place, entry.name.clone(), entry.why as u8) let:entry>
                        <Item entry />
                    </For>
                </ul>
                <p class="muted" role="status" data-testid="legend-said">{said}</p>
            </section>
        })}
    }
}

#[component]
fn Item(entry: Entry) -> impl IntoView {
    let (compared, explained, desk): (Compared, Explained, Desk) =
        (expect_context(), expect_context(), expect_context());
    let Entry { place, name, title, why, mjd } = entry;
    let name = StoredValue::new(name);
    let point = move || explained.pointed.set(Some(name.with_value(|name| name.id.clone())));
    let go = move |_| {
        let Name { survey, id } = name.get_value();
        if desk.survey.get_untracked().as_deref() == Some(&survey) {
            desk.choose(&id);
        } else {
            desk.open_list(Address::subset(&survey, None).with_spectrum(&id));
        }
    };
    let what = match (why, mjd) {
        (Why::Epoch, Some(mjd)) => format!("MJD {}", fixed(mjd, 0)),
        (Why::Pinned, _) => name.with_value(|name| name.survey.clone()),
        _ => why.title().to_owned(),
    };
    let full = name.with_value(|name| format!("{}: {} of {}; click to go there", why.title(), name.id, name.survey));
    view! {
        <li data-spectrum-id=name.with_value(|name| name.id.clone())>
            <button
                type="button"
                title=full
                on:mouseenter=move |_| point()
                on:focus=move |_| point()
                on:blur=move |_| explained.pointed.set(None)
                on:click=go
            >
                <i class=format!("swatch drawn near-{}", place % NEIGHBOR_COLOURS) aria-hidden="true"></i>
                {title.clone()}
                " "
                <small>{what}</small>
            </button>
            {(why == Why::Pinned).then(|| view! {
                <button
                    type="button"
                    class="quiet"
                    aria-label=format!("Unpin {title}")
                    on:click=move |_| name.with_value(|name| compared.edit(|compare| compare.with_pin(name)))
                >
                    "×"
                </button>
            })}
        </li>
    }
}
