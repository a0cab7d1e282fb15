//! The progress of tasks that all threads share, and whether they are to go on.

use std::{
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{Error, Result, engine::Observer};

/// Tells an observer how many tasks are done.
pub(super) struct Watch<'a> {
    observer: &'a dyn Observer,
    /// What is done before the first of them, and after the last.
    span: Range<f64>,
    tasks: usize,
    done: AtomicUsize,
    kept: AtomicUsize,
    reported: Mutex<usize>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(observer: &'a dyn Observer, span: Range<f64>, tasks: usize) -> Self {
        Self { observer, span, tasks, done: AtomicUsize::new(0), kept: AtomicUsize::new(0), reported: Mutex::new(0) }
    }

    /// Does a task, unless all should stop.
    pub(super) fn task<T>(&self, task: impl FnOnce() -> T) -> Option<T> {
        if self.observer.is_cancelled() {
            return None;
        }
        let output = task();
        let turn = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Ok(mut last) = self.reported.try_lock()
            && turn > *last
        {
            *last = turn;
            let share = turn as f64 / self.tasks as f64;
            self.observer.progress(self.span.start + share * (self.span.end - self.span.start));
        }
        Some(output)
    }

    /// What the task under way was to find is there from before.
    pub(super) fn kept(&self) {
        let share = (self.kept.fetch_add(1, Ordering::Relaxed) + 1) as f64 / self.tasks as f64;
        self.observer.known_before(share * (self.span.end - self.span.start));
    }

    /// Whether all tasks were done.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn finish(&self) -> Result<()> {
        if self.done.load(Ordering::Relaxed) < self.tasks { Err(Error::Cancelled) } else { Ok(()) }
    }
}
