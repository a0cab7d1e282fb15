//! Whether there is room for a run: in the queue, on the disk, in memory beside the others.

use super::{Jobs, Result, ServiceError};
use crate::{
    config::Bytes,
    jobs::{Job, Needs, TableError},
    machine,
    storage::StoreError,
};

impl Jobs {
    /// Refuses where no further run may wait, or the disk has no room for one: before anything is written for it.
    ///
    /// # Errors
    /// [`TableError::Full`], [`ServiceError::Disk`], [`ServiceError::Quota`].
    pub async fn check_room(&self) -> Result<()> {
        let waiting = self.waiting().await?;
        if waiting >= self.0.limits.waiting {
            return Err(TableError::Full(waiting).into());
        }
        self.check_disk().await
    }

    /// Refuses where less of the disk is free, or runs take more of it, than the limits say.
    ///
    /// # Errors
    /// [`ServiceError::Disk`], [`ServiceError::Quota`].
    pub async fn check_disk(&self) -> Result<()> {
        let limits = self.0.limits;
        let (free, taken) = self
            .ask(move |store| {
                let taken = if limits.quota > 0 { store.bytes_of_runs() } else { 0 };
                Ok((machine::free_space(store.root()), taken))
            })
            .await?;
        match free {
            Some(free) if free < limits.keep_free => {
                Err(ServiceError::Disk { free: Bytes(free), keep_free: Bytes(limits.keep_free) })
            }
            _ if limits.quota > 0 && taken >= limits.quota => {
                Err(ServiceError::Quota { taken: Bytes(taken), quota: Bytes(limits.quota) })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a run that could never begin.
    ///
    /// # Errors
    /// [`ServiceError::TooLarge`].
    pub(super) async fn check_size(&self, id: &str) -> Result<()> {
        let memory = self.memory_needed(id).await;
        let allowed = self.0.limits.memory;
        if memory <= allowed {
            return Ok(());
        }
        Err(ServiceError::TooLarge { memory: Bytes(memory), allowed: Bytes(allowed) })
    }

    /// The next job in turn, which begins by this, if there is memory for it beside those under way; and how much it needs.
    pub(super) async fn begin_next(&self) -> Result<Option<(Job, u64)>> {
        while let Some(next) = self.0.table.next_in_turn().await? {
            let memory = self.memory_needed(&next.id).await;
            let (taken, allowed) = self.memory();
            if taken > 0 && taken.saturating_add(memory) > allowed {
                return Ok(None);
            }
            // somebody may have taken it back in between
            if let Some(job) = self.0.table.begin(&next.id).await? {
                return Ok(Some((job, memory)));
            }
        }
        Ok(None)
    }

    /// What a run that waits will need, in bytes. What cannot be told is nothing: its worker says what is wrong with it.
    async fn memory_needed(&self, id: &str) -> u64 {
        if let Some(known) = self.needs().get(id) {
            return *known;
        }
        let asked = id.to_owned();
        let needs = self.ask(move |store| Ok::<_, StoreError>(Needs::of_run(store, &asked).ok())).await;
        let Some(Needs { memory, .. }) = needs.ok().flatten() else { return 0 };
        self.needs().insert(id.to_owned(), memory);
        memory
    }

    /// Memory that the runs under way need by estimate, and what they may, in bytes.
    pub fn memory(&self) -> (u64, u64) {
        (self.under_way().values().map(|job| job.memory).sum(), self.0.limits.memory)
    }

    /// What the run of a job may take before it has to end: all that the others do not need.
    pub(super) fn memory_allowed(&self, job: &Job) -> u64 {
        let under_way = self.under_way();
        let others: u64 = under_way.iter().filter(|(id, _)| **id != job.id).map(|(_, other)| other.memory).sum();
        self.0.limits.memory.saturating_sub(others)
    }
}
