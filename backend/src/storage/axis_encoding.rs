//! Regular spectral axes as three numbers, where those give every wavelength back bit for bit.
//!
//! Surveys state their axes as `start + step i` or `10^(start + step i)`, in double precision or
//! rounded to single. The start and step are guessed from the end points, first at a few decimals, as
//! people write them into headers; a guess counts only when the axis it makes *equals* the native one.
//! Every other axis is listed in full.

use balmer_core::{
    Result,
    spectrum::{Medium, Sampling, SpectralAxis},
};

/// How a regular axis is computed from its start and step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Linear,
    Log10,
    LinearF32,
    Log10F32,
}

impl Form {
    /// Name in the `axis` column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log10 => "log10",
            Self::LinearF32 => "linear-f32",
            Self::Log10F32 => "log10-f32",
        }
    }

    /// The form of that name; `None` for `listed` and unknown ones.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Linear, Self::Log10, Self::LinearF32, Self::Log10F32].into_iter().find(|form| form.name() == name)
    }
}

/// A regular axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Regular {
    pub(crate) form: Form,
    pub(crate) start: f64,
    pub(crate) step: f64,
}

impl Regular {
    /// The axis of `pixels` pixels in `medium`.
    pub(crate) fn axis(self, pixels: usize, medium: Medium) -> Result<SpectralAxis> {
        let Self { start, step, .. } = self;
        let rounded = |value: &dyn Fn(f64) -> f64| {
            let wavelengths = (0..pixels).map(|i| f64::from(value(start + step * i as f64) as f32)).collect();
            SpectralAxis::from_wavelengths(wavelengths, medium)
        };
        match self.form {
            Form::Linear => SpectralAxis::linear(start, step, pixels, medium),
            Form::Log10 => SpectralAxis::log10(start, step, pixels, medium),
            Form::LinearF32 => rounded(&|x| x),
            Form::Log10F32 => rounded(&|x| 10f64.powf(x)),
        }
    }

    /// The three numbers that make exactly `axis`, if there are such.
    pub(crate) fn of(axis: &SpectralAxis) -> Option<Self> {
        let wavelengths = axis.wavelengths();
        let single = wavelengths.iter().all(|&w| f64::from(w as f32) == w);
        let (forms, first, last): (&[Form], f64, f64) = match axis.sampling() {
            Sampling::Linear if single => (&[Form::Linear, Form::LinearF32], wavelengths[0], *wavelengths.last()?),
            Sampling::Linear => (&[Form::Linear], wavelengths[0], *wavelengths.last()?),
            Sampling::Log if single => (&[Form::Log10F32], wavelengths[0].log10(), wavelengths.last()?.log10()),
            Sampling::Log => (&[Form::Log10], wavelengths[0].log10(), wavelengths.last()?.log10()),
            Sampling::Irregular => return None,
        };
        let step = (last - first) / (wavelengths.len() - 1) as f64;
        let starts = [rounded(first, 4), rounded(first, 5), rounded(first, 6), first];
        let steps = [rounded(step, 4), rounded(step, 6), rounded(step, 8), step];
        let guesses = starts.into_iter().flat_map(|start| steps.map(|step| (start, step)));
        guesses
            .flat_map(|(start, step)| forms.iter().map(move |&form| Self { form, start, step }))
            .filter(|guess| guess.fits_ends(wavelengths))
            .find(|guess| guess.axis(wavelengths.len(), axis.medium()).is_ok_and(|made| &made == axis))
    }

    /// Whether the first, second and last pixels come out: cheap, and false for nearly every bad guess.
    fn fits_ends(self, wavelengths: &[f64]) -> bool {
        let at = |i: usize| {
            let x = self.start + self.step * i as f64;
            match self.form {
                Form::Linear => x,
                Form::Log10 => 10f64.powf(x),
                Form::LinearF32 => f64::from(x as f32),
                Form::Log10F32 => f64::from(10f64.powf(x) as f32),
            }
        };
        [0, 1, wavelengths.len() - 1].into_iter().all(|i| at(i) == wavelengths[i])
    }
}

fn rounded(value: f64, decimals: i32) -> f64 {
    // dividing by a power of ten gives the double nearest to the decimal number
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(axis: &SpectralAxis, form: Option<Form>) {
        let regular = Regular::of(axis);
        assert_eq!(regular.map(|r| r.form), form);
        if let Some(regular) = regular {
            assert_eq!(&regular.axis(axis.len(), axis.medium()).unwrap(), axis);
        }
    }

    #[test]
    fn survey_axes_are_three_numbers() {
        check(&SpectralAxis::log10(3.5682, 1e-4, 3909, Medium::Vacuum).unwrap(), Some(Form::Log10));
        check(&SpectralAxis::linear(3540.5, 0.9, 4300, Medium::Air).unwrap(), Some(Form::Linear));
        let single = (0..3909).map(|i| f64::from(10f64.powf(3.5683 + 1e-4 * f64::from(i)) as f32)).collect();
        check(&SpectralAxis::from_wavelengths(single, Medium::Vacuum).unwrap(), Some(Form::Log10F32));
    }

    #[test]
    fn a_regular_axis_with_one_odd_bit_is_listed() {
        let axis = SpectralAxis::log10(3.5682, 1e-4, 3909, Medium::Vacuum).unwrap();
        let mut wavelengths = axis.wavelengths().to_vec();
        wavelengths[2000] = wavelengths[2000].next_up();
        check(&SpectralAxis::from_wavelengths(wavelengths, Medium::Vacuum).unwrap(), None);
    }

    #[test]
    fn irregular_axes_are_listed() {
        check(&SpectralAxis::from_wavelengths(vec![4000.0, 4001.0, 4005.0], Medium::Air).unwrap(), None);
    }
}
