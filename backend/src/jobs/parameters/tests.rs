//! A spec comes back from its parameters; parameters of people are read with the mistakes that people make.

use balmer_core::{
    manipulation::RecipeSpec,
    pipeline::{LabelAlgorithm, LabelKernel, LofSpec, NeighborsSpec},
};
use proptest::prelude::*;

use super::*;

fn given(parameters: &[(&str, &str)]) -> Result<PipelineSpec, String> {
    unflatten(&parameters.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
}

#[test]
fn names_are_read_whatever_their_case_and_values_by_their_kind() {
    let spec = given(&[
        ("survey", "lamost"),
        ("Where", "snr_r > 10"),
        ("RECIPE.WINDOW_ANGSTROM", " 6500  6700.5"),
        ("recipe.rest_frame", "TRUE"),
        ("LOF.THRESHOLD", "2"),
        ("LABELS.CLASSES", "be, shell star"),
        ("SEED", ""),
        ("LANG", "ADQL"),
        ("LOF", "x"),
    ])
    .unwrap();
    assert_eq!((spec.survey.as_str(), spec.r#where.as_deref(), spec.seed), ("lamost", Some("snr_r > 10"), 0));
    assert_eq!((spec.recipe.window_angstrom, spec.recipe.rest_frame), ([6500.0, 6700.5], true));
    assert_eq!(spec.lof, LofSpec { threshold: 2.0, ..LofSpec::default() });
    assert_eq!(spec.labels.unwrap().classes, ["be", "shell star"]);
    assert!(is_known("lof.n_neighbors") && !is_known("LOF") && !is_known("LANG") && !is_known("A.B.C"));
}

#[test]
fn what_makes_no_sense_names_its_parameter() {
    for (name, value, words) in [
        ("LOF.N_NEIGHBORS", "many", "whole number"),
        ("LOF.THRESHOLD", "inf", "finite"),
        ("RECIPE.REST_FRAME", "maybe", "true or false"),
        ("RECIPE.WINDOW_ANGSTROM", "6500 x", "blanks"),
        ("LABELS.CLASSES", "[be", "JSON"),
    ] {
        let error = given(&[(name, value)]).unwrap_err();
        assert!(error.starts_with(name) && error.contains(words), "{error}");
    }
    // what only the spec knows
    assert!(given(&[("NEIGHBORS.METHOD", "magic")]).unwrap_err().contains("neighbors.method"));
    assert!(given(&[("RECIPE.WINDOW_ANGSTROM", "6500")]).unwrap_err().contains("recipe.window_angstrom"));
}

proptest! {
    #[test]
    fn a_spec_comes_back_from_its_parameters(
        survey in "[a-z][a-z0-9-]{0,9}",
        condition in proptest::option::of("[ -~]{1,20}"),
        seed in 0..i64::MAX as u64,
        (k, threshold) in (1usize..500, 0.5f64..9.0),
        (low, width, pixels) in (3000.0f64..9000.0, 1.0f64..500.0, 1usize..4000),
        labels in proptest::option::of((proptest::collection::vec("[ -~]{1,9}", 0..4), 1e-9f64..1.0, any::<bool>())),
    ) {
        let labels = labels.map(|(classes, tol, is_rbf)| LabelsSpec {
            classes,
            tol,
            algorithm: LabelAlgorithm::Propagation,
            kernel: if is_rbf { LabelKernel::Rbf } else { LabelKernel::Knn },
            ..LabelsSpec::default()
        });
        let spec = PipelineSpec {
            r#where: condition,
            seed,
            recipe: RecipeSpec { window_angstrom: [low, low + width], pixels, ..RecipeSpec::paper_2016() },
            neighbors: NeighborsSpec { n_neighbors: k, ..NeighborsSpec::default() },
            lof: LofSpec { n_neighbors: k, threshold, ..LofSpec::default() },
            labels,
            ..PipelineSpec::new(survey)
        };
        prop_assert_eq!(unflatten(&flatten(&spec)), Ok(spec));
    }
}
