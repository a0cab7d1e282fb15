//! Every setting of a run: its key in the pipeline spec, its name, and one sentence on what it does.
//!
//! A table of words. What they mean in numbers is in docs/METHODS.md; the defaults are the spec's own.

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// A decimal.
    Decimal,
    /// Yes or no.
    Switch,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Words that may carry a number, as in `polynomial:2`.
    Continuum,
    /// A text.
    Text,
    /// Names with commas between them.
    List,
    /// Whole numbers with commas between them.
    Wholes,
    /// Stretches of wavelengths with commas between them, as in `5575-5580, 6298-6303`.
    Stretches,
    /// Any of some words.
    Several(&'static [&'static str]),
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in the spec; the two ends of the window have an index.
    pub key: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Its unit; empty where it has none.
    pub unit: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// What it does.
    pub about: &'static str,
}

/// Settings that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Their name.
    pub title: &'static str,
    /// What they decide.
    pub about: &'static str,
    /// The settings.
    pub settings: &'static [Setting],
}

const fn setting(
    key: &'static str,
    title: &'static str,
    unit: &'static str,
    kind: Kind,
    about: &'static str,
) -> Setting {
    Setting { key, title, unit, kind, about }
}

/// The key of the neighbourhood of the local outlier factor.
pub const LOF_NEIGHBORS: &str = "lof.n_neighbors";
/// The key of the width of the neighbour table.
pub const TABLE_NEIGHBORS: &str = "neighbors.n_neighbors";
/// The key of the neighbours of the label graph.
pub const LABEL_NEIGHBORS: &str = "labels.n_neighbors";
/// The key of the survey that the labels come from.
pub const LABEL_SOURCE: &str = "labels.source";

/// The key of the medium of a recipe's wavelengths.
pub const MEDIUM: &str = "recipe.medium";
/// The key of the stretches that are masked in every spectrum.
pub const MASKED: &str = "recipe.mask_angstrom";

/// All of them but the survey, the condition and the method, which the bars choose.
#[rustfmt::skip]
pub const GROUPS: &[Group] = &[
    Group {
        title: "Recipe",
        about: "From a spectrum on its own pixels to one row of features.",
        settings: &[
            setting("recipe.window_angstrom.0", "Window from", "Å", Kind::Decimal, "First pixel centre of the part of the spectrum that is compared."),
            setting("recipe.window_angstrom.1", "Window to", "Å", Kind::Decimal, "Last pixel centre; a spectrum that ends inside the window is rejected."),
            setting(MEDIUM, "Wavelengths in", "", Kind::Choice(&["vacuum", "air"]), "Medium of the window; spectra in the other one are converted."),
            setting("recipe.pixels", "Pixels", "", Kind::Whole, "Number of pixels that every spectrum is brought to."),
            setting("recipe.grid", "Grid", "", Kind::Choice(&["linear", "log"]), "Equal steps in wavelength, or in its logarithm: equal steps in velocity."),
            setting("recipe.rest_frame", "Rest frame", "", Kind::Switch, "Shift by the catalogue's redshift; a spectrum without one is rejected."),
            setting("recipe.resolution_fwhm_angstrom", "Resolution (FWHM)", "Å", Kind::Decimal, "Finer spectra are smoothed down to it; 0 leaves each at its own."),
            setting("recipe.mask", "Bad pixels by mask", "", Kind::Choice(&["none", "and", "or", "keep"]), "Which flagged pixels are bridged: none, those bad in every exposure, or in any; keep bridges not even dead ones."),
            setting(MASKED, "Masked stretches", "Å", Kind::Stretches, "Bridged in every spectrum, as observed: sky lines, bad columns. Written 5575-5580, 6298-6303."),
            setting("recipe.spike_sigma", "Spikes above", "σ", Kind::Decimal, "Lone pixels that stand this far out are bridged; 0 leaves them."),
            setting("recipe.min_good_fraction", "Good pixels at least", "", Kind::Decimal, "Fraction of the window that must be good, else the spectrum is rejected."),
            setting("recipe.continuum", "Divide by continuum", "", Kind::Continuum, "A clipped polynomial of a degree, a running median over a width in Å, or nothing."),
            setting("recipe.scale", "Scale", "", Kind::Choice(&["none", "minmax", "unit-norm", "standard", "median"]), "What makes bright and faint spectra alike: minmax stretches each onto −1 to 1."),
            setting("recipe.components", "Principal components", "", Kind::Whole, "Project on so many components; 0 compares the pixels themselves."),
        ],
    },
    Group {
        title: "Neighbours",
        about: "The table of nearest neighbours that every method reads.",
        settings: &[
            setting(TABLE_NEIGHBORS, "Neighbours in the table", "", Kind::Whole, "Computed once; every smaller number of neighbours needs no second search."),
            setting("neighbors.method", "Search", "", Kind::Choice(&["exact", "nn-descent"]), "All of them; or nearly all, for millions of spectra, with the share found estimated and stated."),
            setting("seed", "Seed", "", Kind::Whole, "Of everything random: the same seed and spectra give the same result."),
        ],
    },
    Group {
        title: "Local outlier factor",
        about: "How much thinner the surroundings of a spectrum are than those of its neighbours.",
        settings: &[
            setting(LOF_NEIGHBORS, "Neighbours (k)", "", Kind::Whole, "Must exceed the size of a cluster of rare objects, or they look ordinary to each other."),
            setting("lof.threshold", "Outlier above", "", Kind::Decimal, "A spectrum with a larger factor is marked as an outlier; the ranking does not depend on it."),
            setting("lof.duplicates", "Exact copies", "", Kind::Choice(&["keep", "distinct"]), "Count each, as scikit-learn does, or score each distinct spectrum once."),
            setting("lof.definition", "Definition", "", Kind::Choice(&["breunig", "simplified-2016"]), "The factor of Breunig and others, or the one of the 2016 code on LAMOST."),
        ],
    },
    Group {
        title: "Ensemble",
        about: "Places under other settings: how stable the list is, or a list of its own. Other numbers of neighbours cost nothing.",
        settings: &[
            setting("ensemble.vary", "Vary", "", Kind::Several(&["window", "scale", "mask", "continuum", "resolution"]), "One thing of the recipe at a time; each takes one to three searches more."),
            setting("ensemble.n_neighbors", "Neighbours", "", Kind::Wholes, "With commas; empty takes some from half of k to twice it. Much smaller ones than k find clusters of rare objects ordinary."),
            setting("ensemble.rank", "Rank by all of them", "", Kind::Switch, "The list follows the geometric mean of all factors rather than the factor of the settings above."),
        ],
    },
    Group {
        title: "Labels",
        about: "How a handful of labels flows along the neighbour graph. Used by spreading and propagation.",
        settings: &[
            setting(LABEL_SOURCE, "Labels of survey", "", Kind::Text, "Whose labels; empty takes those of the survey of the run."),
            setting("labels.classes", "Classes", "", Kind::List, "In order, with commas; empty takes those that occur."),
            setting("labels.kernel", "Kernel", "", Kind::Choice(&["knn", "rbf"]), "The nearest neighbours only, or all pairs by a Gaussian of their distance."),
            setting(LABEL_NEIGHBORS, "Neighbours in the graph", "", Kind::Whole, "Edges of each spectrum with the knn kernel."),
            setting("labels.weights", "Weights of edges", "", Kind::Choice(&["connectivity", "self-tuning"]), "Every edge weighs 1, or less with distance, scaled by how crowded its ends are."),
            setting("labels.gamma", "Gamma", "", Kind::Decimal, "Width of the rbf kernel, exp(−γ d²): larger is narrower."),
            setting("labels.alpha", "Alpha", "", Kind::Decimal, "How much a spectrum listens to its neighbours rather than to its own label; spreading only."),
            setting("labels.max_iter", "Iterations at most", "", Kind::Whole, "After so many the flow stops even when it has not settled."),
            setting("labels.tol", "Tolerance", "", Kind::Decimal, "Total change below which the flow has settled."),
        ],
    },
];

/// The setting of a key.
pub fn setting_of(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.key == key)
}

/// Every setting.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|group| group.settings)
}
