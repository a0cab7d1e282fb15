//! The server: the HTTP API under `/api/v1`, and the web app everywhere else.
//!
//! There are no accounts yet, so the server listens on the loopback only and [`guard`] keeps other
//! sites' pages out. Every error is a problem document ([`problem`]). The store is synchronous: its
//! calls run on threads that may block ([`blocking`]). The services of the Virtual Observatory ([`crate::vo`]) stand beside,
//! with failures of their own. Runs are the jobs of [`crate::jobs::service`].
#![allow(unused_qualifications, reason = "the macros that describe the routes write whole paths")]

mod assets;
pub(crate) mod candidates;
mod coverage;
mod crossmatches;
mod events;
mod explain;
mod families;
mod features;
mod guard;
mod health;
mod injections;
mod labels;
mod measurements;
mod metrics;
mod negotiation;
mod openapi;
mod problem;
mod query;
mod recall;
mod rows;
mod runs;
mod spectra;
pub(crate) mod stream;
mod subsets;
mod surveys;
#[cfg(test)]
mod tests;
mod trace;
mod waiting;
mod web_app;

use std::{future::Future, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::DefaultBodyLimit,
    http::{HeaderValue, Request},
    middleware,
    response::Response,
    routing::{any, get},
};
use tokio::{net::TcpListener, sync::watch};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::NotForContentType},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::{DefaultOnFailure, DefaultOnResponse, TraceLayer},
};
use tracing::Level;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use self::{guard::Admitted, metrics::Metrics, stream::Downloads};
pub(crate) use self::{negotiation::Answer, problem::Failure};
use crate::{
    explain::GraphCache,
    jobs::{
        launch::Launch,
        service::{Jobs, Limits, ServiceError},
    },
    storage::{Store, StoreError},
    vo,
};

/// How long requests under way may take once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What the handlers share.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) jobs: Jobs,
    pub(crate) downloads: Downloads,
    /// The origin that clients know the server by, where it is not the one they ask.
    pub(crate) public_base_url: Option<String>,
    graphs: GraphCache,
    metrics: Metrics,
    /// True once the server is asked to stop: endless answers end then.
    closing: watch::Receiver<bool>,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can be reached from other machines.
    #[error("{0} can be reached from other machines, and there are no accounts yet: listen on 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// The operating system refuses.
    #[error("cannot listen on {address}: {source}{}", remedy(source))]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The jobs of an earlier server cannot be taken up.
    #[error(transparent)]
    Jobs(#[from] ServiceError),
    /// The server broke off.
    #[error("the server stopped: {0}")]
    Serve(std::io::Error),
}

fn remedy(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "; is another balmer serving? choose another port with --listen 127.0.0.1:0",
        std::io::ErrorKind::PermissionDenied => "; choose a port above 1023 with --listen",
        _ => "",
    }
}

/// A socket to serve on; port 0 takes a free one, which its `local_addr` tells.
///
/// # Errors
/// When the address is not the loopback's, or not to be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}

/// Serves the data directory until `shutdown` resolves. `public_base_url` is the origin where others reach it
/// ([`crate::config::PublicUrl`]), where that is not where it listens. At the end runs under way are stopped, to go on with the next server, and
/// requests have a few seconds to finish.
///
/// # Errors
/// When the table of jobs cannot be used, or the server breaks off.
pub async fn serve(
    store: Store,
    launcher: Box<dyn Launch>,
    limits: Limits,
    public_base_url: Option<String>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let (close, closing) = watch::channel(false);
    let jobs = Jobs::open(store.clone(), launcher, limits).await?;
    let scheduler = tokio::spawn({
        let jobs = jobs.clone();
        async move { jobs.serve().await }
    });
    let app = App {
        store,
        jobs: jobs.clone(),
        downloads: Downloads::default(),
        public_base_url,
        graphs: GraphCache::default(),
        metrics: Metrics::default(),
        closing: closing.clone(),
    };
    let stop = async move {
        shutdown.await;
        jobs.close();
        // nobody listening any more is as good as everybody told
        let _ = close.send(true);
    };
    let mut late = closing;
    let overdue = async move {
        if late.wait_for(|closing| *closing).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let served = tokio::select! {
        served = axum::serve(listener, routes(app)).with_graceful_shutdown(stop) => served.map_err(ServeError::Serve),
        () = overdue => Ok(()),
    };
    // what does not end in time is killed with the server: it goes on from what it kept
    let _ = tokio::time::timeout(GRACE, scheduler).await;
    served
}

/// The API: each route with its part of the `OpenAPI` document.
fn api() -> OpenApiRouter<App> {
    let labels = routes!(labels::list, labels::give, labels::undo);
    let crossmatches = routes!(crossmatches::list, crossmatches::make);
    let subset = routes!(subsets::get, subsets::make, subsets::delete);
    OpenApiRouter::new()
        .routes(routes!(health::show))
        .routes(routes!(openapi::document))
        .routes(routes!(surveys::list))
        .routes(routes!(surveys::detail))
        .routes(routes!(surveys::column))
        .routes(routes!(coverage::show))
        .routes(routes!(measurements::make))
        .routes(crossmatches.layer(DefaultBodyLimit::max(crossmatches::MAX_BODY)))
        .routes(routes!(crossmatches::remove))
        .routes(routes!(injections::make))
        .routes(routes!(labels::classes, labels::declare))
        .routes(routes!(subsets::list))
        .routes(subset.layer(DefaultBodyLimit::max(subsets::MAX_BODY)))
        .routes(routes!(spectra::list))
        .routes(routes!(spectra::one))
        .routes(routes!(trace::one))
        .routes(routes!(features::list))
        .routes(labels.layer(DefaultBodyLimit::max(labels::MAX_BODY)))
        .routes(routes!(labels::history))
        .routes(routes!(runs::list, runs::submit))
        .routes(routes!(runs::detail, runs::delete))
        .routes(routes!(runs::provenance))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::resume))
        .routes(routes!(candidates::list))
        .routes(routes!(explain::one))
        .routes(routes!(recall::show))
        .routes(routes!(families::of_run))
        .routes(routes!(families::list, families::name))
        .routes(routes!(families::undo))
        .routes(routes!(events::stream))
}

fn routes(app: App) -> Router {
    let count = middleware::from_fn_with_state(app.metrics.clone(), metrics::record);
    let public_origin = app.public_base_url.clone();
    let metrics = get(metrics::show).with_state(app.clone());
    let services = vo::routes().route_layer(count.clone()).fallback(|| async { vo::nowhere() }).with_state(app.clone());
    let guarded = |forms| {
        let admitted = Admitted { public_origin: public_origin.clone(), forms };
        middleware::from_fn_with_state(admitted, guard::check)
    };
    let services = Router::new()
        .nest(vo::PATH, services)
        .route(&format!("{}/", vo::PATH), any(|| async { vo::nowhere() }))
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(guarded(true))
        .layer(middleware::from_fn(vo::render));
    let (api, _) = api().route_layer(count).with_state(app).split_for_parts();
    Router::new()
        .nest(openapi::BASE, api)
        .route("/metrics", metrics)
        .fallback(web_app::serve)
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(guarded(false))
        .layer(middleware::from_fn(problem::render))
        .merge(services)
        .layer(middleware::map_response(with_security_headers))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        // what went wrong is logged where it is known; that a full queue refuses is no failure
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(DefaultOnResponse::new().level(Level::INFO))
                .on_failure(DefaultOnFailure::new().level(Level::DEBUG)),
        )
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::map_request(with_a_sensible_id))
}

/// Text: what is binary is compact already, and squeezing it would cost more time than sending it.
fn worth_compressing() -> impl Predicate {
    let not = NotForContentType::const_new;
    DefaultPredicate::new().and(not("application/vnd.apache")).and(not("application/fits")).and(not("application/wasm"))
}

/// Where the id of a request is.
const X_REQUEST_ID: &str = "x-request-id";
/// Bytes of a caller's own `x-request-id`, at most.
const LONGEST_ID: usize = 128;

/// Forgets an id of the caller's that is no id, so that it gets one of ours: what is echoed and logged stays short and plain.
async fn with_a_sensible_id(mut request: Request<Body>) -> Request<Body> {
    let is_id = |value: &HeaderValue| {
        (1..=LONGEST_ID).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic)
    };
    if !request.headers().get(X_REQUEST_ID).is_some_and(is_id) {
        request.headers_mut().remove(X_REQUEST_ID);
    }
    request
}

/// What the log says of a request: its id is in the answer's `x-request-id`, too.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let (method, path) = (request.method(), request.uri().path());
    // of a level that every line comes with
    tracing::error_span!("request", id = id.unwrap_or_default(), %method, path)
}

async fn with_security_headers(mut response: Response) -> Response {
    response.headers_mut().extend(web_app::security_headers());
    response
}

/// Runs a call that may block on a thread that may.
async fn blocking<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(call).await.map_err(|error| Failure::internal(&error))
}

/// Asks the store on a thread that may block.
pub(crate) async fn ask<T: Send + 'static>(
    app: &App,
    call: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    let store = app.store.clone();
    Ok(blocking(move || call(&store)).await??)
}
