//! Which views stand beside the list and what they show, as the address says. Defaults leave no key; what cannot be
//! read is the default.
//!
//! | key | what |
//! |---|---|
//! | `views` | those that are open, `map,sky,scatter,histogram,gallery` |
//! | `colour` | column that colours the points |
//! | `x`, `y` | columns of the scatter plot |
//! | `log` | its axes that are logarithmic: `x`, `y`, `xy` |
//! | `of` | column of the histogram |
//! | `sky` | `galactic` |
//! | `footprint` | `off`: the sky without the survey's |
//! | `map` | `umap`: an embedding instead of components |
//!
//! The keys of the gallery are in [`gallery`](super::gallery).

use super::view::Keys;

use super::gallery::Gallery;

/// One of the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Feature space in two dimensions.
    Map,
    /// The whole sky.
    Sky,
    /// Two columns.
    Scatter,
    /// One column.
    Histogram,
    /// Many spectra, each a small plot.
    Gallery,
}

impl Kind {
    /// All of them, in the order they stand in.
    pub const ALL: [Self; 5] = [Self::Map, Self::Sky, Self::Scatter, Self::Histogram, Self::Gallery];

    /// Its name in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Sky => "sky",
            Self::Scatter => "scatter",
            Self::Histogram => "histogram",
            Self::Gallery => "gallery",
        }
    }

    /// What its button says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Map => "Map",
            Self::Sky => "Sky",
            Self::Scatter => "Scatter",
            Self::Histogram => "Histogram",
            Self::Gallery => "Gallery",
        }
    }

    /// The key that opens and closes it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Map => "m",
            Self::Sky => "s",
            Self::Scatter => "p",
            Self::Histogram => "h",
            Self::Gallery => "g",
        }
    }

    /// Whether it draws each row as a point.
    pub fn has_points(self) -> bool {
        !matches!(self, Self::Histogram | Self::Gallery)
    }
}

/// What is open, and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Views {
    /// The open ones, in the order of [`Kind::ALL`].
    pub open: Vec<Kind>,
    /// Column that colours the points.
    pub colour: Option<String>,
    /// Column to the right in the scatter plot.
    pub x: Option<String>,
    /// Column upwards.
    pub y: Option<String>,
    /// Whether its axes are logarithmic.
    pub log: (bool, bool),
    /// Column of the histogram.
    pub of: Option<String>,
    /// Whether the sky is in galactic coordinates.
    pub galactic: bool,
    /// Whether the survey's footprint is behind the points on the sky.
    pub footprint: bool,
    /// Whether the map is an embedding (UMAP) instead of components.
    pub embedding: bool,
    /// What the gallery shows.
    pub gallery: Gallery,
}

impl Default for Views {
    /// What an address without keys says.
    fn default() -> Self {
        Self::parse(&Keys::new())
    }
}

impl Views {
    /// Reads the keys.
    pub fn parse(keys: &Keys) -> Self {
        let key = |name: &str| keys.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let text = |name: &str| key(name).map(str::to_owned);
        let is_open = |kind: &Kind| key("views").is_some_and(|all| all.split(',').any(|one| one.trim() == kind.key()));
        let log = key("log").unwrap_or_default();
        Self {
            open: Kind::ALL.into_iter().filter(is_open).collect(),
            colour: text("colour"),
            x: text("x"),
            y: text("y"),
            log: (log == "x" || log == "xy", log == "y" || log == "xy"),
            of: text("of"),
            galactic: key("sky") == Some("galactic"),
            footprint: key("footprint") != Some("off"),
            embedding: key("map") == Some("umap"),
            gallery: Gallery::parse(keys),
        }
    }

    /// Puts them into the keys; keys that are not theirs stay as they are.
    pub fn write(&self, keys: &mut Keys) {
        let mut set = |name: &str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
            Some(text) => drop(keys.insert(name.to_owned(), text)),
            None => drop(keys.remove(name)),
        };
        let open: Vec<&str> = self.open.iter().map(|kind| kind.key()).collect();
        set("views", Some(open.join(",")));
        set("colour", self.colour.clone());
        set("x", self.x.clone());
        set("y", self.y.clone());
        let axes = [("x", self.log.0), ("y", self.log.1)];
        set("log", Some(axes.into_iter().filter(|axis| axis.1).map(|axis| axis.0).collect()));
        set("of", self.of.clone());
        set("sky", self.galactic.then(|| "galactic".to_owned()));
        set("footprint", (!self.footprint).then(|| "off".to_owned()));
        set("map", self.embedding.then(|| "umap".to_owned()));
        for (name, text) in self.gallery.keys() {
            set(name, Some(text.to_owned()));
        }
    }

    /// Whether a view is open.
    pub fn has(&self, kind: Kind) -> bool {
        self.open.contains(&kind)
    }

    /// The same with the footprint shown or hidden.
    #[must_use]
    pub fn footprint_turned(self) -> Self {
        Self { footprint: !self.footprint, ..self }
    }

    /// The same with the other way of making the map.
    #[must_use]
    pub fn embedding_turned(self) -> Self {
        Self { embedding: !self.embedding, ..self }
    }

    /// The same with points coloured by a column; where no view has points, the sky is opened.
    #[must_use]
    pub fn coloured_by(self, column: &str) -> Self {
        let views = Self { colour: Some(column.to_owned()), ..self };
        if views.open.iter().any(|kind| kind.has_points()) { views } else { views.toggled(Kind::Sky) }
    }

    /// The same with a view opened or closed.
    #[must_use]
    pub fn toggled(mut self, kind: Kind) -> Self {
        if self.has(kind) {
            self.open.retain(|other| *other != kind);
        } else {
            self.open.push(kind);
            self.open.sort_unstable();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::view::tests::keys;

    #[test]
    fn views_survive_the_journey() {
        for query in [
            "",
            "views=map",
            "views=map,sky,scatter,histogram&colour=lof&x=ra&y=dec&log=xy&of=snr_r&sky=galactic&footprint=off&map=umap",
            "views=scatter&log=y",
            "views=gallery&gallery=selected&around=H-beta&heights=same",
        ] {
            let mut written = keys("smooth=3");
            Views::parse(&keys(query)).write(&mut written);
            let mut expected = keys(query);
            expected.insert("smooth".into(), "3".into());
            assert_eq!(written, expected, "{query}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_the_default() {
        assert_eq!(
            Views::parse(&keys("views=moon&log=z&sky=blue&footprint=on&map=flat&colour= &of=")),
            Views::default()
        );
        assert_eq!(Views::parse(&keys("views=sky, map,sky")).open, [Kind::Map, Kind::Sky]);
    }

    #[test]
    fn views_open_in_their_places() {
        let open = Views::default().toggled(Kind::Histogram).toggled(Kind::Map);
        assert_eq!(open.open, [Kind::Map, Kind::Histogram]);
        assert_eq!(open.toggled(Kind::Map).open, [Kind::Histogram]);
    }

    #[test]
    fn a_colour_is_seen_on_points() {
        let coloured = Views::default().toggled(Kind::Histogram).coloured_by("k_separation");
        assert_eq!(
            (coloured.colour.as_deref(), &*coloured.open),
            (Some("k_separation"), &[Kind::Sky, Kind::Histogram][..])
        );
        assert_eq!(Views::default().toggled(Kind::Map).coloured_by("z").open, [Kind::Map]);
    }

    #[test]
    fn no_two_views_share_a_name_or_a_letter() {
        for (i, one) in Kind::ALL.iter().enumerate() {
            assert!(Kind::ALL[i + 1..].iter().all(|other| other.key() != one.key() && other.letter() != one.letter()));
        }
    }
}
