//! The engine of browsers without a usable graphics processor: blocks of rows, searched by as many workers as the
//! processor has cores.
//!
//! Each worker gets a copy of the matrix once, then block after block as it finishes: none waits for a slower one.
//! The workers live for one search, so that their memory goes back to the browser.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    ops::Range,
    rc::Rc,
    task::{Poll, Waker},
};

use balmer_core::{
    CpuEngine, Engine, Error, Observer, Result,
    ndarray::{Array2, ArrayView2},
    neighbors::NeighborTable,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};
use balmer_exchange::worker::{Command, Report};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{AbortSignal, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::port::{self, Part};

/// Multiplications below which starting workers takes longer than they save: some 50 ms.
const SMALL: usize = 500_000_000;
/// Rows of a block, at most and at least.
const BLOCK: Range<usize> = 64..512;
/// Blocks for each worker, so that all end at about the same time.
const BLOCKS: usize = 16;

/// Computes on the processor's cores.
#[derive(Debug)]
pub struct PoolEngine {
    workers: usize,
    stop: AbortSignal,
}

impl PoolEngine {
    /// As many workers as there are cores, fewer where `rows` of `columns` values are not worth them; `stop` ends
    /// a search that is under way.
    pub fn new(rows: usize, columns: usize, stop: AbortSignal) -> Self {
        let cores = port::scope().navigator().hardware_concurrency() as usize;
        let small = rows.saturating_mul(rows).saturating_mul(columns) < SMALL;
        Self { workers: if small { 1 } else { cores.clamp(1, 64) }, stop }
    }

    /// The same with a number of workers.
    pub fn with_workers(workers: usize, stop: AbortSignal) -> Self {
        Self { workers, stop }
    }

    fn lost(&self, reason: &str) -> Error {
        Error::Device { device: self.name(), reason: reason.to_owned() }
    }
}

/// The vector instructions of this build.
fn instructions() -> &'static str {
    if cfg!(target_feature = "relaxed-simd") {
        "relaxed SIMD"
    } else if cfg!(target_feature = "simd128") {
        "simd128"
    } else {
        "no SIMD"
    }
}

impl Engine for PoolEngine {
    fn name(&self) -> String {
        let workers = self.workers;
        format!("browser CPU, {workers} worker{}, {}", if workers == 1 { "" } else { "s" }, instructions())
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        let x = x.as_standard_layout();
        let (rows, columns) = x.dim();
        // what one worker does as well needs no other; nonsense is refused in one place
        if self.workers < 2 || n_neighbors == 0 || n_neighbors >= rows {
            return CpuEngine.kneighbors(x.view(), n_neighbors, observer).await;
        }
        let values = x.as_slice().expect("standard layout");
        let pool = Pool::start(self)?;
        let block = (rows / (self.workers * BLOCKS)).clamp(BLOCK.start, BLOCK.end);
        let mut ahead = (0..rows).step_by(block).map(|first| first..rows.min(first + block));
        let mut indices = Array2::<u32>::zeros((rows, n_neighbors));
        let mut distances = Array2::<f32>::zeros((rows, n_neighbors));
        let mut done = 0;
        while done < rows {
            match pool.news().await {
                News::Stop => return Err(Error::Cancelled),
                News::Lost(reason) => return Err(self.lost(&reason)),
                News::Ready { worker } => {
                    if let Some(range) = ahead.next() {
                        pool.join(self, worker, values, &Command::Join { columns, n_neighbors })?;
                        pool.search(self, worker, range)?;
                    }
                }
                News::Found { worker, range, indices: found, distances: apart } => {
                    let place = range.start * n_neighbors..range.end * n_neighbors;
                    let (found, apart) = (port::rows(&found), port::numbers(&apart));
                    if range.end > rows || found.len() != place.len() || apart.len() != place.len() {
                        return Err(self.lost("a worker answered something else than it was asked"));
                    }
                    indices.as_slice_mut().expect("standard layout")[place.clone()].copy_from_slice(&found);
                    distances.as_slice_mut().expect("standard layout")[place].copy_from_slice(&apart);
                    done += range.len();
                    observer.progress(done as f64 / rows as f64);
                    if let Some(range) = ahead.next() {
                        pool.search(self, worker, range)?;
                    }
                }
            }
            if observer.is_cancelled() {
                return Err(Error::Cancelled);
            }
        }
        drop(pool);
        NeighborTable::new(indices, distances)
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        CpuEngine.diffuse(graph, seeds, diffusion, observer).await
    }
}

/// What the chief hears while it waits.
enum News {
    /// A worker listens: what was sent before is lost.
    Ready { worker: usize },
    /// A worker is done with a block.
    Found { worker: usize, range: Range<usize>, indices: ArrayBuffer, distances: ArrayBuffer },
    /// A worker is no more.
    Lost(String),
    /// The run is to stop.
    Stop,
}

/// News that nobody has looked at yet.
#[derive(Default)]
struct Inbox {
    news: VecDeque<News>,
    reader: Option<Waker>,
}

impl Inbox {
    fn put(&mut self, news: News) {
        self.news.push_back(news);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// The workers of one search; they end with it.
struct Pool {
    members: Vec<Member>,
    inbox: Rc<RefCell<Inbox>>,
    stop: AbortSignal,
    _on_stop: Closure<dyn FnMut()>,
}

struct Member {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(JsValue)>,
}

impl Pool {
    fn start(engine: &PoolEngine) -> Result<Self> {
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let to_stop = inbox.clone();
        let on_stop = Closure::new(move || to_stop.borrow_mut().put(News::Stop));
        let mut pool = Self { members: Vec::new(), inbox, stop: engine.stop.clone(), _on_stop: on_stop };
        pool.stop.set_onabort(Some(pool._on_stop.as_ref().unchecked_ref()));
        if pool.stop.aborted() {
            return Err(Error::Cancelled);
        }
        for number in 0..engine.workers {
            let member = Member::start(number, &pool.inbox).map_err(|_| engine.lost("the browser starts no worker"))?;
            pool.members.push(member);
        }
        Ok(pool)
    }

    fn join(&self, engine: &PoolEngine, worker: usize, values: &[f32], join: &Command) -> Result<()> {
        port::send(&self.members[worker].worker, join, &[Part::Numbers(values)])
            .map_err(|_| engine.lost("there is no memory for another copy of the features"))
    }

    fn search(&self, engine: &PoolEngine, worker: usize, range: Range<usize>) -> Result<()> {
        let command = Command::Search { first: range.start, end: range.end };
        port::send(&self.members[worker].worker, &command, &[]).map_err(|_| engine.lost("a worker is gone"))
    }

    async fn news(&self) -> News {
        poll_fn(|context| {
            let mut inbox = self.inbox.borrow_mut();
            if let Some(news) = inbox.news.pop_front() {
                return Poll::Ready(news);
            }
            inbox.reader = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop.set_onabort(None);
        for member in &self.members {
            member.worker.terminate();
        }
    }
}

impl Member {
    fn start(number: usize, inbox: &Rc<RefCell<Inbox>>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&port::scope().location().href(), &options)?;
        let (to_message, to_error) = (inbox.clone(), inbox.clone());
        let on_message = Closure::new(move |event: MessageEvent| {
            let news = match port::unpack(&event.data()) {
                Some((Report::Found { first, end }, buffers)) => match <[ArrayBuffer; 2]>::try_from(buffers) {
                    Ok([indices, distances]) => News::Found { worker: number, range: first..end, indices, distances },
                    Err(_) => News::Lost("a worker's answer is incomplete".to_owned()),
                },
                Some((Report::Ready, _)) => News::Ready { worker: number },
                Some((Report::Broken { detail }, _)) => News::Lost(detail),
                _ => return,
            };
            to_message.borrow_mut().put(news);
        });
        let on_error = Closure::new(move |_| {
            to_error.borrow_mut().put(News::Lost("a worker broke down, for want of memory perhaps".to_owned()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }
}
