//! Whether this browser has a graphics processor to compute on: looked at once that device is chosen, said in one line.

use balmer_exchange::worker::Device;
use js_sys::{Function, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{context::Draft, state::host::Host};

/// The line, where there is something to say.
#[component]
pub fn GpuNote(draft: Draft) -> impl IntoView {
    let lacks = RwSignal::new(None::<&'static str>);
    Effect::new(move || {
        if draft.host.get() == Host::Browser(Device::Gpu) {
            spawn_local(async move { lacks.set(lacking().await) });
        } else {
            lacks.set(None);
        }
    });
    move || {
        lacks.get().map(|what| {
            view! {
                <p class="bar-note" role="status" data-testid="gpu-note">
                    {what} " The next run is computed by this browser's processor instead."
                </p>
            }
        })
    }
}

/// What is missing; `None` where nothing is.
async fn lacking() -> Option<&'static str> {
    let gpu = Reflect::get(&window().navigator(), &"gpu".into()).ok().filter(JsValue::is_object);
    let Some(gpu) = gpu else { return Some("This browser has no WebGPU.") };
    match adapter(&gpu).await {
        Ok(adapter) if adapter.is_object() => None,
        _ => Some("This browser has WebGPU, but finds no graphics processor for it."),
    }
}

async fn adapter(gpu: &JsValue) -> Result<JsValue, JsValue> {
    let request: Function = Reflect::get(gpu, &"requestAdapter".into())?.dyn_into()?;
    JsFuture::from(request.call0(gpu)?.dyn_into::<Promise>()?).await
}
