//! What is open, as the address says, and the way to somewhere else.

use balmer_exchange::api::RunSummary;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::Catalogue;
use crate::state::address::{Address, Place};

type Navigate = Box<dyn Fn(&str, NavigateOptions)>;

/// What is open.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    /// The address.
    pub address: Memo<Address>,
    /// The survey that is open: of the subset, the labels or the run.
    pub survey: Memo<Option<String>>,
    /// The id of the run that is open.
    pub run_id: Memo<Option<String>>,
    /// The chosen spectrum.
    pub spectrum_id: Memo<Option<String>>,
    catalogue: Catalogue,
    navigate: StoredValue<Navigate, LocalStorage>,
}

impl Desk {
    /// Follows the address bar.
    pub fn new() -> Self {
        let catalogue: Catalogue = expect_context();
        let location = use_location();
        let address = Memo::new(move |_| {
            location.pathname.with(|path| location.search.with(|query| Address::parse(path, query)))
        });
        let run_id = Memo::new(move |_| {
            address.with(|address| match &address.place {
                Place::Run { run } => Some(run.clone()),
                _ => None,
            })
        });
        let survey = Memo::new(move |_| {
            address.with(|address| match &address.place {
                Place::Subset { survey } | Place::Labels { survey } => Some(survey.clone()),
                Place::Run { run } => catalogue.run(run).map(|run| run.survey),
                _ => None,
            })
        });
        let spectrum_id = Memo::new(move |_| address.with(|address| address.spectrum.clone()));
        let navigate = use_navigate();
        let navigate = StoredValue::new_local(Box::new(navigate) as Navigate);
        Self { address, survey, run_id, spectrum_id, catalogue, navigate }
    }

    /// What the list says of the run that is open.
    pub fn run(self) -> Option<RunSummary> {
        self.catalogue.run(&self.run_id.get()?)
    }

    /// Opens an address, with an entry in the browser's history.
    pub fn open(self, address: &Address) {
        self.navigate.with_value(|go| go(&address.to_string(), NavigateOptions::default()));
    }

    /// Opens another list, and looks at its spectra as at those of this one.
    pub fn open_list(self, list: Address) {
        let mut view = self.address.with_untracked(|address| address.view.clone());
        // what was asked for has been done
        view.remove("method");
        self.open(&Address { view, ..list });
    }

    /// Goes to an address without an entry in the history: steps through a list, settings of the view.
    pub fn replace(self, address: &Address) {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        self.navigate.with_value(|go| go(&address.to_string(), options));
    }

    /// Chooses another spectrum of the list.
    pub fn choose(self, id: &str) {
        let address = self.address.get_untracked();
        if address.spectrum.as_deref() != Some(id) {
            self.replace(&address.with_spectrum(id));
        }
    }

    /// Sets a key of the view, or takes it away.
    pub fn set_view(self, key: &str, value: Option<String>) {
        let address = self.address.get_untracked();
        let changed = address.with_view(key, value);
        if changed != address {
            self.replace(&changed);
        }
    }

    /// A key of the view.
    pub fn view(self, key: &str) -> Option<String> {
        self.address.with(|address| address.view.get(key).cloned())
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
