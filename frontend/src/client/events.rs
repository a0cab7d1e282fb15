//! The events of one run as they happen (Server-Sent Events).

use balmer_exchange::api::RunEvent;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::events_url;

/// Names of the events, as the stream has them.
const NAMES: [&str; 3] = ["progress", "done", "failed"];

/// News of a run, or that there are none to be had.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// What the server says.
    Event(RunEvent),
    /// The connection broke; the browser may be trying again.
    Lost,
}

/// A stream that is listened to, until it is dropped.
#[derive(Debug)]
pub struct Listening {
    source: EventSource,
    on_message: Closure<dyn FnMut(MessageEvent)>,
    /// Lives as long as the source may call it.
    _on_error: Closure<dyn FnMut()>,
}

/// Listens to a run; `None` where the browser cannot.
pub fn listen(run: &str, take: impl Fn(News) + Clone + 'static) -> Option<Listening> {
    let source = EventSource::new(&events_url(run)).ok()?;
    let take_event = take.clone();
    let on_message = Closure::new(move |message: MessageEvent| {
        let data = message.data().as_string().unwrap_or_default();
        if let Some(event) = event(&message.type_(), &data) {
            take_event(News::Event(event));
        }
    });
    let on_error = Closure::new(move || take(News::Lost));
    for name in NAMES {
        source.add_event_listener_with_callback(name, on_message.as_ref().unchecked_ref()).ok()?;
    }
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    Some(Listening { source, on_message, _on_error: on_error })
}

impl Drop for Listening {
    fn drop(&mut self) {
        for name in NAMES {
            // the source is closed next: a listener that stays would never be called
            let _: Result<(), wasm_bindgen::JsValue> =
                self.source.remove_event_listener_with_callback(name, self.on_message.as_ref().unchecked_ref());
        }
        self.source.set_onerror(None);
        self.source.close();
    }
}

/// The event of a name, its data being the other fields.
fn event(name: &str, data: &str) -> Option<RunEvent> {
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(data).unwrap_or_default();
    fields.insert("event".to_owned(), name.into());
    serde_json::from_value(fields.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_data_make_an_event() {
        let data = r#"{"stage":"lof","fraction":0.5,"eta_seconds":null,"message":"k = 100"}"#;
        let Some(RunEvent::Progress { stage, fraction, eta_seconds, .. }) = event("progress", data) else {
            panic!("no progress")
        };
        assert_eq!((stage.as_str(), fraction, eta_seconds), ("lof", 0.5, None));
        assert_eq!(event("done", "{}"), Some(RunEvent::Done));
        assert_eq!(event("failed", r#"{"message":"x"}"#), Some(RunEvent::Failed { message: "x".into() }));
        assert_eq!(event("progress", "{}"), None);
        let data = r#"{"stage":"lof","fraction":0.5,"eta_seconds":3.0,"message":"","stage_fraction":0.25,"rate":7.0}"#;
        let Some(RunEvent::Progress { stage_fraction, rate, .. }) = event("progress", data) else {
            panic!("no progress")
        };
        assert_eq!((stage_fraction, rate), (0.25, Some(7.0)));
    }
}
