//! What a list says about itself.

use balmer_exchange::table::About;

use super::ExportError;
use crate::storage::{Query, Run};

/// A file of candidates: its run, survey, software, date, spec, device and the hash of the scores.
///
/// # Errors
/// When the run's record cannot be read.
pub fn about_run(run: &Run) -> Result<About, ExportError> {
    let state = run.state()?;
    let mut infos = vec![
        ("run".to_owned(), run.id().to_owned()),
        ("survey".to_owned(), state.survey.clone()),
        ("software".to_owned(), format!("balmer {}", env!("CARGO_PKG_VERSION"))),
    ];
    infos.extend(state.finished.map(|time| ("date".to_owned(), time)));
    if let Some(provenance) = run.provenance()? {
        infos.push(("spec".to_owned(), serde_json::to_string(&provenance.spec)?));
        infos.push(("device".to_owned(), provenance.device));
        infos.extend(provenance.scores_sha256.map(|hash| ("scores_sha256".to_owned(), hash)));
    }
    let description = format!("spectra of {} ranked by Local Outlier Factor", state.survey);
    Ok(About { name: "candidates".to_owned(), description, infos, ..About::default() })
}

/// A file of a survey's metadata: the survey and what was asked for.
pub fn about_spectra(survey: &str, query: &Query) -> About {
    let mut infos = vec![("survey".to_owned(), survey.to_owned())];
    infos.extend(query.condition.clone().map(|text| ("where".to_owned(), text)));
    infos.extend(query.order_by.clone().map(|text| ("order_by".to_owned(), text)));
    let description = format!("spectra of the survey {survey}");
    About { name: survey.to_owned(), description, infos, ..About::default() }
}
