//! The map of feature space of what is listed: of the open run's subset in the run's recipe, of a subset in the default
//! one; by components, or laid out from there as the address asks. It is drawn once it is looked at, and again whenever the
//! subset changes; a condition on candidates hides points and moves none.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::worker::MapKind;
use leptos::prelude::*;

use super::{Desk, Draft, Local, Rows, Showing, Watch, rows::MOST_ROWS};
use crate::state::{
    address::Place, cloud::Cloud, drawing::Drawing, feature_map::FeatureMap, format::count, picture::Same, views::Kind,
};

/// The map of what is listed.
#[derive(Debug, Clone, Copy)]
pub struct Maps {
    /// The points of the rows listed, where there is a map.
    pub cloud: Memo<Option<Same<Cloud>>>,
    /// What the axes of the map are.
    pub axes: Memo<[String; 2]>,
    /// What is going on, while it is being drawn.
    pub message: Memo<Option<String>>,
    /// Why it is not what was asked for.
    pub lack: Memo<Option<String>>,
    /// Tells one map from the next; within one the points may move.
    pub number: Memo<u64>,
    local: Local,
    wanted: Memo<Option<(PipelineSpec, MapKind)>>,
    draft: Draft,
}

impl Maps {
    /// Follows what is open.
    pub fn new() -> Self {
        let (desk, rows, watch): (Desk, Rows, Watch) = (expect_context(), expect_context(), expect_context());
        let (local, showing, draft): (Local, Showing, Draft) = (expect_context(), expect_context(), expect_context());
        let is_open = Memo::new(move |_| showing.views.with(|views| views.has(Kind::Map)));
        let kind =
            Memo::new(move |_| if showing.views.with(|views| views.embedding) { MapKind::Umap } else { MapKind::Pca });
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
                let PipelineSpec { survey, r#where, recipe, seed, .. } = serde_json::from_value(spec).ok()?;
                Some(PipelineSpec { r#where, recipe, seed, ..PipelineSpec::new(&survey) })
            })
        });
        // the spectra that would be on it: those of the run, or of the list once it is known how long that is
        let size = Memo::new(move |_| match desk.run() {
            Some(run) => Some(run.counts.ranked),
            None => rows.total.get().filter(|_| rows.is_current()),
        });
        let wanted = Memo::new(move |_| {
            let fits = size.get().is_some_and(|size| size <= MOST_ROWS);
            if is_open.get() && fits { Some((of_place.get()?, kind.get())) } else { None }
        });
        let too_many = Memo::new(move |_| {
            let size = size.get().filter(|size| *size > MOST_ROWS)?;
            let (size, most) = (count(size), count(MOST_ROWS));
            Some(format!("There is no map: {size} spectra are too many for one, narrow the condition to {most}"))
        });
        let map = Memo::new(move |_| of(local, |drawing| drawing.map.clone()).filter(|_| too_many.get().is_none()));
        let cloud = Memo::new(move |_| {
            let Same(map): Same<FeatureMap> = map.get()?;
            rows.table.with(|table| Some(Same::new(map.cloud(table.ready()?))))
        });
        let maps = Self {
            cloud,
            axes: Memo::new(move |_| map.get().map(|map| map.0.axes()).unwrap_or_default()),
            message: Memo::new(move |_| of(local, |drawing| drawing.message().map(str::to_owned))),
            lack: Memo::new(move |_| too_many.get().or_else(|| of(local, Drawing::lack))),
            number: Memo::new(move |_| of(local, |drawing| Some(drawing.number)).unwrap_or_default()),
            local,
            wanted,
            draft,
        };
        // a map is kept while it is not looked at
        Effect::new(move |drawn: Option<Option<(PipelineSpec, MapKind)>>| {
            let drawn = drawn.flatten();
            match wanted.get() {
                Some(wanted) if drawn.as_ref() != Some(&wanted) => {
                    maps.again();
                    Some(wanted)
                }
                _ => drawn,
            }
        });
        maps
    }

    /// Stops the drawing.
    pub fn stop(self) {
        self.local.stop_map();
    }

    /// Draws it, or draws it again where it was stopped or failed.
    pub fn again(self) {
        if let Some((spec, kind)) = self.wanted.get_untracked() {
            self.local.draw_map(spec, kind, self.draft.host.get_untracked().browser());
        }
    }
}

/// Something about the map that was asked for last.
fn of<T>(local: Local, ask: impl FnOnce(&Drawing) -> Option<T>) -> Option<T> {
    local.map.with(|drawing| ask(drawing.as_ref()?))
}

impl Default for Maps {
    fn default() -> Self {
        Self::new()
    }
}
