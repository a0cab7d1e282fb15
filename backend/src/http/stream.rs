//! Answers that are written while they are sent: rows go out batch by batch, whatever their number.
//!
//! A thread that may block writes into a channel of a few chunks, and waits where the client does not
//! read; a client that goes away closes the channel, and the writer's next write ends its work. How many
//! such answers there are at a time is bounded too.

use std::{
    io::{self, Write},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures::stream;
use tokio::sync::{
    OwnedSemaphorePermit, Semaphore,
    mpsc::{self, Receiver, Sender},
};

use super::{negotiation::Answer, problem::Failure};
use crate::export::ExportError;

/// Answers being written at a time.
const AT_ONCE: usize = 16;
/// Bytes of a chunk.
const CHUNK: usize = 64 << 10;
/// Chunks that wait for the client.
const WAITING: usize = 4;
/// Seconds after which a refused caller may try again.
const RETRY_AFTER: u64 = 5;

/// Who may write long answers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Downloads(Arc<Semaphore>);

impl Default for Downloads {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Downloads {
    /// Leave to write one more.
    ///
    /// # Errors
    /// 503 where too many are being written.
    pub fn admit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let permit = self.0.clone().try_acquire_owned();
        permit.map_err(|_| Failure::busy(format!("{AT_ONCE} downloads are under way: try again later"), RETRY_AFTER))
    }
}

/// An answer of the given format that `write` writes, on a thread that may block.
pub fn respond(
    permit: OwnedSemaphorePermit,
    answer: Answer,
    name: &str,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), ExportError> + Send + 'static,
) -> Response {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut chunks = Chunks { sender, buffer: Vec::with_capacity(CHUNK) };
        let written = write(&mut chunks).and_then(|()| Ok(chunks.flush()?));
        if let Err(error) = written
            && !chunks.sender.is_closed()
        {
            // the status is sent already: the connection is cut, so that nobody takes this for the whole
            tracing::error!(%error, "an answer broke off");
            // a client that is gone by now needs no telling
            let _ = chunks.sender.blocking_send(Err(io::Error::other(error.to_string())));
        }
    });
    answer.respond(name, body(receiver))
}

fn body(mut receiver: Receiver<io::Result<Bytes>>) -> Body {
    Body::from_stream(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// Writes into the channel, a chunk at a time.
struct Chunks {
    sender: Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.sender.blocking_send(Ok(chunk.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::Duration,
    };

    use futures::StreamExt;

    use super::*;

    #[tokio::test]
    async fn a_client_that_goes_away_ends_the_work_and_one_that_waits_holds_it() {
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let downloads = Downloads::default();
        let response = respond(downloads.admit().unwrap(), Answer::Csv, "rows", |out| {
            loop {
                out.write_all(&vec![b'x'; CHUNK])?;
                WRITTEN.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut body = response.into_body().into_data_stream();
        assert_eq!(body.next().await.unwrap().unwrap().len(), CHUNK);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let ahead = WRITTEN.load(Ordering::Relaxed);
        assert!(ahead <= WAITING as u64 + 2, "{ahead} chunks were made for a client that took one");
        drop(body);
        for _ in 0..100 {
            if downloads.0.available_permits() == AT_ONCE {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the writer goes on for nobody");
    }

    #[tokio::test]
    async fn too_many_at_once_are_refused() {
        let downloads = Downloads::default();
        let held: Vec<_> = (0..AT_ONCE).map(|_| downloads.admit().unwrap()).collect();
        assert!(downloads.admit().is_err());
        drop(held);
        assert!(downloads.admit().is_ok());
    }
}
