//! What rare things and artefacts look like: spectra of the simulated survey, whose truth is known, cut to what is
//! peculiar about them. A test makes them again from the simulation and compares.

use serde::{Deserialize, Serialize};

/// A kind and how to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson {
    /// The word that a simulated survey has in its column `truth`.
    pub truth: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// How to know it.
    pub how: &'static str,
    /// Whether it is something that went wrong.
    pub is_artefact: bool,
}

const fn rare(truth: &'static str, title: &'static str, how: &'static str) -> Lesson {
    Lesson { truth, title, how, is_artefact: false }
}

const fn wrong(truth: &'static str, title: &'static str, how: &'static str) -> Lesson {
    Lesson { truth, title, how, is_artefact: true }
}

/// Rare things first, then what only looks rare.
pub const LESSONS: [Lesson; 8] = [
    rare(
        "be",
        "Be star",
        "A hot star with Hα in emission, as wide as a few hundred km/s; the other Balmer lines may be filled in or in emission too, each weaker than the one before.",
    ),
    rare(
        "double",
        "Double-peaked emission",
        "Two peaks with a dip between them: a disc seen from the side. Unequal peaks (V/R) come and go over years.",
    ),
    rare(
        "p-cygni",
        "P Cygni profile",
        "Emission with absorption at its blue side: gas that flows towards us, a wind or a thrown-off shell. Both belong to one line.",
    ),
    rare(
        "cv",
        "Cataclysmic variable or nova-like",
        "A blue continuum with broad emission of hydrogen and helium, thousands of km/s wide. Look for He II 4686 beside Hβ.",
    ),
    wrong(
        "cosmic-ray",
        "Cosmic ray",
        "A spike one to three pixels wide, narrower than the instrument can make a line, at a wavelength that no line has.",
    ),
    wrong(
        "sky-residual",
        "Sky residual",
        "Spikes up or down at 5577, 5890, 6300, 6364 Å: where the night sky shines, whatever the redshift. Switch on the lines of the night sky to see.",
    ),
    wrong(
        "dead-columns",
        "Dead columns",
        "A run of pixels without signal, with edges as steep as no line has; often marked as bad, but not always.",
    ),
    wrong(
        "wrong-splice",
        "Wrong splice",
        "A step where two arms of the spectrograph meet, near 5900 Å in LAMOST's; the continuum on each side is smooth.",
    ),
];

/// A piece of a spectrum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Its kind.
    pub truth: String,
    /// log10 of the first wavelength, vacuum, Angstrom.
    pub first: f64,
    /// Step of log10 of the wavelength.
    pub step: f64,
    /// Flux over its median.
    pub flux: Vec<f32>,
}

impl Example {
    /// All of them; none where the page's own file could not be read.
    pub fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
    }

    /// The wavelength of a pixel, Angstrom in vacuum.
    pub fn wavelength(&self, pixel: usize) -> f64 {
        10f64.powf(self.first + self.step * pixel as f64)
    }

    /// First and last wavelength.
    pub fn range(&self) -> (f64, f64) {
        (self.wavelength(0), self.wavelength(self.flux.len().saturating_sub(1)))
    }

    /// The line as an SVG path in a box of this size.
    pub fn path(&self, width: f64, height: f64) -> String {
        let (low, high) = self.flux.iter().fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        let across = if high > low { f64::from(high - low) } else { 1.0 };
        let last = self.flux.len().saturating_sub(1).max(1) as f64;
        let corner = |(i, value): (usize, &f32)| {
            let (x, y) = (width * i as f64 / last, height * (1.0 - f64::from(value - low) / across));
            format!("{x:.1} {y:.1}")
        };
        let corners: Vec<String> = self.flux.iter().enumerate().map(corner).collect();
        if corners.is_empty() { String::new() } else { format!("M{}", corners.join("L")) }
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::{simulate::Simulation, spectrum::Spectrum};

    use super::*;

    /// Half the width of what is shown around a place, in pixels of 69 km/s.
    const AROUND: usize = 70;
    const H_ALPHA: usize = 2489;

    /// What is shown of a spectrum: its pixels, and how many of them become one.
    fn shown(truth: &str, flux: &[f32]) -> (usize, usize, usize) {
        // the pixel that stands out most from those around it
        let odd = |share: f32| {
            let off = |i: &usize| (flux[*i] - 0.5 * (flux[i - 4] + flux[i + 4])).abs() / share.max(flux[i + 4].abs());
            (200..flux.len() - 200).max_by(|a, b| off(a).total_cmp(&off(b))).unwrap()
        };
        let around = |at: usize, half: usize| (at.saturating_sub(half), (at + half).min(flux.len()), 1);
        match truth {
            "be" | "double" | "p-cygni" => around(H_ALPHA, AROUND),
            "cv" => (200, flux.len(), 6),
            "cosmic-ray" => around(odd(1.0), 60),
            "dead-columns" => around(odd(1.0), 120),
            "sky-residual" => (1650, 2450, 2),
            _ => (800, flux.len(), 5),
        }
    }

    fn made(lesson: &Lesson) -> Example {
        let simulation = Simulation::new(1_000_000, 6563);
        // a hot star has few lines of its own that would be in the way
        let is_clear = |spectrum: &Spectrum| {
            let metadata = &spectrum.metadata;
            let is_hot = metadata.subclass.as_ref().is_some_and(|kind| kind.starts_with(['O', 'B', 'A']));
            is_hot && metadata.snr_r.is_some_and(|snr| snr > 60.0)
        };
        let number = (0..simulation.count())
            .filter(|i| simulation.kind(*i).name() == lesson.truth)
            .find(|i| is_clear(&simulation.spectrum(*i)))
            .unwrap_or_else(|| panic!("no {}", lesson.truth));
        let spectrum = simulation.spectrum(number);
        let (from, to, step) = shown(lesson.truth, spectrum.flux());
        let mean = |pixels: &[f32]| pixels.iter().sum::<f32>() / pixels.len() as f32;
        let flux: Vec<f32> = spectrum.flux()[from..to].chunks_exact(step).map(mean).collect();
        let mut sorted = flux.clone();
        sorted.sort_by(f32::total_cmp);
        let median = sorted[sorted.len() / 2];
        Example {
            truth: lesson.truth.to_owned(),
            first: 3.5682 + 1e-4 * (from as f64 + 0.5 * (step - 1) as f64),
            step: 1e-4 * step as f64,
            flux: flux.iter().map(|value| (value / median * 1000.0).round() / 1000.0).collect(),
        }
    }

    #[test]
    fn they_are_what_the_simulation_makes() {
        let made: Vec<Example> = LESSONS.iter().map(made).collect();
        if std::env::var_os("BALMER_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/state/examples.json");
            std::fs::write(path, serde_json::to_string(&made).unwrap() + "\n").unwrap();
            return;
        }
        let kept = Example::all();
        assert_eq!(kept.len(), made.len(), "examples.json: run this test with BALMER_BLESS=1");
        for (kept, made) in kept.iter().zip(&made) {
            let alike = kept.flux.iter().zip(&made.flux).all(|(a, b)| (a - b).abs() < 2e-3);
            assert!(alike && kept.flux.len() == made.flux.len() && kept.truth == made.truth, "{}", made.truth);
        }
    }

    #[test]
    fn a_path_goes_through_the_box() {
        let flux = vec![1.0, 3.0, 2.0];
        let example = Example { truth: "be".into(), first: 3.8, step: 1e-4, flux };
        assert_eq!(example.path(100.0, 50.0), "M0.0 50.0L50.0 0.0L100.0 25.0");
        assert!((example.range().0 - 6309.57).abs() < 0.01 && example.range().1 > example.range().0);
        assert_eq!(Example { flux: vec![], ..example }.path(1.0, 1.0), "");
    }
}
