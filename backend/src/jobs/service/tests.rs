//! What becomes of jobs whose workers do not do as they should.

use std::io;

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::api::RunStatus;
use futures::FutureExt as _;
use tokio::sync::oneshot;

use super::*;
use crate::storage::{WriteOptions, test_spectra::numbered};

/// Workers that never start.
struct Nobody;

impl Launch for Nobody {
    fn launch(&self, _run: &str) -> io::Result<Launched> {
        Err(io::Error::other("no more processes"))
    }
}

/// Workers that take no orders, and end only where they are killed.
struct Stubborn;

impl Launch for Stubborn {
    fn launch(&self, _run: &str) -> io::Result<Launched> {
        let (kill, killed) = oneshot::channel();
        let ended = async move {
            if killed.await.is_err() {
                std::future::pending::<()>().await;
            }
            "signal 9".to_owned()
        };
        Ok(Launched {
            orders: Box::new(tokio::io::sink()),
            reports: Box::new(tokio::io::empty()),
            ended: ended.boxed(),
            kill,
            memory: Box::new(|| None),
        })
    }
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let mut writer = store.writer("test", WriteOptions::default()).unwrap();
    for spectrum in numbered(3) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    (folder, store)
}

async fn submitted(jobs: &Jobs, store: &Store) -> Result<String> {
    let run = store.create_run(&PipelineSpec::new("test")).unwrap();
    let id = run.run().id().to_owned();
    jobs.submit(run).await.map(|()| id)
}

fn serve(jobs: &Jobs) {
    let jobs = jobs.clone();
    tokio::spawn(async move { jobs.serve().await });
}

/// The job at its end.
async fn ended(jobs: &Jobs, id: &str) -> Job {
    for _ in 0..3_000 {
        let job = jobs.0.table.job(id).await.unwrap();
        if job.phase.is_final() {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the job does not end");
}

#[tokio::test]
async fn a_run_whose_workers_die_is_given_up_after_some() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Nobody), Limits::default()).await.unwrap();
    let id = submitted(&jobs, &store).await.unwrap();
    serve(&jobs);
    let job = ended(&jobs, &id).await;
    assert_eq!((job.phase, job.attempts), (Phase::Error, 3));
    let state = store.run(&id).unwrap().state().unwrap();
    let error = state.error.unwrap();
    assert_eq!(state.status, RunStatus::Failed);
    assert!(error.contains("died 3 times") && error.contains("no more processes"), "{error}");
    // it may be tried again, as often
    jobs.resume(&id).await.unwrap();
    assert_eq!(ended(&jobs, &id).await.attempts, 3);
}

#[tokio::test]
async fn one_that_takes_too_long_is_aborted_though_its_worker_does_not_listen() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    let run = store.create_run(&PipelineSpec::new("test")).unwrap();
    let id = run.run().id().to_owned();
    drop(run);
    let job = Job { execution_duration: 1, ..Job::queued(id.clone()) };
    jobs.0.table.insert(&job, Limits::default().room()).await.unwrap();
    serve(&jobs);
    let job = ended(&jobs, &id).await;
    assert_eq!(job.phase, Phase::Aborted);
    assert!(job.error.unwrap().contains("the 1 s that it may take"));
    assert_eq!(store.run(&id).unwrap().state().unwrap().status, RunStatus::Cancelled);
}

#[tokio::test]
async fn what_waits_is_cancelled_at_once_and_a_refused_run_leaves_nothing() {
    let (_folder, store) = store();
    let limits = Limits { waiting: 1, ..Limits::default() };
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), limits).await.unwrap();
    let id = submitted(&jobs, &store).await.unwrap();
    assert!(matches!(jobs.check_room().await, Err(ServiceError::Table(TableError::Full(1)))));
    assert!(submitted(&jobs, &store).await.is_err());
    assert_eq!(store.runs().unwrap().len(), 1);
    jobs.cancel(&id).await.unwrap();
    assert_eq!(jobs.0.table.job(&id).await.unwrap().phase, Phase::Aborted);
    assert_eq!(store.run(&id).unwrap().state().unwrap().status, RunStatus::Cancelled);
    assert!(jobs.cancel(&id).await.is_err(), "it has ended already");
    jobs.delete(&id).await.unwrap();
    assert!(store.runs().unwrap().is_empty() && jobs.0.table.jobs().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_under_way_when_a_server_died_waits_for_the_next() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    let (first, second) = (submitted(&jobs, &store).await.unwrap(), submitted(&jobs, &store).await.unwrap());
    assert_eq!(jobs.begin_next().await.unwrap().unwrap().0.id, first);
    store.take_run(&first).unwrap().start("cpu".to_owned()).unwrap();
    assert_eq!(store.run(&first).unwrap().state().unwrap().status, RunStatus::Failed, "nobody computes it");
    let other = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap_err().to_string();
    assert!(other.contains("data directory") && other.contains("process"), "{other}");
    drop(jobs);
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    for id in [first, second] {
        assert_eq!(jobs.0.table.job(&id).await.unwrap().phase, Phase::Queued);
        assert_eq!(store.run(&id).unwrap().state().unwrap().status, RunStatus::Queued);
    }
}

fn parameters(pairs: &[(&str, &str)]) -> crate::jobs::Parameters {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_job_of_parameters_has_no_run_until_it_is_told_to() {
    let (_folder, store) = store();
    let limits = Limits { waiting: 1, ..Limits::default() };
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), limits).await.unwrap();
    let job = jobs.create(parameters(&[("SURVEY", "test"), ("SEED", "7")])).await.unwrap();
    assert!(job.id.contains("-test-") && job.phase == Phase::Pending && store.runs().unwrap().is_empty());
    assert_eq!(jobs.run(&job.id).await.unwrap().phase, Phase::Queued);
    assert_eq!(store.run(&job.id).unwrap().spec().unwrap().seed, 7);
    assert!(jobs.run(&job.id).await.is_err(), "it waits already");
    // a full queue leaves a job as it was
    let other = jobs.create(parameters(&[("SURVEY", "test")])).await.unwrap();
    assert!(matches!(jobs.run(&other.id).await, Err(ServiceError::Table(TableError::Full(1)))));
    assert_eq!((jobs.job(&other.id).await.unwrap().phase, store.runs().unwrap().len()), (Phase::Pending, 1));
    jobs.hold(&job.id).await.unwrap();
    let bad = jobs.create(parameters(&[("SURVEY", "test"), ("SEED", "x")])).await.unwrap();
    let bad = jobs.run(&bad.id).await.unwrap();
    assert!(bad.phase == Phase::Error && !bad.is_transient && bad.error.unwrap().contains("SEED"));
    // held with its run, and told to run again
    assert_eq!(jobs.run(&job.id).await.unwrap().phase, Phase::Queued);
    for id in [job.id, other.id, bad.id] {
        jobs.destroy(&id).await.unwrap();
        assert!(matches!(jobs.job(&id).await, Err(ServiceError::Table(TableError::Unknown(_)))));
    }
    assert!(store.runs().unwrap().is_empty());
}

#[tokio::test]
async fn a_run_that_its_job_does_not_know_of_is_unmade_by_the_next_server() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    let job = jobs.create(parameters(&[("SURVEY", "test")])).await.unwrap();
    // the server died between the two
    drop(store.create_run_as(job.id.clone(), &PipelineSpec::new("test")).unwrap());
    drop(jobs);
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    assert!(store.runs().unwrap().is_empty());
    assert_eq!(jobs.run(&job.id).await.unwrap().phase, Phase::Queued);
}

#[tokio::test]
async fn what_is_due_is_ended_and_archived_and_nobody_can_resume_it() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    serve(&jobs);
    let id = submitted(&jobs, &store).await.unwrap();
    std::fs::write(store.run(&id).unwrap().folder().join("candidates.parquet"), "table").unwrap();
    jobs.set(&id, &crate::jobs::Change::Destruction(Some("2026-01-01T00:00:00Z".to_owned()))).await.unwrap();
    let mut job = jobs.job(&id).await.unwrap();
    while job.phase != Phase::Archived {
        job = jobs.wait(&id, job.phase, Duration::from_secs(20)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(store.run(&id).unwrap().state().unwrap().status, RunStatus::Archived);
    assert!(!store.run(&id).unwrap().folder().join("candidates.parquet").exists());
    assert!(jobs.resume(&id).await.is_err() && jobs.abort(&id).await.is_err());
    jobs.delete(&id).await.unwrap();
}

/// The job once it executes.
async fn begun(jobs: &Jobs, id: &str) {
    while jobs.0.table.job(id).await.unwrap().phase != Phase::Executing {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_while_it_begins_ends_and_keeps_nobody_waiting() {
    let (_folder, store) = store();
    let limits = Limits { waiting: 20, at_once: 2, ..Limits::default() };
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), limits).await.unwrap();
    serve(&jobs);
    for _ in 0..6 {
        let id = submitted(&jobs, &store).await.unwrap();
        // whoever comes first, the scheduler or these
        let (first, second) = tokio::join!(jobs.cancel(&id), jobs.cancel(&id));
        assert!(first.is_ok() || second.is_ok());
        assert_eq!(ended(&jobs, &id).await.phase, Phase::Aborted);
    }
    let id = submitted(&jobs, &store).await.unwrap();
    begun(&jobs, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_executes_is_not_deleted_before_it_has_ended() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    serve(&jobs);
    let id = submitted(&jobs, &store).await.unwrap();
    begun(&jobs, &id).await;
    jobs.cancel(&id).await.unwrap();
    assert!(matches!(jobs.delete(&id).await, Err(ServiceError::Table(TableError::Active { .. }))));
    ended(&jobs, &id).await;
    jobs.delete(&id).await.unwrap();
    let next = submitted(&jobs, &store).await.unwrap();
    begun(&jobs, &next).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_resumed_while_it_ends_begins_again() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    serve(&jobs);
    let id = submitted(&jobs, &store).await.unwrap();
    for _ in 0..2 {
        begun(&jobs, &id).await;
        jobs.cancel(&id).await.unwrap();
        jobs.resume(&id).await.unwrap();
        let phase = jobs.0.table.job(&id).await.unwrap().phase;
        assert!(matches!(phase, Phase::Queued | Phase::Executing), "{phase}");
    }
    begun(&jobs, &id).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(jobs.0.table.job(&id).await.unwrap().phase, Phase::Executing, "nothing of its first life ends it");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_run_and_those_who_abort_nobody_is_told_a_lie() {
    let (_folder, store) = store();
    let limits = Limits { waiting: 50, at_once: 1, ..Limits::default() };
    let jobs = Jobs::open(store, Box::new(Stubborn), limits).await.unwrap();
    for _ in 0..10 {
        let parameters = [("SURVEY", "test"), ("NEIGHBORS.N_NEIGHBORS", "2"), ("LOF.N_NEIGHBORS", "2")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let id = jobs.create(parameters).await.unwrap().id;
        let (_, aborted, held) = tokio::join!(jobs.run(&id), jobs.abort(&id), jobs.hold(&id));
        let job = jobs.job(&id).await.unwrap();
        assert!(aborted.is_ok() && job.phase == Phase::Aborted, "{aborted:?} {held:?} {job:?}");
        assert!(jobs.run(&id).await.is_err(), "what was aborted is not run");
    }
}

#[tokio::test]
async fn what_a_command_line_cancels_does_not_begin() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    let id = submitted(&jobs, &store).await.unwrap();
    store.run(&id).unwrap().cancel().unwrap();
    serve(&jobs);
    let job = ended(&jobs, &id).await;
    assert_eq!((job.phase, job.attempts), (Phase::Aborted, 0));
    // the table knows first
    let _one = jobs.0.changing.lock().await;
    assert_eq!(store.run(&id).unwrap().recorded().unwrap().status, RunStatus::Cancelled);
}

#[tokio::test]
async fn what_was_resumed_or_done_elsewhere_is_known_to_the_next_server() {
    let (_folder, store) = store();
    let jobs = Jobs::open(store.clone(), Box::new(Stubborn), Limits::default()).await.unwrap();
    let (resumed, done) = (submitted(&jobs, &store).await.unwrap(), submitted(&jobs, &store).await.unwrap());
    for id in [&resumed, &done] {
        jobs.cancel(id).await.unwrap();
    }
    // whoever resumed it died before the table knew of it
    drop(store.resume_run(&resumed).unwrap());
    store.resume_run(&done).unwrap().finish(RunStatus::Done, None).unwrap();
    drop(jobs);
    let jobs = Jobs::open(store, Box::new(Stubborn), Limits::default()).await.unwrap();
    assert_eq!(jobs.job(&resumed).await.unwrap().phase, Phase::Queued);
    assert_eq!(jobs.job(&done).await.unwrap().phase, Phase::Completed);
}
