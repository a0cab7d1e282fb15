//! The recipe with one thing changed: what else a reasonable person might have chosen.
//!
//! A place that holds for one window, one scale or one continuum alone is an accident. Each variant differs from the run's
//! recipe in one respect, so that a place that moves says what moved it.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{EnsembleSpec, PipelineSpec, RunObserver, Stage};
use crate::{
    engine::Observer,
    manipulation::{Continuum, Mask, Recipe, RecipeSpec, Scale},
};

/// What of a recipe is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vary {
    /// The window, a quarter narrower and wider about its centre, at the same pixels.
    Window,
    /// How features are brought to a common scale.
    Scale,
    /// Which pixel mask counts.
    Mask,
    /// What the flux is divided by.
    Continuum,
    /// The resolution, half as coarse again as the survey's: noise and narrow defects count for less.
    Resolution,
}

/// Resolution (FWHM, Angstrom) of the variant of a recipe that leaves spectra at their own: LAMOST's and SDSS's 3.6 near
/// H-alpha, and about half as much again.
const COARSER: f64 = 5.0;

impl std::fmt::Display for Vary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Window => "window",
            Self::Scale => "scale",
            Self::Mask => "mask",
            Self::Continuum => "continuum",
            Self::Resolution => "resolution",
        })
    }
}

impl Vary {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Window, Self::Scale, Self::Mask, Self::Continuum, Self::Resolution];

    /// The recipes that differ in this alone; those that no spectrum could be taken through are left out.
    fn of(self, recipe: &RecipeSpec) -> Vec<(String, RecipeSpec)> {
        let changed = |change: String, spec: RecipeSpec| (change, spec);
        let all: Vec<(String, RecipeSpec)> = match self {
            Self::Window => [0.75, 1.25]
                .map(|factor| {
                    let spec = stretched(recipe, factor);
                    let [from, to] = spec.window_angstrom;
                    changed(format!("window = {from:.0} to {to:.0}"), spec)
                })
                .into(),
            Self::Scale => [Scale::Minmax, Scale::Standard, Scale::Median]
                .map(|scale| changed(format!("scale = {scale}"), RecipeSpec { scale, ..recipe.clone() }))
                .into(),
            // to keep bad pixels is for those who look for them
            Self::Mask => [Mask::None, Mask::And, Mask::Or]
                .map(|mask| changed(format!("mask = {mask}"), RecipeSpec { mask, ..recipe.clone() }))
                .into(),
            Self::Continuum => continua(recipe)
                .map(|continuum| {
                    changed(format!("continuum = {continuum}"), RecipeSpec { continuum, ..recipe.clone() })
                })
                .into(),
            Self::Resolution => {
                let own = recipe.resolution_fwhm_angstrom;
                let resolution_fwhm_angstrom = if own > 0.0 { 1.4 * own } else { COARSER };
                let change = format!("resolution = {resolution_fwhm_angstrom:.1}");
                vec![changed(change, RecipeSpec { resolution_fwhm_angstrom, ..recipe.clone() })]
            }
        };
        all.into_iter().filter(|(_, spec)| spec != recipe && Recipe::try_from(spec).is_ok()).collect()
    }
}

/// The window made wider by `factor` about its centre; pixels as wide as they were.
fn stretched(recipe: &RecipeSpec, factor: f64) -> RecipeSpec {
    let [from, to] = recipe.window_angstrom;
    let (centre, half) = (0.5 * (from + to), 0.5 * factor * (to - from));
    let pixels = ((recipe.pixels.max(2) - 1) as f64 * factor).round() as usize + 1;
    RecipeSpec { window_angstrom: [centre - half, centre + half], pixels, ..recipe.clone() }
}

/// Other continua: a little stiffer, a little looser, none; of another kind where there is none.
fn continua(recipe: &RecipeSpec) -> [Continuum; 3] {
    let [from, to] = recipe.window_angstrom;
    let broad = Continuum::Median((to - from) / 2.0);
    match recipe.continuum {
        Continuum::None => [Continuum::Polynomial(1), Continuum::Polynomial(2), broad],
        Continuum::Polynomial(degree) => {
            [Continuum::None, Continuum::Polynomial(degree.max(1) - 1), Continuum::Polynomial(degree + 1)]
        }
        Continuum::Median(width) => [Continuum::None, Continuum::Median(width / 2.0), Continuum::Median(width * 2.0)],
    }
}

/// The specs of all variants, with what each of them changes. They spread no labels and vary nothing themselves.
pub(super) fn variants(spec: &PipelineSpec) -> Vec<(String, PipelineSpec)> {
    let recipes = spec.ensemble.vary.iter().flat_map(|vary| vary.of(&spec.recipe));
    recipes
        .map(|(change, recipe)| {
            (change, PipelineSpec { recipe, labels: None, ensemble: EnsembleSpec::default(), ..spec.clone() })
        })
        .collect()
}

/// The stages of a variant, told as a part of [`Stage::Variants`].
///
/// Pieces of its search are not kept: those of the run's own would be mistaken for them.
pub struct Within<'a> {
    observer: &'a dyn RunObserver,
    span: Range<f64>,
    stage: Mutex<Stage>,
}

impl<'a> Within<'a> {
    /// Begins variant number `at` of `count`, which makes this `change`.
    pub fn new(observer: &'a dyn RunObserver, (at, count): (usize, usize), change: &str) -> Self {
        observer.stage(Stage::Variants, &format!("{} of {count}: {change}", at + 1));
        let place = |at: usize| at as f64 / count.max(1) as f64;
        Self { observer, span: place(at)..place(at + 1), stage: Mutex::new(Stage::Recipe) }
    }
}

impl Observer for Within<'_> {
    fn progress(&self, fraction: f64) {
        // about what the stages take
        let share = match *self.stage.lock().unwrap_or_else(PoisonError::into_inner) {
            Stage::Read | Stage::Recipe | Stage::Variants => 0.0..0.3,
            Stage::Components => 0.3..0.4,
            Stage::Neighbors => 0.4..0.95,
            Stage::Lof | Stage::Labels | Stage::Rank => 0.95..1.0,
        };
        let within = share.start + fraction.clamp(0.0, 1.0) * (share.end - share.start);
        self.observer.progress(self.span.start + within * (self.span.end - self.span.start));
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }
}

impl RunObserver for Within<'_> {
    fn stage(&self, stage: Stage, _message: &str) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn changes(recipe: &RecipeSpec) -> Vec<String> {
        Vary::ALL.iter().flat_map(|vary| vary.of(recipe)).map(|(change, _)| change).collect()
    }

    #[test]
    fn variants_differ_from_the_recipe_in_one_thing() {
        assert_eq!(
            changes(&RecipeSpec::default()),
            [
                "window = 6546 to 6705",
                "window = 6492 to 6759",
                "scale = standard",
                "scale = median",
                "mask = none",
                "mask = or",
                "continuum = none",
                "continuum = polynomial:1",
                "continuum = polynomial:3",
                "resolution = 5.0",
            ]
        );
        let plain = RecipeSpec::generation_2();
        assert!(changes(&plain).contains(&"continuum = polynomial:2".to_owned()));
        assert!(!changes(&plain).contains(&"continuum = none".to_owned()));
    }

    #[test]
    fn a_stretched_window_keeps_its_centre_and_pixels() {
        let recipe = RecipeSpec::default();
        for factor in [0.75, 1.25] {
            let other = stretched(&recipe, factor);
            let step = |r: &RecipeSpec| (r.window_angstrom[1] - r.window_angstrom[0]) / (r.pixels - 1) as f64;
            assert!((step(&other) / step(&recipe) - 1.0).abs() < 0.01, "{} {}", step(&other), step(&recipe));
            assert_eq!(other.window_angstrom.iter().sum::<f64>(), recipe.window_angstrom.iter().sum::<f64>());
        }
    }

    #[test]
    fn what_cannot_be_is_left_out() {
        // no polynomial of a degree above 15, no median narrower than its pixels
        let stiff = RecipeSpec { continuum: Continuum::Polynomial(15), ..RecipeSpec::default() };
        assert!(!changes(&stiff).iter().any(|change| change.contains("polynomial:16")), "{:?}", changes(&stiff));
        let narrow = RecipeSpec { continuum: Continuum::Median(4.0), ..RecipeSpec::default() };
        assert!(!changes(&narrow).contains(&"continuum = median:2".to_owned()), "{:?}", changes(&narrow));
    }

    #[derive(Default)]
    struct Heard(Mutex<Vec<(Stage, f64)>>, Mutex<Option<Stage>>);

    impl Observer for Heard {
        fn progress(&self, fraction: f64) {
            let stage = self.1.lock().unwrap().expect("a stage has begun");
            self.0.lock().unwrap().push((stage, fraction));
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }

    impl RunObserver for Heard {
        fn stage(&self, stage: Stage, _message: &str) {
            *self.1.lock().unwrap() = Some(stage);
        }
    }

    #[test]
    fn variants_are_told_as_one_stage_that_never_goes_back() {
        let heard = Heard::default();
        for at in 0..3 {
            let within = Within::new(&heard, (at, 3), "x");
            for stage in [Stage::Recipe, Stage::Components, Stage::Neighbors, Stage::Lof] {
                within.stage(stage, "");
                for fraction in [0.0, 0.5, 1.0] {
                    within.progress(fraction);
                }
            }
        }
        let heard = heard.0.into_inner().unwrap();
        assert!(heard.iter().all(|(stage, _)| *stage == Stage::Variants));
        assert!(heard.windows(2).all(|pair| pair[0].1 <= pair[1].1 + 1e-12), "{heard:?}");
        assert!((heard.last().unwrap().1 - 1.0).abs() < 1e-12);
    }
}
