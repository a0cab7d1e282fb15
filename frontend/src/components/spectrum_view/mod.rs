//! The chosen spectrum: what it is, the whole of it, the surroundings of H-alpha, what is known.

use std::sync::Arc;

use balmer_core::{
    lines::{BALMER, CALCIUM_II, HELIUM_I, HELIUM_II, NEBULAR, OXYGEN_I, SODIUM_I},
    spectrum::{Medium, vacuum_to_air},
};
use balmer_exchange::api::{CandidateRow, SpectrumBody};
use leptos::prelude::*;

use super::{
    label_bar::LabelBar,
    listing::go,
    metadata_panel::MetadataPanel,
    spectrum_plot::{Picture, SpectrumPlot},
};
use crate::{
    context::{Desk, Rows, Spectra},
    state::{
        candidates::Step,
        format::{fixed, object_type},
    },
};

/// The surroundings of H-alpha that the default recipe looks at, Angstrom in vacuum.
const H_ALPHA_WINDOW: (f64, f64) = (6519.0, 6732.0);

/// Title, plots, metadata.
#[component]
pub fn SpectrumView() -> impl IntoView {
    let spectra: Spectra = expect_context();
    let spectrum = Memo::new(move |_| spectra.shown.get().map(Shared));
    let alpha_missing =
        Signal::derive(move || if spectrum.with(Option::is_some) { "This spectrum does not reach Hα." } else { "" });
    let whole = Signal::derive(move || spectrum.get().map(|Shared(body)| whole_picture(body)));
    let alpha = Signal::derive(move || spectrum.get().and_then(|Shared(body)| h_alpha_picture(body)));
    view! {
        <section class="spectrum" aria-label="Spectrum" aria-busy=move || spectra.awaited.get().to_string()>
            <Title />
            <LabelBar />
            <div class="plots">
                <SpectrumPlot testid="spectrum-plot" title="Whole spectrum" picture=whole empty="" />
                <SpectrumPlot
                    testid="h-alpha-plot"
                    title="Around Hα"
                    picture=alpha
                    empty=alpha_missing
                />
            </div>
            <MetadataPanel />
        </section>
    }
}

/// A spectrum that equals another only if it is the same one: comparing pixels would be work.
#[derive(Debug, Clone)]
struct Shared(Arc<SpectrumBody>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn redshift(body: &SpectrumBody) -> f64 {
    body.metadata.z.filter(|z| z.is_finite() && *z > -0.1).unwrap_or(0.0)
}

fn whole_picture(body: Arc<SpectrumBody>) -> Picture {
    let range = (body.wavelengths.first().copied(), body.wavelengths.last().copied());
    let full = (range.0.unwrap_or(0.0), range.1.unwrap_or(1.0));
    let framed = Some(h_alpha_window(&body));
    Picture { redshift: redshift(&body), body, full, framed, lists: &[BALMER, CALCIUM_II, SODIUM_I] }
}

fn h_alpha_picture(body: Arc<SpectrumBody>) -> Option<Picture> {
    let full = h_alpha_window(&body);
    let reached = body.wavelengths.iter().filter(|w| (full.0..=full.1).contains(*w)).count() > 2;
    let lists = &[BALMER, NEBULAR, HELIUM_I, HELIUM_II, OXYGEN_I][..];
    reached.then(|| Picture { redshift: redshift(&body), body, full, framed: None, lists })
}

/// The H-alpha window as this spectrum sees it: shifted with the object, in the spectrum's medium.
fn h_alpha_window(body: &SpectrumBody) -> (f64, f64) {
    let shift = 1.0 + redshift(body);
    let seen = |vacuum: f64| match body.medium {
        Medium::Vacuum => vacuum * shift,
        Medium::Air => vacuum_to_air(vacuum * shift),
    };
    (seen(H_ALPHA_WINDOW.0), seen(H_ALPHA_WINDOW.1))
}

/// Name, type, verdict, and the way to the neighbours in the list.
#[component]
fn Title() -> impl IntoView {
    let (desk, rows, spectra) = (expect_context::<Desk>(), expect_context::<Rows>(), expect_context::<Spectra>());
    let name = move || {
        spectra.shown.with(|spectrum| {
            let metadata = spectrum.as_ref().map(|spectrum| &spectrum.metadata);
            metadata.map(|m| m.designation.clone().unwrap_or_else(|| m.spectrum_id.clone()))
        })
    };
    let kind = move || {
        spectra.shown.with(|spectrum| {
            let metadata = spectrum.as_ref().map(|spectrum| &spectrum.metadata)?;
            Some(object_type(metadata.class.as_deref(), metadata.subclass.as_deref()))
        })
    };
    let candidate = move || -> Option<CandidateRow> {
        let shown = spectra.shown.with(|s| s.as_ref().map(|s| s.metadata.spectrum_id.clone()))?;
        rows.table.with(|table| {
            let table = table.ready().filter(|table| table.has("lof"))?;
            let row = table.row_of(&shown)?;
            let single = |column: &str| table.number(column, row).unwrap_or_default() as f32;
            Some(CandidateRow {
                rank: table.number("rank", row).unwrap_or_default() as u32,
                lof: single("lof"),
                is_outlier: table.flag("is_outlier", row),
                label: table.text("label", row).map(str::to_owned),
                probability: single("probability"),
                snr_r: table.number("snr_r", row),
                ..CandidateRow::default()
            })
        })
    };
    view! {
        <header class="title">
            <div class="title-name">
                <h1>{move || name().unwrap_or_else(|| "\u{a0}".to_owned())}</h1>
                <span class="kind">{kind}</span>
            </div>
            <ul class="verdict">{move || candidate().map(|row| view! { <Verdict row /> })}</ul>
            <div class="steps">
                <button type="button" aria-label="Previous candidate" title="Previous candidate (up)"
                    on:click=move |_| { go(desk, rows, Step::Previous); }>"↑"</button>
                <button type="button" aria-label="Next candidate" title="Next candidate (down)"
                    on:click=move |_| { go(desk, rows, Step::Next); }>"↓"</button>
            </div>
        </header>
    }
}

#[component]
fn Verdict(row: CandidateRow) -> impl IntoView {
    let lof = fixed(f64::from(row.lof), 2);
    let label = row.label.map(|label| (label, fixed(f64::from(row.probability), 2)));
    view! {
        <li><span>"rank"</span><b>{row.rank}</b></li>
        <li class:outlier=row.is_outlier><span>"LOF"</span><b>{lof}</b></li>
        {label.map(|(label, probability)| view! { <li><span>{label}</span><b>{probability}</b></li> })}
        {row.snr_r.map(|snr| view! { <li><span>"S/N r"</span><b>{fixed(snr, 0)}</b></li> })}
    }
}
