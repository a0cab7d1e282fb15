//! What the survey says about the object and the observation, with units.

use balmer_core::spectrum::{COLUMNS, Value};
use balmer_exchange::api::SpectrumBody;
use leptos::prelude::*;

use crate::{
    client::encoded,
    context::{Desk, Spectra},
    state::{
        format::{count, fixed, number},
        quality::bad_pixels,
    },
};

/// Columns that the panel words itself, or that are the page's title.
const WORDED: &[&str] = &["wavelength_min", "wavelength_max", "medium", "pixels", "has_ivar", "flux_unit"];

/// One entry of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    value: String,
    meaning: String,
    wide: bool,
}

/// The panel.
#[component]
pub fn MetadataPanel() -> impl IntoView {
    let (spectra, desk) = (expect_context::<Spectra>(), expect_context::<Desk>());
    let downloads = move || {
        let survey = desk.survey.get();
        spectra.shown.with(|shown| Some(downloads(&survey?, &shown.as_ref()?.metadata.spectrum_id))).unwrap_or_default()
    };
    let entries = move || spectra.shown.with(|spectrum| spectrum.as_ref().map(|s| entries(s)).unwrap_or_default());
    let item = |entry: Entry| {
        view! {
            <div class:wide=entry.wide title=entry.meaning>
                <dt>{entry.name}</dt>
                <dd>{entry.value}</dd>
            </div>
        }
    };
    view! {
        <section class="metadata" aria-label="Metadata">
            <div class="list-head">
                <h2>"What the survey states"</h2>
                <p class="downloads">
                    <span class="muted">"This spectrum as "</span>
                    {move || downloads().into_iter().map(|(name, href)| view! { <a href=href download="">{name}</a> }).collect_view()}
                </p>
            </div>
            <dl>{move || entries().into_iter().map(item).collect_view()}</dl>
        </section>
    }
}

/// Names and addresses of the one spectrum's files.
fn downloads(survey: &str, id: &str) -> Vec<(&'static str, String)> {
    let file = |format: &str| format!("/api/v1/surveys/{}/spectra/{}?format={format}", encoded(survey), encoded(id));
    [("FITS", "fits"), ("VOTable", "votable"), ("CSV", "csv")].map(|(name, format)| (name, file(format))).to_vec()
}

fn entries(spectrum: &SpectrumBody) -> Vec<Entry> {
    let stated = COLUMNS.iter().filter(|column| !WORDED.contains(&column.name)).filter_map(|column| {
        let value = written(column.name, &(column.get)(&spectrum.metadata))?;
        let unit = match column.unit {
            "" => String::new(),
            "Angstrom" => " Å".to_owned(),
            "deg" => "°".to_owned(),
            unit => format!(" {unit}"),
        };
        Some(Entry {
            name: column.name.to_owned(),
            wide: matches!(column.name, "source" | "remarks" | "spectrum_id" | "designation"),
            value: value + &unit,
            meaning: column.description.to_owned(),
        })
    });
    axis_entries(spectrum).into_iter().chain(stated).collect()
}

/// What the pixels themselves say.
fn axis_entries(spectrum: &SpectrumBody) -> Vec<Entry> {
    let entry = |name: &str, value: String, meaning: &str| Entry {
        name: name.to_owned(),
        value,
        meaning: meaning.to_owned(),
        wide: false,
    };
    let ends = spectrum.wavelengths.first().zip(spectrum.wavelengths.last());
    let range = ends.map_or_else(String::new, |(low, high)| format!("{}–{} Å", fixed(*low, 0), fixed(*high, 0)));
    let bad = bad_pixels(spectrum).iter().filter(|bad| **bad).count();
    let pixels = spectrum.flux.len();
    let variance = if spectrum.ivar.is_some() { "stated" } else { "not stated" };
    vec![
        entry("wavelengths", format!("{range}, {}", spectrum.medium), "first and last pixel centre, and their medium"),
        entry(
            "pixels",
            format!("{}, {} bad", count(pixels as u64), count(bad as u64)),
            "bad: no information, masked in every exposure, or not a number",
        ),
        entry(
            "flux unit",
            spectrum.flux_unit.clone().unwrap_or_else(|| "not stated".to_owned()),
            "as the file states it",
        ),
        entry("variance", variance.to_owned(), "whether the file states a variance"),
    ]
}

fn written(column: &str, value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) if text.is_empty() => return None,
        Value::Text(text) => text.clone(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) if matches!(column, "ra" | "dec") => fixed(*float, 5),
        Value::Float(float) if column == "mjd" => fixed(*float, 3),
        Value::Float(float) if column == "z" => fixed(*float, 6),
        Value::Float(float) => number(*float),
        Value::Bool(truth) => if *truth { "yes" } else { "no" }.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

    use super::*;

    #[test]
    fn what_the_file_does_not_state_is_left_out() {
        let axis = SpectralAxis::linear(6500.0, 1.0, 3, Medium::Air).unwrap();
        let metadata = Metadata { spectrum_id: "a".into(), ra: Some(10.123_456_78), ..Metadata::default() };
        let body = SpectrumBody::from(Spectrum::new(axis, vec![1.0, 2.0, f32::NAN], metadata).unwrap());
        let entries = entries(&body);
        let value = |name: &str| entries.iter().find(|e| e.name == name).map(|e| e.value.as_str());
        assert_eq!(value("ra"), Some("10.12346°"));
        assert_eq!(value("dec"), None);
        assert_eq!(value("wavelengths"), Some("6500–6502 Å, air"));
        assert_eq!(value("pixels"), Some("3, 1 bad"));
        assert_eq!(value("flux unit"), Some("not stated"));
    }
}
