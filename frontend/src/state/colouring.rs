//! The colour of each row: viridis for numbers, the colours of Okabe and Ito for texts. Both can be told apart by
//! people who see fewer colours, and each is cut to what stands out from the page's ground.

use std::collections::BTreeMap;

use super::points::Colour;

/// Texts that get a colour of their own.
pub const MOST_TEXTS: usize = 7;
/// Colours of a column of numbers.
const SHADES: usize = 64;

/// M. Okabe and K. Ito 2008, *Color Universal Design*, without black; the yellow is for a dark ground, the last for what
/// has no colour of its own.
const NIGHT: [Colour; MOST_TEXTS + 1] = [
    [86, 180, 233],
    [230, 159, 0],
    [0, 178, 125],
    [240, 228, 66],
    [70, 140, 220],
    [233, 105, 30],
    [214, 131, 177],
    [128, 138, 154],
];
const DAY: [Colour; MOST_TEXTS + 1] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 138, 100],
    [204, 121, 167],
    [200, 136, 0],
    [60, 155, 215],
    [120, 110, 0],
    [132, 140, 152],
];

/// What each row's colour is, and what the colours mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Colouring {
    /// Place of each row's colour in the palette.
    pub classes: Vec<u8>,
    /// The colours.
    pub palette: Vec<Colour>,
    /// What they mean.
    pub legend: Legend,
}

/// What colours mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Legend {
    /// Nothing.
    None,
    /// Numbers from one to the other.
    Range(f64, f64),
    /// Texts, each with its number of rows, the most frequent first; then all others.
    Texts(Vec<(String, usize)>),
}

impl Colouring {
    /// All rows alike.
    pub fn plain(rows: usize, night: bool) -> Self {
        Self { classes: vec![0; rows], palette: vec![texts(night)[0]], legend: Legend::None }
    }

    /// By numbers; the lowest and the highest hundredth share the colours at the ends.
    pub fn of_numbers(values: &[Option<f64>], night: bool) -> Self {
        let mut known: Vec<f64> = values.iter().copied().flatten().filter(|value| value.is_finite()).collect();
        known.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| known.get(((known.len().max(1) - 1) as f64 * share).round() as usize).copied();
        let (Some(low), Some(high)) = (at(0.01), at(0.99)) else { return Self::plain(values.len(), night) };
        let across = if high > low { high - low } else { 1.0 };
        let shade = |value: f64| (((value - low) / across).clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as u8;
        let class = |value: &Option<f64>| value.filter(|value| value.is_finite()).map_or(SHADES as u8, shade);
        let mut palette: Vec<Colour> = (0..SHADES).map(|i| shade_of(i as f64 / (SHADES - 1) as f64, night)).collect();
        palette.push(texts(night)[MOST_TEXTS]);
        Self { classes: values.iter().map(class).collect(), palette, legend: Legend::Range(low, high) }
    }

    /// By texts.
    pub fn of_texts<'a>(values: &[Option<&'a str>], night: bool) -> Self {
        let mut counts: BTreeMap<&'a str, usize> = BTreeMap::new();
        for text in values.iter().flatten() {
            *counts.entry(text).or_default() += 1;
        }
        let mut frequent: Vec<(&str, usize)> = counts.into_iter().collect();
        frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        frequent.truncate(MOST_TEXTS);
        let places: BTreeMap<&str, u8> = frequent.iter().enumerate().map(|(i, (text, _))| (*text, i as u8)).collect();
        let class = |text: Option<&str>| text.and_then(|text| places.get(text)).copied().unwrap_or(MOST_TEXTS as u8);
        let legend = frequent.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect();
        Self {
            classes: values.iter().copied().map(class).collect(),
            palette: texts(night).to_vec(),
            legend: Legend::Texts(legend),
        }
    }

    /// A colour as CSS has it.
    pub fn css(&self, place: usize) -> String {
        css(self.palette.get(place).copied().unwrap_or_default())
    }

    /// The shades of numbers as a gradient of CSS.
    pub fn gradient(&self) -> String {
        let last = self.palette.len().saturating_sub(2).max(1);
        let stops: Vec<String> = (0..=8).map(|i| self.css(i * last / 8)).collect();
        format!("linear-gradient(90deg, {})", stops.join(", "))
    }
}

/// The colour of the class at a place of those that are offered; from the eighth on they share one.
pub fn class_colour(place: Option<usize>, night: bool) -> Colour {
    texts(night)[place.unwrap_or(MOST_TEXTS).min(MOST_TEXTS)]
}

/// A colour as CSS has it.
pub fn css([red, green, blue]: Colour) -> String {
    format!("rgb({red}, {green}, {blue})")
}

/// The colour that CSS writes as `#56b4e9`.
pub fn of_hex(text: &str) -> Option<Colour> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some([(number >> 16) as u8, (number >> 8) as u8, number as u8])
}

fn texts(night: bool) -> [Colour; MOST_TEXTS + 1] {
    if night { NIGHT } else { DAY }
}

/// Viridis without the end that the ground would swallow.
fn shade_of(share: f64, night: bool) -> Colour {
    viridis(if night { 0.18 + 0.82 * share } else { 0.88 * share })
}

/// The map of S. van der Walt and N. Smith 2015 as polynomials of the sixth degree (M. Zucker 2021), within 0.01.
fn viridis(t: f64) -> Colour {
    const TERMS: [[f64; 3]; 7] = [
        [0.277_727_327, 0.005_407_345, 0.334_099_805],
        [0.105_093_043, 1.404_613_530, 1.384_590_163],
        [-0.330_861_829, 0.214_847_559, 0.095_095_163],
        [-4.634_230_499, -5.799_100_973, -19.332_440_956],
        [6.228_269_936, 14.179_933_367, 56.690_552_601],
        [4.776_384_998, -13.745_145_378, -65.353_032_633],
        [-5.435_455_856, 4.645_852_612, 26.312_435_250],
    ];
    [0, 1, 2].map(|channel| {
        let value = TERMS.iter().rev().fold(0.0, |sum, term| sum * t + term[channel]);
        (255.0 * value.clamp(0.0, 1.0)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viridis_is_what_matplotlib_draws() {
        // matplotlib 3.9, `colormaps["viridis"](t, bytes=True)`
        for (t, expected) in [(0.0, [68, 1, 84]), (0.5, [32, 144, 140]), (1.0, [253, 231, 36])] {
            let found = viridis(t);
            assert!(found.iter().zip(expected).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 4), "{t}: {found:?}");
        }
    }

    #[test]
    fn shades_grow_lighter_from_the_lowest_to_the_highest() {
        let light = |[r, g, b]: Colour| 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
        for night in [true, false] {
            let values: Vec<Option<f64>> = (0..200).map(|i| Some(f64::from(i))).chain([None]).collect();
            let found = Colouring::of_numbers(&values, night);
            assert_eq!(found.legend, Legend::Range(2.0, 197.0));
            assert_eq!((found.classes[0], found.classes[199], found.classes[200]), (0, 63, 64));
            let shades: Vec<f64> = found.palette[..SHADES].iter().map(|colour| light(*colour)).collect();
            assert!(shades.is_sorted());
            assert!(found.gradient().contains(&found.css(63)));
        }
    }

    #[test]
    fn frequent_texts_have_colours_and_the_others_one() {
        let names: Vec<String> = (0..10).flat_map(|i| vec![format!("t{i}"); 20 - i]).collect();
        let values: Vec<Option<&str>> = names.iter().map(|name| Some(&**name)).chain([None]).collect();
        let found = Colouring::of_texts(&values, true);
        assert_eq!((found.classes[0], found.classes[20], found.classes[values.len() - 1]), (0, 1, MOST_TEXTS as u8));
        let Legend::Texts(legend) = &found.legend else { panic!("texts") };
        assert_eq!((legend.len(), &legend[0]), (MOST_TEXTS, &("t0".to_owned(), 20)));
        assert!(found.classes.iter().all(|class| usize::from(*class) < found.palette.len()));
    }

    #[test]
    fn colours_of_a_style_sheet_are_read() {
        assert_eq!(of_hex(" #56B4e9"), Some([86, 180, 233]));
        assert_eq!((of_hex("red"), of_hex("#fff"), of_hex("#56b4eg"), of_hex("")), (None, None, None, None));
    }

    #[test]
    fn a_column_without_numbers_is_plain() {
        let found = Colouring::of_numbers(&[None, Some(f64::NAN)], true);
        assert_eq!((found.legend, found.classes), (Legend::None, vec![0, 0]));
        assert_eq!(Colouring::of_numbers(&[Some(3.0)], true).classes, [0]);
    }
}
