//! `balmer simulate`: a survey with known truth.

use std::time::Instant;

use balmer::storage::{Input, Pushed, WriteOptions};
use balmer_core::{Error, engine::Observer, simulate::Simulation, spectrum::Spectrum};
use rayon::prelude::*;
use serde_json::json;

use super::{
    output::{self, thousands},
    session::Session,
};

/// Make a survey of simulated spectra whose kind is known
///
/// Ordinary stars like real ones with the noise of a survey, and planted rarities and artefacts; the
/// column truth says which. The same seed gives the same spectra. A stopped simulation goes on when it
/// is run again.
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// Name of the survey
    survey: String,
    /// Number of spectra
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// Draws the spectra
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
}

/// Spectra drawn at once: some 10 MiB.
const CHUNK: u64 = 256;

impl Simulate {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let started = Instant::now();
        let store = session.store_or_create()?;
        let options = WriteOptions { keep_duplicates: true, ..WriteOptions::default() };
        let mut writer = store.writer(&self.survey, options)?;
        // what an earlier simulation stored: the writer does not tell, since copies are planted on purpose
        let stored = if store.has_survey(&self.survey) { Some(store.survey(&self.survey)?) } else { None };
        let simulation = Simulation::new(self.count, self.seed);
        let progress = session.progress("simulating");
        let (mut added, mut present) = (0usize, 0usize);
        for start in (0..self.count).step_by(CHUNK as usize) {
            if session.stop.is_set() {
                break;
            }
            let end = self.count.min(start + CHUNK);
            let chunk: Vec<(Spectrum, Input)> = (start..end)
                .into_par_iter()
                .map(|i| {
                    let spectrum = simulation.spectrum(i);
                    let input = Input::of(&spectrum, None);
                    (spectrum, input)
                })
                .collect();
            for (spectrum, input) in chunk {
                if let Some(stored) = &stored
                    && stored.contains(&spectrum.metadata.spectrum_id)?
                {
                    present += 1;
                    continue;
                }
                match writer.push_identified(spectrum, input)? {
                    Pushed::Added(_) => added += 1,
                    Pushed::AlreadyPresent(_) | Pushed::Duplicate { .. } => present += 1,
                }
            }
            writer.commit_if_full()?;
            progress.progress(end as f64 / self.count as f64);
        }
        writer.commit()?;
        drop(progress);
        let (total, seconds) = (writer.count(), started.elapsed().as_secs_f64());
        let stopped = ((added + present) as u64) < self.count;
        if session.json() {
            output::print_json(&json!({
                "survey": self.survey, "added": added, "already_present": present, "total": total, "seed": self.seed,
                "seconds": seconds, "cancelled": stopped,
            }))?;
        } else {
            output::print(|out| {
                writeln!(out, "{} spectra simulated in {seconds:.1} s", thousands(added))?;
                if present > 0 {
                    writeln!(out, "{} were stored already", thousands(present))?;
                }
                writeln!(out, "survey {} has {} spectra", self.survey, thousands(total as usize))
            })?;
        }
        if stopped { Err(Error::Cancelled.into()) } else { Ok(()) }
    }
}
