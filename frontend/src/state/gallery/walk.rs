//! Going through spectra page by page, and by rows of cells.

use std::ops::Range;

/// Spectra shown at a time.
pub const PAGE: usize = 50;

/// Rows of the list that are gone through, in their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Walk {
    /// So many: all.
    All(usize),
    /// These, ascending.
    Rows(Vec<u32>),
}

impl Walk {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::All(rows) => *rows,
            Self::Rows(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place.
    pub fn row(&self, place: usize) -> Option<usize> {
        match self {
            Self::All(rows) => (place < *rows).then_some(place),
            Self::Rows(rows) => rows.get(place).map(|row| *row as usize),
        }
    }

    /// The place of a row.
    pub fn place(&self, row: usize) -> Option<usize> {
        match self {
            Self::All(rows) => (row < *rows).then_some(row),
            Self::Rows(rows) => rows.binary_search(&u32::try_from(row).ok()?).ok(),
        }
    }

    /// The places of a page.
    pub fn page(&self, page: usize) -> Range<usize> {
        let end = ((page + 1) * PAGE).min(self.len());
        (page * PAGE).min(end)..end
    }
}

/// A step through the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page back.
    PageBack,
    /// A page on.
    PageOn,
    /// The first of all.
    First,
    /// The last of all.
    Last,
}

impl Step {
    /// The step a key asks for.
    pub fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "PageUp" => Self::PageBack,
            "PageDown" => Self::PageOn,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }

    /// The place it leads to from place `at` of `len`, where so many cells stand in a row; `None` where there is none.
    /// At both ends it stays.
    pub fn after(self, len: usize, at: usize, columns: usize) -> Option<usize> {
        let last = len.checked_sub(1)?;
        let at = at.min(last);
        let begin = at - at % PAGE;
        let (end, column) = ((begin + PAGE).min(len), at % PAGE % columns);
        Some(match self {
            Self::Left => at.saturating_sub(1),
            Self::Right => (at + 1).min(last),
            Self::First => 0,
            Self::Last => last,
            Self::PageBack if begin == 0 => at,
            Self::PageBack => at - PAGE,
            Self::PageOn if end == len => at,
            Self::PageOn => (at + PAGE).min(last),
            Self::Up if at >= begin + columns => at - columns,
            Self::Up if begin == 0 => at,
            // the last row of the page before
            Self::Up => (begin - PAGE + (PAGE - 1) / columns * columns + column).min(begin - 1),
            Self::Down if at + columns < end => at + columns,
            // the last row may have fewer cells
            Self::Down if at - column + columns < end => end - 1,
            Self::Down if end == len => at,
            Self::Down => (end + column).min(last),
        })
    }
}
