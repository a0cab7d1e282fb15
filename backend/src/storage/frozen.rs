//! What a run was promised: its survey as it was when the run was accepted, whatever happened to it since.
//!
//! The run's folder keeps the manifest of then (`snapshot.json`), the labels (`labels.csv`) and the subsets that its
//! condition names (`subsets/`). Parts never change, so
//! that the survey is opened at exactly those parts. The columns of catalogues are taken from the files of then while these
//! are there; later imports replace them, and leave alone what other catalogues say. A `where` that names a column which is
//! gone, or was imported anew, is refused: it would select other spectra.

use std::path::Path;

use super::{
    Joined, Manifest, Query, Result, Run, Store, StoreError, Survey, catalogue::joined_file, check_name, durable, query,
};

/// The manifest of the survey when the run was accepted.
const SNAPSHOT: &str = "snapshot.json";

impl Run {
    /// Keeps the state of the survey that the run was accepted with.
    pub(super) fn freeze(&self, survey: &Survey) -> Result<()> {
        if let Some(condition) = &self.spec()?.r#where {
            survey.subsets().keep(&query::subsets_named(condition)?, self.folder())?;
        }
        durable::replace_json(&self.folder().join(SNAPSHOT), survey.manifest())
    }

    /// The survey's manifest when the run was accepted; none where that was before it was kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn frozen(&self) -> Result<Option<Manifest>> {
        let path = self.folder().join(SNAPSHOT);
        if path.exists() { durable::read_json(&path).map(Some) } else { Ok(None) }
    }
}

impl Store {
    /// The survey of a run as it was when the run was accepted.
    ///
    /// # Errors
    /// [`StoreError::SurveyChanged`] where it was deleted or replaced since, and where the run's condition names columns of a
    /// catalogue that was; [`StoreError::NoSurvey`] for a run that was accepted before its survey's state was kept.
    pub(crate) fn survey_of(&self, run: &Run) -> Result<Survey> {
        let spec = run.spec()?;
        let Some(then) = run.frozen()? else { return self.survey(&spec.survey) };
        let changed = |how: &str, remedy: &str| StoreError::SurveyChanged {
            survey: spec.survey.clone(),
            how: how.to_owned(),
            remedy: remedy.to_owned(),
        };
        check_name(&spec.survey)?;
        if !self.has_survey(&spec.survey) {
            return Err(changed("was deleted", "restore it from a backup and resume the run, or start a new one"));
        }
        let now = self.survey(&spec.survey)?;
        if *now.manifest() == then {
            return Ok(now.with_subsets_in(run.folder()));
        }
        let is_there =
            |part| now.manifest().parts.contains(part) && now.folder().join("parts").join(&part.name).is_dir();
        if !then.parts.iter().all(is_there) {
            let remedy = "the spectra that the run was to read are gone: start a new run";
            return Err(changed("was replaced", remedy));
        }
        let joined = then.joined.as_ref().and_then(|joined| still_joined(now.folder(), joined, &then, now.manifest()));
        let survey = Survey::open(now.name(), now.folder().to_owned(), Manifest { joined, ..then })
            .with_subsets_in(run.folder());
        let query = Query { condition: spec.r#where.clone(), limit: Some(0), ..Query::default() };
        if spec.r#where.is_some() && survey.query(&query).is_err() {
            let remedy = "columns that the run's `where` names were imported anew or are gone: start a new run";
            return Err(changed("had its catalogues replaced", remedy));
        }
        Ok(survey)
    }
}

/// What of the columns of `joined`, which `then` had, can still be read, and where. An import has a number of its own:
/// columns that were imported anew are others, whatever they are called.
fn still_joined(folder: &Path, joined: &Joined, then: &Manifest, now: &Manifest) -> Option<Joined> {
    let parts = || then.parts.iter().take(joined.parts);
    if parts().all(|part| joined_file(folder, joined, &part.name).exists()) {
        return Some(joined.clone());
    }
    let later = now.joined.as_ref()?;
    let catalogues: Vec<_> = joined.catalogues.iter().filter(|one| later.catalogues.contains(one)).cloned().collect();
    let parts = later.parts.min(then.parts.len());
    (!catalogues.is_empty()).then(|| Joined { folder: later.folder.clone(), parts, catalogues })
}
