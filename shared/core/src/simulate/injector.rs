//! Which spectra of a survey become what.

use rand::Rng;

use super::{
    injections::{Injection, Measure},
    planting::{Planted, Unplantable, plant},
    random::{generator, log_uniform},
    template::Template,
};
use crate::{Error, Result, spectrum::Spectrum};

/// Plants objects in the spectra of a survey. What becomes of spectrum `i` depends on the seed and on `i` alone.
#[derive(Debug, Clone)]
pub struct Injector {
    seed: u64,
    kinds: Vec<Injection>,
    strength: Option<[f64; 2]>,
    templates: Vec<Template>,
}

impl Injector {
    /// Plants objects of these kinds, as often each, as strong as such objects are.
    ///
    /// # Errors
    /// When there is no kind.
    pub fn new(kinds: Vec<Injection>, seed: u64) -> Result<Self> {
        if kinds.is_empty() {
            let names = Injection::ALL.map(Injection::name).join(" ");
            return Err(Error::parameter("kind", "none", format!("choose one or more of {names}")));
        }
        Ok(Self { seed, kinds, strength: None, templates: Vec::new() })
    }

    /// Plants observed stars instead of profiles, one of the templates drawn for each: they are what the one kind is called.
    ///
    /// # Errors
    /// With several kinds, or artefacts.
    pub fn with_templates(mut self, templates: Vec<Template>) -> Result<Self> {
        if !templates.is_empty() && (self.kinds.len() > 1 || self.kinds[0] == Injection::Artefact) {
            let names: Vec<&str> = self.kinds.iter().map(|kind| kind.name()).collect();
            return Err(Error::parameter("kind", names.join(" "), "name the one kind of object that templates are"));
        }
        self.templates = templates;
        Ok(self)
    }

    /// Draws strengths between two ends, as many in each octave: see [`Self::measure`].
    ///
    /// # Errors
    /// For ends that are no such strengths, and for kinds whose strengths are not of one measure.
    pub fn with_strength(mut self, [from, to]: [f64; 2]) -> Result<Self> {
        let refused = |remedy: String| Err(Error::parameter("strength", format!("{from}..{to}"), remedy));
        let Some(measure) = self.measure() else {
            return refused(
                "lines, carbon stars and artefacts are not measured alike: plant one after the other".to_owned(),
            );
        };
        if !(from > 0.0 && from <= to && to <= measure.most()) {
            return refused(format!("give {measure}, above 0 and up to {}, the smaller one first", measure.most()));
        }
        self.strength = Some([from, to]);
        Ok(self)
    }

    /// What strengths are; `None` where they differ from kind to kind.
    pub fn measure(&self) -> Option<Measure> {
        let of = |kind: &Injection| if self.templates.is_empty() { kind.measure() } else { Measure::Share };
        let first = of(self.kinds.first()?);
        self.kinds.iter().all(|kind| of(kind) == first).then_some(first)
    }

    /// A number to order spectra by: the first that can be planted in, are.
    pub fn turn(&self, i: u64) -> u64 {
        // another stream than that of what is planted
        generator(!self.seed, i).random()
    }

    /// Plants in spectrum `i` of a survey.
    ///
    /// # Errors
    /// [`Unplantable`] says why it cannot take anything.
    pub fn plant(&self, i: u64, host: &Spectrum) -> Result<Planted, Unplantable> {
        let rng = &mut generator(self.seed, i);
        let kind = self.kinds[rng.random_range(0..self.kinds.len())];
        let strength = self.strength.map(|[from, to]| log_uniform(rng, from, to));
        let template = match self.templates.len() {
            0 => None,
            several => Some(&self.templates[rng.random_range(0..several)]),
        };
        plant(host, kind, strength, template, rng)
    }
}
