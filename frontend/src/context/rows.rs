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
        columns, families,
        gallery::Walk,
        load::Load,
        local_run::Stated,
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

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listing {
    place: Place,
    condition: Option<String>,
    order_by: Option<String>,
    /// Candidates that were set aside, too.
    with_aside: bool,
}

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
    /// What the server says of a condition on the list of a run of this browser.
    admitted: RwSignal<Option<Arc<Admitted>>>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<Others>,
}

/// What the rows are completed and listed with.
#[derive(Debug, Clone, Copy)]
struct Others {
    /// The rows as they came, without the columns that were chosen.
    plain: StoredValue<Load<Arc<Table>>>,
    /// What the survey states in the columns that were chosen.
    more: RwSignal<Option<Same<Stated>>>,
    /// The order that only the page can follow.
    order_here: Memo<Option<String>>,
    failures: Failures,
    local: Local,
}

impl Rows {
    /// Follows the address.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let orders = move || {
            desk.address.with(|Address { place, order_by, view, .. }| match place {
                Place::Run { .. } => {
                    columns::orders(order_by.clone(), view.get(columns::KEY).map(String::as_str), CANDIDATE_COLUMNS)
                }
                _ => (order_by.clone(), None),
            })
        };
        let listing = Memo::new(move |_| {
            let Address { place, condition, view, .. } = desk.address.get();
            let listed = match &place {
                Place::Subset { .. } => true,
                Place::Run { .. } => desk.run().is_some_and(|run| run.status == RunStatus::Done),
                _ => false,
            };
            let with_aside = view.contains_key(families::ASIDE_KEY);
            listed.then(|| Listing { place, condition, order_by: orders().0, with_aside })
        });
        let rows = Self {
            table: RwSignal::new(Load::Idle),
            arriving: RwSignal::new(None),
            total: RwSignal::new(None),
            walk: RwSignal::new(None),
            listing,
            table_of: RwSignal::new(None),
            abort: StoredValue::new_local(None),
            admitted: RwSignal::new(None),
            others: StoredValue::new(Others {
                plain: StoredValue::new(Load::Idle),
                more: RwSignal::new(None),
                order_here: Memo::new(move |_| orders().1),
                failures: expect_context(),
                local: expect_context(),
            }),
        };
        // one effect for both: an own run's list must not be forgotten after it was made
        Effect::new(move |before: Option<Option<Listing>>| {
            let listing = listing.get();
            if before.as_ref() != Some(&listing) {
                rows.begin(listing.clone());
            }
            rows.list_own();
            listing
        });
        Effect::new(move || {
            let Others { plain, more, order_here, .. } = rows.others.get_value();
            more.track();
            order_here.track();
            if rows.arriving.with_untracked(Option::is_none) {
                rows.put(plain.get_value());
            }
        });
        rows
    }

    /// Puts what the survey states in the columns that were chosen beside the rows.
    pub(super) fn state_more(self, more: Option<Same<Stated>>) {
        let known = self.others.get_value().more;
        if known.with_untracked(|known| *known != more) {
            known.set(more);
        }
    }

    /// Lists rows, with the columns that were chosen once all are here.
    fn put(self, plain: Load<Arc<Table>>) {
        let listed = match &plain {
            Load::Ready(table) if self.arriving.with_untracked(Option::is_none) => Load::Ready(self.completed(table)),
            _ => plain.clone(),
        };
        self.others.get_value().plain.set_value(plain);
        self.table.set(listed);
    }

    fn completed(self, plain: &Arc<Table>) -> Arc<Table> {
        let Others { more, order_here, .. } = self.others.get_value();
        let Some(Same(more)) = more.get_untracked() else { return plain.clone() };
        let table = more.beside((**plain).clone(), (0..plain.len()).map(|row| plain.id(row)));
        let order = order_here.get_untracked();
        Arc::new(match own::sorted(table.clone(), order.as_deref()) {
            Ok(sorted) => sorted,
            // an order written by hand that names a column and is none: as it came
            Err(_) => table,
        })
    }

    /// Forgets the list there was; the server is asked for the next one, unless it is of a run of this browser.
    fn begin(self, listing: Option<Listing>) {
        self.stop();
        self.forget_admitted(listing.as_ref());
        self.total.set(None);
        self.put(if listing.is_some() { Load::Loading } else { Load::Idle });
        self.table_of.set(listing.clone());
        if let Some(listing) = listing.filter(|listing| own_run(listing).is_none()) {
            spawn_local(self.fetch(listing));
        }
    }

    /// Lists again where the condition or the order names columns that begin so: they hold other values now.
    pub fn refresh(self, prefix: &str) {
        let listing = self.listing.get_untracked();
        let begins = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(&format!("{prefix}_")));
        let Some(listing) = listing.filter(|listing| begins(&listing.condition) || begins(&listing.order_by)) else {
            return;
        };
        if own_run(&listing).is_some() {
            // the page lists it again once the server has said anew what it admits
            self.admitted.set(None);
        } else {
            self.begin(Some(listing));
        }
    }

    /// Fetches the server's list again: something outside of the address has changed what belongs to it.
    pub fn list_again(self) {
        if let Some(listing) = self.listing.get_untracked().filter(|listing| own_run(listing).is_none()) {
            self.begin(Some(listing));
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
                self.put(Load::Ready(Arc::new(table.clone())));
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
                self.put(Load::Ready(Arc::new(table)));
            }
            Err(problem) => {
                // a refused condition is answered where the rows would stand
                if problem.errors.is_empty() {
                    let _: Result<(), Problem> = self.others.get_value().failures.noted(Err(problem.clone()));
                }
                if table.is_empty() {
                    self.put(Load::Failed(problem));
                }
            }
        }
    }
}

/// The run of this browser that is listed.
fn own_run(listing: &Listing) -> Option<&str> {
    match &listing.place {
        Place::Run { run } if is_run_name(run) => Some(run),
        _ => None,
    }
}

fn path(listing: &Listing) -> Option<String> {
    let limit = MOST_ROWS.to_string();
    let (path, columns) = match &listing.place {
        Place::Run { run } => (format!("/api/v1/runs/{}/candidates", encoded(run)), CANDIDATE_COLUMNS),
        Place::Subset { survey } => (format!("/api/v1/surveys/{}/spectra", encoded(survey)), SPECTRUM_COLUMNS),
        _ => return None,
    };
    let with_aside = listing.with_aside && matches!(listing.place, Place::Run { .. });
    let pairs = [
        ("where", listing.condition.as_deref()),
        ("order_by", listing.order_by.as_deref()),
        ("columns", Some(columns)),
        ("limit", Some(&limit)),
        ("with_set_aside", with_aside.then_some("true")),
    ];
    Some(path + &query(&pairs))
}

impl Default for Rows {
    fn default() -> Self {
        Self::new()
    }
}
