//! Who is drawn over the chosen spectrum, why, and how far the fetching of them is.

use super::compare::{MOST_DRAWN, Name};

/// Why a spectrum is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was pinned.
    Pinned,
    /// It is of the same star.
    Epoch,
    /// It is one of the nearest neighbours.
    Near,
    /// It is selected, or of a named subset.
    Set,
}

impl Why {
    /// What a legend says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Epoch => "same star",
            Self::Near => "neighbour",
            Self::Set => "selected",
        }
    }
}

/// A spectrum to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which it is.
    pub name: Name,
    /// Why.
    pub why: Why,
}

/// All of them, the most important first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// Those that are drawn.
    pub members: Vec<Member>,
    /// How many were asked for.
    pub asked: usize,
}

impl Roster {
    /// Brings the kinds together: each spectrum once, for the first reason there is, never the chosen one itself, and
    /// no more than can be told apart.
    pub fn of(chosen: &Name, kinds: impl IntoIterator<Item = (Why, Vec<Name>)>) -> Self {
        let mut members: Vec<Member> = Vec::new();
        let mut asked = 0;
        let mut seen = std::collections::HashSet::from([chosen.clone()]);
        for (why, names) in kinds {
            for name in names {
                if seen.insert(name.clone()) {
                    asked += 1;
                    if members.len() < MOST_DRAWN {
                        members.push(Member { name, why });
                    }
                }
            }
        }
        Self { members, asked }
    }

    /// Whether a spectrum is in it.
    pub fn has(&self, name: &Name) -> bool {
        self.members.iter().any(|member| member.name == *name)
    }
}

/// How far the fetching is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Spectra wanted.
    pub wanted: usize,
    /// Those that are here.
    pub here: usize,
    /// Those that could not be fetched: which and why.
    pub failed: Vec<(String, String)>,
}

impl Progress {
    /// Whether more are to come.
    pub fn is_under_way(&self) -> bool {
        self.here + self.failed.len() < self.wanted
    }

    /// Counts one that is here, or that failed for a reason.
    pub fn take(&mut self, name: &Name, failure: Option<String>) {
        match failure {
            None => self.here += 1,
            Some(why) => self.failed.push((name.id.clone(), why)),
        }
    }

    /// In words: how far it is, and what went wrong; empty where there is nothing to say.
    pub fn said(&self) -> String {
        if self.is_under_way() {
            return format!("{} of {} fetched", self.here, self.wanted);
        }
        match &self.failed[..] {
            [] => String::new(),
            [(id, why)] => format!("{id} could not be fetched: {why}"),
            [(id, why), ..] => format!("{} could not be fetched; {id}: {why}", self.failed.len()),
        }
    }
}

/// At most `most` of a list, evenly from its beginning to its end.
pub fn evenly<T: Clone>(list: &[T], most: usize) -> Vec<T> {
    let number = list.len().min(most);
    (0..number).map(|i| list[i * list.len() / number].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(range: std::ops::Range<usize>) -> Vec<Name> {
        range.map(|i| Name::new("s", &i.to_string())).collect()
    }

    #[test]
    fn everybody_is_drawn_once_and_never_the_chosen_one() {
        let roster = Roster::of(&Name::new("s", "2"), [(Why::Pinned, names(1..3)), (Why::Near, names(0..4))]);
        let found: Vec<(&str, Why)> = roster.members.iter().map(|m| (m.name.id.as_str(), m.why)).collect();
        assert_eq!(found, [("1", Why::Pinned), ("0", Why::Near), ("3", Why::Near)]);
        assert_eq!(roster.asked, 3);
        assert!(roster.has(&Name::new("s", "3")) && !roster.has(&Name::new("t", "3")));
    }

    #[test]
    fn a_crowd_is_cut_and_counted() {
        let roster = Roster::of(&Name::new("s", "x"), [(Why::Set, names(0..250)), (Why::Near, names(240..260))]);
        assert_eq!((roster.members.len(), roster.asked), (MOST_DRAWN, 260));
    }

    #[test]
    fn the_same_id_in_another_survey_is_another_spectrum() {
        let roster = Roster::of(&Name::new("s", "1"), [(Why::Pinned, vec![Name::new("t", "1")])]);
        assert_eq!(roster.members.len(), 1);
    }

    #[test]
    fn progress_tells_how_far_and_what_failed() {
        let mut progress = Progress { wanted: 3, here: 1, failed: Vec::new() };
        assert!(progress.is_under_way());
        assert_eq!(progress.said(), "1 of 3 fetched");
        progress.take(&Name::new("s", "a"), None);
        progress.take(&Name::new("s", "b"), Some("there is no such spectrum".into()));
        assert_eq!(progress.said(), "b could not be fetched: there is no such spectrum");
        progress.failed.push(("c".into(), "?".into()));
        assert!(progress.said().starts_with("2 could not be fetched; b:"));
        assert_eq!(Progress::default().said(), "");
    }

    #[test]
    fn some_are_taken_evenly() {
        assert_eq!(evenly(&[0, 1, 2, 3, 4, 5, 6], 3), [0, 2, 4]);
        assert_eq!(evenly(&[0, 1], 5), [0, 1]);
        assert_eq!(evenly::<u8>(&[], 5), Vec::<u8>::new());
    }
}
