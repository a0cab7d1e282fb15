//! The subset and the run that are being prepared in the bars of the workbench.
//!
//! Filled from what is open: the address's condition, or the settings of the run, so that running again
//! with a change is a change and a click. Moving to another subset keeps the settings.

use balmer_core::{pipeline::PipelineSpec, spectrum::Medium};
use balmer_exchange::api::{FieldProblem, Method, Problem, SurveyDetail};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures, Hosts, Local, Watch};
use crate::{
    client,
    state::{
        address::{Address, Place},
        host::Host,
        load::Load,
        run_form::{RunForm, field, refused},
        settings::{LOF_NEIGHBORS, MASKED},
    },
};

/// Where the browser remembers the place that runs are computed at.
const HOST_KEY: &str = "balmer-host";

/// What is being prepared.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    /// The condition as it is typed.
    pub condition: RwSignal<String>,
    /// How many spectra it selects.
    pub count: RwSignal<Load<u64>>,
    /// The settings of the run.
    pub form: RwSignal<RunForm>,
    /// What was wrong with the last attempt, each at its key; `where` and `spec` among them.
    pub faults: RwSignal<Vec<FieldProblem>>,
    /// The pipeline spec that the bars say, or each fault at its key.
    pub checked: Memo<Result<PipelineSpec, Vec<FieldProblem>>>,
    /// Where it will be computed.
    pub host: RwSignal<Host>,
    /// Whether all settings are looked at.
    pub has_settings: RwSignal<bool>,
    /// The key of the setting that is to be looked at first.
    pub pointed: RwSignal<Option<&'static str>>,
    /// Whether a run is being asked for.
    pub is_busy: RwSignal<bool>,
    /// The open survey with its columns.
    pub survey: RwSignal<Option<SurveyDetail>>,
    /// How often the survey's columns were changed from here: what was read of them before may be another thing now.
    pub revision: RwSignal<u32>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<Others>,
}

/// What a draft works with.
#[derive(Debug, Clone, Copy)]
struct Others {
    desk: Desk,
    hosts: Hosts,
    local: Local,
    failures: Failures,
}

impl Draft {
    /// Follows what is open.
    pub fn new() -> Self {
        let (desk, watch): (Desk, Watch) = (expect_context(), expect_context());
        let condition = RwSignal::new(String::new());
        let count: RwSignal<Load<u64>> = RwSignal::new(Load::Idle);
        let form = RwSignal::new(RunForm::default());
        let checked = Memo::new(move |_| {
            let survey = desk.survey.get().unwrap_or_default();
            let rows = count.with(|count| count.ready().copied());
            condition.with(|condition| form.with(|form| form.spec(&survey, condition, rows)))
        });
        let draft = Self {
            condition,
            count,
            form,
            checked,
            faults: RwSignal::new(Vec::new()),
            host: RwSignal::new(remembered_host()),
            has_settings: RwSignal::new(false),
            pointed: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            survey: RwSignal::new(None),
            revision: RwSignal::new(0),
            others: StoredValue::new(Others {
                desk,
                hosts: expect_context(),
                local: expect_context(),
                failures: expect_context(),
            }),
        };
        let subset = Memo::new(move |_| {
            desk.address.with(|address| match &address.place {
                Place::Subset { survey } => Some((survey.clone(), address.condition.clone())),
                _ => None,
            })
        });
        Effect::new(move || {
            if let Some((_, condition)) = subset.get() {
                draft.condition.set(condition.unwrap_or_default());
                draft.faults.set(Vec::new());
            }
        });
        // a link may ask for a method: that of the labels page does
        let asked = Memo::new(move |_| desk.view("method"));
        Effect::new(move || {
            let known = [Method::Lof, Method::Spreading, Method::Propagation];
            if let Some(method) = asked.get().and_then(|name| known.into_iter().find(|method| method.name() == name)) {
                draft.form.update(|form| form.method = method);
            }
        });
        // by its id, since a run is fetched again when it ends
        let opened = Memo::new(move |_| watch.opened().map(|detail| detail.summary.id.clone()));
        Effect::new(move || {
            // read, not only tracked: a memo that nobody reads never finds out what it depends on
            if opened.get().is_some()
                && let Some(detail) = untrack(|| watch.opened())
            {
                draft.fill(&detail.spec);
            }
        });
        Effect::new(move || desk.survey.with(|survey| draft.fetch_survey(survey.as_deref())));
        draft
    }

    fn desk(self) -> Desk {
        self.others.get_value().desk
    }

    fn hosts(self) -> Hosts {
        self.others.get_value().hosts
    }

    fn failures(self) -> Failures {
        self.others.get_value().failures
    }

    fn fill(self, spec: &serde_json::Value) {
        // a spec of another version is shown as text only
        if let Ok(spec) = serde_json::from_value::<PipelineSpec>(spec.clone()) {
            self.condition.set(spec.r#where.clone().unwrap_or_default());
            self.form.set(RunForm::of(&spec));
            self.faults.set(Vec::new());
        }
    }

    fn fetch_survey(self, survey: Option<&str>) {
        let is_known = self.survey.with_untracked(|known| known.as_ref().map(|known| &*known.summary.name) == survey);
        if !is_known {
            self.survey.set(None);
            spawn_local(self.ask_for_survey());
        }
    }

    async fn ask_for_survey(self) {
        let Some(name) = self.desk().survey.get_untracked() else { return };
        let detail = self.failures().noted(client::survey(&name).await);
        if self.desk().survey.get_untracked() == Some(name) {
            self.survey.set(detail.ok());
        }
    }

    /// Fetches the open survey again: it has other columns now.
    pub fn refresh_survey(self) {
        spawn_local(async move {
            self.ask_for_survey().await;
            self.revision.update(|revision| *revision += 1);
        });
    }

    /// The condition without the white space around it; `None` where it is empty.
    pub fn given_condition(self) -> Option<String> {
        self.condition.with(|text| Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// What is wrong with a setting, if anything is.
    pub fn fault(self, key: &str) -> Option<String> {
        let name = field(key);
        let of = |faults: &[FieldProblem]| faults.iter().find(|fault| fault.name == name).map(|f| f.detail.clone());
        let live = self.checked.with(|checked| checked.as_ref().err().and_then(|faults| of(faults)));
        live.or_else(|| self.faults.with(|faults| of(faults)))
    }

    /// Changes a setting; what was said of it before no longer counts.
    pub fn set(self, key: &'static str, text: String) {
        self.form.update(|form| form.set(key, text));
        self.forget_faults();
    }

    /// Masks more stretches in the next run, in Angstrom as observed in a medium, and shows the setting.
    pub fn mask(self, stretches: &[[f64; 2]], medium: Medium) {
        self.form.update(|form| form.mask(stretches, medium));
        self.forget_faults();
        self.pointed.set(Some(MASKED));
        self.has_settings.set(true);
    }

    /// Takes back what the last attempt complained about.
    pub fn forget_faults(self) {
        if !self.faults.with_untracked(Vec::is_empty) {
            self.faults.set(Vec::new());
        }
    }

    /// Opens the subset of the condition.
    pub fn open_subset(self) {
        if let Some(survey) = self.desk().survey.get_untracked() {
            self.desk().open_list(Address::subset(&survey, untrack(|| self.given_condition()).as_deref()));
        }
    }

    /// Chooses where to compute; the browser remembers it.
    pub fn choose_host(self, host: Host) {
        self.host.set(host);
        self.forget_faults();
        if let Ok(Some(storage)) = window().local_storage() {
            // a browser that remembers nothing still obeys for this visit
            let _: Result<(), wasm_bindgen::JsValue> = storage.set_item(HOST_KEY, host.name());
        }
    }

    /// The most neighbours that the open run can be scored with at once; `None` where it would be a new run.
    pub fn most_neighbors(self) -> Option<usize> {
        let Others { desk, local, .. } = self.others.get_value();
        local.run(&desk.run_id.get()?).filter(|run| run.is_done())?.most_neighbors()
    }

    /// Changes the number of neighbours; the open run is scored again where it can be.
    pub fn set_neighbors(self, text: String) {
        let wanted = text.trim().parse::<usize>().ok();
        self.set(LOF_NEIGHBORS, text);
        let Others { desk, local, .. } = self.others.get_value();
        if let (Some(wanted), Some(most), Some(run)) =
            (wanted, untrack(|| self.most_neighbors()), desk.run_id.get_untracked())
            && (1..=most).contains(&wanted)
        {
            local.rescore(&run, wanted);
        }
    }

    /// Asks for the run that the bars say, and opens it.
    pub fn run(self) {
        match self.checked.get_untracked() {
            Ok(spec) => self.submit(spec, self.host.get_untracked()),
            Err(faults) => self.faults.set(faults),
        }
    }

    /// Asks for a run and opens it; a refusal stands at what it names.
    pub fn submit(self, spec: PipelineSpec, host: Host) {
        spawn_local(async move {
            match self.ask_for(&spec, host).await {
                Err(problem) if (400..500).contains(&problem.status) => self.faults.set(refused(&problem)),
                Err(problem) => self.failures().last.set(Some(problem)),
                Ok(()) => {}
            }
        });
    }

    /// Asks for a run where there is no bar to say why it is refused.
    pub async fn resubmit(self, spec: PipelineSpec, host: Host) {
        // the banner has said it
        let _: Result<(), Problem> = self.failures().noted(self.ask_for(&spec, host).await);
    }

    async fn ask_for(self, spec: &PipelineSpec, host: Host) -> Result<(), Problem> {
        if self.is_busy.get_untracked() {
            return Ok(());
        }
        self.is_busy.set(true);
        self.faults.set(Vec::new());
        let answer = self.hosts().submit(spec, host).await;
        self.is_busy.set(false);
        let run = answer?;
        self.desk().open_list(Address::run(&run.id));
        Ok(())
    }

    /// Asks the run that is open to stop.
    pub fn cancel(self) {
        let Some(run) = self.desk().run_id.get_untracked() else { return };
        spawn_local(async move {
            // the banner has said it
            let _: Result<(), Problem> = self.failures().noted(self.hosts().cancel(&run).await);
        });
    }
}

fn remembered_host() -> Host {
    let storage = window().local_storage().ok().flatten();
    let name = storage.and_then(|storage| storage.get_item(HOST_KEY).ok().flatten());
    name.and_then(|name| Host::of(&name)).unwrap_or_default()
}

impl Default for Draft {
    fn default() -> Self {
        Self::new()
    }
}
