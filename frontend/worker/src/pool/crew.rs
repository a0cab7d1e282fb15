//! The workers of one search, and what the chief hears of them.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use balmer_exchange::worker::{Command, Report};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{AbortSignal, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::port::{self, Part};

/// What the chief hears while it waits.
pub enum News {
    /// A member says something.
    Said { member: usize, report: Report, buffers: Vec<ArrayBuffer> },
    /// A member is no more, and why.
    Lost { member: usize, reason: String },
    /// The run is to stop.
    Stop,
}

/// The workers of one search; they end with it, so that their memory goes back to the browser.
pub struct Crew {
    /// By number; none where one failed.
    members: Vec<Option<Member>>,
    inbox: Rc<RefCell<Inbox>>,
    stop: AbortSignal,
    _on_stop: Closure<dyn FnMut()>,
}

impl Crew {
    /// Starts so many workers. Those that the browser does not start are lost at once.
    pub fn start(workers: usize, stop: &AbortSignal) -> Self {
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let to_stop = inbox.clone();
        let on_stop = Closure::new(move || to_stop.borrow_mut().put(News::Stop));
        stop.set_onabort(Some(on_stop.as_ref().unchecked_ref()));
        if stop.aborted() {
            inbox.borrow_mut().put(News::Stop);
        }
        let start = |member| {
            let started = Member::start(member, &inbox).ok();
            if started.is_none() {
                let reason = "the browser starts no worker".to_owned();
                inbox.borrow_mut().put(News::Lost { member, reason });
            }
            started
        };
        let members = (0..workers).map(start).collect();
        Self { members, inbox, stop: stop.clone(), _on_stop: on_stop }
    }

    /// How many members failed.
    pub fn lost(&self) -> usize {
        self.members.iter().filter(|member| member.is_none()).count()
    }

    /// Whether anybody is left.
    pub fn is_empty(&self) -> bool {
        self.members.iter().all(Option::is_none)
    }

    /// Whether a member is still there.
    pub fn has(&self, member: usize) -> bool {
        self.members.get(member).is_some_and(Option::is_some)
    }

    /// Lets a member go.
    pub fn dismiss(&mut self, member: usize) {
        if let Some(member) = self.members.get_mut(member).and_then(Option::take) {
            member.end();
        }
    }

    /// Asks something of a member; where that fails, it is heard of as lost.
    pub fn send(&self, member: usize, command: &Command, parts: &[Part<'_>]) {
        let Some(Some(own)) = self.members.get(member) else { return };
        if port::send(&own.worker, command, parts).is_err() {
            let reason = "there is no memory for a worker's share".to_owned();
            self.inbox.borrow_mut().put(News::Lost { member, reason });
        }
    }

    /// Waits for what comes next.
    pub async fn news(&self) -> News {
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

impl Drop for Crew {
    fn drop(&mut self) {
        self.stop.set_onabort(None);
        for member in self.members.iter().flatten() {
            member.end();
        }
    }
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

struct Member {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Member {
    fn start(member: usize, inbox: &Rc<RefCell<Inbox>>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&port::scope().location().href(), &options)?;
        let (to_message, to_error) = (inbox.clone(), inbox.clone());
        let on_message = Closure::new(move |event: MessageEvent| {
            if let Some((report, buffers)) = port::unpack(&event.data()) {
                to_message.borrow_mut().put(News::Said { member, report, buffers });
            }
        });
        let on_error = Closure::new(move |event: Event| {
            // else the error would go on to the chief, and from there to the page
            event.prevent_default();
            let reason = "a worker broke down, for want of memory perhaps".to_owned();
            to_error.borrow_mut().put(News::Lost { member, reason });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    fn end(&self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
