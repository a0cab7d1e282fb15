//! What came of a job (UWS 1.1 section 2.1.10): `result`, the candidates as a `VOTable`, which is what clients of TAP ask for;
//! and the files of the run.

use std::{fs::File, io, path::PathBuf};

use axum::{
    extract::{Path, State},
    response::Response,
};
use balmer_exchange::vo::uws::{self, ResultReference};

use super::{Base, xml};
use crate::{
    http::{Answer, App, Failure, ask, candidates, stream},
    jobs::{Job, Phase},
    storage::{Query, Store, StoreError},
};

/// The candidates, written when they are asked for.
const RESULT: &str = "result";
/// The files of a run that are results, as far as it has them.
const FILES: [(&str, Answer); 5] = [
    ("candidates.parquet", Answer::Parquet),
    ("neighbors.parquet", Answer::Parquet),
    ("labels.parquet", Answer::Parquet),
    ("rejected.csv", Answer::Csv),
    ("provenance.json", Answer::Json),
];

/// The results of a job; none until it is done, and none once it is archived.
pub fn of(store: &Store, base: &Base, job: &Job) -> Result<Vec<ResultReference>, StoreError> {
    if job.phase != Phase::Completed {
        return Ok(Vec::new());
    }
    let run = match store.run(&job.id) {
        Err(StoreError::NoRun { .. }) => return Ok(Vec::new()),
        found => found?,
    };
    let reference = |name: &str, answer: Answer, size| ResultReference {
        id: name.to_owned(),
        href: format!("{}/results/{name}", base.job(&job.id)),
        size,
        mime_type: media_type(answer),
    };
    let files = FILES.into_iter().filter_map(|(name, answer)| {
        let size = run.folder().join(name).metadata().ok()?.len();
        Some(reference(name, answer, Some(size)))
    });
    Ok(std::iter::once(reference(RESULT, Answer::Votable, None)).chain(files).collect())
}

fn media_type(answer: Answer) -> String {
    answer.media_type().split(';').next().unwrap_or_default().to_owned()
}

/// `GET /vo/uws/{id}/results`
pub async fn list(State(app): State<App>, base: Base, Path(id): Path<String>) -> Result<Response, Failure> {
    let job = app.jobs.job(&id).await?;
    let results = ask(&app, move |store| of(store, &base, &job)).await?;
    Ok(xml(uws::results(&results)))
}

/// `GET /vo/uws/{id}/results/{name}`
pub async fn one(State(app): State<App>, Path((id, name)): Path<(String, String)>) -> Result<Response, Failure> {
    let job = app.jobs.job(&id).await?;
    let none = || Failure::not_found(format!("job `{id}` is {} and has no result `{name}`", job.phase));
    if job.phase != Phase::Completed {
        return Err(none());
    }
    if name == RESULT {
        return candidates::file(&app, &id, Answer::Votable, Query::default()).await;
    }
    let (file, answer) = FILES.into_iter().find(|(known, _)| *known == name).ok_or_else(none)?;
    let permit = app.downloads.admit()?;
    let run = id.clone();
    let path: PathBuf = ask(&app, move |store| Ok(store.run(&run)?.folder().join(file))).await?;
    let mut opened = File::open(path).map_err(|_| none())?;
    let stem = file.split('.').next().unwrap_or(file);
    Ok(stream::respond(permit, answer, &format!("{id}-{stem}"), move |out| {
        io::copy(&mut opened, out)?;
        Ok(())
    }))
}
