//! The map of feature space that the worker draws: one at a time, the last one asked for.

use std::sync::Arc;

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::{
    api::Problem,
    worker::{Command, MapKind, Report, map_name},
};
use balmer_worker::port;
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;

use super::Local;
use crate::state::{feature_map::FeatureMap, load::Load};

/// A map that was asked for.
#[derive(Debug, Clone)]
pub struct Drawing {
    name: String,
    /// What there is of it.
    pub map: Load<Arc<FeatureMap>>,
    /// What is going on, while it is being drawn.
    pub message: Option<String>,
}

impl Local {
    /// Asks for a map; the one before is wanted no more.
    pub fn draw_map(self, spec: PipelineSpec, kind: MapKind) {
        self.stop_map();
        let number = self.inside.try_update_value(|inside| {
            inside.last_map += 1;
            inside.last_map
        });
        let name = map_name(number.unwrap_or_default());
        let message = Some("starting".to_owned());
        self.map.set(Some(Drawing { name: name.clone(), map: Load::Loading, message }));
        if let Err(problem) = self.send(&Command::Map { map: name, spec: Box::new(spec), kind }) {
            self.end_map(Load::Failed(problem));
        }
    }

    /// Stops the map that is being drawn; what there is of it stays.
    pub fn stop_map(self) {
        let under_way = self.map.with_untracked(|drawing| {
            drawing.as_ref().filter(|drawing| drawing.message.is_some()).map(|drawing| drawing.name.clone())
        });
        if let Some(run) = under_way {
            self.inside.with_value(|inside| {
                if let Some(chief) = &inside.chief {
                    chief.send(&Command::Cancel { run });
                }
            });
            self.map.update(|drawing| {
                if let Some(drawing) = drawing {
                    drawing.message = None;
                    if drawing.map.is_loading() {
                        drawing.map = Load::Idle;
                    }
                }
            });
        }
    }

    fn end_map(self, map: Load<Arc<FeatureMap>>) {
        self.map.update(|drawing| {
            if let Some(drawing) = drawing {
                (drawing.map, drawing.message) = (map, None);
            }
        });
    }

    /// The worker is gone, and with it the map that it was drawing.
    pub(super) fn lose_map(self) {
        if self.map.with_untracked(|drawing| drawing.as_ref().is_some_and(|drawing| drawing.message.is_some())) {
            let detail = "the browser's worker ended: ask for the map again, or narrow the list";
            self.end_map(Load::Failed(Problem::new(0, "no map").with_detail(detail)));
        }
    }

    /// Takes a report about the map; false where it is about something else.
    pub(super) fn hear_map(self, report: &Report, buffers: &[ArrayBuffer]) -> bool {
        let (Report::Map { map: name, .. } | Report::Progress { run: name, .. } | Report::Failed { run: name, .. }) =
            report
        else {
            return false;
        };
        let is_mine = |drawing: &Option<Drawing>| drawing.as_ref().is_some_and(|drawing| drawing.name == *name);
        if !self.map.with_untracked(is_mine) {
            return false;
        }
        match report {
            Report::Map { explained, is_last, .. } => self.take_map(*explained, *is_last, buffers),
            Report::Progress { message, .. } => self.map.update(|drawing| {
                if let Some(drawing) = drawing {
                    drawing.message = Some(message.clone());
                }
            }),
            Report::Failed { problem: Some(problem), .. } => self.end_map(Load::Failed(problem.clone())),
            _ => {}
        }
        true
    }

    fn take_map(self, explained: Option<[f64; 2]>, is_last: bool, buffers: &[ArrayBuffer]) {
        let [ends, names, coordinates] = buffers else { return };
        let text = Uint8Array::new(names).to_vec();
        let found = FeatureMap::new(&port::rows(ends), &text, port::numbers(coordinates), explained);
        let unexpected = || {
            let detail = "the worker's answer is not what this page expects: reload the page";
            Problem::new(0, "no map").with_detail(detail)
        };
        self.map.update(|drawing| {
            if let Some(drawing) = drawing {
                drawing.map = found.map(Arc::new).ok_or_else(unexpected).into();
                if is_last {
                    drawing.message = None;
                }
            }
        });
    }
}
