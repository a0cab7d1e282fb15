//! `balmer explain`: why a spectrum stands where it does in a run.

use std::io::{self, Write};

use balmer::explain::{GraphCache, explain};
use balmer_core::pipeline::head;
use balmer_exchange::api::{Explanation, FeatureView};

use super::{
    output::{self, TextTable, UNKNOWN, thousands},
    runs::find_done,
    session::Session,
};

/// Say why a spectrum stands where it does in a run
///
/// Its nearest neighbours with their densities, the wavelengths at which it differs from them, its places under all settings of
/// the run, and the labelled spectra that its label comes from.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// Run: its id, the beginning of it, or 'latest'
    run: String,
    /// Name of the spectrum
    spectrum: String,
    /// Neighbours listed
    #[arg(long, value_name = "N", default_value_t = 10)]
    neighbors: usize,
}

/// Wavelengths listed.
const WAVELENGTHS: usize = 5;

impl Explain {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let run = find_done(&store, &self.run)?;
        let progress = session.progress("explaining");
        let explained = explain(&store, &GraphCache::default(), &run, &self.spectrum, &progress);
        drop(progress);
        let told = explained?;
        if session.json() {
            return output::print_json(&told);
        }
        output::print(|out| self.write(out, &told))
    }

    fn write(&self, out: &mut dyn Write, told: &Explanation) -> io::Result<()> {
        let (rank, ranked) = (thousands(told.rank as usize), thousands(told.ranked as usize));
        writeln!(out, "{}: rank {rank} of {ranked}, LOF {:.3}", told.spectrum_id, told.lof)?;
        if let Some(density) = told.density {
            let mean = told.neighbors.iter().filter_map(|row| Some(f64::from(row.density?.lrd))).sum::<f64>()
                / told.neighbors.len().max(1) as f64;
            let number = told.neighbors.len();
            writeln!(out, "density {:.4}, of its {number} neighbours {mean:.4} in the mean", density.lrd)?;
        }
        places(out, told)?;
        wavelengths(out, &told.features)?;
        let mut table = TextTable::new(&["neighbour", "distance", "rank", "lof", "density", "label"]);
        for row in told.neighbors.iter().take(self.neighbors) {
            table.row(vec![
                row.spectrum_id.clone(),
                format!("{:.4}", row.distance),
                thousands(row.rank as usize),
                format!("{:.3}", row.lof),
                row.density.map_or_else(|| UNKNOWN.to_owned(), |density| format!("{:.4}", density.lrd)),
                row.label.clone().unwrap_or_default(),
            ]);
        }
        writeln!(out)?;
        table.write(out)?;
        seeds(out, told)
    }
}

fn places(out: &mut dyn Write, told: &Explanation) -> io::Result<()> {
    let known: Vec<u32> = told.places.iter().filter_map(|place| place.rank).collect();
    let (Some(best), Some(worst)) = (known.iter().min(), known.iter().max()) else { return Ok(()) };
    let head = head(told.ranked as usize);
    let within = known.iter().filter(|&&rank| rank as usize <= head).count();
    let (best, worst) = (thousands(*best as usize), thousands(*worst as usize));
    let of = known.len();
    writeln!(out, "among the first {} under {within} of {of} settings, at places {best} to {worst}", thousands(head))?;
    for place in &told.places {
        let rank = place.rank.map_or_else(|| "rejected".to_owned(), |rank| thousands(rank as usize));
        writeln!(out, "  {}: {rank}", place.setting)?;
    }
    Ok(())
}

/// The pixels that count most.
fn wavelengths(out: &mut dyn Write, view: &FeatureView) -> io::Result<()> {
    let mut order: Vec<usize> = (0..view.contribution.len()).collect();
    order.sort_by(|&a, &b| view.contribution[b].total_cmp(&view.contribution[a]));
    let told = order
        .iter()
        .take(WAVELENGTHS)
        .map(|&pixel| format!("{:.1} A {:.1} %", view.wavelengths[pixel], 100.0 * view.contribution[pixel]));
    let told = told.collect::<Vec<_>>().join(", ");
    writeln!(out, "it differs most at {told} of the squared distance ({})", view.medium)
}

fn seeds(out: &mut dyn Write, told: &Explanation) -> io::Result<()> {
    if let Some(why) = &told.seeds_missing {
        return writeln!(out, "its label: {why}");
    }
    let Some(probability) = told.probability else { return Ok(()) };
    let mut table = TextTable::new(&["label comes from", "label", "share", "without it"]);
    for seed in &told.seeds {
        table.row(vec![
            seed.spectrum_id.clone(),
            seed.label.clone(),
            format!("{:.1} %", 100.0 * seed.share),
            seed.without.map_or_else(|| UNKNOWN.to_owned(), |without| format!("{without:.3}")),
        ]);
    }
    writeln!(out)?;
    table.write(out)?;
    let more = if told.seeds_left > 0 { format!(", and {} more", told.seeds_left) } else { String::new() };
    writeln!(out, "probability {probability:.3} with all of them{more}")
}
