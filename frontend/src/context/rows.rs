//! The rows listed: the candidates of the open run, or the spectra of the open subset. They stream from the server,
//! or come from a run of this browser ([`own`]).

mod own;

use std::sync::Arc;

use balmer_exchange::{
    api::{Problem, RunStatus},
    worker::is_run_name,
};
use leptos::{prelude::*, task::spawn_local};
use web_sys::AbortController;

use self::own::Admitted;
use super::{Desk, Failures, Local};
use crate::{
    client::{self, Arrived, encoded, query},
    state::{
        address::{Address, Place},
        gallery::Walk,
        load::Load,
        picture::Same,
        table::Table,
    },
};

/// Columns of candidates that the page shows.
const CANDIDATE_COLUMNS: &str =
    "rank,spectrum_id,designation,class,subclass,snr_r,ra,dec,lof,is_outlier,label,probability,entropy";
/// Columns of spectra that the page shows.
pub(super) const SPECTRUM_COLUMNS: &str = "spectrum_id,designation,class,subclass,snr_r,ra,dec,z,mjd";
/// Rows listed at most: what a browser holds with ease. A condition reaches the others.
pub(super) const MOST_ROWS: u64 = 200_000;

/// What is listed: the place with its condition and order.
type Listing = (Place, Option<String>, Option<String>);

/// The rows listed.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// The rows that have arrived; `Loading` until the first are here.
    pub table: RwSignal<Load<Arc<Table>>>,
    /// How much has arrived, while rows are arriving; `None` once all are here.
    pub arriving: RwSignal<Option<Arrived>>,
    /// Rows that the condition matches in all.
    pub total: RwSignal<Option<u64>>,
    /// The rows that steps go through, where these are not all.
    pub walk: RwSignal<Option<Same<Walk>>>,
    listing: Memo<Option<Listing>>,
    /// What the table is of; the address may be a step ahead.
    table_of: RwSignal<Option<Listing>>,
    abort: StoredValue<Option<AbortController>, LocalStorage>,
    failures: Failures,
    local: Local,
    /// What the server says of a condition on the list of a run of this browser.
    admitted: RwSignal<Option<Arc<Admitted>>>,
}

impl Rows {
    /// Follows the address.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let listing = Memo::new(move |_| {
            let Address { place, condition, order_by, .. } = desk.address.get();
            let listed = match &place {
                Place::Subset { .. } => true,
                Place::Run { .. } => desk.run().is_some_and(|run| run.status == RunStatus::Done),
                _ => false,
            };
            listed.then_some((place, condition, order_by))
        });
        let rows = Self {
            table: RwSignal::new(Load::Idle),
            arriving: RwSignal::new(None),
            total: RwSignal::new(None),
            listing,
            table_of: RwSignal::new(None),
            abort: StoredValue::new_local(None),
            failures: expect_context(),
            local: expect_context(),
            admitted: RwSignal::new(None),
        };
        // one effect for both: an own run's list must not be forgotten after it was made
        Effect::new(move |before: Option<Option<Listing>>| {
            let listing = listing.get();
            if before.as_ref() != Some(&listing) {
                rows.begin(listing.clone());
            }
            rows.list_own();
            walk: RwSignal::new(None),
            listing
        });
        rows
    }

    /// Forgets the list there was; the server is asked for the next one, unless it is of a run of this browser.
    fn begin(self, listing: Option<Listing>) {
        self.stop();
        self.forget_admitted(listing.as_ref());
        self.total.set(None);
        self.table.set(if listing.is_some() { Load::Loading } else { Load::Idle });
        self.table_of.set(listing.clone());
        if let Some(listing) = listing.filter(|listing| own_run(listing).is_none()) {
            spawn_local(self.fetch(listing));
        }
    }

    /// Whether the table is what the address asks for, and not what it asked for before.
    pub fn is_current(self) -> bool {
        self.table_of.get() == self.listing.get()
    }

    /// Stops fetching; the rows that have arrived stay.
    pub fn stop(self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
        self.arriving.set(None);
    }

    async fn fetch(self, listing: Listing) {
        let Some(path) = path(&listing) else { return };
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        self.abort.set_value(abort);
        self.arriving.set(Some(Arrived::default()));
        let current = || self.listing.with_untracked(|now| now.as_ref() == Some(&listing));
        let mut table = Table::default();
        let finished = client::arrow_stream(&path, signal.as_ref(), |batch, arrived| {
            if !current() {
                return false;
            }
            self.arriving.set(Some(arrived));
            if let Some(batch) = batch {
                table.push(batch);
                self.table.set(Load::Ready(Arc::new(table.clone())));
            }
            true
        });
        let finished = finished.await;
        let stopped = signal.is_some_and(|signal| signal.aborted());
        if !current() || stopped {
            return;
        }
        self.arriving.set(None);
        match finished {
            Ok(arrived) => {
                self.total.set(arrived.total.or(Some(table.len() as u64)));
                self.table.set(Load::Ready(Arc::new(table)));
            }
            Err(problem) => {
                // a refused condition is answered where the rows would stand
                if problem.errors.is_empty() {
                    let _: Result<(), Problem> = self.failures.noted(Err(problem.clone()));
                }
                if table.is_empty() {
                    self.table.set(Load::Failed(problem));
                }
            }
        }
    }
}

/// The run of this browser that is listed.
fn own_run((place, ..): &Listing) -> Option<&str> {
    match place {
        Place::Run { run } if is_run_name(run) => Some(run),
        _ => None,
    }
}

fn path((place, condition, order_by): &Listing) -> Option<String> {
    let limit = MOST_ROWS.to_string();
    let (path, columns) = match place {
        Place::Run { run } => (format!("/api/v1/runs/{}/candidates", encoded(run)), CANDIDATE_COLUMNS),
        Place::Subset { survey } => (format!("/api/v1/surveys/{}/spectra", encoded(survey)), SPECTRUM_COLUMNS),
        _ => return None,
    };
    let pairs = [
        ("where", condition.as_deref()),
        ("order_by", order_by.as_deref()),
        ("columns", Some(columns)),
        ("limit", Some(&limit)),
    ];
    Some(path + &query(&pairs))
}

impl Default for Rows {
    fn default() -> Self {
        Self::new()
    }
}
