//! The worker's ear: what is asked of it, and the run that is under way.

use std::{
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::worker::{Command, Device, Report};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, MessageEvent};

use crate::{
    explore, kept,
    map::{self, Wanted, place},
    matrix, member, port, run,
};

/// A run or a map under way, and how to stop it.
struct UnderWay {
    run: String,
    abort: AbortController,
    stopped: Arc<AtomicBool>,
}

thread_local! {
    static UNDER_WAY: RefCell<Vec<UnderWay>> = const { RefCell::new(Vec::new()) };
}

/// Listens, and says so.
pub fn start() {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let Some((command, buffers)) = port::unpack(&event.data()) {
            obey(command, &buffers);
        }
    });
    port::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // as long as the worker lives
    on_message.forget();
    port::report(&Report::Ready, &[]);
}

fn obey(command: Command, buffers: &[ArrayBuffer]) {
    match command {
        Command::Run { run, spec, device } => begin(run, Task::Run(*spec, device)),
        Command::Map { map, spec, kind, device } => begin(map, Task::Map(Wanted { spec: *spec, kind, device })),
        Command::Cancel { run } => stop(&run),
        Command::Rescore { run, n_neighbors } => explore::rescore(&run, n_neighbors),
        Command::Respread { run, labels } => explore::respread(&run, &labels),
        Command::Explain { run, row, n_neighbors } => explore::explain(&run, row, n_neighbors),
        Command::Forget { run } => kept::forget(&run),
        Command::Join { columns, n_neighbors } => member::join(columns, n_neighbors, buffers),
        Command::Search { share } => member::search(share, buffers),
        Command::Components { columns, project } => place::components(columns, project, buffers),
        Command::Embed { params } => place::embed(&params, buffers),
        Command::Matrix { rows, columns, n_neighbors, device, workers, labels } => {
            let search = matrix::Search { shape: (rows, columns), n_neighbors, device, workers };
            spawn_local(matrix::answer(search, labels.map(|labels| *labels), buffers.to_vec()));
        }
    }
}

/// What takes a while.
enum Task {
    Run(PipelineSpec, Device),
    Map(Wanted),
}

fn begin(run: String, task: Task) {
    // a browser without it has no `fetch` that could be stopped, and no module workers either
    let Ok(abort) = AbortController::new() else { return };
    let (signal, stopped) = (abort.signal(), Arc::new(AtomicBool::new(false)));
    UNDER_WAY.with_borrow_mut(|all| all.push(UnderWay { run: run.clone(), abort, stopped: stopped.clone() }));
    spawn_local(async move {
        match task {
            Task::Run(spec, device) => run::carry_out(run.clone(), spec, device, signal, stopped).await,
            Task::Map(wanted) => map::draw(run.clone(), wanted, signal, stopped).await,
        }
        UNDER_WAY.with_borrow_mut(|all| all.retain(|other| other.run != run));
    });
}

fn stop(run: &str) {
    UNDER_WAY.with_borrow(|all| {
        for one in all.iter().filter(|one| one.run == run) {
            one.stopped.store(true, Ordering::Relaxed);
            one.abort.abort();
        }
    });
}
