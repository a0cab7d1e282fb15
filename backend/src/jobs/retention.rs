//! Jobs whose time is over: at its destruction time (UWS 1.1 section 2.1.5) a job is ended if need be, its results are
//! cleared away, and its record stays as ARCHIVED until somebody deletes it.

use std::time::Duration;

use super::service::Jobs;

/// How often it is looked for them.
const PERIOD: Duration = Duration::from_secs(2);

/// Archives what is due, until the server ends.
pub(super) async fn keep(jobs: Jobs) {
    loop {
        match jobs.due().await {
            Ok(due) => {
                for job in due {
                    match jobs.archive(&job.id).await {
                        Ok(_) => tracing::info!(run = job.id, "its time is over: archived"),
                        Err(error) => {
                            tracing::warn!(run = job.id, %error, "its time is over, and it cannot be archived yet");
                        }
                    }
                }
            }
            Err(error) => tracing::error!(%error, "nobody knows which jobs are due"),
        }
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = jobs.closed() => return,
        }
    }
}
