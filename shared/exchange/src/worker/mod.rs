//! What the web page and its worker say to each other.
//!
//! A message is a list: its first item is a [`Command`] or a [`Report`] as JSON text, the others are the
//! buffers that the variant names, moved and never copied. Numbers in buffers are little-endian, as every
//! browser's are. The page speaks to one worker, the *chief*, which keeps features and neighbour tables; the
//! chief splits the search for neighbours over more workers of the same code.
//!
//! Names of runs are the page's: [`run_name`] and [`is_run_name`] tell them from the server's.

mod command;
mod report;

pub use command::{Command, Device, MapKind, Share};
pub use report::{Outcome, Report};

const PREFIX: &str = "browser-";
const MAP_PREFIX: &str = "map-";

/// The name of the page's run of that number: `browser-1`.
pub fn run_name(number: u64) -> String {
    format!("{PREFIX}{number}")
}

/// Whether a run of that name is one of a page: the server's begin with a date.
pub fn is_run_name(run: &str) -> bool {
    run.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The name of the page's map of that number: `map-1`, which no run has.
pub fn map_name(number: u64) -> String {
    format!("{MAP_PREFIX}{number}")
}

#[cfg(test)]
mod tests {
    use balmer_core::{
        neighbors::tournament,
        pipeline::{Estimate, PipelineSpec, Stage},
    };

    use super::*;

    #[test]
    fn messages_survive_the_journey() {
        let spec = PipelineSpec::new("miles");
        let command = Command::Run { run: run_name(3), spec: Box::new(spec), device: Device::Cpu };
        let text = serde_json::to_string(&command).unwrap();
        assert!(text.contains(r#""command":"run""#) && text.contains(r#""device":"browser-cpu""#), "{text}");
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
        let (spec, kind) = (Box::new(PipelineSpec::new("miles")), MapKind::Umap);
        let command = Command::Map { map: map_name(2), spec, kind, device: Device::Gpu };
        let text = serde_json::to_string(&command).unwrap();
        assert!(text.contains(r#""command":"map""#) && text.contains(r#""kind":"umap""#), "{text}");
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
        let report = Report::Progress {
            run: run_name(3),
            stage: Stage::Lof,
            estimate: Estimate::default(),
            message: "x".into(),
        };
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn a_share_comes_back_as_it_was_given() {
        for share in tournament(20, 8).into_iter().map(Share::Meet).chain([Share::Settle(3..20), Share::Piece(7)]) {
            let text = serde_json::to_string(&Command::Search { share: share.clone() }).unwrap();
            assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), Command::Search { share: share.clone() });
            let text = serde_json::to_string(&Report::Found { share: share.clone() }).unwrap();
            assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), Report::Found { share });
        }
    }

    #[test]
    fn the_page_knows_its_own_runs() {
        assert!(is_run_name(&run_name(12)));
        assert!(!is_run_name("browser-") && !is_run_name(&map_name(1)));
        assert!(!is_run_name("20260301T120500-browser-1"));
    }
}
