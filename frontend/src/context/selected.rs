//! What is selected of the open survey, what became of it before, and the subsets that have a name.

use balmer_exchange::api::{Problem, SubsetSummary};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures, Rows};
use crate::{
    client,
    state::{
        filter::joined,
        picture::Same,
        selection::{History, How, Marks, Selection, free_name},
        sql::quoted,
        table::Table,
    },
};

/// The selection.
#[derive(Debug, Clone, Copy)]
pub struct Selected {
    /// What is selected.
    pub now: Memo<Selection>,
    /// The rows of the list that are.
    pub marks: Memo<Same<Marks>>,
    /// The named subsets of the survey, by name.
    pub subsets: RwSignal<Vec<SubsetSummary>>,
    /// What happened last, in words.
    pub said: RwSignal<String>,
    /// Whether the server is asked something.
    pub is_busy: RwSignal<bool>,
    history: RwSignal<History>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<Others>,
}

/// What the selection works with.
#[derive(Debug, Clone, Copy)]
struct Others {
    desk: Desk,
    rows: Rows,
    failures: Failures,
}

impl Selected {
    /// Nothing yet; another survey begins anew.
    pub fn new() -> Self {
        let (desk, rows): (Desk, Rows) = (expect_context(), expect_context());
        let history = RwSignal::new(History::default());
        let now = Memo::new(move |_| history.with(|history| history.now().clone()));
        let marks = Memo::new(move |_| {
            let marks = now.with(|now| rows.table.with(|table| table.ready().map(|table| now.marks(table))));
            Same::new(marks.unwrap_or_default())
        });
        let selected = Self {
            now,
            marks,
            subsets: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            is_busy: RwSignal::new(false),
            history,
            others: StoredValue::new(Others { desk, rows, failures: expect_context() }),
        };
        Effect::new(move |before: Option<Option<String>>| {
            let survey = desk.survey.get();
            if before.as_ref() != Some(&survey) {
                selected.history.set(History::default());
                selected.subsets.set(Vec::new());
                selected.said.set(String::new());
                if survey.is_some() {
                    spawn_local(selected.refresh());
                }
            }
            survey
        });
        selected
    }

    fn desk(self) -> Desk {
        self.others.get_value().desk
    }

    fn failures(self) -> Failures {
        self.others.get_value().failures
    }

    fn select(self, next: impl FnOnce(&Selection) -> Selection) {
        self.history.update(|history| {
            let next = next(history.now());
            history.select(next);
        });
        self.said.set(String::new());
    }

    fn with_table<T>(self, act: impl FnOnce(&Table) -> T) -> Option<T> {
        self.others.get_value().rows.table.with_untracked(|table| Some(act(table.ready()?)))
    }

    /// Chooses rows of the list.
    pub fn choose(self, how: How, rows: &[u32]) {
        self.with_table(|table| {
            self.select(|now| now.with(how, rows.iter().filter_map(|row| table.id(*row as usize))));
        });
    }

    /// Selects spectra by name, those that are not listed among them.
    pub fn choose_named<'a>(self, ids: impl Iterator<Item = &'a str>) {
        self.select(|now| now.with(How::Replace, ids));
    }

    /// Puts a spectrum in, or takes it out.
    pub fn toggle(self, id: &str) {
        self.select(|now| now.toggled(id));
    }

    /// Selects all that is listed.
    pub fn all(self) {
        self.with_table(|table| {
            self.select(|now| now.with(How::Replace, (0..table.len()).filter_map(|row| table.id(row))));
        });
    }

    /// Selects what is listed and was not selected.
    pub fn invert(self) {
        self.with_table(|table| self.select(|now| now.inverted(table)));
    }

    /// Selects nothing; whether anything was.
    pub fn clear(self) -> bool {
        let any = self.now.with_untracked(|now| !now.is_empty());
        if any {
            self.select(|now| now.with(How::Replace, std::iter::empty()));
        }
        any
    }

    /// Takes the last step back.
    pub fn undo(self) {
        self.history.update(|history| {
            history.undo();
        });
    }

    /// Takes again what was taken back.
    pub fn redo(self) {
        self.history.update(|history| {
            history.redo();
        });
    }

    /// Fetches the named subsets; a server that knows none has none.
    async fn refresh(self) {
        let Some(survey) = self.desk().survey.get_untracked() else { return };
        let found = client::subsets(&survey).await;
        if self.desk().survey.get_untracked() == Some(survey)
            && let Ok(found) = found
        {
            self.subsets.set(found);
        }
    }

    /// Gives the selection a name in the survey.
    ///
    /// # Errors
    /// What the server says: 409 where the name has other spectra. The banner shows it too.
    pub async fn name(self, name: String) -> Result<(), Problem> {
        self.failures().noted(self.store(name).await)
    }

    async fn store(self, name: String) -> Result<(), Problem> {
        let Some(survey) = self.desk().survey.get_untracked() else { return Ok(()) };
        let selection = self.now.get_untracked();
        self.is_busy.set(true);
        let stored = client::name_subset(&survey, &name, selection.names()).await;
        self.is_busy.set(false);
        let stored = stored?;
        self.history.update(|history| {
            // what was selected while the server was asked has no name
            if *history.now() == selection {
                history.call(Some(name.clone()));
            }
        });
        self.subsets.update(|subsets| {
            subsets.retain(|subset| subset.name != name);
            subsets.push(stored);
            subsets.sort_by(|a, b| a.name.cmp(&b.name));
        });
        self.said.set(format!("named {name}"));
        Ok(())
    }

    /// A name that nobody has given yet: that of the selection from now on.
    async fn named_by_itself(self) -> Result<String, Problem> {
        loop {
            let name = self.subsets.with_untracked(|known| free_name(known.iter().map(|subset| &*subset.name)));
            match self.store(name.clone()).await {
                Ok(()) => return Ok(name),
                // somebody else was faster
                Err(problem) if problem.status == 409 => {
                    self.refresh().await;
                    if self.subsets.with_untracked(|known| known.iter().all(|subset| subset.name != name)) {
                        return Err(problem);
                    }
                }
                Err(problem) => return Err(problem),
            }
        }
    }

    /// Lists only the selection, or all but it: it is named first where it is not.
    pub fn narrow(self, only: bool) {
        spawn_local(async move {
            let name = match self.now.get_untracked().name {
                Some(name) => Ok(name),
                None => self.failures().noted(self.named_by_itself().await),
            };
            let Ok(name) = name else { return };
            let chosen = self.desk().spectrum_id.get_untracked();
            let stays = chosen.is_some_and(|id| self.now.with_untracked(|now| now.contains(&id)) == only);
            self.narrow_to(&name, only, stays);
        });
    }

    /// Lists only what has a name, or all but it; the chosen spectrum may have to go.
    pub fn narrow_to(self, name: &str, only: bool, keep_spectrum: bool) {
        let mut address = self.desk().address.get_untracked();
        let clause = format!("{}in_subset({})", if only { "" } else { "NOT " }, quoted(name));
        address.condition = Some(joined(address.condition.as_deref(), &clause));
        if !keep_spectrum {
            address.spectrum = None;
        }
        self.desk().open(&address);
    }

    /// Selects what has a name.
    pub fn take(self, name: String) {
        let Some(survey) = self.desk().survey.get_untracked() else { return };
        self.is_busy.set(true);
        spawn_local(async move {
            let found = self.failures().noted(client::subset(&survey, &name).await);
            self.is_busy.set(false);
            if let Ok(found) = found
                && self.desk().survey.get_untracked() == Some(survey)
            {
                self.select(|_| Selection::named(&name, found.spectrum_ids.iter().map(String::as_str)));
            }
        });
    }

    /// Forgets a name; its spectra stay.
    pub fn delete(self, name: String) {
        let Some(survey) = self.desk().survey.get_untracked() else { return };
        spawn_local(async move {
            if self.failures().noted(client::delete_subset(&survey, &name).await).is_ok() {
                self.subsets.update(|subsets| subsets.retain(|subset| subset.name != name));
                self.history.update(|history| history.forget(&name));
            }
        });
    }
}

impl Default for Selected {
    fn default() -> Self {
        Self::new()
    }
}
