//! The list of a run of this browser: sorted and filtered in the page.

use std::{collections::HashSet, sync::Arc};

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::api::Problem;
use leptos::{prelude::*, task::spawn_local};

use super::{Listing, MOST_ROWS, Rows, own_run};
use crate::{
    client::{self, encoded, query},
    state::{
        local_filter::LocalFilter,
        local_run::LocalRun,
        sorting::{Direction, direction},
        table::Table,
    },
};

/// What the survey states under a condition, for the run that is listed.
#[derive(Debug)]
pub(super) struct Admitted {
    run: String,
    condition: String,
    /// The spectra that fulfil it, or why that is not known; `None` while it is asked.
    ids: Option<Result<HashSet<String>, Problem>>,
}

impl Rows {
    /// Forgets what the survey stated for another run.
    pub(super) fn forget_admitted(self, listing: Option<&Listing>) {
        let run = listing.and_then(own_run);
        let is_stale = |admitted: &Option<Arc<Admitted>>| admitted.as_ref().is_some_and(|of| run != Some(&of.run));
        if self.admitted.with_untracked(is_stale) {
            self.admitted.set(None);
        }
    }

    /// Lists the open run where it is one of this browser, again whenever its scores change.
    pub(super) fn list_own(self) {
        let Some(listing) = self.listing.get() else { return };
        let Some(run) = own_run(&listing).and_then(|run| self.others.get_value().local.run(run)) else { return };
        let listed = match self.filtered(&run, &listing) {
            // the old list stays until the server has answered
            None => return,
            Some(Ok(table)) => sorted(table, listing.order_by.as_deref()),
            Some(Err(problem)) => Err(problem),
        };
        self.total.set(listed.as_ref().ok().map(|table| table.len() as u64));
        self.put(listed.map(Arc::new).into());
    }

    /// The rows that fulfil the condition; `None` while the server is asked.
    fn filtered(self, run: &LocalRun, listing: &Listing) -> Option<Result<Table, Problem>> {
        let table = run.table();
        let Some(condition) = &listing.condition else { return Some(Ok(table)) };
        let filter = match LocalFilter::parse(condition) {
            Ok(filter) => filter,
            Err(why) => return Some(Err(Problem::new(400, "refused").with_detail(why))),
        };
        let Some(stated) = &filter.stated else {
            let rows = filter.rows(&table, |_| true);
            return Some(Ok(table.chosen(&rows)));
        };
        let PipelineSpec { survey, r#where: subset, .. } = &run.spec;
        let whole = subset.as_ref().map_or_else(|| stated.clone(), |subset| format!("({subset}) AND {stated}"));
        let id = &run.detail.summary.id;
        let known = self.admitted.get().filter(|known| known.run == *id && known.condition == whole);
        let Some(known) = known else {
            self.ask(id, survey, whole);
            return None;
        };
        Some(match known.ids.as_ref()? {
            Ok(ids) => Ok(table.chosen(&filter.rows(&table, |id| ids.contains(id)))),
            Err(problem) => Err(problem.clone()),
        })
    }

    /// Asks the server which spectra fulfil a condition.
    fn ask(self, run: &str, survey: &str, condition: String) {
        let limit = MOST_ROWS.to_string();
        let pairs = [("where", Some(&*condition)), ("columns", Some("spectrum_id")), ("limit", Some(&*limit))];
        let path = format!("/api/v1/surveys/{}/spectra{}", encoded(survey), query(&pairs));
        let run = run.to_owned();
        self.admitted.set(Some(Arc::new(Admitted { run: run.clone(), condition: condition.clone(), ids: None })));
        spawn_local(async move {
            let mut ids = HashSet::new();
            let arrived = client::arrow_stream(&path, None, |batch, _| {
                if let Some(table) = batch.map(Table::of) {
                    ids.extend((0..table.len()).filter_map(|row| table.id(row).map(str::to_owned)));
                }
                true
            });
            let answer = arrived.await.map(|_| ids);
            let is_wanted = |now: &Arc<Admitted>| now.run == run && now.condition == condition;
            if self.admitted.with_untracked(|now| now.as_ref().is_some_and(is_wanted)) {
                self.admitted.set(Some(Arc::new(Admitted { run, condition, ids: Some(answer) })));
            }
        });
    }
}

/// The table in the order that the address asks for.
pub(super) fn sorted(table: Table, order: Option<&str>) -> Result<Table, Problem> {
    let Some(order) = order else { return Ok(table) };
    let column = order.split(' ').next().unwrap_or_default();
    let descending = match direction(Some(order), column) {
        Direction::Ascending => false,
        Direction::Descending => true,
        Direction::None => {
            let detail = format!("`{order}`: a run in the browser is sorted by one column, as `lof desc`");
            return Err(Problem::new(400, "refused").with_detail(detail));
        }
    };
    // without labels there is nothing to be sorted by
    if !table.has(column) {
        return Ok(table);
    }
    let rows = table.sorted(column, descending);
    Ok(table.chosen(&rows))
}
