//! Whether what was unpacked is what was saved, and all of it.

use std::collections::BTreeSet;

use super::{About, FORMAT, Kind, PART_FILES, Place, SUMS, Unit, contents::joined_files, read::Staging};
use crate::storage::{Manifest, Result, error::nearest};

impl Staging<'_> {
    /// Compares what was unpacked with the archive's hashes.
    pub(super) fn verify(&self) -> Result<()> {
        let Some(sums) = &self.sums else {
            return Err(self.damaged(format!("it ends without {SUMS}: it was cut off, or is no backup of Balmer's")));
        };
        let sums = std::str::from_utf8(sums).map_err(|e| self.damaged(format!("{SUMS}: {e}")))?;
        let mut listed = BTreeSet::from([SUMS]);
        for line in sums.lines() {
            let pair = line.split_once("  ").and_then(|(hash, name)| Some((hash, name, Place::of(name)?)));
            let (hash, name, place) = pair.ok_or_else(|| self.damaged(format!("{SUMS} has a line `{line}`")))?;
            match self.found.get(name) {
                Some(found) if found == hash => listed.insert(name),
                Some(_) => {
                    return Err(
                        self.damaged(format!("{name} was changed: it does not have the hash that {SUMS} states"))
                    );
                }
                None if matches!(&place, Place::In(unit, _) if !self.wanted.contains(unit)) => continue,
                None => return Err(self.damaged(format!("it lacks {name}, which {SUMS} lists"))),
            };
        }
        if let Some(name) = self.found.keys().find(|name| !listed.contains(name.as_str())) {
            return Err(self.damaged(format!("{SUMS} does not list {name}")));
        }
        self.check_about()?;
        self.wanted.iter().try_for_each(|unit| self.check_unit(unit))?;
        match self.options.only.iter().find(|name| !self.named.contains(*name)) {
            Some(name) => {
                let names = self.named.iter().map(String::as_str);
                let nearest = nearest(name, names.clone());
                let hint = nearest.map_or_else(
                    || format!("it has {}", names.collect::<Vec<_>>().join(", ")),
                    |nearest| format!("did you mean `{nearest}`?"),
                );
                Err(self.refused(format!("there is no survey and no run `{name}` in it: {hint}")))
            }
            None => Ok(()),
        }
    }

    /// Whether a unit is whole: hashes say that what is there is right, not that all is there.
    fn check_unit(&self, unit: &Unit) -> Result<()> {
        let has = |below: &str| {
            let name = format!("{}/{}/{below}", unit.kind.folder(), unit.name);
            if self.found.contains_key(&name) { Ok(()) } else { Err(self.damaged(format!("it lacks {name}"))) }
        };
        match unit.kind {
            Kind::Run => has("status.json").and_then(|()| has("spec.toml")),
            Kind::Survey => {
                has("manifest.json")?;
                let manifest = Manifest::read(&self.folder(unit.kind).join(&unit.name))?;
                let mut files = manifest.parts.iter().flat_map(|part| PART_FILES.map(|file| (&part.name, file)));
                files.try_for_each(|(part, file)| has(&format!("parts/{part}/{file}")))?;
                joined_files(&manifest).try_for_each(|below| has(&below))
            }
        }
    }

    fn check_about(&self) -> Result<()> {
        let about = self.about.as_ref().ok_or_else(|| self.damaged("it does not say what it is"))?;
        let about: About = serde_json::from_slice(about).map_err(|e| self.damaged(e.to_string()))?;
        if about.format > FORMAT {
            let format = about.format;
            return Err(self.damaged(format!("it has format {format}, this balmer knows {FORMAT}: use a newer balmer")));
        }
        Ok(())
    }
}
