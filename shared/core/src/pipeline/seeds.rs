//! The labels people gave, matched with the spectra of a run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{Plan, Stage, StageCount};
use crate::{Error, Result, semi_supervised::Seeds};

/// A label somebody gave to a spectrum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// Name of the spectrum.
    pub spectrum_id: String,
    /// Name of the class.
    pub label: String,
}

/// What became of the labels given to a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// Labels given.
    pub given: usize,
    /// Spectra that enter the label stage as seeds.
    pub used: usize,
    /// Labels of spectra that are not in the run: another survey's, outside `where`, or rejected.
    pub not_in_run: usize,
    /// Labels replaced by a later one of the same spectrum.
    pub superseded: usize,
    /// Seeds of each class.
    pub by_class: BTreeMap<String, usize>,
    /// Spectra that carry a label at the end, the seeds included.
    pub reached: usize,
    /// Iterations the flow took.
    pub iterations: usize,
    /// Whether it settled before `max_iter`.
    pub converged: bool,
    /// Whether it went on where a flow of fewer labels had ended: what it found is then a new run's within its tolerance,
    /// not to the byte.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continued: bool,
}

impl LabelCounts {
    /// The label stage of a run: the labels that went in, and what became of the others.
    pub(super) fn stage(&self) -> StageCount {
        let left_out = [("not-in-run", self.not_in_run), ("superseded", self.superseded)];
        StageCount {
            stage: Stage::Labels,
            input: self.given,
            output: self.used,
            left_out: left_out.into_iter().filter(|&(_, n)| n > 0).map(|(r, n)| (r.to_owned(), n)).collect(),
        }
    }
}

/// Says what is wrong with labels before anything is computed with them: their classes at once, whether one of them is in
/// the run as soon as its spectra have names. Every host asks where it has just learnt of either.
///
/// # Errors
/// [`Error::Labels`] as in [`Exploration::spread`](super::Exploration::spread); nothing where the plan has no label stage.
pub fn check_labels(plan: &Plan, labels: &[Labelled], spectrum_ids: Option<&[String]>) -> Result<()> {
    let Some(stage) = plan.labels() else { return Ok(()) };
    match spectrum_ids {
        Some(spectrum_ids) => match_labels(spectrum_ids, labels, &stage.classes).map(drop),
        None => check_classes(labels, &stage.classes),
    }
}

/// A typing error is one wherever it stands, so labels that are not in the run count too.
fn check_classes(labels: &[Labelled], declared: &[String]) -> Result<()> {
    match labels.iter().find(|label| !declared.is_empty() && !declared.contains(&label.label)) {
        None => Ok(()),
        Some(stray) => Err(Error::Labels(format!(
            "{} is labelled {:?}, which is not in labels.classes ({}): correct the label or declare the class",
            stray.spectrum_id,
            stray.label,
            declared.join(", ")
        ))),
    }
}

/// Seeds for the rows named by `spectrum_ids`. Of several labels of one spectrum the last holds.
/// `declared` fixes the classes and their order; where it is empty they are those of the seeds, sorted.
///
/// # Errors
/// [`Error::Labels`] for a label outside `declared`, and when no label belongs to the run.
pub(super) fn match_labels(
    spectrum_ids: &[String],
    labels: &[Labelled],
    declared: &[String],
) -> Result<(Seeds, LabelCounts)> {
    check_classes(labels, declared)?;
    let rows: HashMap<&str, usize> = spectrum_ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let mut by_row: Vec<Option<&str>> = vec![None; spectrum_ids.len()];
    let mut counts = LabelCounts { given: labels.len(), ..LabelCounts::default() };
    for label in labels {
        match rows.get(label.spectrum_id.as_str()) {
            None => counts.not_in_run += 1,
            Some(&row) => {
                if by_row[row].replace(&label.label).is_some() {
                    counts.superseded += 1;
                }
            }
        }
    }
    for label in by_row.iter().flatten() {
        *counts.by_class.entry((*label).to_owned()).or_default() += 1;
        counts.used += 1;
    }
    if counts.used == 0 {
        return Err(Error::Labels(format!(
            "none of the {} labels given belongs to one of the {} spectra of this run: check labels.source and where",
            labels.len(),
            spectrum_ids.len()
        )));
    }
    let classes: Vec<String> = if declared.is_empty() {
        by_row.iter().flatten().map(|l| (*l).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
    } else {
        declared.to_vec()
    };
    let index: HashMap<&str, u32> = classes.iter().enumerate().map(|(i, c)| (c.as_str(), i as u32)).collect();
    let seeds = by_row.iter().map(|label| label.map(|l| index[l])).collect();
    Ok((Seeds::new(classes.clone(), seeds)?, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(id: &str, label: &str) -> Labelled {
        Labelled { spectrum_id: id.into(), label: label.into() }
    }

    fn ids() -> Vec<String> {
        ["a", "b", "c"].map(String::from).to_vec()
    }

    #[test]
    fn labels_are_matched_counted_and_the_last_one_holds() {
        let given = [label("c", "star"), label("a", "star"), label("elsewhere", "star"), label("a", "be")];
        let (seeds, counts) = match_labels(&ids(), &given, &[]).unwrap();
        assert_eq!(seeds.classes(), ["be", "star"]);
        assert_eq!(seeds.labels(), [Some(0), None, Some(1)]);
        assert_eq!((counts.given, counts.used, counts.not_in_run, counts.superseded), (4, 2, 1, 1));
        assert_eq!(counts.given, counts.used + counts.not_in_run + counts.superseded);
    }

    #[test]
    fn declared_classes_keep_their_order_and_refuse_others() {
        let declared = ["star", "be", "artefact"].map(String::from);
        let (seeds, _) = match_labels(&ids(), &[label("b", "be")], &declared).unwrap();
        assert_eq!(seeds.classes(), declared);
        assert_eq!(seeds.labels(), [None, Some(1), None]);
        let message = match_labels(&ids(), &[label("b", "bee")], &declared).unwrap_err().to_string();
        assert!(message.contains("b is labelled \"bee\"") && message.contains("star, be, artefact"), "{message}");
    }

    #[test]
    fn labels_of_other_spectra_only_are_an_error() {
        let message = match_labels(&ids(), &[label("x", "be")], &[]).unwrap_err().to_string();
        assert!(message.contains("none of the 1 labels"), "{message}");
    }
}
