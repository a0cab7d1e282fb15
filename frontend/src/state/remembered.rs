//! What the browser remembers of the runs computed in it: their numbers and settings, not their results.
//!
//! The results live in the tab that computed them. An address of such a run, opened elsewhere, still knows what was
//! asked for, and can ask for it again.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::worker::run_name;
use serde::{Deserialize, Serialize};

/// Runs whose settings are remembered.
const KEPT: usize = 20;

/// All that is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Number of the last run of any tab.
    last: u64,
    /// The last runs, the newest last.
    runs: Vec<Asked>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asked {
    run: String,
    spec: PipelineSpec,
}

impl Remembered {
    /// Reads what the browser kept; nothing where it is not understood.
    pub fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// As the browser keeps it.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Gives a run its name, which no other run of this browser has, and remembers its settings. `known` is the
    /// greatest number known otherwise: a browser that remembers nothing still counts within the tab.
    pub fn add(&mut self, spec: PipelineSpec, known: u64) -> (String, u64) {
        self.last = self.last.max(known) + 1;
        let run = run_name(self.last);
        self.runs.push(Asked { run: run.clone(), spec });
        let surplus = self.runs.len().saturating_sub(KEPT);
        self.runs.drain(..surplus);
        (run, self.last)
    }

    /// The settings of a run.
    pub fn spec(&self, run: &str) -> Option<&PipelineSpec> {
        self.runs.iter().find(|asked| asked.run == run).map(|asked| &asked.spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_on_where_another_tab_left_off() {
        let mut memory = Remembered::default();
        assert_eq!(memory.add(PipelineSpec::new("miles"), 0), ("browser-1".to_owned(), 1));
        let mut other_tab = Remembered::read(Some(&memory.written()));
        assert_eq!(other_tab.add(PipelineSpec::new("dr10"), 0).0, "browser-2");
        assert_eq!(other_tab.spec("browser-1").unwrap().survey, "miles");
        // a browser that keeps nothing
        assert_eq!(Remembered::read(None).add(PipelineSpec::new("x"), 7).0, "browser-8");
        assert_eq!(Remembered::read(Some("{\"runs\": 3}")), Remembered::default());
    }

    #[test]
    fn old_settings_go() {
        let mut memory = Remembered::default();
        for _ in 0..=KEPT {
            memory.add(PipelineSpec::new("s"), 0);
        }
        assert!(memory.spec("browser-1").is_none() && memory.spec("browser-2").is_some());
    }
}
