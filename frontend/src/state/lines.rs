//! Groups of lines that a reader switches on and off, and lines of the reader's own.

use balmer_core::{
    lines::{
        BALMER, CALCIUM_II, HELIUM_I, HELIUM_II, INTERSTELLAR_BANDS, IRON_II, Line, MAGNESIUM_I, NEBULAR, OXYGEN_I,
        PASCHEN, SKY, SODIUM_I,
    },
    spectrum::{Medium, air_to_vacuum, vacuum_to_air},
};

/// A group of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineGroup {
    /// Hydrogen, lower level 2.
    Balmer,
    /// Hydrogen, lower level 3.
    Paschen,
    /// Neutral helium.
    HeliumI,
    /// Ionised helium.
    HeliumII,
    /// Neutral oxygen.
    OxygenI,
    /// Forbidden lines of nebulae.
    Nebular,
    /// Ionised calcium.
    CalciumII,
    /// Sodium D.
    SodiumI,
    /// Magnesium b.
    MagnesiumI,
    /// Ionised iron.
    IronII,
    /// Diffuse interstellar bands.
    Interstellar,
    /// Absorption of the atmosphere.
    Telluric,
    /// Emission of the night sky.
    Sky,
}

impl LineGroup {
    /// Every group, the first get the room for labels.
    pub const ALL: &[Self] = &[
        Self::Balmer,
        Self::Paschen,
        Self::HeliumI,
        Self::HeliumII,
        Self::OxygenI,
        Self::Nebular,
        Self::CalciumII,
        Self::SodiumI,
        Self::MagnesiumI,
        Self::IronII,
        Self::Interstellar,
        Self::Telluric,
        Self::Sky,
    ];

    /// Its name in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Balmer => "balmer",
            Self::Paschen => "paschen",
            Self::HeliumI => "he1",
            Self::HeliumII => "he2",
            Self::OxygenI => "o1",
            Self::Nebular => "nebular",
            Self::CalciumII => "ca2",
            Self::SodiumI => "na1",
            Self::MagnesiumI => "mg1",
            Self::IronII => "fe2",
            Self::Interstellar => "dib",
            Self::Telluric => "telluric",
            Self::Sky => "sky",
        }
    }

    /// The group that an address names.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.key() == key)
    }

    /// What a menu says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Balmer => "Balmer",
            Self::Paschen => "Paschen",
            Self::HeliumI => "He I",
            Self::HeliumII => "He II",
            Self::OxygenI => "O I",
            Self::Nebular => "Nebular: [O III], [N II], [S II] …",
            Self::CalciumII => "Ca II",
            Self::SodiumI => "Na I D",
            Self::MagnesiumI => "Mg I b",
            Self::IronII => "Fe II",
            Self::Interstellar => "Diffuse interstellar bands",
            Self::Telluric => "Telluric bands",
            Self::Sky => "Night sky",
        }
    }

    /// Its lines; the telluric group has bands instead.
    pub fn lines(self) -> &'static [Line] {
        match self {
            Self::Balmer => BALMER,
            Self::Paschen => PASCHEN,
            Self::HeliumI => HELIUM_I,
            Self::HeliumII => HELIUM_II,
            Self::OxygenI => OXYGEN_I,
            Self::Nebular => NEBULAR,
            Self::CalciumII => CALCIUM_II,
            Self::SodiumI => SODIUM_I,
            Self::MagnesiumI => MAGNESIUM_I,
            Self::IronII => IRON_II,
            Self::Interstellar => INTERSTELLAR_BANDS,
            Self::Telluric => &[],
            Self::Sky => SKY,
        }
    }

    /// Whether it stays where it is whatever the object's redshift.
    pub fn stays(self) -> bool {
        matches!(self, Self::Interstellar | Self::Telluric | Self::Sky)
    }
}

/// A line of the reader's own, at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnLine {
    /// Rest wavelength, Angstrom.
    pub wavelength: f64,
    /// Medium of the wavelength; `None` is that of the spectrum it is drawn on.
    pub medium: Option<Medium>,
    /// Name; empty where the wavelength says it all.
    pub name: String,
}

impl OwnLine {
    /// Reads `6707.8 Li I`: a wavelength, then a name if there is one. `6707.8a` is in air, `6709.6v` in vacuum.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (wavelength, name) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (wavelength, medium) = match (wavelength.strip_suffix('a'), wavelength.strip_suffix('v')) {
            (Some(air), _) => (air, Some(Medium::Air)),
            (_, Some(vacuum)) => (vacuum, Some(Medium::Vacuum)),
            _ => (wavelength, None),
        };
        let wavelength: f64 = wavelength.parse().ok().filter(|w| (100.0..1e6).contains(w))?;
        // the separator of the address and more than a marker has room for are left out
        let name = name.trim().replace(';', " ").chars().take(16).collect();
        Some(Self { wavelength, medium, name })
    }

    /// As [`OwnLine::parse`] reads it.
    pub fn written(&self) -> String {
        let medium = match self.medium {
            None => "",
            Some(Medium::Air) => "a",
            Some(Medium::Vacuum) => "v",
        };
        format!("{}{medium} {}", self.wavelength, self.name).trim_end().to_owned()
    }

    /// What is drawn beside it.
    pub fn label(&self) -> String {
        if self.name.is_empty() { self.key() } else { self.name.clone() }
    }

    /// What tells it from the reader's other lines: its wavelength.
    pub fn key(&self) -> String {
        self.wavelength.to_string()
    }

    /// In words, with its medium.
    pub fn said(&self) -> String {
        let medium = self.medium.map_or("as this spectrum".to_owned(), |medium| medium.to_string());
        format!("{} {} Å, {medium}", self.name, self.wavelength).trim_start().to_owned()
    }

    /// Its rest wavelength in `medium`.
    pub fn wavelength_in(&self, medium: Medium) -> f64 {
        match (self.medium, medium) {
            (Some(Medium::Air), Medium::Vacuum) => air_to_vacuum(self.wavelength),
            (Some(Medium::Vacuum), Medium::Air) => vacuum_to_air(self.wavelength),
            _ => self.wavelength,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_found_by_its_key_alone() {
        for (i, group) in LineGroup::ALL.iter().enumerate() {
            assert_eq!(LineGroup::of_key(group.key()), Some(*group));
            assert_eq!(*group as usize, i);
        }
        assert_eq!(LineGroup::of_key("Balmer"), None);
    }

    #[test]
    fn groups_that_stay_are_those_whose_lines_do_not_move() {
        for group in LineGroup::ALL {
            for line in group.lines() {
                assert_eq!(line.kind.moves_with_object(), !group.stays(), "{}", line.name);
            }
        }
    }

    #[test]
    fn an_own_line_has_a_wavelength_and_perhaps_a_name() {
        let line = OwnLine::parse(" 6707.8  Li I ").unwrap();
        assert_eq!((line.wavelength, line.name.as_str()), (6707.8, "Li I"));
        assert_eq!(OwnLine::parse(&line.written()), Some(line));
        assert_eq!(OwnLine::parse("6707.8").unwrap().label(), "6707.8");
        for text in ["", "Li I", "-5 x", "NaN", "1e99", "6707.8b", "a"] {
            assert_eq!(OwnLine::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_own_line_may_state_its_medium() {
        let line = OwnLine::parse("6707.8a Li I").unwrap();
        assert_eq!((line.medium, line.key().as_str()), (Some(Medium::Air), "6707.8"));
        assert_eq!(OwnLine::parse(&line.written()), Some(line.clone()));
        assert_eq!((line.said().as_str(), line.wavelength_in(Medium::Air)), ("Li I 6707.8 Å, air", 6707.8));
        assert!((line.wavelength_in(Medium::Vacuum) - 6709.65).abs() < 0.01);
        let line = OwnLine::parse("6709.65v").unwrap();
        assert!((line.wavelength_in(Medium::Air) - 6707.8).abs() < 0.01);
        // without one it is the spectrum's
        assert_eq!(OwnLine::parse("6707.8").unwrap().wavelength_in(Medium::Vacuum), 6707.8);
    }
}
