//! The condition, with completion as one types (the ARIA pattern of a combobox with a list).

use std::collections::BTreeMap;

use balmer_exchange::api::{ColumnInfo, ColumnSummary};
use leptos::{ev::KeyboardEvent, html::Input, prelude::*, task::spawn_local};

use crate::{
    client,
    context::{Desk, Draft},
    state::completion::{self, Suggestion, Typing, Wanted},
};

/// The completion of the input.
#[derive(Debug, Clone, Copy)]
struct Completion {
    input: NodeRef<Input>,
    draft: Draft,
    /// Where the caret is, in bytes; `None` while the list is closed.
    caret: RwSignal<Option<usize>>,
    /// The suggestion that Enter and Tab take.
    active: RwSignal<Option<usize>>,
    typing: Memo<Option<Typing>>,
    list: Memo<Vec<Suggestion>>,
}

impl Completion {
    fn new(draft: Draft) -> Self {
        let caret = RwSignal::new(None::<usize>);
        let columns = Memo::new(move |_| {
            draft.survey.with(|survey| survey.as_ref().map_or_else(ColumnInfo::all, |survey| survey.columns.clone()))
        });
        let typing = Memo::new(move |_| {
            let caret = caret.get()?;
            draft.condition.with(|text| {
                let caret = text.floor_char_boundary(caret.min(text.len()));
                Some(columns.with(|columns| completion::typing(text, caret, columns)))
            })
        });
        let values = column_values(typing);
        let list = Memo::new(move |_| {
            typing.with(|typing| {
                let Some(typing) = typing else { return Vec::new() };
                let known = match &typing.wanted {
                    Wanted::Value(column) => values.with(|values| values.get(column).cloned()),
                    _ => None,
                };
                columns.with(|columns| completion::suggestions(typing, columns, known.as_ref()))
            })
        });
        Self { input: NodeRef::new(), draft, caret, active: RwSignal::new(None), typing, list }
    }

    fn is_open(self) -> bool {
        self.list.with(|list| !list.is_empty())
    }

    fn close(self) {
        self.caret.set(None);
        self.active.set(None);
    }

    /// Opens the list at the caret, where there is something to say without being asked.
    fn follow(self, is_asked: bool) {
        let Some(input) = self.input.get_untracked() else { return };
        let text = input.value();
        let at = input.selection_start().ok().flatten().map_or(text.len(), |at| completion::bytes(&text, at as usize));
        self.caret.set(Some(at));
        let wants = self.typing.with_untracked(|typing| {
            typing.as_ref().is_some_and(|typing| {
                !typing.typed.is_empty() || matches!(typing.wanted, Wanted::Value(_) | Wanted::Operator)
            })
        });
        if !(wants || is_asked) {
            self.caret.set(None);
        }
        self.active.set(None);
    }

    fn step(self, by: isize) {
        let rows = self.list.with_untracked(Vec::len) as isize;
        if rows > 0 {
            let next = match self.active.get_untracked() {
                Some(at) => (at as isize + by).rem_euclid(rows),
                None if by > 0 => 0,
                None => rows - 1,
            };
            self.active.set(Some(next as usize));
        }
    }

    fn accept(self, at: usize) {
        let chosen = self.list.with_untracked(|list| list.get(at).cloned());
        let (Some(suggestion), Some(typing), Some(input)) =
            (chosen, self.typing.get_untracked(), self.input.get_untracked())
        else {
            return;
        };
        let (text, caret) = completion::accepted(&input.value(), &typing, &suggestion);
        let at = u32::try_from(completion::utf16(&text, caret)).unwrap_or(u32::MAX);
        input.set_value(&text);
        // an input that has just gone has no caret to place
        let _: Result<(), _> = input.set_selection_range(at, at);
        self.draft.condition.set(text);
        self.draft.forget_faults();
        self.follow(false);
    }

    fn on_key(self, event: &KeyboardEvent) {
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if untrack(|| self.is_open()) => self.step(1),
            "ArrowDown" => self.follow(true),
            "ArrowUp" if untrack(|| self.is_open()) => self.step(-1),
            "Escape" if untrack(|| self.is_open()) => self.close(),
            "Enter" => {
                if let Some(at) = active {
                    self.accept(at);
                } else {
                    self.close();
                    self.draft.open_subset();
                }
            }
            "Tab" if !event.shift_key() && untrack(|| self.is_open()) => match active {
                Some(at) => self.accept(at),
                // a beginning is completed; a whole word is left, as Tab leaves any field
                None if self.is_beginning() => self.accept(0),
                None => return self.close(),
            },
            _ => return,
        }
        event.prevent_default();
        // the arrows and Enter would also move through the table
        event.stop_propagation();
    }

    /// Whether the first suggestion goes on with what was typed.
    fn is_beginning(self) -> bool {
        let typed = self.typing.with_untracked(|typing| typing.as_ref().map(|typing| typing.typed.to_lowercase()));
        let typed = typed.filter(|typed| !typed.is_empty());
        let first = self.list.with_untracked(|list| list.first().map(|first| first.text.to_lowercase()));
        match (typed, first) {
            (Some(typed), Some(first)) => {
                let is_whole = self.draft.survey.with_untracked(|survey| {
                    survey.iter().flat_map(|survey| &survey.columns).any(|column| column.name == typed)
                });
                !is_whole && first.trim_start_matches('\'').starts_with(&typed)
            }
            _ => false,
        }
    }
}

/// Values of the columns whose value was wanted so far, fetched once each.
fn column_values(typing: Memo<Option<Typing>>) -> RwSignal<BTreeMap<String, ColumnSummary>> {
    let desk: Desk = expect_context();
    let values = RwSignal::new(BTreeMap::new());
    Effect::new(move || {
        desk.survey.with(|_| values.set(BTreeMap::new()));
    });
    let wanted = Memo::new(move |_| {
        let column = typing.with(|typing| match &typing.as_ref()?.wanted {
            Wanted::Value(column) => Some(column.clone()),
            _ => None,
        });
        Some((desk.survey.get()?, column?))
    });
    Effect::new(move || {
        let Some((survey, column)) = wanted.get() else { return };
        if values.with_untracked(|values| values.contains_key(&column)) {
            return;
        }
        spawn_local(async move {
            // without values there is nothing to suggest; that is no failure to report
            if let Ok(summary) = client::column(&survey, &column, None).await
                && desk.survey.get_untracked() == Some(survey)
            {
                values.try_update(|values| values.insert(column, summary));
            }
        });
    });
    values
}

/// The input with its list.
#[component]
pub fn WhereInput(draft: Draft) -> impl IntoView {
    let completion = Completion::new(draft);
    let typed = move |event| {
        draft.condition.set(event_target_value(&event));
        draft.forget_faults();
        completion.follow(false);
    };
    let is_open = move || completion.is_open();
    let expanded = move || if is_open() { "true" } else { "false" };
    let active = move || completion.active.get().filter(|_| is_open()).map(|at| format!("where-option-{at}"));
    let is_refused = move || draft.count.with(|count| count.problem().is_some());
    view! {
        <div class="where">
            <label for="where">"Where"</label>
            <div class="combobox">
            <input
                id="where"
                node_ref=completion.input
                data-testid="where-input"
                type="text"
                class="code"
                role="combobox"
                aria-autocomplete="list"
                aria-haspopup="listbox"
                aria-controls="where-options"
                aria-expanded=expanded
                aria-activedescendant=active
                aria-invalid=move || if is_refused() { "true" } else { "false" }
                aria-describedby="where-fault"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="all spectra; or class = 'STAR' AND snr_r > 20"
                prop:value=move || draft.condition.get()
                on:input=typed
                on:keydown=move |event| completion.on_key(&event)
                on:click=move |_| completion.close()
                on:blur=move |_| completion.close()
            />
            <Options completion />
            </div>
        </div>
    }
}

#[component]
fn Options(completion: Completion) -> impl IntoView {
    let option = move |at: usize, suggestion: Suggestion| {
        let selected = move || if completion.active.get() == Some(at) { "true" } else { "false" };
        // the input keeps its focus
        let press = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            completion.accept(at);
        };
        view! {
            <li id=format!("where-option-{at}") role="option" aria-selected=selected on:mousedown=press>
                <code>{suggestion.text}</code>
                <span>{suggestion.about}</span>
            </li>
        }
    };
    let options = move || completion.list.get().into_iter().enumerate().map(|(at, s)| option(at, s)).collect_view();
    view! {
        <ul id="where-options" class="options" role="listbox" aria-label="Completions" hidden=move || !completion.is_open()>
            {options}
        </ul>
    }
}
