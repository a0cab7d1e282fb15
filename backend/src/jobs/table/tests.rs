//! Jobs in turn, by priority, of two that want one, and of files of other versions.

use super::*;

async fn table() -> (tempfile::TempDir, JobTable) {
    let folder = tempfile::tempdir().unwrap();
    let table = JobTable::open(folder.path()).await.unwrap();
    (folder, table)
}

/// Room for so many that wait.
fn room(waiting: u32) -> Room {
    Room { waiting, of_owner: 2, idle: 3 }
}

fn job(id: &str, priority: i64) -> Job {
    Job { priority, ..Job::queued(id.to_owned()) }
}

#[tokio::test]
async fn jobs_come_in_turn_and_by_priority() {
    let (folder, table) = table().await;
    for (id, priority) in [("a", 0), ("b", 0), ("urgent", 5), ("c", 0)] {
        table.insert(&job(id, priority), room(8)).await.unwrap();
    }
    assert_eq!(table.waiting().await.unwrap(), 4);
    let mut turns = Vec::new();
    while let Some(job) = table.begin_next().await.unwrap() {
        assert!(job.phase == Phase::Executing && job.attempts == 1 && job.started.is_some(), "{job:?}");
        turns.push(job.id);
    }
    assert_eq!(turns, ["urgent", "a", "b", "c"]);
    // another process, or this one after its death
    let again = JobTable::open(folder.path()).await.unwrap();
    assert_eq!(again.jobs().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_full_queue_refuses_and_room_is_made_by_those_that_begin() {
    let (_folder, table) = table().await;
    table.insert(&job("a", 0), room(1)).await.unwrap();
    assert!(matches!(table.insert(&job("b", 0), room(1)).await, Err(TableError::Full(1))));
    assert!(matches!(table.job("b").await, Err(TableError::Unknown(_))));
    // one that waits to be told takes no place
    table.insert(&Job { phase: Phase::Pending, ..job("p", 0) }, room(1)).await.unwrap();
    table.begin_next().await.unwrap();
    table.insert(&job("b", 0), room(1)).await.unwrap();
}

#[tokio::test]
async fn of_two_that_want_a_job_elsewhere_one_is_refused() {
    let (_folder, table) = table().await;
    table.insert(&job("a", 0), room(8)).await.unwrap();
    let (one, other) = tokio::join!(table.bring("a", Phase::Aborted, Some(Fault::fatal("stop"))), table.begin_next());
    let (aborted, begun) = (one.is_ok(), other.unwrap().is_some());
    // aborted first and never begun, or begun first and then aborted: never both at the same time
    let phase = table.job("a").await.unwrap().phase;
    assert!(aborted && phase == Phase::Aborted || begun && phase == Phase::Executing, "{aborted} {begun} {phase}");
    assert!(matches!(table.bring("a", Phase::Pending, None).await, Err(TableError::Phase { .. })));
}

#[tokio::test]
async fn what_ended_is_resumed_from_the_end_of_the_queue_and_counts_anew() {
    let (_folder, table) = table().await;
    for id in ["a", "b"] {
        table.insert(&job(id, 0), room(8)).await.unwrap();
    }
    table.begin_next().await.unwrap();
    let failed = table.bring("a", Phase::Error, Some(Fault::fatal("the disk is full"))).await.unwrap();
    assert!(failed.ended.is_some() && failed.error.as_deref() == Some("the disk is full"));
    assert!(matches!(table.resume("a", room(1)).await, Err(TableError::Full(1))));
    assert_eq!(table.job("a").await.unwrap(), failed);
    let resumed = table.resume("a", room(8)).await.unwrap();
    assert_eq!((resumed.phase, resumed.attempts, resumed.error, resumed.ended), (Phase::Queued, 0, None, None));
    table.forget("a").await.unwrap();
    assert!(matches!(table.job("a").await, Err(TableError::Unknown(_))));
}

#[tokio::test]
async fn a_file_of_a_later_version_is_left_alone() {
    let (folder, table) = table().await;
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&table.pool).await.unwrap();
    let error = JobTable::open(folder.path()).await.unwrap_err().to_string();
    assert!(error.contains("later version"), "{error}");
}
