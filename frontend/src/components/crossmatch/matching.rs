//! A match as it is prepared and made: what is typed, what is wrong with it, what came of it.

use balmer_exchange::api::{CrossmatchReport, FieldProblem};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{AbortController, File};

use crate::{
    client,
    context::{Desk, Joined},
    state::crossmatch::{COLUMNS, Form, Source},
};

/// Fields that have a place for a fault of their own, beside [`COLUMNS`].
const FIELDS: [&str; 4] = ["file", "survey", "radius", "prefix"];

/// The match.
#[derive(Debug, Clone, Copy)]
pub struct Matching {
    /// What is typed.
    pub form: RwSignal<Form>,
    /// What is wrong with it, each at its field.
    pub faults: RwSignal<Vec<FieldProblem>>,
    /// Whether the fields of columns are shown.
    pub has_columns: RwSignal<bool>,
    /// Whether the server is at it.
    pub is_busy: RwSignal<bool>,
    /// What came of the last match of the open survey.
    pub report: RwSignal<Option<CrossmatchReport>>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<Others, LocalStorage>,
}

/// What a match works with.
#[derive(Debug, Clone)]
struct Others {
    /// The file that was chosen.
    file: Option<File>,
    /// Ends the match that is under way.
    abort: Option<AbortController>,
    desk: Desk,
    joined: Joined,
}

impl Matching {
    /// Nothing is typed yet; a report is of the open survey only.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let matching = Self {
            form: RwSignal::new(Form::default()),
            faults: RwSignal::new(Vec::new()),
            has_columns: RwSignal::new(false),
            is_busy: RwSignal::new(false),
            report: RwSignal::new(None),
            others: StoredValue::new_local(Others { file: None, abort: None, desk, joined: expect_context() }),
        };
        Effect::new(move || {
            desk.survey.track();
            matching.report.set(None);
            matching.faults.set(Vec::new());
            matching.form.update(|form| form.survey.clear());
        });
        matching
    }

    /// Changes what is typed; what was wrong with it is forgotten.
    pub fn edit(self, change: impl FnOnce(&mut Form)) {
        self.form.update(change);
        self.faults.set(Vec::new());
    }

    /// Takes a file; a prefix that was typed for another one does not stay.
    pub fn choose(self, file: File) {
        self.edit(|form| {
            form.source = Source::File;
            form.file = Some((file.name(), file.size()));
            form.prefix = None;
        });
        self.others.update_value(|others| others.file = Some(file));
    }

    /// What is wrong with a field.
    pub fn fault(self, name: &str) -> Option<String> {
        self.faults.with(|faults| faults.iter().find(|fault| fault.name == name).map(|fault| fault.detail.clone()))
    }

    /// What is wrong and has no field.
    pub fn other_faults(self) -> Vec<String> {
        let has_field = |name: &str| FIELDS.contains(&name) || COLUMNS.iter().any(|(key, ..)| *key == name);
        self.faults.with(|faults| {
            faults.iter().filter(|fault| !has_field(&fault.name)).map(|fault| fault.detail.clone()).collect()
        })
    }

    /// Asks for the match.
    pub fn start(self) {
        let Others { file, desk, joined, .. } = self.others.get_value();
        let Some(survey) = desk.survey.get_untracked().filter(|_| !self.is_busy.get_untracked()) else { return };
        let new = match self.form.with_untracked(Form::asked) {
            Ok(new) => new,
            Err(faults) => return self.faults.set(faults),
        };
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        self.others.update_value(|others| others.abort = abort);
        self.faults.set(Vec::new());
        self.report.set(None);
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = match file.filter(|_| new.survey.is_none()) {
                Some(file) => client::match_file(&survey, &new, &file, signal.as_ref()).await,
                None => client::match_survey(&survey, &new, signal.as_ref()).await,
            };
            let is_gone = self.is_busy.try_set(false).is_some();
            if desk.survey.get_untracked() != Some(survey) {
                return;
            }
            if let Ok(report) = &answer {
                joined.take(report);
            }
            // whoever has left the page meanwhile reads no report
            if is_gone {
                return;
            }
            match answer {
                Ok(report) => self.report.set(Some(report)),
                Err(_) if signal.is_some_and(|signal| signal.aborted()) => {
                    self.refuse("", "Stopped: the survey has the columns that it had.");
                }
                Err(problem) if problem.errors.is_empty() => self.refuse("", &problem.to_string()),
                Err(problem) => self.faults.set(problem.errors),
            }
        });
    }

    fn refuse(self, name: &str, detail: &str) {
        // most that the server refuses is mended by naming a column
        self.has_columns.update(|open| *open |= detail.contains("column") || detail.contains("position"));
        self.faults.set(vec![FieldProblem { name: name.to_owned(), detail: detail.to_owned() }]);
    }

    /// Ends the match that is under way.
    pub fn stop(self) {
        if let Some(abort) = self.others.try_update_value(|others| others.abort.take()).flatten() {
            abort.abort();
        }
    }
}
