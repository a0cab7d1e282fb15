//! The map of feature space of what is listed: of the open run's subset in the run's recipe, of a subset in the default
//! one. It is drawn once it is looked at, and again whenever the subset changes; a condition on candidates hides points
//! and moves none.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::{api::Problem, worker::MapKind};
use leptos::prelude::*;

use super::{Desk, Local, Rows, Showing, Watch, rows::MOST_ROWS};
use crate::state::{address::Place, cloud::Cloud, format::count, load::Load, picture::Same, views::Kind};

/// The map of what is listed.
#[derive(Debug, Clone, Copy)]
pub struct Maps {
    /// The points of the rows listed, or why there are none.
    pub cloud: Memo<Load<Same<Cloud>>>,
    local: Local,
    wanted: Memo<Option<PipelineSpec>>,
}

impl Maps {
    /// Follows what is open.
    pub fn new() -> Self {
        let (desk, rows, watch): (Desk, Rows, Watch) = (expect_context(), expect_context(), expect_context());
        let (local, showing): (Local, Showing) = (expect_context(), expect_context());
        let is_open = Memo::new(move |_| showing.views.with(|views| views.has(Kind::Map)));
        let of_place = Memo::new(move |_| {
            let spec = desk.address.with(|address| match &address.place {
                Place::Subset { survey } => {
                    let r#where = address.condition.clone();
                    Some(PipelineSpec { r#where, ..PipelineSpec::new(survey) })
                }
                _ => None,
            });
            spec.or_else(|| {
                let spec = watch.opened()?.spec.clone();
                let PipelineSpec { survey, r#where, recipe, .. } = serde_json::from_value(spec).ok()?;
                Some(PipelineSpec { r#where, recipe, ..PipelineSpec::new(&survey) })
            })
        });
        // the spectra that would be on it: those of the run, or of the list once it is known how long that is
        let size = Memo::new(move |_| match desk.run() {
            Some(run) => Some(run.counts.ranked),
            None => rows.total.get().filter(|_| rows.is_current()),
        });
        let wanted = Memo::new(move |_| {
            let fits = size.get().is_some_and(|size| size <= MOST_ROWS);
            if is_open.get() && fits { of_place.get() } else { None }
        });
        // a map is kept while it is not looked at
        Effect::new(move |drawn: Option<Option<PipelineSpec>>| {
            let drawn = drawn.flatten();
            match wanted.get() {
                Some(spec) if drawn.as_ref() != Some(&spec) => {
                    local.draw_map(spec.clone(), MapKind::Pca);
                    Some(spec)
                }
                _ => drawn,
            }
        });
        let cloud = Memo::new(move |_| {
            if let Some(size) = size.get().filter(|size| *size > MOST_ROWS) {
                let detail = format!(
                    "{} spectra are too many for a map: narrow the condition to {}",
                    count(size),
                    count(MOST_ROWS)
                );
                return Load::Failed(Problem::new(400, "no map").with_detail(detail));
            }
            local.map.with(|drawing| match drawing.as_ref().map(|drawing| &drawing.map) {
                Some(Load::Ready(map)) => rows.table.with(|table| match table.ready() {
                    Some(table) => Load::Ready(Same::new(map.cloud(table))),
                    None => Load::Loading,
                }),
                Some(Load::Failed(problem)) => Load::Failed(problem.clone()),
                None | Some(Load::Loading) => Load::Loading,
                Some(Load::Idle) => Load::Idle,
            })
        });
        Self { cloud, local, wanted }
    }

    /// What is going on, while the map is being drawn.
    pub fn message(self) -> Option<String> {
        self.local.map.with(|drawing| drawing.as_ref()?.message.clone())
    }

    /// What the axes of the map are.
    pub fn axes(self) -> Option<[String; 2]> {
        self.local.map.with(|drawing| Some(drawing.as_ref()?.map.ready()?.axes()))
    }

    /// Stops the drawing.
    pub fn stop(self) {
        self.local.stop_map();
    }

    /// Draws it again, where it was stopped or failed.
    pub fn again(self) {
        if let Some(spec) = self.wanted.get_untracked() {
            self.local.draw_map(spec, MapKind::Pca);
        }
    }
}

impl Default for Maps {
    fn default() -> Self {
        Self::new()
    }
}
