//! Spectra: rows of metadata, and one spectrum with its pixels.

use balmer_core::spectrum::{Medium, Metadata, Sampling, SpectralAxis, Spectrum};
use serde::{Deserialize, Serialize};

/// One row of metadata: every column of the survey, `null` where the file states nothing.
pub type SpectrumRow = Metadata;

/// A window into the spectra that a query selects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpectrumPage {
    /// How many spectra the query selects in all.
    pub total: u64,
    /// How many were skipped before the first row.
    pub offset: u64,
    /// The rows.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::metadata_rows))]
    pub rows: Vec<SpectrumRow>,
}

/// One spectrum on its native pixels. All lists have one entry a pixel; a value that is not a finite
/// number is `null`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpectrumBody {
    /// What the survey says about the object.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::metadata))]
    pub metadata: Metadata,
    /// Medium of the wavelengths.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::medium))]
    pub medium: Medium,
    /// How the axis is sampled.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::sampling))]
    pub sampling: Sampling,
    /// Unit of `wavelengths`: `Angstrom`.
    pub wavelength_unit: String,
    /// Unit of `flux` in the file's own words; `null` where it states none.
    pub flux_unit: Option<String>,
    /// Pixel centres, Angstrom, increasing.
    pub wavelengths: Vec<f64>,
    /// Flux.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Option<f32>>))]
    #[serde(with = "nullable")]
    pub flux: Vec<f32>,
    /// Inverse variance, 1 / flux unit squared; `null` where the file states none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Option<f32>>>))]
    #[serde(with = "nullable_option")]
    pub ivar: Option<Vec<f32>>,
    /// Mask bits set in every exposure.
    pub and_mask: Option<Vec<u32>>,
    /// Mask bits set in any exposure.
    pub or_mask: Option<Vec<u32>>,
}

impl From<Spectrum> for SpectrumBody {
    fn from(spectrum: Spectrum) -> Self {
        let axis = spectrum.axis();
        Self {
            medium: axis.medium(),
            sampling: axis.sampling(),
            wavelength_unit: "Angstrom".to_owned(),
            flux_unit: spectrum.metadata.flux_unit.clone(),
            wavelengths: axis.wavelengths().to_vec(),
            flux: spectrum.flux().to_vec(),
            ivar: spectrum.ivar().map(<[f32]>::to_vec),
            and_mask: spectrum.and_mask().map(<[u32]>::to_vec),
            or_mask: spectrum.or_mask().map(<[u32]>::to_vec),
            metadata: spectrum.metadata,
        }
    }
}

impl TryFrom<SpectrumBody> for Spectrum {
    type Error = balmer_core::Error;

    /// The spectrum a body describes; an error where its lists do not fit together.
    fn try_from(body: SpectrumBody) -> Result<Self, Self::Error> {
        let axis = SpectralAxis::from_wavelengths(body.wavelengths, body.medium)?;
        let mut spectrum = Self::new(axis, body.flux, body.metadata)?;
        if let Some(ivar) = body.ivar {
            spectrum = spectrum.with_ivar(ivar)?;
        }
        spectrum.with_masks(body.and_mask, body.or_mask)
    }
}

/// `f32` lists whose non-finite values travel as `null`, since JSON knows no NaN.
mod nullable {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|v| v.is_finite().then_some(*v)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
        let values = Vec::<Option<f32>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|v| v.unwrap_or(f32::NAN)).collect())
    }
}

/// The same for a list that may be absent.
mod nullable_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option, reason = "the signature serde asks for")]
    pub fn serialize<S: Serializer>(values: &Option<Vec<f32>>, serializer: S) -> Result<S::Ok, S::Error> {
        match values {
            Some(values) => super::nullable::serialize(values, serializer),
            None => Option::<()>::None.serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<f32>>, D::Error> {
        let values = Option::<Vec<Option<f32>>>::deserialize(deserializer)?;
        Ok(values.map(|v| v.into_iter().map(|v| v.unwrap_or(f32::NAN)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spectrum(flux: Vec<f32>) -> Spectrum {
        let axis = SpectralAxis::linear(6500.0, 1.0, flux.len(), Medium::Air).unwrap();
        let metadata = Metadata { spectrum_id: "a".into(), medium: Some(Medium::Air), ..Metadata::default() };
        Spectrum::new(axis, flux, metadata).unwrap()
    }

    #[test]
    fn a_spectrum_survives_the_journey() {
        let sent = spectrum(vec![1.0, 2.5, -3.0]).with_ivar(vec![0.0, 1.0, 4.0]).unwrap();
        let sent = sent.with_masks(Some(vec![0, 1, 0]), None).unwrap();
        let text = serde_json::to_string(&SpectrumBody::from(sent.clone())).unwrap();
        let body: SpectrumBody = serde_json::from_str(&text).unwrap();
        assert_eq!(Spectrum::try_from(body).unwrap(), sent);
    }

    #[test]
    fn what_is_not_a_number_travels_as_null() {
        let text = serde_json::to_string(&SpectrumBody::from(spectrum(vec![1.0, f32::NAN, f32::INFINITY]))).unwrap();
        assert!(text.contains(r#""flux":[1.0,null,null],"ivar":null"#), "{text}");
        let body: SpectrumBody = serde_json::from_str(&text).unwrap();
        assert!(body.flux[0] == 1.0 && body.flux[1].is_nan() && body.flux[2].is_nan());
    }

    #[test]
    fn lists_of_different_lengths_are_refused() {
        let mut body = SpectrumBody::from(spectrum(vec![1.0, 2.0, 3.0]));
        body.flux.pop();
        assert!(Spectrum::try_from(body).unwrap_err().to_string().contains("flux has 2 pixels"));
    }
}
