//! The keys of the page and the map of them.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Keys and what they do.
type Entry = (&'static [&'static str], &'static str);

/// Groups of keys, with their titles.
const MAP: [(&str, &[Entry]); 10] = [
    (
        "Candidates",
        &[
            (&["↓", "j"], "next candidate"),
            (&["↑", "k"], "previous candidate"),
            (&["Home", "End"], "first and last of the list"),
            (&["/"], "find one by name or id"),
            (&["q"], "how many to look at, and what that finds of planted objects"),
            (&["Shift", "K"], "match the survey on the sky with a catalogue"),
            (&["Shift", "N"], "hide what catalogues know, or show it again"),
            (&["Shift", "U"], "families of a run's outliers"),
            (&["Shift", "D"], "list what was set aside, too, or not"),
        ],
    ),
    (
        "Selection",
        &[
            (&["x", "Space"], "select the chosen one, or no longer"),
            (&["Ctrl", "click"], "select a row or a point, or no longer"),
            (&["Shift", "click"], "select the rows from the chosen one to this"),
            (&["Shift", "A"], "select all that is listed"),
            (&["Shift", "I"], "select the others"),
            (&["Esc"], "select nothing"),
            (&["z", "Ctrl Z"], "take the last step of the selection back"),
            (&["Shift", "Z"], "take it again"),
            (&["Shift", "O"], "list only what is selected"),
            (&["Shift", "X"], "list all but that"),
        ],
    ),
    (
        "Views",
        &[
            (&["m"], "map of feature space"),
            (&["Shift", "M"], "the map as an embedding (UMAP), or by components"),
            (&["s"], "sky"),
            (&["Shift", "S"], "the survey's footprint on the sky, or without"),
            (&["p"], "scatter plot"),
            (&["h"], "histogram"),
            (&["g"], "gallery: fifty small plots at a time"),
            (&["Shift", "H"], "in the gallery, one scale for all or one for each"),
            (&["Shift", "F"], "in the gallery, only what is selected, or all"),
            (&["Shift", "G"], "sky in galactic coordinates, or equatorial"),
            (&["l"], "a drag draws a line around points: a lasso"),
            (&["r"], "a drag marks a rectangle"),
            (&["c"], "a drag draws a circle on the sky: a cone"),
            (&["Shift", "drag"], "select more by a lasso"),
            (&["Alt", "drag"], "take out of the selection by a lasso"),
        ],
    ),
    (
        "A view, once it has the focus",
        &[
            (&["+", "−"], "zoom"),
            (&["←", "→", "↑", "↓"], "pan; in a histogram the bar before and after"),
            (&["0", "double click"], "see all of it"),
            (&["v"], "select what is in view; with Shift as well, with Alt no longer"),
            (&["Enter"], "select the bar of a histogram"),
        ],
    ),
    (
        "Gallery, once it has the focus",
        &[
            (&["←", "→", "↑", "↓"], "from one spectrum to the next; labels and x act on it"),
            (&["Page ↑", "Page ↓"], "the fifty before, the next fifty"),
            (&["Home", "End"], "first and last of all"),
            (&["Enter", "double click"], "go to the spectrum itself"),
        ],
    ),
    (
        "Labels",
        &[
            (&["1", "…", "9"], "say what it is: the classes in their order"),
            (&["0"], "take its label away"),
            (&["u"], "undo the last label, again and again through the history"),
            (&["n"], "write a note"),
            (&["a"], "go on to the next candidate after a label, or stay"),
        ],
    ),
    (
        "Spectrum, once it has the focus",
        &[
            (&["+", "−"], "zoom"),
            (&["←", "→"], "pan"),
            (&["Shift", "drag"], "zoom into a box"),
            (&["double click"], "the whole spectrum"),
            (&["f"], "what the recipe made of it, step by step; from anywhere"),
        ],
    ),
    (
        "Measurement",
        &[
            (&["e"], "measure a line of the spectrum, or stop"),
            (&["w"], "take the range that a plot is zoomed to as the line window"),
            (&["Shift", "W"], "measure it in all of the subset, as columns"),
        ],
    ),
    (
        "Comparing",
        &[
            (&["y"], "what is drawn with the spectrum, and how"),
            (&["i"], "nearest neighbours of a run"),
            (&["t"], "what is selected"),
            (&["Shift", "E"], "other spectra of the same star"),
            (&["b"], "mean and spread of its class"),
            (&["Shift", "P"], "pin the spectrum, or no longer"),
            (&["o"], "levels matched, one above the other, as they are"),
            (&["d"], "axis of velocities about Hα, or of wavelengths"),
            (&["[", "]"], "10 km/s bluer or redder; with Shift 100, with Alt 1"),
        ],
    ),
    ("Page", &[(&["?"], "this map"), (&["Esc"], "close what is open")]),
];

/// Whether a key goes to a field, a menu or a dialog.
pub fn is_in_field(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA")
            || element.closest("dialog, [role=listbox], [role=menu]").ok().flatten().is_some()
    })
}

/// Whether a key is meant for the page, and not for a field, a menu or a dialog.
pub fn is_for_page(event: &web_sys::KeyboardEvent) -> bool {
    !is_in_field(event) && !event.ctrl_key() && !event.alt_key() && !event.meta_key() && !event.default_prevented()
}

/// The map, group by group.
#[component]
pub fn KeyGroups() -> impl IntoView {
    let group = |(title, keys): (&'static str, &'static [Entry])| {
        let entry = |&(keys, meaning): &Entry| {
            view! {
                <dt>{keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view()}</dt>
                <dd>{meaning}</dd>
            }
        };
        view! {
            <section>
                <h3>{title}</h3>
                <dl class="keys">{keys.iter().map(entry).collect_view()}</dl>
            </section>
        }
    };
    MAP.map(group).collect_view()
}

/// The button and the dialog that show the map; `?` opens it from anywhere.
#[component]
pub fn KeyboardMap() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move || {
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            // a dialog that is in the document and closed can be opened
            let _ = dialog.show_modal();
        }
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "?" && is_for_page(&event) {
            open();
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        <button type="button" class="keyboard" aria-label="Keyboard map" title="Keyboard map (?)" on:click=move |_| open()>
            "?"
        </button>
        <dialog node_ref=dialog data-testid="keyboard-map" aria-label="Keyboard map">
            <div class="key-groups"><KeyGroups /></div>
            <form method="dialog">
                <button type="submit">"Close"</button>
            </form>
        </dialog>
    }
}
