//! Surveys: what there is to search, and how to add to it.

use balmer_exchange::api::{ColumnInfo, Coverage, RunStatus, SurveyDetail, SurveySummary};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    client,
    components::{empty::Empty, sky_extent::SkyExtent},
    context::Catalogue,
    state::{
        address::{Address, Place},
        candidates::run_to_open,
        extent::square_degrees,
        format::{count, fixed},
        load::Load,
    },
};

/// The page.
#[component]
pub fn SurveysPage() -> impl IntoView {
    let catalogue: Catalogue = expect_context();
    let names = Memo::new(move |_| match catalogue.surveys.get() {
        Load::Ready(surveys) => Some(surveys.to_vec()),
        _ => None,
    });
    let failed = move || catalogue.surveys.with(|surveys| surveys.problem().is_some());
    move || {
        match names.get() {
        None if failed() => view! {
            <Empty title="The surveys cannot be had">
                <p>"The line above says why. " <button type="button" on:click=move |_| catalogue.refresh()>"Ask again"</button></p>
            </Empty>
        }
        .into_any(),
        None => view! { <Empty title="Loading …"><p>"Asking the server for its surveys."</p></Empty> }.into_any(),
        Some(surveys) if surveys.is_empty() => view! { <NoSurvey /> }.into_any(),
        Some(surveys) => view! {
            <section class="page surveys">
                <h1>"Surveys"</h1>
                <ul class="survey-list">
                    {surveys.into_iter().map(|survey| view! { <Survey survey /> }).collect_view()}
                </ul>
                <details class="more-surveys">
                    <summary>"Add a survey"</summary>
                    <HowToAdd />
                </details>
            </section>
        }
        .into_any(),
    }
    }
}

#[component]
fn NoSurvey() -> impl IntoView {
    view! {
        <Empty title="No survey yet">
            <p>"A survey is a set of spectra that are searched together. Read yours from files, or simulate some:"</p>
            <HowToAdd />
        </Empty>
    }
}

#[component]
fn HowToAdd() -> impl IntoView {
    let catalogue: Catalogue = expect_context();
    view! {
        <div class="how-to-add">
            <pre tabindex="0">
                "# files or folders: LAMOST, SDSS, Ondrejov, spectrum tables, VOTable, CSV, Parquet\n"
                "balmer ingest my-survey folder/of/spectra\n\n"
                "# spectra with known answers, to try things on\n" "balmer simulate trial --count 2000 --seed 1"
            </pre>
            <p>
                "Then " <button type="button" on:click=move |_| catalogue.refresh()>"look again"</button>
                " — the server need not be started anew."
            </p>
        </div>
    }
}

#[component]
fn Survey(survey: SurveySummary) -> impl IntoView {
    let catalogue: Catalogue = expect_context();
    let name = StoredValue::new(survey.name.clone());
    let detail: RwSignal<Load<SurveyDetail>> = RwSignal::new(Load::Loading);
    let labelled = RwSignal::new(None::<u64>);
    spawn_local(async move {
        let name = name.get_value();
        let answer = client::survey(&name).await;
        detail.try_set(answer.into());
        // how many labels there are is only of interest where it can be had
        if let Ok(labels) = client::labels(&name).await {
            labelled.try_set(Some(labels.len() as u64));
        }
    });
    let runs = Memo::new(move |_| {
        catalogue.runs.with(|runs| {
            let runs = runs.ready()?;
            let mine = runs.iter().filter(|run| name.with_value(|name| run.survey == *name));
            let done = name.with_value(|name| run_to_open(runs, Some(name)).cloned());
            Some((mine.count() as u64, done.filter(|run| run.status == RunStatus::Done).map(|run| run.id)))
        })
    });
    let newest = move || {
        runs.get().and_then(|(_, newest)| newest).map(|run| {
            view! { <a class="button" href=Address::run(&run).to_string()>"Newest run"</a> }
        })
    };
    let explore = Address::subset(&survey.name, None).to_string();
    let labels = Address::of(Place::Labels { survey: survey.name.clone() }).to_string();
    let known = move || detail.with(|detail| detail.ready().cloned());
    let coverage = move || known().map(|detail| detail.coverage).unwrap_or_default();
    let columns = move || {
        let columns = known()?.columns;
        Some(view! { <Columns columns /> })
    };
    let number = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), count);
    view! {
        <li class="survey">
            <div class="survey-map">{move || {
                let Coverage { ra, dec, .. } = coverage();
                view! { <SkyExtent ra dec /> }
            }}</div>
            <div class="survey-about">
                <h2>{survey.name.clone()}</h2>
                <dl>
                    <div><dt>"Spectra"</dt><dd>{count(survey.count)}</dd></div>
                    <div><dt>"Runs"</dt><dd>{move || number(runs.get().map(|(number, _)| number))}</dd></div>
                    <div><dt>"Labels"</dt><dd><a href=labels>{move || number(labelled.get())}</a></dd></div>
                    <div class="wide"><dt>"On the sky"</dt><dd>{move || on_the_sky(&coverage())}</dd></div>
                    <div class="wide"><dt>"Wavelengths"</dt><dd>{move || wavelengths(&coverage())}</dd></div>
                </dl>
                <p class="survey-actions">
                    <a class="button primary" href=explore>"Explore"</a>
                    {newest}
                </p>
                {columns}
            </div>
        </li>
    }
}

fn on_the_sky(coverage: &Coverage) -> String {
    match (coverage.ra, coverage.dec) {
        (Some(ra), Some(dec)) => format!(
            "RA {} to {}°, Dec {} to {}° (within {} deg²)",
            fixed(ra[0], 2),
            fixed(ra[1], 2),
            fixed(dec[0], 2),
            fixed(dec[1], 2),
            fixed(square_degrees(ra, dec), 0)
        ),
        _ => "no positions stated".to_owned(),
    }
}

fn wavelengths(coverage: &Coverage) -> String {
    match coverage.wavelength {
        Some([first, last]) => format!("{} to {} Å", fixed(first, 0), fixed(last, 0)),
        None => "–".to_owned(),
    }
}

/// What a condition may name.
#[component]
fn Columns(columns: Vec<ColumnInfo>) -> impl IntoView {
    let number = columns.len();
    let row = |column: ColumnInfo| {
        view! {
            <tr>
                <th scope="row"><code>{column.name}</code></th>
                <td>{column.unit}</td>
                <td class="muted"><code>{column.ucd}</code></td>
                <td class="wrap">{column.description}</td>
            </tr>
        }
    };
    view! {
        <details>
            <summary>{format!("{number} columns")}</summary>
            <div class="plain-scroll">
                <table class="plain">
                    <thead>
                        <tr>
                            <th scope="col">"Column"</th>
                            <th scope="col">"Unit"</th>
                            <th scope="col">"UCD"</th>
                            <th scope="col">"What it is"</th>
                        </tr>
                    </thead>
                    <tbody>{columns.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
