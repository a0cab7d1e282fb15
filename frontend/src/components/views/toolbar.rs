//! Above the views: which are open, what colours the points, what a drag does.

use leptos::prelude::*;

use super::ColumnSelect;
use crate::{
    context::Showing,
    state::{
        colouring::{Legend, MOST_TEXTS},
        format::{count, number},
        hand::Tool,
        quantities::Quantity,
        views::{Kind, Views},
    },
};

/// Buttons and choices.
#[component]
pub fn Toolbar() -> impl IntoView {
    let showing: Showing = expect_context();
    let opens = move |kind: Kind| {
        let pressed = move || showing.views.with(|views| views.has(kind)).to_string();
        view! {
            <button
                type="button"
                data-testid=format!("view-{}", kind.key())
                aria-pressed=pressed
                aria-keyshortcuts=kind.letter()
                title=format!("{} ({})", kind.title(), kind.letter())
                on:click=move |_| showing.toggle(kind)
            >
                {kind.title()}
            </button>
        }
    };
    let points = Memo::new(move |_| showing.views.with(|views| views.open.iter().any(|kind| kind.has_points())));
    view! {
        <div class="views-bar" role="group" aria-label="Views">
            <span class="muted">"Views"</span>
            {Kind::ALL.map(opens).collect_view()}
            {move || points.get().then(|| view! { <Tools /> <Colour /> })}
        </div>
    }
}

/// What a drag does.
#[component]
fn Tools() -> impl IntoView {
    let showing: Showing = expect_context();
    let tool = move |tool: Tool, title: &'static str, key: &'static str, meaning: &'static str| {
        view! {
            <button
                type="button"
                data-testid=format!("tool-{}", title.to_lowercase())
                aria-pressed=move || (showing.tool.get() == tool).to_string()
                aria-keyshortcuts=key
                title=meaning
                on:click=move |_| showing.tool.update(|now| *now = if *now == tool { Tool::Pan } else { tool })
            >
                {title}
            </button>
        }
    };
    view! {
        <span class="tools" role="group" aria-label="What a drag does">
            {tool(Tool::Lasso, "Lasso", "l", "Select by a line around points (l, or Shift and drag); Shift adds, Alt takes away")}
            {tool(Tool::Box, "Rectangle", "r", "Select by a rectangle (r); Shift adds, Alt takes away")}
            {tool(Tool::Cone, "Cone", "c", "Select by a circle on the sky, from its centre outwards (c); Shift adds, Alt takes away; in the other views a rectangle")}
        </span>
    }
}

/// What colours the points, and what the colours mean.
#[component]
fn Colour() -> impl IntoView {
    let showing: Showing = expect_context();
    let columns =
        Signal::derive(move || showing.columns.get().into_iter().filter(Quantity::tells_apart).collect::<Vec<_>>());
    let chosen = Signal::derive(move || {
        let asked = showing.views.with(|views| views.colour.clone())?;
        columns.with(|columns| columns.iter().find(|column| column.key == asked).map(|column| column.key.clone()))
    });
    let choose = move |key: String| {
        showing.edit(|views| Views { colour: Some(key).filter(|key| !key.is_empty()), ..views });
    };
    let legend = move || {
        let colouring = showing.colouring.get().0;
        match &colouring.legend {
            Legend::None => ().into_any(),
            Legend::Range(low, high) => view! {
                <span class="legend">
                    {number(*low)}
                    <i class="ramp" style:background=colouring.gradient() aria-hidden="true"></i>
                    {number(*high)}
                </span>
            }
            .into_any(),
            Legend::Texts(texts) => {
                let entry = |place: usize, text: String, title: String| {
                    let colour = colouring.css(place);
                    view! { <span title=title><i style:background=colour aria-hidden="true"></i>{text}</span> }
                };
                let rest = texts.len() == MOST_TEXTS;
                let rest = rest.then(|| entry(MOST_TEXTS, "others".to_owned(), "all others, and none".to_owned()));
                let texts = texts.iter().enumerate();
                let texts =
                    texts.map(|(i, (text, rows))| entry(i, text.clone(), format!("{} rows", count(*rows as u64))));
                view! { <span class="legend">{texts.collect_view()}{rest}</span> }.into_any()
            }
        }
    };
    view! {
        <label class="colour">
            <span class="muted">"Colour"</span>
            <ColumnSelect label="Colour points by" testid="view-colour" columns chosen none="one colour" choose=Callback::new(choose) />
        </label>
        {legend}
    }
}
