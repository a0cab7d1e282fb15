//! What the two plots show: the spectrum, the view and the other spectra brought together.

use std::sync::Arc;

use balmer_core::spectrum::{Medium, vacuum_to_air};
use balmer_exchange::api::SpectrumBody;
use leptos::prelude::*;

use super::{
    beside::{Beside, Others},
    title::name_of,
};
use crate::{
    context::{Compared, Explained, Measured, Spectra, Viewing},
    state::{
        load::Load,
        markers::{bands, corrected, markers, moved, redshift as stated_redshift},
        picture::{Picture, Same},
        trace::Trace,
        velocity::VelocityAxis,
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
    /// The surroundings of H-alpha, or of the line about which velocities are told.
    pub side: Signal<Option<Same<Picture>>>,
    /// That line.
    pub line: Memo<Option<String>>,
}

impl Pictures {
    /// Follows the spectrum shown, the view and the spectra beside it.
    pub fn new() -> Self {
        let (spectra, viewing, explained): (Spectra, Viewing, Explained) =
            (expect_context(), expect_context(), expect_context());
        let shown = Memo::new(move |_| spectra.shown.get().map(Same));
        let manner = Memo::new(move |_| viewing.view.with(|view| (view.show == Show::Normalised, view.smoothing)));
        let trace = Memo::new(move |_| {
            let body = shown.get()?;
            let (normalised, smoothing) = manner.get();
            Some(Same::new(Trace::of(&body.0, normalised, smoothing)))
        });
        let seen = Memo::new(move |_| {
            let id = shown.with(|body| body.as_ref().map(|body| body.0.metadata.spectrum_id.clone()))?;
            explained.answer.with(|answer| {
                let answer = answer.ready().filter(|answer| answer.spectrum_id == id)?;
                Some(Same::new(Trace::seen(&answer.features, answer.neighbors.len())))
            })
        });
        let treatment = Memo::new(move |_| {
            let (normalised, smoothing) = manner.get();
            Some((normalised, smoothing, shown.with(|body| body.as_ref().map(|body| body.0.medium))?))
        });
        let redshift = Memo::new(move |_| {
            let stated = shown.with(|body| body.as_ref().map_or(0.0, |body| stated_redshift(&body.0)));
            corrected(stated, viewing.view.with(|view| view.shift))
        });
        let axis = Memo::new(move |_| {
            let medium = shown.with(|body| body.as_ref().map(|body| body.0.medium))?;
            viewing.view.with(|view| {
                let key = view.velocity.as_deref()?;
                VelocityAxis::about(key, &view.marks, medium, redshift.get())
            })
        });
        let home = Memo::new(move |_| trace.with(|trace| trace.as_ref().map(|trace| trace.0.full())));
        let side_home = Memo::new(move |_| {
            let about = axis.with(|axis| axis.as_ref().map(VelocityAxis::window));
            about.or_else(|| shown.with(|body| body.as_ref().map(|body| h_alpha_window(&body.0))))
        });
        let others = Others::new(expect_context::<Compared>(), treatment);
        let (beside, side_beside) = (others.over(trace, home, redshift), others.over(trace, side_home, redshift));
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
            let (Same(body), Same(trace)) = (shown.get()?, trace.get()?);
            let view = parts.get();
            if view.show == Show::Seen {
                let Same(trace) = seen.get()?;
                return Some(Same::new(picture(&body, trace.clone(), trace.full(), &view, None)));
            }
            let beside = beside.get();
            let picture = picture(&body, trace.clone(), trace.full(), &view, beside.as_ref().map(|beside| &*beside.0));
            Some(Same::new(with_line(picture, view.show == Show::Normalised)))
        });
        let side = Memo::new(move |_| {
            let (Same(body), Same(trace), home) = (shown.get()?, trace.get()?, side_home.get()?);
            let reached = trace.wavelengths.iter().filter(|w| (home.0..=home.1).contains(*w)).count() > 2;
            let view = parts.get();
            reached.then(|| {
                let beside = side_beside.get();
                let picture = picture(&body, trace, home, &view, beside.as_ref().map(|beside| &*beside.0));
                Same::new(with_line(picture, view.show == Show::Normalised))
            })
        });
        let line = Memo::new(move |_| axis.with(|axis| axis.as_ref().map(|axis| axis.name.clone())));
        Self { whole: whole.into(), side: side.into(), line }
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

fn picture(body: &SpectrumBody, trace: Arc<Trace>, home: (f64, f64), view: &View, beside: Option<&Beside>) -> Picture {
    let redshift = corrected(if trace.rest_frame { 0.0 } else { stated_redshift(body) }, view.shift);
    Picture {
        id: body.metadata.spectrum_id.clone(),
        name: name_of(body),
        home,
        markers: markers(&view.groups, &view.marks, trace.medium, redshift),
        bands: bands(&view.groups, trace.medium),
        errors: view.errors,
        overlays: beside.map(|beside| beside.overlays.clone()).unwrap_or_default(),
        mean: beside.and_then(|beside| beside.mean.clone()),
        levels: view.compare.levels,
        axis: view.velocity.as_deref().and_then(|key| VelocityAxis::about(key, &view.marks, trace.medium, redshift)),
        trace,
        measured: None,
    }
}

/// The H-alpha window as this spectrum sees it: shifted with the object, in the spectrum's medium.
fn h_alpha_window(body: &SpectrumBody) -> (f64, f64) {
    let at_rest = |vacuum: f64| match body.medium {
        Medium::Vacuum => vacuum,
        Medium::Air => vacuum_to_air(vacuum),
    };
    let seen = |vacuum: f64| moved(at_rest(vacuum), body.medium, stated_redshift(body));
    (seen(H_ALPHA_WINDOW.0), seen(H_ALPHA_WINDOW.1))
}
