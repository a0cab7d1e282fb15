//! What was joined to the open survey, which of its spectra catalogues know, and the way to hide or list these.

use std::sync::Arc;

use balmer_exchange::api::{CrossmatchReport, JoinedSummary, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::{Columns, Desk, Draft, Rows, rows::MOST_ROWS};
use crate::{
    client::{self, arrow_stream, encoded, query},
    state::{
        columns,
        known::{Known, Sight, any, forgotten, matches, seen, separation, sight, turned},
        load::Load,
        picture::Same,
        table::Table,
        views::Views,
    },
};

/// What was joined.
#[derive(Debug, Clone, Copy)]
pub struct Joined {
    /// Everything, the oldest first.
    pub all: RwSignal<Load<Arc<Vec<JoinedSummary>>>>,
    /// Catalogues that were matched on the sky.
    pub matches: Memo<Vec<JoinedSummary>>,
    /// Which spectra they know.
    pub known: RwSignal<Same<Known>>,
    /// The survey and its matches, of which [`Joined::known`] is.
    wanted: Memo<Option<(String, Vec<JoinedSummary>)>>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<(Desk, Draft, Rows, Columns)>,
}

impl Joined {
    /// Follows the open survey.
    pub fn new() -> Self {
        let (desk, draft): (Desk, Draft) = (expect_context(), expect_context());
        let all = RwSignal::new(Load::<Arc<Vec<JoinedSummary>>>::Idle);
        let matches =
            Memo::new(move |_| all.with(|all| all.ready().map(|all| matches(all.as_slice())).unwrap_or_default()));
        let wanted = Memo::new(move |_| Some((desk.survey.get()?, matches.get())).filter(|(_, all)| !all.is_empty()));
        let joined = Self {
            all,
            matches,
            known: RwSignal::new(Same::new(Known::default())),
            wanted,
            others: StoredValue::new((desk, draft, expect_context(), expect_context())),
        };
        Effect::new(move |before: Option<Option<String>>| {
            draft.revision.track();
            let survey = desk.survey.get();
            // the old list stays until the new one is here, where it is of the same survey
            if before.as_ref() != Some(&survey) {
                all.set(if survey.is_some() { Load::Loading } else { Load::Idle });
            }
            joined.refresh();
            survey
        });
        Effect::new(move || match wanted.get() {
            Some((survey, matches)) => spawn_local(joined.fetch_known(survey, matches)),
            None => joined.known.set(Same::new(Known::default())),
        });
        joined
    }

    /// Asks for the list again.
    pub fn refresh(self) {
        let (desk, ..) = self.others.get_value();
        let Some(survey) = desk.survey.get_untracked() else { return };
        spawn_local(async move {
            let answer = client::joined(&survey).await;
            if desk.survey.get_untracked() == Some(survey) {
                self.all.set(answer.map(Arc::new).into());
            }
        });
    }

    async fn fetch_known(self, survey: String, matches: Vec<JoinedSummary>) {
        let names: Vec<String> = matches.iter().map(|one| separation(&one.prefix)).collect();
        let condition = any(matches.iter().map(|one| &one.prefix));
        let (columns, limit) = (format!("spectrum_id,{}", names.join(",")), MOST_ROWS.to_string());
        let pairs = [("where", Some(&*condition)), ("columns", Some(&*columns)), ("limit", Some(&*limit))];
        let path = format!("/api/v1/surveys/{}/spectra{}", encoded(&survey), query(&pairs));
        let is_wanted =
            || self.wanted.with_untracked(|now| now.as_ref().is_some_and(|now| now.0 == survey && now.1 == matches));
        let mut table = Table::default();
        let arrived = arrow_stream(&path, None, |batch, _| {
            if let Some(batch) = batch {
                table.push(batch);
            }
            is_wanted()
        });
        // without an answer there are no marks; the list itself says what failed where it cannot be had
        let all = arrived.await.ok().and_then(|arrived| arrived.total);
        if is_wanted() {
            let all = all.unwrap_or(table.len() as u64);
            self.known.set(Same::new(Known::of(&table, &matches, all)));
        }
    }

    /// What is listed of a match now.
    pub fn sight(self, prefix: &str) -> Option<Sight> {
        let (desk, ..) = self.others.get_value();
        desk.address.with(|address| sight(address.condition.as_deref(), prefix))
    }

    /// Lists what is wanted of a match: of the open subset, or of the candidates of the open run.
    pub fn see(self, prefix: &str, wanted: Option<Sight>) {
        self.list(|condition| seen(condition, prefix, wanted), wanted);
    }

    /// Hides what any catalogue knows, or shows it again.
    pub fn turn(self) {
        let prefixes: Vec<String> =
            self.matches.with_untracked(|all| all.iter().map(|one| one.prefix.clone()).collect());
        if !prefixes.is_empty() {
            self.list(|condition| turned(condition, &prefixes), Some(Sight::Hidden));
        }
    }

    fn list(self, change: impl FnOnce(Option<&str>) -> Option<String>, wanted: Option<Sight>) {
        let (desk, ..) = self.others.get_value();
        let mut address = desk.address.get_untracked();
        let condition = change(address.condition.as_deref());
        if condition == address.condition {
            return;
        }
        address.condition = condition;
        // a spectrum that is no longer listed is not looked at either
        let is_known = address.spectrum.as_ref().is_some_and(|id| self.known.with_untracked(|known| known.0.has(id)));
        if wanted.is_some_and(|wanted| is_known != (wanted == Sight::Only)) {
            address.spectrum = None;
        }
        desk.open(&address);
    }

    /// Colours the points of the views by a column, which the list shows too.
    pub fn colour_by(self, column: &str) {
        let (desk, ..) = self.others.get_value();
        let mut address = desk.address.get_untracked();
        let shown = columns::with(address.view.get(columns::KEY).map(String::as_str), &[column.to_owned()]);
        address = address.with_view(columns::KEY, shown);
        Views::parse(&address.view).coloured_by(column).write(&mut address.view);
        desk.replace(&address);
    }

    /// Takes over what a match has joined to the open survey.
    pub fn take(self, report: &CrossmatchReport) {
        let (_, draft, rows, columns) = self.others.get_value();
        draft.refresh_survey();
        columns.show(&[separation(&report.prefix)]);
        rows.refresh(&report.prefix);
    }

    /// Takes the columns of a prefix away.
    ///
    /// # Errors
    /// What the server says.
    pub async fn remove(self, prefix: &str) -> Result<(), Problem> {
        let (desk, draft, ..) = self.others.get_value();
        let Some(survey) = desk.survey.get_untracked() else { return Ok(()) };
        let gone = client::remove_joined(&survey, prefix).await?;
        if desk.survey.get_untracked() == Some(survey) {
            let address = desk.address.get_untracked();
            let left = forgotten(address.clone(), &gone);
            if left != address {
                desk.replace(&left);
            }
            draft.refresh_survey();
        }
        Ok(())
    }
}

impl Default for Joined {
    fn default() -> Self {
        Self::new()
    }
}
