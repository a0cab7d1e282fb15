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

async fn begin_next(table: &JobTable) -> Result<Option<Job>> {
    match table.next_in_turn().await? {
        Some(next) => table.begin(&next.id).await,
        None => Ok(None),
    }
}

#[tokio::test]
async fn jobs_come_in_turn_and_by_priority() {
    let (folder, table) = table().await;
    for (id, priority) in [("a", 0), ("b", 0), ("urgent", 5), ("c", 0)] {
        table.insert(&job(id, priority), room(8)).await.unwrap();
    }
    assert_eq!(table.waiting().await.unwrap(), 4);
    let mut turns = Vec::new();
    while let Some(job) = begin_next(&table).await.unwrap() {
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
    begin_next(&table).await.unwrap();
    table.insert(&job("b", 0), room(1)).await.unwrap();
}

#[tokio::test]
async fn of_two_that_want_a_job_elsewhere_one_is_refused() {
    let (_folder, table) = table().await;
    table.insert(&job("a", 0), room(8)).await.unwrap();
    let (one, other) = tokio::join!(table.bring("a", Phase::Aborted, Some(Fault::fatal("stop"))), begin_next(&table));
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
    begin_next(&table).await.unwrap();
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

#[tokio::test]
async fn an_owner_takes_only_so_much_room_and_idle_jobs_too() {
    let (_folder, table) = table().await;
    let of = |id: &str, owner: &str| Job { owner: Some(owner.to_owned()), ..job(id, 0) };
    table.insert(&of("a", "anna"), room(8)).await.unwrap();
    table.insert(&of("b", "anna"), room(8)).await.unwrap();
    let refused = table.insert(&of("c", "anna"), room(8)).await.unwrap_err();
    assert!(matches!(&refused, TableError::OwnerFull { owner, waiting: 2 } if owner == "anna"), "{refused}");
    table.insert(&of("c", "otto"), room(8)).await.unwrap();
    // nobody in particular has no limit of his own
    for id in ["d", "e", "f"] {
        table.insert(&job(id, 0), room(8)).await.unwrap();
    }
    for id in ["p", "q", "r"] {
        table.insert(&Job::new(id.to_owned(), Phase::Pending), room(8)).await.unwrap();
    }
    let refused = table.insert(&Job::new("s".to_owned(), Phase::Pending), room(8)).await;
    assert!(matches!(refused, Err(TableError::Idle(3))));
    // one that waited to be told counts among its owner's when it is
    table.bring("p", Phase::Aborted, None).await.unwrap();
    let own = Job { owner: Some("anna".to_owned()), ..Job::new("own".to_owned(), Phase::Pending) };
    table.insert(&own, room(8)).await.unwrap();
    assert!(matches!(table.queue("own", room(8)).await, Err(TableError::OwnerFull { .. })));
    assert_eq!(table.job("own").await.unwrap().phase, Phase::Pending);
    begin_next(&table).await.unwrap();
    assert_eq!(table.queue("own", room(8)).await.unwrap().phase, Phase::Queued);
    assert!(matches!(table.insert(&job("own", 0), room(9)).await, Err(TableError::Taken(_))));
}

#[tokio::test]
async fn jobs_are_listed_by_phase_time_and_number() {
    let (_folder, table) = table().await;
    for (id, created) in [("a", "2026-01-01T00:00:00Z"), ("b", "2026-01-02T00:00:00Z"), ("c", "2026-01-02T00:00:00Z")] {
        table.insert(&Job { created: created.to_owned(), ..job(id, 0) }, room(8)).await.unwrap();
    }
    table.bring("a", Phase::Aborted, None).await.unwrap();
    table.bring("a", Phase::Archived, None).await.unwrap();
    table.bring("b", Phase::Held, None).await.unwrap();
    let ids = async |filter: Filter| -> Vec<String> {
        table.list(&filter).await.unwrap().into_iter().map(|job| job.id).collect()
    };
    let all = Filter::default();
    assert_eq!(ids(all.clone()).await, ["b", "c"]);
    assert_eq!(ids(Filter { phases: vec![Phase::Archived, Phase::Held], ..all.clone() }).await, ["a", "b"]);
    assert_eq!(ids(Filter { last: Some(1), ..all.clone() }).await, ["c"]);
    assert_eq!(ids(Filter { last: Some(9), ..all.clone() }).await, ["c", "b"]);
    assert!(ids(Filter { after: Some("2026-01-02T00:00:00Z".to_owned()), ..all }).await.is_empty());
}

#[tokio::test]
async fn what_is_changed_is_kept_and_told_and_what_is_too_late_is_refused() {
    let (folder, table) = table().await;
    let mut changes = table.changes();
    let given = |pairs: &[(&str, &str)]| {
        Change::Parameters(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    };
    table.insert(&Job::new("a".to_owned(), Phase::Pending), room(8)).await.unwrap();
    for change in [
        given(&[("SURVEY", "x"), ("SEED", "1")]),
        given(&[("SURVEY", "sky"), ("SEED", "")]),
        Change::ExecutionDuration(60),
        Change::Priority(3),
        Change::Label(Some("mine".to_owned())),
        Change::Destruction(Some("2026-01-01T00:00:00Z".to_owned())),
    ] {
        changes.mark_unchanged();
        table.set("a", &change).await.unwrap();
        assert!(changes.has_changed().unwrap(), "{change:?}");
    }
    let kept = JobTable::open(folder.path()).await.unwrap().job("a").await.unwrap();
    assert_eq!(kept.parameters.unwrap().into_iter().collect::<Vec<_>>(), [("SURVEY".to_owned(), "sky".to_owned())]);
    assert_eq!((kept.execution_duration, kept.priority, kept.label.as_deref()), (60, 3, Some("mine")));
    assert!(table.due("2025-12-31T23:59:59Z").await.unwrap().is_empty());
    assert_eq!(table.due("2026-01-01T00:00:00Z").await.unwrap().len(), 1);

    table.queue("a", room(8)).await.unwrap();
    assert!(matches!(table.set("a", &given(&[("SEED", "2")])).await, Err(TableError::Fixed { .. })));
    begin_next(&table).await.unwrap();
    for change in [Change::ExecutionDuration(1), Change::Priority(1)] {
        assert!(matches!(table.set("a", &change).await, Err(TableError::Fixed { .. })), "{change:?}");
    }
    let fault = Fault { message: "its process died", is_transient: true };
    table.bring("a", Phase::Error, Some(fault)).await.unwrap();
    let archived = table.bring("a", Phase::Archived, None).await.unwrap();
    assert!(archived.ended.is_some() && archived.is_transient, "its end and its reason stay: {archived:?}");
    assert_eq!(archived.error.as_deref(), Some("its process died"));
    assert!(table.due("2999-01-01T00:00:00Z").await.unwrap().is_empty());
    assert!(matches!(table.set("a", &Change::Destruction(None)).await, Err(TableError::Fixed { .. })));
}

#[tokio::test]
async fn a_file_of_the_first_version_gains_what_it_lacks() {
    let (folder, table) = table().await;
    table.insert(&job("a", 0), room(8)).await.unwrap();
    for sql in [
        "DROP INDEX jobs_by_creation",
        "DROP INDEX jobs_by_destruction",
        "ALTER TABLE jobs DROP COLUMN parameters",
        "ALTER TABLE jobs DROP COLUMN is_transient",
        "PRAGMA user_version = 1",
    ] {
        sqlx::raw_sql(sql).execute(&table.pool).await.unwrap();
    }
    table.close().await;
    let table = JobTable::open(folder.path()).await.unwrap();
    let job = table.job("a").await.unwrap();
    assert!(job.parameters.is_none() && !job.is_transient && job.phase == Phase::Queued);
}
