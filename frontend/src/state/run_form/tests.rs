//! What is typed becomes a spec and comes back from it.

use super::*;

fn faults(change: impl FnOnce(&mut RunForm)) -> Vec<String> {
    let mut form = RunForm { method: Method::Spreading, ..RunForm::default() };
    change(&mut form);
    form.spec("s", "", None).unwrap_err().into_iter().map(|fault| fault.name).collect()
}

#[test]
fn every_key_of_the_spec_has_a_field() {
    fn leaves(path: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(keys) => keys.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, found)),
            _ => found.push(path.trim_start_matches('.').to_owned()),
        }
    }
    let mut keys = Vec::new();
    leaves("", &tree(&complete("")), &mut keys);
    let mut fields: Vec<&str> = settings::all().map(|setting| field(setting.key)).collect();
    fields.dedup();
    // chosen by the bars themselves
    fields.extend(["schema_version", "survey", "labels.algorithm"]);
    keys.sort_unstable();
    fields.sort_unstable();
    assert_eq!(keys, fields);
}

#[test]
fn every_word_of_a_choice_is_one_of_the_spec_s() {
    for setting in settings::all() {
        let Kind::Choice(words) = setting.kind else { continue };
        for word in words {
            let mut tree = tree(&complete(""));
            *tree.pointer_mut(&pointer(setting.key)).unwrap() = Value::from(*word);
            assert!(serde_json::from_value::<PipelineSpec>(tree).is_ok(), "{} = {word}", setting.key);
        }
    }
}

#[test]
fn form_and_spec_are_inverse() {
    for preset in Preset::ALL {
        let spec = PipelineSpec { survey: "s".into(), r#where: Some("z > 1".into()), ..preset.spec() };
        assert_eq!(RunForm::of(&spec).spec("s", " z > 1 ", None).unwrap(), spec);
        assert_eq!(RunForm::of(&spec).preset(), Some(preset));
        assert_eq!(Preset::of(preset.name()), Some(preset));
    }
    let labels = LabelsSpec {
        source: "s".into(),
        classes: vec!["A".into(), "Be star".into()],
        algorithm: LabelAlgorithm::Propagation,
        alpha: 0.25,
        ..LabelsSpec::default()
    };
    let spec = PipelineSpec { labels: Some(labels), seed: 7, ..PipelineSpec::new("s") };
    let form = RunForm::of(&spec);
    assert_eq!((form.method, form.text("labels.classes")), (Method::Propagation, "A, Be star"));
    assert_eq!(form.spec("s", "", None).unwrap(), spec);
    // the labels go with the survey
    assert_eq!(form.spec("t", "", None).unwrap().labels.unwrap().source, "t");
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let form = RunForm::default();
    assert_eq!((form.text("recipe.window_angstrom.0"), form.text("lof.threshold")), ("6519", "1.3"));
    assert_eq!((form.text("labels.tol"), form.text("recipe.continuum")), ("0.001", "polynomial:2"));
    assert_eq!((form.changes(), form.is_default("seed")), (0, true));
}

#[test]
fn a_fault_stands_at_its_key() {
    assert_eq!(faults(|form| form.set("recipe.pixels", "many")), ["recipe.pixels"]);
    assert_eq!(faults(|form| form.set("recipe.pixels", "0")), ["recipe.pixels"]);
    assert_eq!(faults(|form| form.set("lof.threshold", "")), ["lof.threshold"]);
    assert_eq!(faults(|form| form.set("labels.alpha", "1")), ["labels.alpha"]);
    assert_eq!(faults(|form| form.set("recipe.continuum", "polynomial:")), ["recipe.continuum"]);
    assert_eq!(faults(|form| form.set("recipe.window_angstrom.0", "9000")), ["recipe.window_angstrom"]);
    let mut form = RunForm::default();
    form.set("labels.alpha", "1");
    assert!(form.spec("s", "", None).is_ok(), "labels do not count without a label stage");
}

#[test]
fn masked_stretches_are_typed_read_and_refused() {
    let mut spec = PipelineSpec::new("s");
    spec.recipe.mask_angstrom = vec![[5574.0, 5584.0], [6299.5, 6304.5]];
    let mut form = RunForm::of(&spec);
    assert_eq!((form.text(MASKED), form.changes()), ("5574-5584, 6299.5-6304.5", 1));
    assert_eq!(form.spec("s", "", None).unwrap(), spec);
    form.set(MASKED, "");
    assert_eq!(form.spec("s", "", None).unwrap(), PipelineSpec::new("s"));
    for wrong in ["5577", "5584-5574", "sky"] {
        assert_eq!(faults(|form| form.set(MASKED, wrong)), [MASKED], "{wrong}");
    }
}

#[test]
fn what_is_masked_besides_is_in_the_medium_of_the_form() {
    let mut form = RunForm::default();
    form.set(MASKED, "6298-6303");
    form.mask(&[[5575.0, 5580.0]], Medium::Vacuum);
    assert_eq!(form.text(MASKED), "5575-5580, 6298-6303");
    form.set(MEDIUM, "air");
    form.set(MASKED, "");
    form.mask(&[[5575.0, 5580.0]], Medium::Vacuum);
    assert_eq!(form.text(MASKED), "5573.45-5578.45");
}

#[test]
fn the_table_is_as_wide_as_a_neighbourhood() {
    let mut form = RunForm::default();
    form.set(LOF_NEIGHBORS, "400");
    assert_eq!(form.text(TABLE_NEIGHBORS), "400");
    form.set(LOF_NEIGHBORS, "20");
    assert_eq!(form.text(TABLE_NEIGHBORS), "400");
    assert_eq!(form.spec("s", "", Some(1_000)).unwrap().neighbors.n_neighbors, 400);
    // a small subset: no wider than it must be
    assert_eq!(form.spec("s", "", Some(450)).unwrap().neighbors.n_neighbors, 20);
    let fault = &form.spec("s", "", Some(20)).unwrap_err()[0];
    assert_eq!(
        (fault.name.as_str(), fault.detail.as_str()),
        (LOF_NEIGHBORS, "the subset has 20 spectra: choose fewer than 20")
    );
}

#[test]
fn a_preset_leaves_labels_and_seed() {
    let mut form = RunForm { method: Method::Spreading, ..RunForm::default() };
    form.set("labels.alpha", "0.5");
    form.set("seed", "9");
    let form = form.with_preset(Preset::SpectralTypes);
    assert_eq!((form.text("labels.alpha"), form.text("seed"), form.text("recipe.pixels")), ("0.5", "9", "800"));
    assert_eq!((form.method, form.preset()), (Method::Spreading, Some(Preset::SpectralTypes)));
}

#[test]
fn a_refusal_without_keys_is_read() {
    let problem = |detail: &str| Problem::new(400, "bad request").with_detail(detail);
    let first = |detail: &str| refused(&problem(detail)).remove(0);
    assert_eq!(first("lof.n_neighbors = 0: choose one").name, LOF_NEIGHBORS);
    assert_eq!(first("recipe.window_angstrom = [2, 1]: swap").name, "recipe.window_angstrom");
    assert_eq!(first("no survey `x`").name, "spec");
    let named = Problem { errors: vec![fault("where", "no column")], ..problem("where: no column") };
    assert_eq!(refused(&named)[0].name, "where");
}
