//! Runs under several settings: their lists, the places they keep, and what is kept of principal components.

use balmer_core::pipeline::{EnsembleSpec, Vary};

use super::*;

fn ensemble() -> PipelineSpec {
    let ensemble = EnsembleSpec { n_neighbors: vec![10, 20], vary: vec![Vary::Scale, Vary::Mask], rank: true };
    PipelineSpec { ensemble, ..spec() }
}

#[test]
fn an_ensemble_ranks_by_its_factor_and_keeps_every_place() {
    let (_folder, store) = survey();
    let state = run(&store, ensemble()).unwrap();
    let run = store.run(&state.id).unwrap();
    let rows = run.candidate_rows(&Query::default()).unwrap();
    assert_eq!(rows[0].spectrum_id, "star-40");
    assert!(rows.windows(2).all(|pair| pair[0].ensemble.unwrap() >= pair[1].ensemble.unwrap()));
    let outliers = rows.iter().filter(|row| row.ensemble.unwrap() > 1.3).count();
    assert_eq!((outliers, rows.iter().filter(|row| row.is_outlier).count()), (outliers, outliers));

    // the run's own recipe and two scales and two masks, each with both numbers of neighbours
    let row = find_row(&run, "star-40");
    let places = run.places_of(row).unwrap();
    let settings: Vec<&str> = places.iter().map(|place| place.setting.as_str()).collect();
    assert_eq!(settings[..4], ["k = 10", "k = 20", "k = 10, scale = standard", "k = 20, scale = standard"]);
    assert_eq!(settings.len(), 10);
    let ranks: Vec<u32> = places.iter().map(|place| place.rank.unwrap()).collect();
    assert_eq!((rows[0].rank_best, rows[0].rank_worst), (ranks.iter().min().copied(), ranks.iter().max().copied()));
    assert!(run.results().contains(&"stability.parquet") && run.basis().unwrap().is_none());
    let provenance = run.provenance().unwrap().unwrap();
    assert!(provenance.timings.iter().any(|timing| timing.stage == Stage::Variants), "{:?}", provenance.timings);
}

fn find_row(run: &Run, id: &str) -> u32 {
    let (table, ids) = run.neighbor_table(1).unwrap();
    assert_eq!(table.n_rows(), ids.len());
    ids.iter().position(|known| known == id).unwrap() as u32
}

#[test]
fn places_without_an_ensemble_are_those_of_the_numbers_of_neighbours() {
    let (_folder, store) = survey();
    let state = run(&store, spec()).unwrap();
    let run = store.run(&state.id).unwrap();
    let rows = run.candidate_rows(&Query::default()).unwrap();
    for row in rows.iter().take(5) {
        let places = run.places_of(find_row(&run, &row.spectrum_id)).unwrap();
        let settings: Vec<&str> = places.iter().map(|place| place.setting.as_str()).collect();
        assert_eq!(settings, ["k = 10", "k = 15", "k = 20"]);
        assert_eq!(places[2].rank, Some(row.rank));
    }
    assert!(rows.windows(2).all(|pair| pair[0].lof >= pair[1].lof));
}

#[test]
fn an_ensemble_comes_to_the_same_bytes_again() {
    let (_folder, store) = survey();
    let [first, second] = [ensemble(), ensemble()].map(|spec| run(&store, spec).unwrap());
    for table in ["candidates.parquet", "stability.parquet"] {
        let bytes = |state: &RunState| std::fs::read(store.run(&state.id).unwrap().folder().join(table)).unwrap();
        assert!(bytes(&first) == bytes(&second), "{table}");
    }
}

#[test]
fn the_components_of_a_run_are_kept() {
    let (_folder, store) = survey();
    let mut spec = spec();
    spec.recipe.components = 4;
    let state = run(&store, spec).unwrap();
    let basis = store.run(&state.id).unwrap().basis().unwrap().expect("the recipe projects");
    assert_eq!((basis.mean.len(), basis.components.dim(), basis.explained_variance.len()), (140, (4, 140), 4));
    assert!(basis.explained_variance.windows(2).into_iter().all(|pair| pair[0] >= pair[1]));
    let overlap = basis.components.dot(&basis.components.t());
    assert!((0..4).all(|i| (0..4).all(|j| (overlap[[i, j]] - f64::from(u8::from(i == j))).abs() < 1e-9)));
}
