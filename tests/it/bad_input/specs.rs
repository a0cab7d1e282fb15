//! Specs, conditions, labels and names that cannot be right.

use crate::support::Balmer;

fn stars() -> Balmer {
    let balmer = Balmer::new();
    balmer.survey("stars", 30, 0);
    balmer
}

#[test]
fn an_unknown_key_is_named_with_the_nearest() {
    let balmer = stars();
    balmer.file("spec.toml", "survey = \"stars\"\n[lof]\nn_neighbours = 20\n");
    balmer.fails(["run", "spec.toml"]).says(&["spec.toml", "lof.n_neighbours", "n_neighbors"]);
    balmer.file("spec.json", "{\"survey\": \"stars\", \"recipie\": {}}");
    balmer.fails(["run", "spec.json"]).says(&["recipie", "recipe"]);
    balmer.file("broken.toml", "survey = \n");
    balmer.fails(["run", "broken.toml"]).says(&["broken.toml", "line 1"]);
    balmer.fails(["run", "absent.toml"]).says(&["absent.toml", "No such file"]);
    assert_eq!(balmer.json(["runs"]).as_array().map(Vec::len), Some(0), "nothing was begun");
}

#[test]
fn as_many_neighbours_as_spectra_are_refused() {
    let balmer = stars();
    balmer.file("spec.toml", "survey = \"stars\"\n");
    balmer.fails(["run", "spec.toml"]).says(&["n_neighbors", "30"]);
    assert_eq!(balmer.json(["runs"])[0]["status"], "failed");
    balmer.fails(["candidates", "latest"]).says(&["failed", "n_neighbors"]);
}

#[test]
fn an_unknown_survey_is_named_with_the_nearest() {
    let balmer = stars();
    balmer.file("spec.toml", "survey = \"star\"\n");
    for arguments in [&["run", "spec.toml"][..], &["spectra", "star"], &["labels", "export", "star", "-"]] {
        balmer.fails(arguments).says(&["no survey `star`", "did you mean `stars`"]);
    }
    balmer.fails(["ingest", "../stars", "stars-files"]).says(&["`../stars` cannot be a name"]);
}

#[test]
fn a_condition_is_checked_before_anything_runs() {
    let balmer = stars();
    balmer.fails(["spectra", "stars", "--where", "snr_rr > 10"]).says(&["where", "snr_rr", "snr_r"]);
    balmer.fails(["spectra", "stars", "--where", "1 = 1; DROP TABLE x"]).says(&["where"]);
    balmer.file("spec.toml", "survey = \"stars\"\nwhere = \"class = 'QSO'\"\n");
    balmer.fails(["run", "spec.toml"]).says(&["class = 'QSO'"]);
}

#[test]
fn labels_of_an_unknown_class_are_refused() {
    let balmer = stars();
    balmer.ok(["labels", "classes", "stars", "be", "normal"]);
    balmer.file("labels.csv", "spectrum_id,label\nstar-1,normal\nstar-2,ne\n");
    balmer.fails(["labels", "import", "stars", "labels.csv"]).says(&[
        "unknown class `ne`",
        "star-2",
        "did you mean `be`",
    ]);
    let labels = balmer.ok(["labels", "export", "stars", "-"]);
    assert_eq!(labels.lines().count(), 1, "all or none: {labels}");

    balmer.file("free.csv", "spectrum_id,label\nstar-1,normal\nstar-2,odd\n");
    let classes = "[labels]\nsource = \"free.csv\"\nclasses = [\"be\", \"normal\"]\n";
    let sizes = "[neighbors]\nn_neighbors = 10\n[lof]\nn_neighbors = 10\n";
    balmer.file("spec.toml", format!("survey = \"stars\"\n{sizes}{classes}"));
    balmer.fails(["run", "spec.toml"]).says(&["odd", "be, normal"]);
}

#[test]
fn a_label_file_of_other_spectra_is_refused() {
    let balmer = stars();
    balmer.file("labels.csv", "spectrum_id,label\nx,be\n");
    balmer.fails(["labels", "import", "stars", "labels.csv"]).says(&["none of the 1 spectra", "x"]);
    balmer.file("labels.csv", "name,label\nstar-1,be\n");
    balmer.fails(["labels", "import", "stars", "labels.csv"]).says(&["spectrum_id"]);
}
