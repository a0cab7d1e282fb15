//! How the spectrum is drawn, as the address says. Defaults leave no key; a value that cannot be read is the
//! default.
//!
//! | key | what |
//! |---|---|
//! | `show` | `normalised`, `seen`: as the algorithm saw it |
//! | `smooth` | `3`, `5`, `9`: boxcar, pixels; `g3`, `g5`, `g9`: Gaussian |
//! | `lines` | groups of lines, `balmer,he1`; `none` |
//! | `mark` | lines of the reader's own, `6707.8a Li I;4554 Ba II`: in air (`a`), vacuum (`v`), else as the spectrum |
//! | `shift` | km/s on top of the catalogue's redshift, for the markers of this one object: `(1 + z) (1 + shift/c) - 1` |
//! | `velocity` | line about which the axis is of velocities, `H-alpha`; the wavelength of one of the reader's own |
//! | `errors` | `off` |
//! | `follow` | `on`: the panel at the side shows what is under the cursor |
//! | `from`, `to` | window of the whole spectrum, Angstrom |
//! | `ha` | window of the panel at the side, `6540-6600` |
//!
//! What is drawn beside the spectrum has keys of its own: [`compare`](super::compare).

use std::collections::BTreeMap;

use super::{
    compare::Compare,
    lines::{LineGroup, OwnLine},
    smoothing::Smoothing,
    velocity::SHIFTS,
};

/// Own lines at most.
const MOST_MARKS: usize = 12;

/// The keys of the view and their texts.
pub type Keys = BTreeMap<String, String>;

/// What of the spectrum is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// Flux as observed.
    #[default]
    Flux,
    /// Divided by a continuum.
    Normalised,
    /// On the grid and in the scale of the run's recipe.
    Seen,
}

impl Show {
    /// What a reader can choose.
    pub const ALL: &[Self] = &[Self::Flux, Self::Normalised, Self::Seen];

    /// Its name in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Flux => "flux",
            Self::Normalised => "normalised",
            Self::Seen => "seen",
        }
    }

    /// What a button says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Flux => "Flux",
            Self::Normalised => "Normalised",
            Self::Seen => "As seen",
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|show| show.key() == key)
    }
}

/// How the spectrum is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// What of the spectrum.
    pub show: Show,
    /// How it is smoothed.
    pub smoothing: Smoothing,
    /// Lines that are marked, in the order of [`LineGroup::ALL`].
    pub groups: Vec<LineGroup>,
    /// Lines of the reader's own.
    pub marks: Vec<OwnLine>,
    /// Correction of the catalogue's velocity, km/s.
    pub shift: f64,
    /// Whether one standard deviation is drawn.
    pub errors: bool,
    /// The line about which the axis is of velocities.
    pub velocity: Option<String>,
    /// What is drawn beside it.
    pub compare: Compare,
    /// Whether the panel at the side follows the cursor.
    pub follow: bool,
    /// Window of the whole spectrum, Angstrom.
    pub window: Option<(f64, f64)>,
    /// Window of the panel at the side, Angstrom.
    pub side_window: Option<(f64, f64)>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            show: Show::default(),
            smoothing: Smoothing::default(),
            groups: vec![LineGroup::Balmer],
            marks: Vec::new(),
            shift: 0.0,
            errors: true,
            velocity: None,
            compare: Compare::default(),
            follow: false,
            window: None,
            side_window: None,
        }
    }
}

impl View {
    /// Reads the keys.
    pub fn parse(keys: &Keys) -> Self {
        let key = |name: &str| keys.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let number = |text: &str| text.parse::<f64>().ok().filter(|value| value.is_finite());
        let window = |low: &str, high: &str| Some((number(low)?, number(high)?)).filter(|(low, high)| low < high);
        let default = Self::default();
        let marks = key("mark").into_iter().flat_map(|text| text.split(';')).filter_map(OwnLine::parse);
        Self {
            show: key("show").and_then(Show::of_key).unwrap_or_default(),
            smoothing: key("smooth").and_then(Smoothing::of_key).unwrap_or_default(),
            groups: key("lines").and_then(groups).unwrap_or(default.groups),
            marks: marks.take(MOST_MARKS).collect(),
            shift: key("shift")
                .and_then(number)
                .filter(|shift| (SHIFTS.0..=SHIFTS.1).contains(shift))
                .unwrap_or(default.shift),
            errors: key("errors") != Some("off"),
            velocity: key("velocity").map(str::to_owned),
            compare: Compare::parse(keys),
            follow: key("follow") == Some("on"),
            window: key("from").zip(key("to")).and_then(|(low, high)| window(low, high)),
            side_window: key("ha").and_then(|text| text.split_once('-')).and_then(|(low, high)| window(low, high)),
        }
    }

    /// Puts the view into the keys; keys that are not the view's stay as they are.
    pub fn write(&self, keys: &mut Keys) {
        let default = Self::default();
        let mut set = |name: &str, text: String| {
            if text.is_empty() {
                keys.remove(name)
            } else {
                keys.insert(name.to_owned(), text)
            };
        };
        let unless = |is_default: bool, text: String| if is_default { String::new() } else { text };
        set("show", unless(self.show == default.show, self.show.key().to_owned()));
        set("smooth", self.smoothing.key());
        let groups: Vec<&str> = self.groups.iter().map(|group| group.key()).collect();
        let groups = if groups.is_empty() { "none".to_owned() } else { groups.join(",") };
        set("lines", unless(self.groups == default.groups, groups));
        set("mark", self.marks.iter().map(OwnLine::written).collect::<Vec<_>>().join(";"));
        set("shift", unless(self.shift == 0.0, short(self.shift)));
        set("errors", unless(self.errors, "off".to_owned()));
        set("velocity", self.velocity.clone().unwrap_or_default());
        for (name, text) in self.compare.written() {
            set(name, text);
        }
        set("follow", unless(!self.follow, "on".to_owned()));
        set("from", self.window.map_or_else(String::new, |(low, _)| short(low)));
        set("to", self.window.map_or_else(String::new, |(_, high)| short(high)));
        set("ha", self.side_window.map_or_else(String::new, |(low, high)| format!("{}-{}", short(low), short(high))));
    }

    /// The view of another object: the correction of the last one's velocity does not belong to it, and a window
    /// stays only where the spectrum, which reaches from `full.0` to `full.1`, fills it.
    #[must_use]
    pub fn of_next(self, full: (f64, f64)) -> Self {
        let kept = |window: &(f64, f64)| window.0 >= full.0 && window.1 <= full.1;
        Self { shift: 0.0, window: self.window.filter(kept), side_window: self.side_window.filter(kept), ..self }
    }

    /// The view with an axis of velocities about a line, or about none; the panel at the side goes there.
    #[must_use]
    pub fn about(self, line: Option<String>) -> Self {
        Self { velocity: line, side_window: None, ..self }
    }

    /// The view with a group of lines switched on or off.
    #[must_use]
    pub fn with_group(mut self, group: LineGroup, on: bool) -> Self {
        self.groups.retain(|other| *other != group);
        if on {
            self.groups.push(group);
            self.groups.sort_unstable();
        }
        self
    }

    /// The view with one more line of the reader's own; a line of the same wavelength gives way.
    #[must_use]
    pub fn with_mark(mut self, mark: OwnLine) -> Self {
        self.marks.retain(|other| other.wavelength != mark.wavelength);
        self.marks.push(mark);
        let surplus = self.marks.len().saturating_sub(MOST_MARKS);
        self.marks.drain(..surplus);
        self
    }
}

/// Groups of a list; `None` where it names none that exist.
fn groups(text: &str) -> Option<Vec<LineGroup>> {
    if text == "none" {
        return Some(Vec::new());
    }
    let mut groups: Vec<LineGroup> = text.split(',').filter_map(|key| LineGroup::of_key(key.trim())).collect();
    groups.sort_unstable();
    groups.dedup();
    (!groups.is_empty()).then_some(groups)
}

/// At most two decimals, and none that are zero.
pub fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The keys of a query without escapes.
    pub fn keys(query: &str) -> Keys {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn views_survive_the_journey() {
        for query in [
            "",
            "from=6500&ha=6540.5-6600&near=5&over=selected&smooth=g5&to=6600.25&velocity=H-beta",
            "errors=off&follow=on&lines=balmer,he1,sky&mark=6707.8 Li I;4554.03&shift=-120.5&show=normalised",
            "lines=none&show=seen",
        ] {
            let mut written = keys("theirs=1");
            View::parse(&keys(query)).write(&mut written);
            let mut expected = keys(query);
            expected.insert("theirs".into(), "1".into());
            assert_eq!(written, expected, "{query}");
        }
    }

    #[test]
    fn a_default_removes_its_key() {
        let mut written = keys(
            "show=seen&smooth=3&lines=none&mark=5000&shift=1&errors=off&near=3&from=1&to=2&ha=1-2&velocity=H8&mean=label:b",
        );
        View::default().write(&mut written);
        assert_eq!(written, Keys::new());
    }

    #[test]
    fn what_cannot_be_read_is_the_default() {
        for query in [
            "show=upside-down&smooth=4&lines=unobtainium&mark=Li&shift=1e9&errors=maybe&near=-1&follow=1",
            "from=6600&to=6500&ha=6500",
            "from=x&to=7000&ha=NaN-inf&shift=NaN&near=&lines=",
            "from=6500",
        ] {
            assert_eq!(View::parse(&keys(query)), View::default(), "{query}");
        }
        assert_eq!(View::parse(&keys("lines=he1,zzz,balmer,he1")).groups, [LineGroup::Balmer, LineGroup::HeliumI]);
    }

    #[test]
    fn the_next_object_keeps_what_is_not_the_last_ones_own() {
        let view = View::parse(&keys("from=6500&to=6600&ha=3600-3700&shift=80&smooth=3"));
        let next = view.of_next((3700.0, 9100.0));
        assert_eq!((next.window, next.side_window, next.shift), (Some((6500.0, 6600.0)), None, 0.0));
        assert_eq!(next.smoothing, Smoothing::Boxcar(3));
    }

    #[test]
    fn groups_and_marks_come_and_go() {
        let view = View::default().with_group(LineGroup::Sky, true).with_group(LineGroup::HeliumI, true);
        assert_eq!(view.groups, [LineGroup::Balmer, LineGroup::HeliumI, LineGroup::Sky]);
        assert_eq!(view.with_group(LineGroup::Balmer, false).groups, [LineGroup::HeliumI, LineGroup::Sky]);
        let mark = |name: &str| OwnLine { wavelength: 6707.8, medium: None, name: name.into() };
        assert_eq!(View::default().with_mark(mark("a")).with_mark(mark("b")).marks, [mark("b")]);
    }
}
