//! Work that ends when nobody waits for it any more: a client that goes away drops the request, and with
//! it what the work looks at.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use balmer_core::{
    engine::Observer,
    pipeline::{RunObserver, Stage},
};

/// Held while somebody waits for the answer.
#[derive(Debug, Default)]
pub struct Waiting(Arc<AtomicBool>);

impl Waiting {
    /// The other end, for the work.
    pub fn watch(&self) -> Watch {
        Watch(self.0.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Tells the work when nobody waits for it.
#[derive(Debug)]
pub struct Watch(Arc<AtomicBool>);

impl Observer for Watch {
    fn progress(&self, _fraction: f64) {}

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl RunObserver for Watch {
    fn stage(&self, _stage: Stage, _message: &str) {}
}
