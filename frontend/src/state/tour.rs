//! The way round the workbench: what is shown, in which order, and whether it is offered.

/// Where the browser remembers that it was offered.
pub const KEY: &str = "balmer-tour";

/// One thing that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Where it is on the page: the first of these selectors that is there.
    pub at: &'static [&'static str],
    /// What it is.
    pub title: &'static str,
    /// What it is for.
    pub text: &'static str,
}

/// All stops.
pub const STOPS: [Stop; 8] = [
    Stop {
        at: &[".filter-bar"],
        title: "Choose what to look at",
        text: "A condition picks spectra of the survey: type it, or let these controls write it.",
    },
    Stop {
        at: &[".run-bar"],
        title: "Rank it",
        text: "A run asks how lonely each spectrum is among its nearest neighbours, on the server or in this browser.",
    },
    Stop {
        at: &[".listing"],
        title: "The list",
        text: "After a run the rarest come first. The arrow keys go from one to the next; / finds one by name.",
    },
    Stop {
        at: &[".spectrum .plots", ".spectrum"],
        title: "The spectrum",
        text: "The whole of it, and Hα close by. Turn the wheel to zoom, drag to move; lines and smoothing are above.",
    },
    Stop {
        at: &[".label-bar"],
        title: "Say what it is",
        text: "The keys 1 to 9 give a label, u takes the last one back. A few labels can then spread through the survey.",
    },
    Stop {
        at: &[".views-bar"],
        title: "Other views",
        text: "Map, sky, scatter plot and histogram show the same list; what is chosen in one is chosen in all.",
    },
    Stop {
        at: &[".listing .mark", ".listing"],
        title: "Select",
        text: "x selects the chosen one, a lasso in a view selects many. A selection can be named and listed alone.",
    },
    Stop {
        at: &["[aria-keyshortcuts=g]", ".views-bar"],
        title: "Fifty at a time",
        text: "The gallery (g) shows fifty small plots: the quickest way through thousands. Keys work in it as elsewhere.",
    },
];

/// Whether the way round is offered to a browser that remembers this.
pub fn is_offered(remembered: Option<&str>) -> bool {
    remembered.is_none_or(str::is_empty)
}

/// The stop after a key at stop `at`; `None` ends it, what means nothing here stays.
pub fn after(at: usize, key: &str) -> Option<usize> {
    match key {
        "ArrowRight" | "ArrowDown" => Some(at + 1).filter(|next| *next < STOPS.len()),
        "ArrowLeft" | "ArrowUp" => Some(at.saturating_sub(1)),
        "Home" => Some(0),
        "End" => Some(STOPS.len() - 1),
        "Escape" => None,
        _ => Some(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_lead_through_it_and_out_of_it() {
        assert_eq!(after(0, "ArrowRight"), Some(1));
        assert_eq!(after(0, "ArrowLeft"), Some(0));
        assert_eq!(after(STOPS.len() - 1, "ArrowRight"), None);
        assert_eq!(after(3, "Escape"), None);
        assert_eq!((after(3, "Home"), after(3, "End"), after(3, "q")), (Some(0), Some(STOPS.len() - 1), Some(3)));
    }

    #[test]
    fn it_is_offered_once() {
        assert!(is_offered(None) && is_offered(Some("")));
        assert!(!is_offered(Some("no")) && !is_offered(Some("seen")));
    }

    #[test]
    fn every_stop_is_short() {
        for stop in STOPS {
            assert!(
                stop.text.len() < 130 && stop.text.matches(". ").count() < 2 && !stop.at.is_empty(),
                "{}",
                stop.title
            );
        }
    }
}
