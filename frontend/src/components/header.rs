//! The top of every page: the name, the survey and the way to the other pages.

use leptos::prelude::*;

use crate::{
    components::keyboard::KeyboardMap,
    context::{Catalogue, Desk, ThemeToggle},
    state::{
        address::{Address, Place},
        format::count,
    },
};

/// Name, chooser, pages, theme.
#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="top">
            <a class="brand" href="/" aria-label="Balmer, start page">
                <span class="series" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
                "Balmer"
            </a>
            <SurveySelect />
            <Pages />
            <KeyboardMap />
            <ThemeToggle />
        </header>
    }
}

#[component]
fn SurveySelect() -> impl IntoView {
    let (catalogue, desk) = (expect_context::<Catalogue>(), expect_context::<Desk>());
    let choose = move |event| {
        let survey = event_target_value(&event);
        if !survey.is_empty() {
            desk.open(&Address::subset(&survey, None));
        }
    };
    let options = move || {
        let chosen = desk.survey.get();
        let surveys = catalogue.surveys.get();
        let surveys = surveys.ready().map(|surveys| surveys.to_vec()).unwrap_or_default();
        let none = chosen.is_none().then(|| view! { <option value="" selected=true>"choose"</option> });
        let entry = move |name: String, number| {
            let selected = chosen.as_ref() == Some(&name);
            view! { <option value=name.clone() selected=selected>{format!("{name} ({})", count(number))}</option> }
        };
        (none, surveys.into_iter().map(|survey| entry(survey.name, survey.count)).collect_view())
    };
    view! {
        <label class="chooser">
            <span>"Survey"</span>
            <select data-testid="survey-select" on:change=choose>{options}</select>
        </label>
    }
}

/// A page that the header leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Surveys,
    Explore,
    Runs,
    Labels,
    Help,
}

impl Page {
    fn of(place: &Place) -> Option<Self> {
        match place {
            Place::Surveys => Some(Self::Surveys),
            Place::Subset { .. } | Place::Run { .. } => Some(Self::Explore),
            Place::Runs => Some(Self::Runs),
            Place::Labels { .. } => Some(Self::Labels),
            Place::Help => Some(Self::Help),
            Place::Start | Place::Nowhere => None,
        }
    }
}

#[component]
fn Pages() -> impl IntoView {
    let desk: Desk = expect_context();
    let survey = move || desk.survey.get();
    let explore = move || survey().map_or_else(|| "/".to_owned(), |survey| Address::subset(&survey, None).to_string());
    let labels = move || survey().map(|survey| Address::of(Place::Labels { survey }).to_string());
    let page = Memo::new(move |_| desk.address.with(|address| Page::of(&address.place)));
    let at = move |of: Page| move || (page.get() == Some(of)).then_some("page");
    view! {
        <nav class="pages" aria-label="Pages">
            <a href="/surveys" aria-current=at(Page::Surveys)>"Surveys"</a>
            <a href=explore aria-current=at(Page::Explore)>"Explore"</a>
            <a href="/runs" aria-current=at(Page::Runs)>"Runs"</a>
            {move || labels().map(|href| view! { <a href=href aria-current=at(Page::Labels)>"Labels"</a> })}
            <a href="/help" aria-current=at(Page::Help)>"Help"</a>
        </nav>
    }
}
