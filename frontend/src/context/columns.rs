//! The columns of the survey that the list shows beside its own: the address read, and what the survey states in them.

use std::sync::Arc;

use balmer_exchange::api::{ColumnInfo, RunStatus};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Draft, Failures, Rows, rows::MOST_ROWS};
use crate::{
    client::{arrow_stream, encoded, query},
    state::{
        address::Place,
        columns::{KEY, chosen, offered, toggled, with},
        format::count,
        local_run::Stated,
        picture::Same,
        table::Table,
    },
};

/// What is fetched: a survey and which state of its columns, the condition that the list's spectra fulfil, the names of
/// columns, and the order of a subset, so that of many the same ones come first as in the list.
type Wanted = ((String, u32), Option<String>, Vec<String>, Option<String>);

/// The columns.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Those that can be shown.
    pub offered: Memo<Vec<ColumnInfo>>,
    /// Those that are shown.
    pub chosen: Memo<Vec<ColumnInfo>>,
    /// Whether their values are awaited.
    pub is_coming: RwSignal<bool>,
    /// Which of the rows have no values, where the survey has more spectra than are fetched.
    pub said: RwSignal<Option<String>>,
    wanted: Memo<Option<Wanted>>,
    desk: Desk,
    rows: Rows,
    failures: Failures,
}

impl Columns {
    /// Follows the address.
    pub fn new() -> Self {
        let (desk, draft): (Desk, Draft) = (expect_context(), expect_context());
        let offered = Memo::new(move |_| {
            draft.survey.with(|survey| survey.as_ref().map(|survey| offered(&survey.columns)).unwrap_or_default())
        });
        let chosen = Memo::new(move |_| offered.with(|offered| chosen(desk.view(KEY).as_deref(), offered)));
        let wanted = Memo::new(move |_| {
            let names: Vec<String> = chosen.with(|chosen| chosen.iter().map(|column| column.name.clone()).collect());
            let condition = desk.address.with(|address| match address.place {
                Place::Subset { .. } => Some(address.condition.clone()),
                Place::Run { .. } => desk.run().filter(|run| run.status == RunStatus::Done).map(|run| run.r#where),
                _ => None,
            });
            let order = desk.address.with(|address| match address.place {
                Place::Subset { .. } => address.order_by.clone(),
                _ => None,
            });
            Some(((desk.survey.get()?, draft.revision.get()), condition?, names, order))
                .filter(|(_, _, names, _)| !names.is_empty())
        });
        let columns = Self {
            offered,
            chosen,
            is_coming: RwSignal::new(false),
            said: RwSignal::new(None),
            wanted,
            desk,
            rows: expect_context(),
            failures: expect_context(),
        };
        Effect::new(move || {
            let wanted = wanted.get();
            columns.is_coming.set(wanted.is_some());
            columns.said.set(None);
            match wanted {
                Some(wanted) => spawn_local(columns.fetch(wanted)),
                None => columns.rows.state_more(None),
            }
        });
        columns
    }

    /// Shows these.
    pub fn show(self, names: &[String]) {
        let asked = self.desk.address.get_untracked().view.get(KEY).cloned();
        self.desk.set_view(KEY, with(asked.as_deref(), names));
    }

    /// Shows a column, or no longer.
    pub fn toggle(self, name: &str) {
        self.desk.set_view(KEY, toggled(self.desk.address.get_untracked().view.get(KEY).map(String::as_str), name));
    }

    /// Shows none any more.
    pub fn clear(self) {
        self.desk.set_view(KEY, None);
    }

    async fn fetch(self, wanted: Wanted) {
        let ((survey, _), condition, names, order) = &wanted;
        let is_ordered = self.desk.address.with_untracked(|address| matches!(address.place, Place::Subset { .. }));
        let (limit, names) = (MOST_ROWS.to_string(), format!("spectrum_id,{}", names.join(",")));
        let pairs = [
            ("where", condition.as_deref()),
            ("order_by", order.as_deref()),
            ("columns", Some(&*names)),
            ("limit", Some(&*limit)),
        ];
        let path = format!("/api/v1/surveys/{}/spectra{}", encoded(survey), query(&pairs));
        let mut table = Table::default();
        let is_wanted = || self.wanted.with_untracked(|now| now.as_ref() == Some(&wanted));
        let arrived = arrow_stream(&path, None, |batch, _| {
            if let Some(batch) = batch {
                table.push(batch);
            }
            is_wanted()
        });
        let arrived = arrived.await;
        if !is_wanted() {
            return;
        }
        self.is_coming.set(false);
        let all = arrived.as_ref().ok().and_then(|arrived| arrived.total).unwrap_or_default();
        self.said.set((all > MOST_ROWS && !is_ordered).then(|| {
            format!(
                "Only the first {} of {} spectra have values here: narrow the condition to see them all.",
                count(MOST_ROWS),
                count(all)
            )
        }));
        // a condition that is refused is answered where the rows would stand
        let is_refused = arrived.as_ref().is_err_and(|problem| !problem.errors.is_empty());
        if is_refused || self.failures.noted(arrived).is_ok() {
            self.rows.state_more(Some(Same(Arc::new(Stated::new(table)))));
        }
    }
}

impl Default for Columns {
    fn default() -> Self {
        Self::new()
    }
}
