//! The map of feature space that the worker draws: one at a time, the last one asked for.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::{
    api::Problem,
    worker::{Command, Device, MapKind, Report},
};
use balmer_worker::port;
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;

use super::Local;
use crate::state::{drawing::Drawing, feature_map::FeatureMap};

impl Local {
    /// Asks for a map; the one before is wanted no more.
    pub fn draw_map(self, spec: PipelineSpec, kind: MapKind, device: Device) {
        self.stop_map();
        let number = self.inside.try_update_value(|inside| {
            inside.last_map += 1;
            inside.last_map
        });
        let drawing = Drawing::begin(number.unwrap_or_default());
        let map = drawing.name();
        self.map.set(Some(drawing));
        if let Err(problem) = self.send(&Command::Map { map, spec: Box::new(spec), kind, device }) {
            self.change_map(|drawing| drawing.fail(problem));
        }
    }

    /// Stops the map that is being drawn; what there is of it stays.
    pub fn stop_map(self) {
        let under_way =
            self.map.with_untracked(|drawing| drawing.as_ref().filter(|d| d.is_under_way()).map(Drawing::name));
        let Some(run) = under_way else { return };
        self.inside.with_value(|inside| {
            if let Some(chief) = &inside.chief {
                chief.send(&Command::Cancel { run });
            }
        });
        self.change_map(Drawing::stop);
    }

    fn change_map(self, change: impl FnOnce(&mut Drawing)) {
        self.map.update(|drawing| {
            if let Some(drawing) = drawing {
                change(drawing);
            }
        });
    }

    /// The worker is gone, and with it the map that it was drawing.
    pub(super) fn lose_map(self) {
        let detail = "the browser's worker ended: ask for the map again, or narrow the list";
        self.change_map(|drawing| drawing.fail(Problem::new(0, "no map").with_detail(detail)));
    }

    /// Takes a report about the map; false where it is about something else.
    pub(super) fn hear_map(self, report: &Report, buffers: &[ArrayBuffer]) -> bool {
        let (Report::Map { map: name, .. }
        | Report::Moved { map: name, .. }
        | Report::Progress { run: name, .. }
        | Report::Failed { run: name, .. }) = report
        else {
            return false;
        };
        let is_mine = |drawing: &Option<Drawing>| drawing.as_ref().is_some_and(|drawing| drawing.name() == *name);
        if !self.map.with_untracked(is_mine) {
            return false;
        }
        match report {
            Report::Map { explained, is_last, .. } => {
                let [ends, names, coordinates] = buffers else { return true };
                let text = Uint8Array::new(names).to_vec();
                let map = FeatureMap::new(&port::rows(ends), &text, port::numbers(coordinates), *explained);
                self.change_map(|drawing| drawing.take(map, *is_last));
            }
            Report::Moved { is_last, .. } => {
                let [coordinates] = buffers else { return true };
                self.change_map(|drawing| drawing.moves(port::numbers(coordinates), *is_last));
            }
            Report::Progress { message, .. } => self.change_map(|drawing| drawing.says(message)),
            Report::Failed { problem: Some(problem), .. } => self.change_map(|drawing| drawing.fail(problem.clone())),
            _ => {}
        }
        true
    }
}
