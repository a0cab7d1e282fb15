//! How often values occur: of numbers in bins of equal width, of texts one bar each.

use std::collections::BTreeMap;

use super::selection::Marks;

/// Texts with a bar of their own.
const MOST_TEXTS: usize = 12;

/// Bars, and which of them each row is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Edges of the bins, one more than there are; empty for texts.
    pub edges: Vec<f64>,
    /// Texts of the bars; empty for numbers. The last may stand for all others.
    pub texts: Vec<String>,
    /// Rows in each.
    pub counts: Vec<u32>,
    /// The bar of each row; `None` where it has no value.
    pub bars: Vec<Option<u16>>,
}

impl Histogram {
    /// Of numbers, in as many bins as are worth it; logarithmic ones have equal ratios.
    pub fn of_numbers(values: &[Option<f64>], log: bool, most: usize) -> Self {
        let seen = |value: &f64| value.is_finite() && (!log || *value > 0.0);
        let scale = |value: f64| if log { value.log10() } else { value };
        let known = || values.iter().copied().flatten().filter(seen).map(scale);
        let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return Self { edges: Vec::new(), texts: Vec::new(), counts: Vec::new(), bars: vec![None; values.len()] };
        }
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
        // Rice's rule
        let bins = ((2.0 * (known().count() as f64).cbrt()).ceil() as usize).clamp(5, most.max(5));
        let width = (high - low) / bins as f64;
        let bar = |value: f64| (((scale(value) - low) / width) as usize).min(bins - 1) as u16;
        let bars: Vec<Option<u16>> = values.iter().map(|value| value.filter(seen).map(bar)).collect();
        let unscale = |value: f64| if log { 10f64.powf(value) } else { value };
        let edges = (0..=bins).map(|i| unscale(low + width * i as f64)).collect();
        Self { edges, texts: Vec::new(), counts: counts(&bars, bins), bars }
    }

    /// Of texts, the most frequent first.
    pub fn of_texts(values: &[Option<&str>]) -> Self {
        let mut found: BTreeMap<&str, u32> = BTreeMap::new();
        for text in values.iter().flatten() {
            *found.entry(text).or_default() += 1;
        }
        let mut frequent: Vec<(&str, u32)> = found.into_iter().collect();
        frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let others = frequent.len().saturating_sub(MOST_TEXTS);
        frequent.truncate(MOST_TEXTS);
        let places: BTreeMap<&str, u16> = frequent.iter().enumerate().map(|(i, (text, _))| (*text, i as u16)).collect();
        let last = MOST_TEXTS as u16;
        let bars: Vec<Option<u16>> =
            values.iter().map(|text| text.map(|text| places.get(text).copied().unwrap_or(last))).collect();
        let mut texts: Vec<String> = frequent.iter().map(|(text, _)| (*text).to_owned()).collect();
        if others > 0 {
            texts.push(format!("{others} others"));
        }
        Self { edges: Vec::new(), counts: counts(&bars, texts.len()), texts, bars }
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is nothing to count.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Selected rows in each bar.
    pub fn selected(&self, marks: &Marks) -> Vec<u32> {
        let marked = self.bars.iter().enumerate().map(|(row, bar)| bar.filter(|_| marks.has(row)));
        counts(&marked.collect::<Vec<_>>(), self.len())
    }

    /// Rows in the bars of a range.
    pub fn rows(&self, bars: std::ops::RangeInclusive<usize>) -> Vec<u32> {
        let within = |bar: &Option<u16>| bar.is_some_and(|bar| bars.contains(&usize::from(bar)));
        self.bars.iter().enumerate().filter(|(_, bar)| within(bar)).map(|(row, _)| row as u32).collect()
    }
}

fn counts(bars: &[Option<u16>], number: usize) -> Vec<u32> {
    let mut counts = vec![0; number];
    for bar in bars.iter().flatten() {
        counts[usize::from(*bar)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_one_bin() {
        let values: Vec<Option<f64>> = (0..1000).map(|i| Some(f64::from(i) / 10.0)).chain([None]).collect();
        let found = Histogram::of_numbers(&values, false, 100);
        assert_eq!(found.len(), 20);
        assert_eq!(found.counts.iter().sum::<u32>(), 1000);
        assert_eq!((found.edges[0], found.edges[20]), (0.0, 99.9));
        assert_eq!((found.bars[0], found.bars[999], found.bars[1000]), (Some(0), Some(19), None));
        assert_eq!(found.rows(0..=0).len(), found.counts[0] as usize);
        assert_eq!(found.rows(0..=19).len(), 1000);
    }

    #[test]
    fn logarithmic_bins_have_equal_ratios_and_no_room_for_zero() {
        let values = [Some(0.0), Some(-1.0), Some(1.0), Some(10.0), Some(1e5)];
        let found = Histogram::of_numbers(&values, true, 5);
        assert_eq!(found.bars, [None, None, Some(0), Some(1), Some(4)]);
        assert!((found.edges[1] - 10.0).abs() < 1e-9 && (found.edges[5] - 1e5).abs() < 1e-6);
    }

    #[test]
    fn texts_have_bars_by_number_and_the_rest_shares_one() {
        let names: Vec<String> = (0..15).flat_map(|i| vec![format!("t{i:02}"); 16 - i]).collect();
        let values: Vec<Option<&str>> = names.iter().map(|name| Some(&**name)).chain([None]).collect();
        let found = Histogram::of_texts(&values);
        assert_eq!((found.len(), &*found.texts[0], &*found.texts[12]), (13, "t00", "3 others"));
        assert_eq!((found.counts[0], found.counts[12]), (16, 4 + 3 + 2));
        let flags = super::super::selection::Selection::default();
        assert_eq!(found.selected(&flags.marks(&super::super::table::Table::default())), vec![0; 13]);
    }

    #[test]
    fn nothing_and_one_value_break_nothing() {
        assert!(Histogram::of_numbers(&[None, Some(f64::NAN)], false, 10).is_empty());
        assert!(Histogram::of_texts(&[None]).is_empty());
        let one = Histogram::of_numbers(&[Some(3.0)], false, 10);
        assert_eq!((one.counts.iter().sum::<u32>(), one.rows(0..=4)), (1, vec![0]));
    }
}
