//! The chosen spectrum: what it is, the whole of it, the surroundings of H-alpha, where it stands on the sky, why it
//! ranks where it does, what is known.
//!
//! [`pictures`] brings together what the plots show, [`beside`] what is laid over the spectrum in them, [`lens`] keeps
//! their windows, [`toolbar`] and [`motion`] change the view.

mod axis;
mod beside;
mod compare_menu;
pub mod keys;
mod legend;
mod lens;
mod lines_menu;
mod menu;
mod motion;
mod pictures;
mod title;
mod toolbar;

use leptos::prelude::*;

use super::{
    explanation::ExplanationPanel,
    label_bar::LabelBar,
    measuring::MeasuringPanel,
    metadata_panel::MetadataPanel,
    sky_plot::SkyPanel,
    spectrum_plot::{Panel, SpectrumPlot},
};
use crate::{
    context::{Explained, Spectra, Viewing},
    state::view::{Show, View},
};
use legend::Legend;
use lens::lens;
use motion::Motion;
use pictures::Pictures;
use title::Title;
use toolbar::Toolbar;

/// Title, toolbar, plots, explanation, sky, metadata.
#[component]
pub fn SpectrumView() -> impl IntoView {
    let (spectra, viewing, explained) =
        (expect_context::<Spectra>(), expect_context::<Viewing>(), expect_context::<Explained>());
    let pictures = Pictures::new();
    keys::follow();
    let follow = Memo::new(move |_| viewing.view.with(|view| view.follow));
    let seen = Memo::new(move |_| viewing.view.with(|view| view.show == Show::Seen));
    forget_what_was_the_last_ones(spectra, viewing);

    let (cursor, side_cursor) = (RwSignal::new(None::<f64>), RwSignal::new(None::<f64>));
    // the algorithm's wavelengths may be those at rest: a cursor in them says nothing about the other panel
    let shared =
        move |cursor: RwSignal<Option<f64>>| Signal::derive(move || if seen.get() { None } else { cursor.get() });
    let led = Memo::new(move |_| follow.get() && shared(cursor).with(Option::is_some));
    let wanted = Memo::new(move |_| viewing.view.with(|view| view.window.filter(|_| view.show != Show::Seen)));
    let window = lens(pictures.whole, wanted, Signal::derive(|| false), move |range| {
        // what the algorithm saw has its own few wavelengths: a window in them is not the spectrum's
        if !seen.get_untracked() {
            viewing.edit(|view| View { window: range, ..view });
        }
    });
    let side_wanted = Memo::new(move |_| viewing.view.with(|view| view.side_window));
    let side_window = lens(pictures.side, side_wanted, led.into(), move |range| {
        viewing.edit(|view| View { side_window: range, ..view });
    });
    Effect::new(move || {
        if let Some(wavelength) = cursor.get().filter(|_| led.get()) {
            side_window.update(|window| *window = window.map(|window| window.centred(wavelength)));
        }
    });

    let nothing = Signal::derive(|| None);
    let framed = Signal::derive(move || if seen.get() { None } else { side_window.get().map(|window| window.range()) });
    let pointed = explained.pointed.into();
    let choose_line = Callback::new(move |line: String| {
        viewing.edit(|view| {
            let line = Some(line).filter(|line| view.velocity.as_ref() != Some(line));
            view.about(line)
        });
    });
    let whole_panel = Panel { window, cursor, framed, echo: shared(side_cursor), pointed, choose_line };
    let echo = shared(cursor);
    let side_panel = Panel { window: side_window, cursor: side_cursor, framed: nothing, echo, pointed, choose_line };
    let whole_title = move || if seen.get() { "As the algorithm saw it" } else { "Whole spectrum" }.to_owned();
    let line = move || pictures.line.get().unwrap_or_else(|| "Hα".to_owned());
    let side_title = move || if led.get() { "Under the cursor".to_owned() } else { format!("Around {}", line()) };
    let side_missing = move || {
        let any = spectra.shown.with(Option::is_some);
        if any { format!("This spectrum does not reach {}.", line()) } else { String::new() }
    };
    view! {
        <section class="spectrum" aria-label="Spectrum" aria-busy=move || spectra.awaited.get().to_string()>
            <Title />
            <LabelBar />
            <Toolbar />
            <Motion />
            <div class="plots">
                <SpectrumPlot
                    testid="spectrum-plot"
                    title=Signal::derive(whole_title)
                    home="Show all"
                    picture=pictures.whole
                    panel=whole_panel
                    empty=Signal::derive(move || Pictures::whole_missing(spectra, viewing, explained))
                />
                <SpectrumPlot
                    testid="h-alpha-plot"
                    title=Signal::derive(side_title)
                    home="Back"
                    picture=pictures.side
                    panel=side_panel
                    empty=Signal::derive(side_missing)
                >
                    <button
                        type="button"
                        class="follow"
                        aria-pressed=move || follow.get().to_string()
                        title="Show here what is under the cursor in the whole spectrum"
                        on:click=move |_| viewing.edit(|view| View { follow: !view.follow, ..view })
                    >
                        "Follow"
                    </button>
                </SpectrumPlot>
            </div>
            <Legend picture=pictures.whole />
            <MeasuringPanel />
            <div class="below">
                <ExplanationPanel />
                <SkyPanel />
                <MetadataPanel />
            </div>
        </section>
    }
}

/// Takes from the address what does not belong to the next object.
fn forget_what_was_the_last_ones(spectra: Spectra, viewing: Viewing) {
    Effect::new(move |last: Option<Option<String>>| {
        let now = spectra.shown.with(|shown| {
            let body = shown.as_ref()?;
            let full = body.wavelengths.first().copied().zip(body.wavelengths.last().copied())?;
            Some((body.metadata.spectrum_id.clone(), full))
        });
        let last = last.flatten();
        match now {
            Some((id, full)) => {
                if last.is_some_and(|last| last != id) {
                    viewing.forget_shift();
                    viewing.edit(|view| view.of_next(full));
                }
                Some(id)
            }
            None => last,
        }
    });
}
