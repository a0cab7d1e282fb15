//! The parts of a job that have an address of their own (UWS 1.1 sections 2.1.3 to 2.1.11): plain text where they are one
//! value.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use balmer_exchange::vo::{error_votable, uws};

use super::{Base, Given, form::Form, job, plain, see, xml};
use crate::{
    http::{App, Failure, ask},
    jobs::{Parameters, Phase},
    storage::time,
};

type Answer = Result<Response, Failure>;

/// `GET /vo/uws/{id}/phase`
pub async fn phase(State(app): State<App>, Path(id): Path<String>) -> Answer {
    Ok(plain(app.jobs.job(&id).await?.phase.name().to_owned()))
}

/// `POST /vo/uws/{id}/phase`
pub async fn set_phase(State(app): State<App>, base: Base, Path(id): Path<String>, given: Given) -> Answer {
    set(&app, &base, &id, given, "PHASE").await
}

/// `GET /vo/uws/{id}/executionduration`
pub async fn duration(State(app): State<App>, Path(id): Path<String>) -> Answer {
    Ok(plain(app.jobs.job(&id).await?.execution_duration.to_string()))
}

/// `POST /vo/uws/{id}/executionduration`
pub async fn set_duration(State(app): State<App>, base: Base, Path(id): Path<String>, given: Given) -> Answer {
    set(&app, &base, &id, given, "EXECUTIONDURATION").await
}

/// `GET /vo/uws/{id}/destruction`: empty where the job is kept for ever.
pub async fn destruction(State(app): State<App>, Path(id): Path<String>) -> Answer {
    Ok(plain(app.jobs.job(&id).await?.destruction.unwrap_or_default()))
}

/// `POST /vo/uws/{id}/destruction`
pub async fn set_destruction(State(app): State<App>, base: Base, Path(id): Path<String>, given: Given) -> Answer {
    set(&app, &base, &id, given, "DESTRUCTION").await
}

async fn set(app: &App, base: &Base, id: &str, given: Given, wanted: &str) -> Answer {
    app.jobs.job(id).await?;
    if given.all(wanted).next().is_none() {
        return Err(Failure::bad_parameter(wanted, "is missing"));
    }
    let form = Form { parameters: Parameters::new(), ..Form::read(given)? };
    form.apply(&app.jobs, id).await?;
    Ok(see(base.job(id)))
}

/// `GET /vo/uws/{id}/quote`: when it is expected to be done; empty where nobody can tell.
pub async fn quote(State(app): State<App>, Path(id): Path<String>) -> Answer {
    app.jobs.job(&id).await?;
    let left = app.jobs.progress(&id).and_then(|now| now.eta_seconds);
    Ok(plain(left.map(time::after).unwrap_or_default()))
}

/// `GET /vo/uws/{id}/owner`: empty where nobody owns it.
pub async fn owner(State(app): State<App>, Path(id): Path<String>) -> Answer {
    Ok(plain(app.jobs.job(&id).await?.owner.unwrap_or_default()))
}

/// `GET /vo/uws/{id}/error`: why it failed, as a `VOTable`.
pub async fn error(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let job = app.jobs.job(&id).await?;
    match job.error {
        Some(error) if job.phase != Phase::Completed => {
            let document = error_votable(&error);
            Ok(([(header::CONTENT_TYPE, "application/x-votable+xml")], document).into_response())
        }
        _ => Err(Failure::not_found(format!("job `{id}` is {}: it has no error", job.phase))),
    }
}

/// `GET /vo/uws/{id}/parameters`
pub async fn parameters(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let found = app.jobs.job(&id).await?;
    let parameters = ask(&app, move |store| job::parameters(store, &found)).await?;
    Ok(xml(uws::parameters(&parameters)))
}

/// `GET /vo/uws/{id}/parameters/{name}`
pub async fn parameter(State(app): State<App>, Path((id, name)): Path<(String, String)>) -> Answer {
    let found = app.jobs.job(&id).await?;
    let parameters = ask(&app, move |store| job::parameters(store, &found)).await?;
    let parameter = parameters.into_iter().find(|parameter| parameter.id.eq_ignore_ascii_case(&name));
    match parameter {
        Some(parameter) => Ok(plain(parameter.value)),
        None => Err(Failure::not_found(format!("job `{id}` has no parameter `{name}`"))),
    }
}
