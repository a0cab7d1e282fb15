//! What the last runs of this machine took, by device: `timings.json` in the data directory, from which it is foretold how
//! long the next ones will take.
//!
//! Two processes that end a run at the same moment may lose the timings of one of them; nothing else depends on the file,
//! and one that cannot be read counts as empty.

use balmer_core::pipeline::Past;

use super::{Result, Store, durable};

/// The name of the file.
const FILE: &str = "timings.json";
/// Runs remembered of each device.
const REMEMBERED: usize = 10;

impl Store {
    /// The last runs, oldest first.
    pub(crate) fn timings(&self) -> Vec<Past> {
        durable::read_json(&self.root().join(FILE)).unwrap_or_default()
    }

    /// Remembers a run that is done; of more than ten of its device the oldest is forgotten.
    ///
    /// # Errors
    /// An unwritable disk.
    pub(crate) fn remember_timings(&self, past: Past) -> Result<()> {
        let mut runs = self.timings();
        let device = past.device.clone();
        runs.push(past);
        let of_device = runs.iter().filter(|run| run.device == device).count();
        if of_device > REMEMBERED
            && let Some(oldest) = runs.iter().position(|run| run.device == device)
        {
            runs.remove(oldest);
        }
        durable::replace_json(&self.root().join(FILE), &runs)
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::pipeline::Work;

    use super::*;

    #[test]
    fn the_last_ten_runs_of_each_device_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        assert!(store.timings().is_empty());
        let past = |device: &str, spectra| Past {
            device: device.to_owned(),
            work: Work { spectra, pixels: 140, components: 0, n_neighbors: 20, label_neighbors: 0, variants: 0 },
            prepared: 0.0,
            timings: Vec::new(),
        };
        store.remember_timings(past("gpu", 1)).unwrap();
        for spectra in 0..12 {
            store.remember_timings(past("cpu", spectra)).unwrap();
        }
        let known: Vec<(String, u64)> = store.timings().into_iter().map(|run| (run.device, run.work.spectra)).collect();
        assert_eq!((known.len(), &known[0], &known[1]), (11, &("gpu".into(), 1), &("cpu".into(), 2)));
        std::fs::write(folder.path().join(FILE), "spoilt").unwrap();
        assert!(store.timings().is_empty());
        store.remember_timings(past("cpu", 1)).unwrap();
        assert_eq!(store.timings().len(), 1);
    }
}
