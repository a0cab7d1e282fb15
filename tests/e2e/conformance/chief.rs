//! The web app's worker by itself, asked for the neighbours and labels of a matrix.

use arrow_array::{cast::AsArray as _, types::Float32Type};
use arrow_ipc::reader::StreamReader;
use balmer_core::{
    ndarray::{Array2, ArrayView2},
    pipeline::LabelsSpec,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{browser::Browser, server::Server};

/// Starts the worker, and tells when it listens.
const START: &str = "
    const done = arguments[arguments.length - 1];
    const worker = new Worker('/worker/worker.mjs' + arguments[0], { type: 'module' });
    worker.onerror = (event) => done(event.message);
    worker.onmessage = () => done(null);
    window.chief = worker;";

/// Sends a command with its buffers, and hands the answer back.
const ASK: &str = "
    const done = arguments[arguments.length - 1];
    const buffers = arguments[1].map((text) => Uint8Array.fromBase64(text).buffer);
    window.chief.onerror = (event) => done([{ report: 'broken', detail: event.message }]);
    window.chief.onmessage = ({ data: [report, ...parts] }) =>
        done([JSON.parse(report), ...parts.map((part) => new Uint8Array(part).toBase64())]);
    window.chief.postMessage([JSON.stringify(arguments[0]), ...buffers], buffers);";

/// A worker of a browser.
pub struct Chief<'b> {
    browser: &'b Browser,
    device: &'static str,
}

/// What it found in a matrix.
pub struct Found {
    /// What computed, in its words.
    pub name: String,
    /// Neighbours, rows x k.
    pub indices: Vec<u32>,
    /// Their distances, rows x k.
    pub distances: Vec<f32>,
    /// Factors by row.
    pub factors: Vec<f32>,
    /// Steps of the labels, and probabilities, rows x classes.
    pub labels: Option<(usize, Vec<f32>)>,
}

impl<'b> Chief<'b> {
    /// Starts a worker with a build of the code (`?build=plain`; nothing for the fastest) that computes on `device`.
    pub async fn start(browser: &'b Browser, server: &Server, build: &str, device: &'static str) -> Self {
        browser.goto(&server.url("/runs")).await;
        let fault = browser.async_script(START, vec![json!(build)]).await;
        assert_eq!(fault, Value::Null, "the worker does not start");
        Self { browser, device }
    }

    /// The `k` neighbours of each row of `x`, and what becomes of the labels (-1 for none).
    ///
    /// # Errors
    /// What the worker says.
    pub async fn find(
        &self,
        x: ArrayView2<'_, f32>,
        k: usize,
        labels: Option<(&LabelsSpec, &[i32])>,
    ) -> Result<Found, String> {
        let command = json!({
            "command": "matrix", "rows": x.nrows(), "columns": x.ncols(), "n_neighbors": k, "device": self.device,
            "workers": if self.device == "browser-cpu" { json!(2) } else { Value::Null },
            "labels": labels.map(|(spec, _)| spec),
        });
        let mut buffers = vec![encoded(x.iter().map(|value| value.to_le_bytes()))];
        buffers.extend(labels.map(|(_, codes)| encoded(codes.iter().map(|code| code.to_le_bytes()))));
        let answer = self.browser.async_script(ASK, vec![command, json!(buffers)]).await;
        let report = &answer[0];
        if report["report"] != "matrix" {
            return Err(report["detail"].as_str().unwrap_or_else(|| panic!("{report}")).to_owned());
        }
        let numbers = |part: usize| decoded(&answer[part]).into_iter().map(f32::from_le_bytes).collect::<Vec<_>>();
        Ok(Found {
            name: report["name"].as_str().unwrap().to_owned(),
            indices: decoded(&answer[1]).into_iter().map(u32::from_le_bytes).collect(),
            distances: numbers(2),
            factors: numbers(3),
            labels: report["iterations"].as_u64().map(|steps| (steps as usize, numbers(4))),
        })
    }

    /// What a worker of the pool says when it gets `x` to look for `k` neighbours of each row: the pieces of the search,
    /// nothing where all pairs of rows are to meet.
    pub async fn pieces(&self, x: ArrayView2<'_, f32>, k: usize) -> Option<u64> {
        let command = json!({ "command": "join", "columns": x.ncols(), "n_neighbors": k });
        let buffers = [encoded(x.iter().map(|value| value.to_le_bytes()))];
        let answer = self.browser.async_script(ASK, vec![command, json!(buffers)]).await;
        assert_eq!(answer[0]["report"], "joined", "{answer}");
        answer[0]["pieces"].as_u64()
    }

    /// The spectra of a survey and their features, as the worker would get them.
    pub async fn features(&self, survey: &str) -> (Vec<String>, Array2<f32>) {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             fetch('/api/v1/surveys/{survey}/features').then((answer) => answer.bytes())
                 .then((bytes) => done(bytes.toBase64()), (error) => done(String(error)))"
        );
        let stream = self.browser.async_script(&script, vec![]).await;
        let bytes = BASE64_STANDARD.decode(stream.as_str().unwrap()).unwrap();
        let (mut ids, mut values) = (Vec::new(), Vec::new());
        for batch in StreamReader::try_new(bytes.as_slice(), None).unwrap() {
            let batch = batch.unwrap();
            ids.extend(batch["spectrum_id"].as_string::<i32>().iter().map(|id| id.unwrap().to_owned()));
            let rows = batch["features"].as_fixed_size_list();
            values.extend_from_slice(rows.values().as_primitive::<Float32Type>().values());
        }
        let shape = (ids.len(), values.len() / ids.len());
        (ids, Array2::from_shape_vec(shape, values).unwrap())
    }
}

fn encoded(values: impl Iterator<Item = [u8; 4]>) -> String {
    BASE64_STANDARD.encode(values.flatten().collect::<Vec<u8>>())
}

fn decoded(text: &Value) -> Vec<[u8; 4]> {
    let bytes = BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap();
    bytes.as_chunks().0.to_vec()
}
