//! The head of the view: name, type, verdict, quality, and the way to the neighbours in the list.

use balmer_exchange::api::SpectrumBody;
use leptos::prelude::*;

use crate::{
    components::listing::go,
    context::{Desk, Rows, Spectra},
    state::{
        candidates::Step,
        format::{fixed, object_type},
        quality::good_percent,
    },
};

/// One fact of the head.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fact {
    name: String,
    value: String,
    meaning: &'static str,
    alarming: bool,
}

/// Name, type, verdict, quality, steps.
#[component]
pub fn Title() -> impl IntoView {
    let (desk, rows, spectra) = (expect_context::<Desk>(), expect_context::<Rows>(), expect_context::<Spectra>());
    let name = move || spectra.shown.with(|shown| shown.as_ref().map(|body| name_of(body)));
    let kind = move || {
        spectra.shown.with(|shown| {
            let metadata = shown.as_ref().map(|body| &body.metadata)?;
            Some(object_type(metadata.class.as_deref(), metadata.subclass.as_deref()))
        })
    };
    let facts = Memo::new(move |_| {
        spectra.shown.with(|shown| {
            let Some(body) = shown.as_deref() else { return Vec::new() };
            let mut facts = verdict(rows, &body.metadata.spectrum_id);
            facts.extend(quality(body));
            facts
        })
    });
    let fact = |Fact { name, value, meaning, alarming }: Fact| {
        view! { <li class:outlier=alarming title=meaning><span>{name}</span><b>{value}</b></li> }
    };
    view! {
        <header class="title">
            <div class="title-name">
                <h1>{move || name().unwrap_or_else(|| "\u{a0}".to_owned())}</h1>
                <span class="kind">{kind}</span>
            </div>
            <ul class="verdict">{move || facts.get().into_iter().map(fact).collect_view()}</ul>
            <div class="steps">
                <button type="button" aria-label="Previous candidate" title="Previous candidate (up)"
                    on:click=move |_| { go(desk, rows, Step::Previous); }>"↑"</button>
                <button type="button" aria-label="Next candidate" title="Next candidate (down)"
                    on:click=move |_| { go(desk, rows, Step::Next); }>"↓"</button>
            </div>
        </header>
    }
}

/// What the object is called.
pub fn name_of(body: &SpectrumBody) -> String {
    body.metadata.designation.clone().unwrap_or_else(|| body.metadata.spectrum_id.clone())
}

/// What the run says, where the list is that of a run and has the spectrum.
fn verdict(rows: Rows, id: &str) -> Vec<Fact> {
    rows.table.with(|table| {
        let table = table.ready().filter(|table| table.has("lof"));
        let Some((table, row)) = table.and_then(|table| Some((table, table.row_of(id)?))) else { return Vec::new() };
        let mut facts = vec![
            Fact {
                name: "rank".into(),
                value: fixed(table.number("rank", row).unwrap_or(f64::NAN), 0),
                meaning: "place in the run's list: 1 is the rarest",
                alarming: false,
            },
            Fact {
                name: "LOF".into(),
                value: fixed(table.number("lof", row).unwrap_or(f64::NAN), 2),
                meaning: "local outlier factor: 1 is ordinary",
                alarming: table.flag("is_outlier", row),
            },
        ];
        if let Some(label) = table.text("label", row) {
            facts.push(Fact {
                name: label.to_owned(),
                value: fixed(table.number("probability", row).unwrap_or(f64::NAN), 2),
                meaning: "the class that spread to it, and its probability",
                alarming: false,
            });
        }
        facts
    })
}

/// How good the data are.
fn quality(body: &SpectrumBody) -> Vec<Fact> {
    let good = good_percent(body);
    let snr = body.metadata.snr_r.map(|snr| Fact {
        name: "S/N r".into(),
        value: fixed(snr, 0),
        meaning: "signal-to-noise ratio in r, as the survey states it",
        alarming: false,
    });
    let pixels = good.map(|good| Fact {
        name: "good pixels".into(),
        value: format!("{} %", fixed(good, 0)),
        meaning: "pixels with information that are not masked in every exposure",
        alarming: good < 90.0,
    });
    snr.into_iter().chain(pixels).collect()
}
