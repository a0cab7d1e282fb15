//! Families of outliers that somebody named: what belongs to them, and what was done with it.
//!
//! A family is a file, `families/<name>.json`, that never changes; taking it back removes it and, where its members were
//! labelled, takes those labels back. Members of one that is set aside leave the lists of candidates: those it was named
//! with in every run, and those that were recognised in a run when its families were asked for.

use std::time::Duration;

use balmer_core::cluster::Place;
use balmer_exchange::api::{FamilyAction, NamedFamily};
use serde::{Deserialize, Serialize};

use super::{LabelInput, Result, StoreError, Survey, durable, error::nearest, json_folder::JsonFolder, time};

/// The folder.
const FOLDER: &str = "families";
/// How long a change waits for another that is being made.
const PATIENCE: Duration = Duration::from_secs(10);
/// Families of a survey, at most.
const MOST: usize = 1_000;

/// A family with a name, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFamily {
    /// What is said of it.
    #[serde(flatten)]
    pub about: NamedFamily,
    /// Hash of the recipe that its residuals stand for.
    pub recipe: String,
    /// Where others are that belong to it.
    pub place: Place,
}

/// The named families of a survey.
#[derive(Debug, Clone)]
pub struct NamedFamilies {
    survey: Survey,
}

impl Survey {
    /// Its named families: always the present ones, whatever the snapshot.
    pub fn families(&self) -> NamedFamilies {
        NamedFamilies { survey: self.clone() }
    }
}

impl NamedFamilies {
    fn folder(&self) -> JsonFolder {
        JsonFolder::new(self.survey.folder().join(FOLDER))
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn list(&self) -> Result<Vec<KeptFamily>> {
        self.folder().list()
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`StoreError::NoFamily`].
    pub fn get(&self, name: &str) -> Result<KeptFamily> {
        let folder = self.folder();
        if let Some(kept) = folder.get(name)? {
            return Ok(kept);
        }
        let names = folder.names()?;
        Err(StoreError::NoFamily {
            survey: self.survey.name().to_owned(),
            name: name.to_owned(),
            nearest: nearest(name, names.iter().map(String::as_str)),
        })
    }

    /// Keeps a family under its name as of now, and labels its members where that is what is done with it: all of it on the disk when
    /// this returns.
    ///
    /// # Errors
    /// A name that is none or taken; an action without its label, or with one too many; whatever keeps the labels from being
    /// given, and the family is not kept then.
    pub fn name(&self, input: KeptFamily) -> Result<KeptFamily> {
        let folder = self.folder();
        let path = folder.path_of(&input.about.name)?;
        let refused =
            |reason: &str| StoreError::Family { survey: self.survey.name().to_owned(), reason: reason.into() };
        match (input.about.action, &input.about.label) {
            (FamilyAction::Label, None) => return Err(refused("to label a family takes a label: give one")),
            (FamilyAction::SetAside, Some(_)) => {
                return Err(refused("a family is set aside or labelled: leave the label out, or choose to label it"));
            }
            _ => {}
        }
        if input.about.author.trim().is_empty() {
            return Err(refused("an author is needed"));
        }
        durable::create_dir(folder.path())?;
        let _lock = self.lock()?;
        if path.exists() {
            let (survey, name) = (self.survey.name().to_owned(), input.about.name);
            return Err(StoreError::FamilyTaken { survey, name });
        }
        if folder.names()?.len() >= MOST {
            return Err(refused(&format!("there are {MOST} already: undo some of them")));
        }
        let kept = KeptFamily { about: NamedFamily { created: time::now(), ..input.about }, ..input };
        // first what says how to take the labels back
        durable::replace_json(&path, &kept)?;
        if let Err(error) = self.label(&kept.about) {
            folder.remove(&kept.about.name)?;
            return Err(error);
        }
        Ok(kept)
    }

    fn label(&self, about: &NamedFamily) -> Result<()> {
        let Some(label) = &about.label else { return Ok(()) };
        let input = |id: &String| LabelInput {
            spectrum_id: id.clone(),
            label: Some(label.clone()),
            author: about.author.clone(),
            time: None,
            note: note(about),
        };
        let labels: Vec<LabelInput> = about.spectrum_ids.iter().map(input).collect();
        self.survey.labels().give(&labels).map(drop)
    }

    /// Undoes all that naming a family did: its members are in the lists again, or lose the label they got by it.
    ///
    /// # Errors
    /// [`StoreError::NoFamily`]; an unwritable disk.
    pub fn undo(&self, name: &str) -> Result<KeptFamily> {
        let kept = self.get(name)?;
        let _lock = self.lock()?;
        if kept.about.label.is_some() {
            self.survey.labels().take_back(&note(&kept.about), &kept.about.author)?;
        }
        self.folder().remove(name)?;
        Ok(kept)
    }

    fn lock(&self) -> Result<durable::Lock> {
        let what = format!("the families of survey '{}'", self.survey.name());
        durable::Lock::acquire_within(PATIENCE, &self.survey.folder().join("families.lock"), &what)
    }
}

/// What the labels of a family say of where they come from: by it they are found again.
fn note(about: &NamedFamily) -> String {
    format!("family {} of run {}, named {}", about.name, about.run, about.created)
}
