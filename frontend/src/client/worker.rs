//! The chief of the workers, seen from the page.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use balmer_exchange::{
    api::Problem,
    worker::{Command, Report},
};
use balmer_worker::port;
use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// Where the server has the worker's code.
const URL: &str = "/worker/worker.mjs";

/// A worker that carries runs out; it ends when it is dropped.
#[derive(Debug)]
pub struct Chief {
    worker: Worker,
    /// What waits until the worker listens.
    waiting: Rc<RefCell<Vec<Array>>>,
    listens: Rc<Cell<bool>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(JsValue)>,
}

impl Chief {
    /// Starts the worker; `take` hears its reports with their buffers, `broke` that there will be no more.
    ///
    /// # Errors
    /// Where the browser starts none.
    pub fn start(
        take: impl Fn(Report, Vec<ArrayBuffer>) + 'static,
        broke: impl Fn() + 'static,
    ) -> Result<Self, Problem> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(URL, &options).map_err(|_| none())?;
        let (waiting, listens) = (Rc::new(RefCell::new(Vec::<Array>::new())), Rc::new(Cell::new(false)));
        let on_message = Closure::new({
            let (worker, waiting, listens) = (worker.clone(), waiting.clone(), listens.clone());
            move |event: MessageEvent| match port::unpack(&event.data()) {
                Some((Report::Ready, _)) => {
                    listens.set(true);
                    for message in waiting.take() {
                        // commands have no buffers that could be refused
                        let _: Result<(), JsValue> = worker.post_message(&message);
                    }
                }
                Some((report, buffers)) => take(report, buffers),
                None => {}
            }
        });
        let on_error = Closure::new(move |_| broke());
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, waiting, listens, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a command, as soon as the worker listens.
    pub fn send(&self, command: &Command) {
        let (message, _) = port::pack(command, &[]);
        if self.listens.get() {
            let _: Result<(), JsValue> = self.worker.post_message(&message);
        } else {
            self.waiting.borrow_mut().push(message);
        }
    }
}

impl Drop for Chief {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn none() -> Problem {
    Problem::new(0, "no worker")
        .with_detail("this browser starts no module workers: run it on the server, or use a newer browser")
}
