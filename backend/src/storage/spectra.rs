//! Spectra in survey order as an iterator: a few row groups ahead are decoded on all cores.

use std::{collections::VecDeque, ops::Range};

use balmer_core::spectrum::Spectrum;
use rayon::prelude::*;

use super::{Result, Selection, Survey, part::ROW_GROUP};

/// Units of work decoded at once, at most: bounds the memory on machines with many cores.
const MAX_AHEAD: usize = 16;

/// Spectra of a selection, in survey order. After an error it ends.
///
/// Memory: at most 16 row groups of 64 spectra (two for each thread) are held, about 6 MB each for
/// spectra of 4,000 pixels.
#[derive(Debug)]
pub struct SpectraStream {
    survey: Survey,
    work: VecDeque<(usize, Vec<usize>)>,
    ready: VecDeque<Result<Spectrum>>,
    remaining: usize,
}

impl SpectraStream {
    pub(super) fn new(survey: Survey, selection: &Selection) -> Self {
        let mut work: VecDeque<(usize, Vec<usize>)> = VecDeque::new();
        let mut remaining = selection.rows();
        let mut first = 0;
        for (part, about) in survey.manifest().parts.iter().enumerate() {
            let end = first + about.spectra;
            let (here, later) = remaining.split_at(remaining.partition_point(|&row| row < end));
            remaining = later;
            let mut group: Range<usize> = 0..0;
            for &row in here {
                let row = (row - first) as usize;
                if !group.contains(&row) {
                    let start = row / ROW_GROUP * ROW_GROUP;
                    group = start..start + ROW_GROUP;
                    work.push_back((part, Vec::new()));
                }
                if let Some((_, rows)) = work.back_mut() {
                    rows.push(row);
                }
            }
            first = end;
        }
        let count = work.iter().map(|(_, rows)| rows.len()).sum();
        Self { survey, work, ready: VecDeque::new(), remaining: count }
    }

    fn refill(&mut self) {
        let ahead = (2 * rayon::current_num_threads()).min(MAX_AHEAD).min(self.work.len());
        let units: Vec<(usize, Vec<usize>)> = self.work.drain(..ahead).collect();
        let decoded: Vec<Result<Vec<Spectrum>>> =
            units.into_par_iter().map(|(part, rows)| self.survey.read_rows(part, &rows)).collect();
        for unit in decoded {
            match unit {
                Ok(spectra) => self.ready.extend(spectra.into_iter().map(Ok)),
                Err(error) => {
                    self.ready.push_back(Err(error));
                    self.work.clear();
                    self.remaining = self.ready.len();
                    return;
                }
            }
        }
    }
}

impl Iterator for SpectraStream {
    type Item = Result<Spectrum>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() && !self.work.is_empty() {
            self.refill();
        }
        let next = self.ready.pop_front();
        self.remaining = self.remaining.saturating_sub(1);
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.remaining))
    }
}
