//! The spectra that are drawn with the chosen one: who they are, and the fetching of them. One that cannot be fetched
//! is named, and the others are drawn.

mod class;
mod same_star;

use std::{collections::HashMap, sync::Arc};

use balmer_exchange::api::{Problem, SpectrumBody};
use leptos::{prelude::*, task::spawn_local};

use self::{class::follow_class, same_star::follow_star};
use super::{Desk, Explained, Selected, Spectra, Viewing};
use crate::{
    client,
    state::{
        compare::{Compare, Group, MOST_DRAWN, Name},
        load::Load,
        picture::Same,
        roster::{Member, Progress, Roster, Why, evenly},
    },
};

/// Spectra that arrive before the plots are drawn anew.
const PORTION: usize = 8;

/// A spectrum to draw, with its pixels.
pub type Drawn = (Member, Arc<SpectrumBody>);

/// A class, with its pixels.
#[derive(Debug)]
pub struct Averaged {
    /// What it is called.
    pub title: String,
    /// The spectra that could be fetched.
    pub spectra: Vec<Drawn>,
    /// How many there are of it.
    pub all: u64,
}

/// What is drawn with the chosen spectrum.
#[derive(Debug, Clone, Copy)]
pub struct Compared {
    /// What the address asks for.
    pub compare: Memo<Compare>,
    /// The chosen spectrum, once it is here.
    pub chosen: Memo<Option<Name>>,
    /// Who is to be drawn.
    pub roster: Memo<Roster>,
    /// Those that are here.
    pub here: RwSignal<Same<Vec<Drawn>>>,
    /// How far the fetching of them is.
    pub progress: RwSignal<Progress>,
    /// Other spectra of the same star, where they are asked for.
    pub epochs: RwSignal<Load<Vec<Name>>>,
    /// The class whose mean is drawn.
    pub class: RwSignal<Load<Same<Averaged>>>,
    /// How far the fetching of the class is.
    pub class_progress: RwSignal<Progress>,
    /// The named subset that is drawn.
    subset: RwSignal<Load<Vec<Name>>>,
    store: StoredValue<Store>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<(Spectra, Viewing, Explained)>,
}

/// What has arrived.
#[derive(Debug, Default)]
struct Store {
    bodies: HashMap<Name, Arc<SpectrumBody>>,
    /// Counts the rosters: what comes for one before is dropped.
    version: u64,
}

impl Compared {
    /// Follows the address, the chosen spectrum, the selection and the labels.
    pub fn new() -> Self {
        let (desk, spectra, viewing): (Desk, Spectra, Viewing) = (expect_context(), expect_context(), expect_context());
        let (explained, selected): (Explained, Selected) = (expect_context(), expect_context());
        let compare = Memo::new(move |_| viewing.view.with(|view| view.compare.clone()));
        let chosen = Memo::new(move |_| {
            let id = spectra.shown.with(|shown| shown.as_ref().map(|body| body.metadata.spectrum_id.clone()))?;
            Some(Name { survey: desk.survey.get()?, id })
        });
        let (epochs, subset) = (RwSignal::new(Load::Idle), RwSignal::new(Load::Idle));
        let near = Memo::new(move |_| {
            let (number, Some(chosen)) = (compare.with(|compare| compare.near), chosen.get()) else {
                return Vec::new();
            };
            explained.answer.with(|answer| {
                let answer = answer.ready().filter(|answer| answer.spectrum_id == chosen.id);
                let neighbors = answer.map(|answer| &answer.neighbors[..]).unwrap_or_default();
                neighbors.iter().take(number).map(|row| Name::new(&chosen.survey, &row.spectrum_id)).collect()
            })
        });
        let roster = Memo::new(move |_| {
            let Some(chosen) = chosen.get() else { return Roster::default() };
            compare.with(|compare| {
                let all = match &compare.set {
                    None => Vec::new(),
                    Some(Group::Selected) => selected
                        .now
                        .with(|now| now.names().iter().map(|id| Name::new(&chosen.survey, id)).collect::<Vec<_>>()),
                    Some(Group::Subset(_)) => subset.with(|subset| subset.ready().cloned().unwrap_or_default()),
                };
                let set = evenly(&all, MOST_DRAWN);
                let left_out = all.len() - set.len();
                let epochs = epochs.with(|epochs| epochs.ready().cloned().unwrap_or_default());
                let kinds = [
                    (Why::Pinned, compare.pins.clone()),
                    (Why::Epoch, epochs),
                    (Why::Near, near.get()),
                    (Why::Set, set),
                ];
                let roster = Roster::of(&chosen, kinds);
                Roster { asked: roster.asked + left_out, ..roster }
            })
        });
        let compared = Self {
            compare,
            chosen,
            roster,
            here: RwSignal::new(Same::new(Vec::new())),
            progress: RwSignal::new(Progress::default()),
            epochs,
            class: RwSignal::new(Load::Idle),
            class_progress: RwSignal::new(Progress::default()),
            subset,
            store: StoredValue::new(Store::default()),
            others: StoredValue::new((spectra, viewing, explained)),
        };
        Effect::new(move || compared.gather(&roster.get()));
        compared.follow_subset(desk);
        follow_star(epochs, compare, desk, spectra);
        follow_class(compared, desk, expect_context());
        compared
    }

    /// Changes what is drawn, without an entry in the history.
    pub fn edit(self, change: impl FnOnce(Compare) -> Compare) {
        let (_, viewing, _) = self.others.get_value();
        viewing.edit(|mut view| {
            view.compare = change(view.compare);
            view
        });
    }

    /// Pins the chosen spectrum, or no longer.
    pub fn toggle_pin(self) {
        if let Some(chosen) = self.chosen.get_untracked() {
            self.edit(|compare| compare.with_pin(&chosen));
        }
    }

    /// Fetches those of a roster that are not here.
    fn gather(self, roster: &Roster) {
        let (spectra, ..) = self.others.get_value();
        let mut missing = Vec::new();
        self.store.update_value(|store| {
            store.version += 1;
            store.bodies.retain(|name, _| roster.has(name));
            for Member { name, .. } in &roster.members {
                if store.bodies.contains_key(name) {
                    continue;
                }
                match spectra.kept_one(&name.survey, &name.id) {
                    Some(body) => drop(store.bodies.insert(name.clone(), body)),
                    None => missing.push(name.clone()),
                }
            }
        });
        let mine = self.store.with_value(|store| store.version);
        let wanted = roster.members.len();
        self.progress.set(Progress { wanted, here: wanted - missing.len(), failed: Vec::new() });
        self.publish();
        spectra.fetch_many(missing, move |name, body| {
            if self.store.with_value(|store| store.version) != mine {
                return false;
            }
            self.take(name, body);
            true
        });
    }

    /// Takes one that has come, or has failed to.
    fn take(self, name: Name, body: Result<Arc<SpectrumBody>, Problem>) {
        self.progress.update(|progress| progress.take(&name, body.as_ref().err().map(ToString::to_string)));
        if let Ok(body) = body {
            self.store.update_value(|store| drop(store.bodies.insert(name, body)));
        }
        let due = self.progress.with_untracked(|progress| {
            !progress.is_under_way() || (progress.here + progress.failed.len()).is_multiple_of(PORTION)
        });
        if due {
            self.publish();
        }
    }

    /// Gives what has arrived to the plots.
    fn publish(self) {
        let drawn: Vec<Drawn> = self.store.with_value(|store| {
            self.roster.with_untracked(|roster| {
                let members = roster.members.iter();
                members.filter_map(|member| Some((member.clone(), store.bodies.get(&member.name)?.clone()))).collect()
            })
        });
        let empty = drawn.is_empty() && self.here.with_untracked(|here| here.0.is_empty());
        if !empty {
            self.here.set(Same::new(drawn));
        }
    }

    /// Fetches the names of the subset that is drawn.
    fn follow_subset(self, desk: Desk) {
        let wanted = Memo::new(move |_| {
            let name = self.compare.with(|compare| match &compare.set {
                Some(Group::Subset(name)) => Some(name.clone()),
                _ => None,
            });
            desk.survey.get().zip(name)
        });
        Effect::new(move || {
            let Some((survey, name)) = wanted.get() else { return self.subset.set(Load::Idle) };
            self.subset.set(Load::Loading);
            spawn_local(async move {
                let found = client::subset(&survey, &name).await;
                if wanted.get_untracked() == Some((survey.clone(), name)) {
                    let names = |ids: &[String]| ids.iter().map(|id| Name::new(&survey, id)).collect();
                    self.subset.set(found.map(|found| names(&found.spectrum_ids)).into());
                }
            });
        });
    }

    /// What there is to say beside the legend: how far the fetching is, what failed, what is not there.
    pub fn said(self) -> String {
        let mut said = Vec::new();
        let roster = self.roster.get();
        if roster.asked > roster.members.len() {
            said.push(format!("{} of {} drawn", roster.members.len(), roster.asked));
        }
        said.push(self.progress.with(Progress::said));
        let (_, _, explained) = self.others.get_value();
        let near = self.compare.with(|compare| compare.near);
        if near > 0 {
            let found = roster.members.iter().filter(|member| member.why == Why::Near).count();
            explained.answer.with(|answer| match answer {
                Load::Idle => said.push("neighbours belong to a run: open one".to_owned()),
                Load::Failed(problem) => said.push(format!("neighbours: {problem}")),
                Load::Ready(answer) if answer.neighbors.len() < near => {
                    said.push(format!("{found} of {near} neighbours: the run's table ends there"));
                }
                _ => {}
            });
        }
        self.compare.with(|compare| {
            if compare.set == Some(Group::Selected) && !roster.members.iter().any(|member| member.why == Why::Set) {
                said.push("nothing else is selected".to_owned());
            }
            if let Some(radius) = compare.epochs {
                self.epochs.with(|epochs| match epochs {
                    Load::Ready(found) if found.is_empty() => {
                        said.push(format!("no other spectrum of this star within {radius} arcsec"));
                    }
                    Load::Failed(problem) => said.push(format!("other spectra of this star: {problem}")),
                    _ => {}
                });
            }
            if let Some(problem) = self.subset.with(|subset| subset.problem().cloned()) {
                said.push(format!("the subset: {problem}"));
            }
            if let Some(of) = &compare.mean {
                let progress = self.class_progress.get();
                let what = of.title();
                self.class.with(|class| match class {
                    Load::Loading if progress.wanted > 0 => said.push(format!("{what}: {}", progress.said())),
                    Load::Loading => said.push(format!("{what} …")),
                    Load::Failed(problem) => said.push(format!("{what}: {problem}")),
                    Load::Ready(class) if class.0.spectra.is_empty() => said.push(format!("{what}: no spectra")),
                    Load::Ready(_) | Load::Idle => said.push(progress.said()),
                });
            }
        });
        said.retain(|text| !text.is_empty());
        said.join(" · ")
    }
}

impl Default for Compared {
    fn default() -> Self {
        Self::new()
    }
}
