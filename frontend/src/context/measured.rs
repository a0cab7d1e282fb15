//! The line measured in the spectrum shown: the address read, the way to change it, and what comes out.

use balmer_core::{
    analysis::{Continuum, LineMeasurement, LineRequest, continuum_level},
    spectrum::{Medium, Spectrum},
};
use balmer_exchange::api::Problem;
use leptos::prelude::*;

use super::{Desk, Failures, Spectra, Viewing};
use crate::state::{
    format::signed,
    markers::{corrected, redshift},
    measuring::{Measuring, WIDEST},
    picture::{MeasuredLine, Same},
    view::Show,
};

/// What came of a measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The numbers, or why there are none.
    pub line: Result<LineMeasurement, String>,
    /// Where it was measured, for the plots.
    pub drawn: Option<MeasuredLine>,
    /// What columns of the same measurement would not have in common with it.
    pub notes: Vec<String>,
}

/// The line measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// What is asked for; `None` while nothing is.
    pub measuring: Memo<Option<Measuring>>,
    /// What came of it, of the spectrum shown.
    pub outcome: Memo<Option<Same<Outcome>>>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<(Desk, Spectra, Viewing, Failures)>,
}

impl Measured {
    /// Follows the address and the spectrum shown.
    pub fn new() -> Self {
        let (desk, spectra, viewing): (Desk, Spectra, Viewing) = (expect_context(), expect_context(), expect_context());
        let measuring = Memo::new(move |_| desk.address.with(|address| Measuring::parse(&address.view)));
        // a spectrum is made of its body once, not with every step of a window
        let spectrum = Memo::new(move |_| {
            measuring.with(Option::is_some).then_some(())?;
            let body = spectra.shown.get()?;
            Some(Same::new(Spectrum::try_from((*body).clone()).map_err(|error| error.to_string())))
        });
        let place = Memo::new(move |_| {
            let stated = spectra.shown.with(|shown| shown.as_ref().and_then(|body| body.metadata.z));
            let taken = spectra.shown.with(|shown| shown.as_ref().map_or(0.0, |body| redshift(body)));
            (stated == Some(taken), taken, viewing.view.with(|view| view.shift))
        });
        let outcome = Memo::new(move |_| {
            let (measuring, Same(spectrum)) = (measuring.get()?, spectrum.get()?);
            Some(Same::new(match &*spectrum {
                Ok(spectrum) => measured(spectrum, &measuring, place.get())?,
                Err(why) => Outcome { line: Err(why.clone()), drawn: None, notes: Vec::new() },
            }))
        });
        Self { measuring, outcome, others: StoredValue::new((desk, spectra, viewing, expect_context())) }
    }

    /// Changes what is measured, without an entry in the history; `None` ends it.
    pub fn edit(self, change: impl FnOnce(Option<Measuring>) -> Option<Measuring>) {
        let (desk, ..) = self.others.get_value();
        let mut address = desk.address.get_untracked();
        let before = address.view.clone();
        Measuring::write(change(Measuring::parse(&before)).as_ref(), &mut address.view);
        if address.view != before {
            desk.replace(&address);
        }
    }

    /// Begins to measure H-alpha, or ends.
    pub fn toggle(self) {
        self.edit(|measuring| if measuring.is_some() { None } else { Some(Measuring::default()) });
    }

    /// Takes the part of the spectrum that the reader has zoomed to as the line window, where it can be one.
    pub fn take_window(self) {
        let (.., failures) = self.others.get_value();
        let taken = self.measuring.get_untracked().zip(self.shown()).and_then(|(measuring, (range, medium, z))| {
            let stretch = if measuring.moves() { 1.0 + z } else { 1.0 };
            let line = measuring.seen_at(z, medium)?;
            let around = ((range.0 - line) / stretch, (range.1 - line) / stretch);
            let taken = measuring.with_window(around);
            (taken.around == around).then_some(taken)
        });
        if let Some(taken) = taken {
            self.edit(|_| Some(taken));
        } else {
            let detail =
                format!("zoom to the line in a plot first: a window is at least 1 Å wide and at most {WIDEST} Å away");
            failures.last.set(Some(Problem::new(400, "no window").with_detail(detail)));
        }
    }

    /// The wavelengths that a plot is zoomed to, their medium, and the redshift at which the markers stand.
    fn shown(self) -> Option<((f64, f64), Medium, f64)> {
        let (_, spectra, viewing, _) = self.others.get_value();
        viewing.view.with_untracked(|view| {
            // what the algorithm saw may be at rest or in another medium
            let range = view.window.filter(|_| view.show != Show::Seen).or(view.side_window)?;
            spectra.shown.with_untracked(|shown| {
                let body = shown.as_ref()?;
                Some((range, body.medium, corrected(redshift(body), view.shift)))
            })
        })
    }
}

/// Measures the line at a redshift that is stated or not, and that was corrected by a velocity in km/s.
fn measured(spectrum: &Spectrum, measuring: &Measuring, place: (bool, f64, f64)) -> Option<Outcome> {
    let (is_stated, z, shift) = place;
    let request = measuring.request()?;
    let mut notes = Vec::new();
    if request.rest_frame && !is_stated {
        notes.push(
            "no redshift is stated: the windows stand at 0; columns take one, or \u{201c}as observed\u{201d}"
                .to_owned(),
        );
    }
    if request.rest_frame && shift != 0.0 {
        notes
            .push(format!("the windows were moved by {} km/s by hand: columns have the catalogue's", signed(shift, 0)));
    }
    let here = if request.rest_frame { request.at(corrected(z, shift)) } else { request };
    let line = here.measure(spectrum).map_err(|error| error.to_string());
    Some(Outcome { line, drawn: Some(drawn(spectrum, &here)), notes })
}

fn drawn(spectrum: &Spectrum, request: &LineRequest) -> MeasuredLine {
    let medium: Medium = spectrum.axis().medium();
    let beside = match request.continuum {
        Continuum::Straight { left, right } => vec![left.ends_in(medium), right.ends_in(medium)],
        Continuum::Polynomial { over, .. } => vec![over.ends_in(medium)],
        Continuum::Median { .. } | Continuum::Normalised => Vec::new(),
    };
    let level = continuum_level(spectrum, &request.window, &request.continuum).unwrap_or_default();
    let (wavelengths, level) = level.into_iter().map(|(wavelength, level)| (wavelength, level as f32)).unzip();
    MeasuredLine { window: request.window.ends_in(medium), beside, wavelengths, level }
}

impl Default for Measured {
    fn default() -> Self {
        Self::new()
    }
}
