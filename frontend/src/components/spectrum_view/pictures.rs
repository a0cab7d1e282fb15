//! What the two plots show: the spectrum, the view and the neighbours brought together.

use std::sync::Arc;

use balmer_core::spectrum::Medium;
use balmer_exchange::api::SpectrumBody;
use leptos::prelude::*;

use super::title::name_of;
use crate::{
    context::{Explained, Measured, Spectra, Viewing},
    state::{
        load::Load,
        markers::{bands, corrected, markers, moved, redshift},
        picture::{Picture, Same},
        trace::{Overlay, Trace},
        view::{Show, View},
    },
};

/// The surroundings of H-alpha that the default recipe looks at, Angstrom in vacuum.
const H_ALPHA_WINDOW: (f64, f64) = (6519.0, 6732.0);

/// What the plots show.
#[derive(Debug, Clone, Copy)]
pub struct Pictures {
    /// The whole spectrum, or what the algorithm saw of it.
    pub whole: Signal<Option<Same<Picture>>>,
    /// The surroundings of H-alpha.
    pub side: Signal<Option<Same<Picture>>>,
}

/// The spectrum shown and its trace.
type Drawn = (Same<SpectrumBody>, Same<Trace>);

impl Pictures {
    /// Follows the spectrum shown and the view.
    pub fn new() -> Self {
        let (spectra, viewing, explained) =
            (expect_context::<Spectra>(), expect_context::<Viewing>(), expect_context::<Explained>());
        let shown = Memo::new(move |_| spectra.shown.get().map(Same));
        let manner = Memo::new(move |_| viewing.view.with(|view| (view.show == Show::Normalised, view.smoothing)));
        let drawn = Memo::new(move |_| {
            let body = shown.get()?;
            let (normalised, smoothing) = manner.get();
            let trace = Same::new(Trace::of(&body.0, normalised, smoothing));
            Some((body, trace))
        });
        let seen = Memo::new(move |_| {
            let id = shown.with(|body| body.as_ref().map(|body| body.0.metadata.spectrum_id.clone()))?;
            explained.answer.with(|answer| {
                let answer = answer.ready().filter(|answer| answer.spectrum_id == id)?;
                Some(Same::new(Trace::seen(&answer.features, answer.neighbors.len())))
            })
        });
        let near = Memo::new(move |_| {
            let id = shown.with(|body| body.as_ref().map(|body| body.0.metadata.spectrum_id.clone()))?;
            let near = explained.near.with(|near| near.clone().filter(|(of, _)| *of == id))?.1;
            let (normalised, smoothing) = manner.get();
            let trace = |(id, body): &(String, Arc<SpectrumBody>)| (id.clone(), Trace::of(body, normalised, smoothing));
            Some(Same::new(near.iter().map(trace).collect::<Vec<_>>()))
        });
        // the windows are kept elsewhere: a pan is not a new picture
        let parts =
            Memo::new(move |_| viewing.view.with(|view| View { window: None, side_window: None, ..view.clone() }));
        let measured: Measured = expect_context();
        let with_line = move |picture: Picture, normalised: bool| {
            let line = measured.outcome.with(|outcome| outcome.as_ref()?.0.drawn.clone());
            // the continuum stands in the spectrum's own unit
            let line = line.map(|line| if normalised { line.windows_only() } else { line });
            Picture { measured: line, ..picture }
        };
        let whole = Memo::new(move |_| {
            let (body, trace) = drawn.get()?;
            let view = parts.get();
            if view.show == Show::Seen {
                let Same(trace) = seen.get()?;
                return Some(Same::new(picture(&body.0, trace.clone(), trace.full(), &view, &[])));
            }
            let home = trace.0.full();
            let picture = near.with(|near| picture(&body.0, trace.0, home, &view, neighbors(near.as_ref())));
            Some(Same::new(with_line(picture, view.show == Show::Normalised)))
        });
        let side = Memo::new(move |_| {
            let (body, trace): Drawn = drawn.get()?;
            let home = h_alpha_window(&body.0);
            let reached = trace.0.wavelengths.iter().filter(|w| (home.0..=home.1).contains(*w)).count() > 2;
            let view = parts.get();
            let picture = || near.with(|near| picture(&body.0, trace.0.clone(), home, &view, neighbors(near.as_ref())));
            reached.then(|| Same::new(with_line(picture(), view.show == Show::Normalised)))
        });
        Self { whole: whole.into(), side: side.into() }
    }

    /// Why the first plot is empty although there is a spectrum.
    pub fn whole_missing(spectra: Spectra, viewing: Viewing, explained: Explained) -> String {
        if spectra.shown.with(Option::is_none) || viewing.view.with(|view| view.show != Show::Seen) {
            return String::new();
        }
        explained.answer.with(|answer| match answer {
            Load::Idle => "What the algorithm saw belongs to a run: open one.".to_owned(),
            Load::Failed(problem) => format!("What the algorithm saw is not available: {problem}"),
            Load::Loading | Load::Ready(_) => String::new(),
        })
    }
}

fn neighbors(near: Option<&Same<Vec<(String, Trace)>>>) -> &[(String, Trace)] {
    near.map(|near| &near.0[..]).unwrap_or_default()
}

fn picture(body: &SpectrumBody, trace: Arc<Trace>, home: (f64, f64), view: &View, near: &[(String, Trace)]) -> Picture {
    let redshift = corrected(if trace.rest_frame { 0.0 } else { redshift(body) }, view.shift);
    let overlay = |(place, (id, other)): (usize, &(String, Trace))| Overlay::matched(id, place, &trace, other, home);
    Picture {
        id: body.metadata.spectrum_id.clone(),
        name: name_of(body),
        home,
        markers: markers(&view.groups, &view.marks, trace.medium, redshift),
        bands: bands(&view.groups, trace.medium),
        errors: view.errors,
        overlays: near.iter().enumerate().map(overlay).collect(),
        trace,
        measured: None,
    }
}

/// The H-alpha window as this spectrum sees it: shifted with the object, in the spectrum's medium.
fn h_alpha_window(body: &SpectrumBody) -> (f64, f64) {
    let at_rest = |vacuum: f64| match body.medium {
        Medium::Vacuum => vacuum,
        Medium::Air => balmer_core::spectrum::vacuum_to_air(vacuum),
    };
    let seen = |vacuum: f64| moved(at_rest(vacuum), body.medium, redshift(body));
    (seen(H_ALPHA_WINDOW.0), seen(H_ALPHA_WINDOW.1))
}
