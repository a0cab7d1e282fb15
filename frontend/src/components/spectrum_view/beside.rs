//! What is laid over the spectrum in a plot: other spectra and the mean of a class. It is made anew where one of them,
//! the manner or the spectrum changes, and not while a window moves.

use std::{collections::HashMap, sync::Arc};

use balmer_core::spectrum::Medium;
use leptos::prelude::*;

use crate::{
    context::{Compared, Drawn},
    state::{
        compare::{Compare, Name},
        load::Load,
        mean::{Class, Mean},
        overlay::{Companion, Manner, Overlays},
        picture::Same,
        smoothing::Smoothing,
        trace::Trace,
    },
};

/// What is done to the pixels of every spectrum: normalised, smoothed, in which medium.
pub type Treatment = (bool, Smoothing, Medium);

/// The other spectra, treated as the chosen one is.
#[derive(Debug, Clone, Copy)]
pub struct Others {
    companions: Memo<Same<Vec<Arc<Companion>>>>,
    class: Memo<Option<Same<Class>>>,
    compare: Memo<Compare>,
}

/// What is laid over the spectrum in one plot.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Other spectra.
    pub overlays: Arc<Overlays>,
    /// The mean of a class.
    pub mean: Option<Arc<Mean>>,
}

impl Others {
    /// Follows what has been fetched.
    pub fn new(compared: Compared, treatment: Memo<Option<Treatment>>) -> Self {
        // those that stay are not treated again when one more comes
        let treated = StoredValue::new((None, HashMap::<Name, Arc<Companion>>::new()));
        let companions = Memo::new(move |_| {
            let here = compared.here.get();
            let Some(now @ (normalised, smoothing, medium)) = treatment.get() else { return Same::new(Vec::new()) };
            let (before, mut known) = treated.get_value();
            if before != Some(now) {
                known.clear();
            }
            let treat = |(member, body): &Drawn| Arc::new(Companion::of(member, body, normalised, smoothing, medium));
            let companions: Vec<Arc<Companion>> = here
                .0
                .iter()
                .map(|drawn| {
                    let same = known.get(&drawn.0.name).filter(|companion| companion.why == drawn.0.why);
                    same.cloned().unwrap_or_else(|| treat(drawn))
                })
                .collect();
            let known = companions.iter().map(|companion| (companion.name.clone(), companion.clone())).collect();
            treated.set_value((Some(now), known));
            Same::new(companions)
        });
        let class = Memo::new(move |_| {
            let (normalised, smoothing, medium) = treatment.get()?;
            compared.class.with(|class| {
                let Load::Ready(Same(class)) = class else { return None };
                let treat = |(member, body): &Drawn| Companion::of(member, body, normalised, smoothing, medium);
                let companions = class.spectra.iter().map(|drawn| Arc::new(treat(drawn))).collect();
                Some(Same::new(Class { title: class.title.clone(), companions, all: class.all }))
            })
        });
        Self { companions, class, compare: compared.compare }
    }

    /// Lays them over a spectrum whose levels are compared in `home`; `redshift` is that of the object.
    pub fn over(
        self,
        trace: Memo<Option<Same<Trace>>>,
        home: Memo<Option<(f64, f64)>>,
        redshift: Memo<f64>,
    ) -> Memo<Option<Same<Beside>>> {
        let manner = Memo::new(move |_| {
            let (levels, align) = self.compare.with(|compare| (compare.levels, compare.align));
            // who is not moved does not care where to
            Some(Manner { home: home.get()?, levels, redshift: align.then(|| redshift.get()) })
        });
        let overlays = Memo::new(move |_| {
            let (Same(trace), manner) = (trace.get()?, manner.get()?);
            Some(self.companions.with(|companions| Same::new(Overlays::over(&trace, &companions.0, manner))))
        });
        let mean = Memo::new(move |_| {
            let (Same(trace), manner) = (trace.get()?, manner.get()?);
            self.class.with(|class| Mean::over(&trace, &class.as_ref()?.0, manner).map(Same::new))
        });
        Memo::new(move |_| {
            let mean = mean.get().map(|Same(mean)| mean);
            overlays.get().map(|Same(overlays)| Same::new(Beside { overlays, mean }))
        })
    }
}
