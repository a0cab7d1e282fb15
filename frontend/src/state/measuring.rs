//! What is measured of the spectrum shown, as the address says.
//!
//! | key | what |
//! |---|---|
//! | `measure` | the line: its name in the lists, or its wavelength at rest, Angstrom in vacuum |
//! | `within` | its window, Angstrom at rest from the line: `-20,20` |
//! | `beside` | width of each of the windows beside it, Angstrom |
//! | `against` | continuum: `polynomial:2`, `median:200`, `normalised`; straight through the windows beside it without it |
//! | `stay` | `on`: the windows stay where they are whatever the redshift |

use balmer_core::{
    analysis::{Continuum, LineRequest, SpectralRegion},
    lines::{self, Line},
    spectrum::Medium,
};

use super::view::{Keys, short};

/// Widest window on one side of a line, Angstrom.
pub const WIDEST: f64 = 1000.0;
/// Narrowest window, Angstrom.
const NARROWEST: f64 = 1.0;

/// What the line is measured against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    /// A straight line through the windows beside it.
    Straight,
    /// A polynomial of this degree over all three windows.
    Polynomial(usize),
    /// A running median of this width, Angstrom.
    Median(f64),
    /// The flux is normalised already.
    Normalised,
}

impl Against {
    /// What a menu offers.
    pub const ALL: [Self; 5] =
        [Self::Straight, Self::Polynomial(2), Self::Polynomial(4), Self::Median(200.0), Self::Normalised];

    /// Its name in an address.
    pub fn key(self) -> String {
        match self {
            Self::Straight => "straight".to_owned(),
            Self::Polynomial(degree) => format!("polynomial:{degree}"),
            Self::Median(width) => format!("median:{}", short(width)),
            Self::Normalised => "normalised".to_owned(),
        }
    }

    /// What a menu says.
    pub fn title(self) -> String {
        match self {
            Self::Straight => "straight line".to_owned(),
            Self::Polynomial(degree) => format!("polynomial of degree {degree}"),
            Self::Median(width) => format!("median over {} Å", short(width)),
            Self::Normalised => "1: flux is normalised".to_owned(),
        }
    }

    /// Reads an address.
    pub fn of_key(key: &str) -> Option<Self> {
        let (kind, number) = key.split_once(':').unwrap_or((key, ""));
        match kind {
            "straight" => Some(Self::Straight),
            "normalised" => Some(Self::Normalised),
            "polynomial" => number.parse().ok().filter(|degree| *degree <= 15).map(Self::Polynomial),
            "median" => number.parse().ok().filter(|w| (0.0..=10.0 * WIDEST).contains(w)).map(Self::Median),
            _ => None,
        }
    }
}

/// A line to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measuring {
    /// Name in the lists, or a wavelength.
    pub line: String,
    /// Its window from the line, Angstrom at rest.
    pub around: (f64, f64),
    /// Width of each of the windows beside it.
    pub beside: f64,
    /// What it is measured against.
    pub against: Against,
    /// Whether the windows stay where they are whatever the redshift.
    pub stay: bool,
}

impl Default for Measuring {
    fn default() -> Self {
        Self {
            line: "H-alpha".to_owned(),
            around: (-20.0, 20.0),
            beside: 30.0,
            against: Against::Straight,
            stay: false,
        }
    }
}

impl Measuring {
    /// Reads the keys; `None` where nothing is measured, or a line that there is not.
    pub fn parse(keys: &Keys) -> Option<Self> {
        let default = Self::default();
        let line = keys.get("measure").map(|text| text.trim().to_owned()).filter(|line| place(line).is_some())?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let around = keys.get("within").and_then(|text| text.split_once(','));
        let around = around.and_then(|(from, to)| Some((number(from)?, number(to)?))).filter(|&around| fits(around));
        let beside = keys.get("beside").and_then(|text| number(text)).filter(|width| (1.0..=WIDEST).contains(width));
        let against = keys.get("against").and_then(|key| Against::of_key(key));
        Some(Self {
            line,
            around: around.unwrap_or(default.around),
            beside: beside.unwrap_or(default.beside),
            against: against.unwrap_or(default.against),
            stay: keys.get("stay").is_some_and(|text| text == "on"),
        })
    }

    /// Puts it into the keys, or takes it out of them.
    pub fn write(measuring: Option<&Self>, keys: &mut Keys) {
        let default = Self::default();
        let mut set = |name: &str, text: Option<String>| match text {
            Some(text) => drop(keys.insert(name.to_owned(), text)),
            None => drop(keys.remove(name)),
        };
        let changed = |own: &dyn Fn(&Self) -> String| measuring.map(own).filter(|text| *text != own(&default));
        set("measure", measuring.map(|measuring| measuring.line.clone()));
        set("within", changed(&|m| format!("{},{}", short(m.around.0), short(m.around.1))));
        set("beside", changed(&|m| short(m.beside)));
        set("against", changed(&|m| m.against.key()));
        set("stay", measuring.filter(|m| m.stay).map(|_| "on".to_owned()));
    }

    /// The same with another window around the line, where it can be one.
    #[must_use]
    pub fn with_window(self, around: (f64, f64)) -> Self {
        if fits(around) { Self { around, ..self } } else { self }
    }

    /// The same with a window that begins elsewhere; one that would end before it begins keeps its width.
    #[must_use]
    pub fn beginning(self, from: f64) -> Self {
        let (before, to) = self.around;
        let to = if to - from >= NARROWEST { to } else { from + to - before };
        self.with_window((from, to))
    }

    /// The same with a window that ends elsewhere.
    #[must_use]
    pub fn ending(self, to: f64) -> Self {
        let (from, before) = self.around;
        let from = if to - from >= NARROWEST { from } else { to - (before - from) };
        self.with_window((from, to))
    }

    /// What to ask for.
    pub fn request(&self) -> Option<LineRequest> {
        let own = |w: f64| LineRequest::about(w, Medium::Vacuum, self.around, self.beside);
        let about = match listed(&self.line) {
            Some(line) => LineRequest::of(line, self.around, self.beside),
            None => own(place(&self.line)?.0),
        };
        let SpectralRegion { from, to, medium } = about.window;
        let over = SpectralRegion { from: from - self.beside, to: to + self.beside, medium };
        let continuum = match self.against {
            Against::Straight => about.continuum,
            Against::Polynomial(degree) => Continuum::Polynomial { degree, over },
            Against::Median(width) => Continuum::Median { width },
            Against::Normalised => Continuum::Normalised,
        };
        Some(LineRequest { continuum, rest_frame: about.rest_frame && !self.stay, ..about })
    }

    /// Whether the windows move with the object; the lines of the sky and of clouds on the way stay.
    pub fn moves(&self) -> bool {
        !self.stay && listed(&self.line).is_none_or(|line| line.kind.moves_with_object())
    }

    /// Wavelengths of the line, from which the window counts, as a spectrum of this redshift shows it: Angstrom in
    /// `medium`.
    pub fn seen_at(&self, z: f64, medium: Medium) -> Option<f64> {
        let (wavelength, own) = place(&self.line)?;
        let z = if self.moves() { z } else { 0.0 };
        let at = SpectralRegion { from: wavelength, to: wavelength, medium: own };
        let seen = SpectralRegion { from: at.ends_in(Medium::Vacuum).0 * (1.0 + z), medium: Medium::Vacuum, ..at };
        Some(seen.ends_in(medium).0)
    }
}

fn listed(name: &str) -> Option<&'static Line> {
    lines::all().find(|line| line.name == name)
}

/// Wavelength at rest of a line by its name or as a number.
fn place(line: &str) -> Option<(f64, Medium)> {
    let own = || line.parse().ok().filter(|w| (100.0..1e6).contains(w)).map(|w| (w, Medium::Vacuum));
    listed(line).map(|line| (line.wavelength, line.medium)).or_else(own)
}

/// A window may lie beside the line, as that of a shell or a wind does, but not at all away from it.
fn fits((from, to): (f64, f64)) -> bool {
    from >= -WIDEST && to <= WIDEST && to - from >= NARROWEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::view::tests::keys;

    #[test]
    fn a_measurement_survives_the_journey() {
        for query in [
            "measure=H-alpha",
            "measure=He I 5876&within=-8.5,12&beside=15&against=polynomial:2",
            "measure=6707.8&against=median:150",
            "measure=sky [O I] 5577&against=normalised",
            "measure=H-beta&stay=on",
        ] {
            let mut written = keys("smooth=3&within=1,2&beside=4&against=normalised");
            let read = Measuring::parse(&keys(query)).unwrap();
            Measuring::write(Some(&read), &mut written);
            let mut expected = keys(query);
            expected.insert("smooth".into(), "3".into());
            assert_eq!(written, expected, "{query}");
            Measuring::write(None, &mut written);
            assert_eq!(written, keys("smooth=3"));
        }
    }

    #[test]
    fn what_cannot_be_read_is_the_default_or_nothing() {
        for query in ["", "measure=", "measure=unobtainium", "measure=-5", "within=-20,20"] {
            assert_eq!(Measuring::parse(&keys(query)), None, "{query}");
        }
        for query in
            ["within=20,-20", "within=NaN,3&beside=0", "within=1", "against=spline&beside=x", "against=polynomial:16"]
        {
            let read = Measuring::parse(&keys(&format!("measure=H-alpha&{query}")));
            assert_eq!(read, Some(Measuring::default()), "{query}");
        }
    }

    #[test]
    fn the_request_is_that_of_the_windows() {
        let measuring = Measuring { around: (-10.0, 30.0), ..Measuring::default() };
        let request = measuring.request().unwrap();
        assert_eq!((request.line, request.rest_frame), (Some(6564.614), true));
        assert!((request.window.from - 6554.614).abs() < 1e-9 && (request.window.to - 6594.614).abs() < 1e-9);
        let Continuum::Straight { left, right } = request.continuum else { panic!("{request:?}") };
        assert!((left.from - 6524.614).abs() < 1e-9 && (right.to - 6624.614).abs() < 1e-9);
        assert!(!Measuring { stay: true, ..measuring.clone() }.request().unwrap().rest_frame);
        let wide = Measuring { against: Against::Polynomial(3), ..measuring }.request().unwrap().continuum;
        let Continuum::Polynomial { degree: 3, over } = wide else { panic!("{wide:?}") };
        assert_eq!((over.from, over.to), (left.from, right.to));
    }

    #[test]
    fn a_line_of_the_sky_stays() {
        let sky = Measuring { line: "sky [O I] 5577".into(), ..Measuring::default() };
        assert!(!sky.request().unwrap().rest_frame);
        assert!((sky.seen_at(0.1, Medium::Air).unwrap() - 5577.338).abs() < 1e-3);
        let star = Measuring::default();
        assert!((star.seen_at(0.1, Medium::Vacuum).unwrap() - 1.1 * 6564.614).abs() < 1e-9);
    }

    #[test]
    fn a_window_that_is_none_is_not_taken() {
        let measuring = Measuring::default();
        assert_eq!(measuring.clone().with_window((5.0, 4.0)), measuring);
        assert_eq!(measuring.clone().with_window((-2000.0, 4.0)), measuring);
        assert_eq!(measuring.clone().with_window((-5.0, 4.0)).around, (-5.0, 4.0));
        // an end at a time: what would turn it round takes the other end along
        assert_eq!(measuring.clone().beginning(-8.0).around, (-8.0, 20.0));
        let beside = measuring.beginning(30.0);
        assert_eq!(beside.around, (30.0, 70.0));
        assert_eq!(beside.clone().ending(60.0).around, (30.0, 60.0));
        assert_eq!(beside.clone().ending(-10.0).around, (-50.0, -10.0));
        assert_eq!(beside.clone().beginning(990.0), beside, "beyond the widest");
    }
}
