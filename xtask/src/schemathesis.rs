//! The served API against its own description: schemathesis makes requests from the `OpenAPI` document, good and
//! bad ones, and looks at every answer. No 500, no status, media type, header or body that the document
//! does not tell of.
//!
//! It runs on a simulated survey with labels and a finished run, from a fixed seed, within a bounded number
//! of requests.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{python, served::Served, shell};

/// The schemathesis that the document is tested with.
const VERSION: &str = "4.32.5";
const SURVEY: &str = "sim";
/// Requests an operation in its random phase; the systematic ones come on top.
const EXAMPLES: &str = "15";

/// Builds the program and runs it against its document.
pub fn build_and_run() -> Result<()> {
    shell::step("building everything");
    shell::run(shell::cargo().args(["build", "--workspace", "--all-targets"]))?;
    let balmer = shell::target().join("debug").join(format!("balmer{}", std::env::consts::EXE_SUFFIX));
    if run(&balmer)? { Ok(()) } else { bail!("the API does not keep to its document") }
}

/// Whether the server keeps to its document. `balmer` is the program.
pub fn run(balmer: &Path) -> Result<bool> {
    let schemathesis = install()?;
    shell::step("schemathesis: the served API against its description");
    let folder = shell::target().join("schemathesis");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let [run, spectrum] = prepare(balmer, &folder)?;
    fs::write(folder.join("schemathesis.toml"), configuration(&run, &spectrum))?;
    let server = Served::start(balmer, &folder.join("data"))?;
    let mut command = Command::new(schemathesis);
    command.current_dir(&folder).args(["run", "--seed", "1", "--max-examples", EXAMPLES, "--no-shrink"]);
    command.args(["--continue-on-failure", "--request-timeout", "30"]);
    command.arg(format!("{}api/v1/openapi.json", server.url));
    let passed = shell::run(&mut command);
    if let Err(error) = &passed {
        println!("{error:#}");
    }
    Ok(passed.is_ok())
}

/// schemathesis in an environment of its own, in the user's cache.
fn install() -> Result<PathBuf> {
    let home = shell::cache()?.join("tools").join(format!("schemathesis-{VERSION}"));
    let program = home.join("bin/schemathesis");
    if shell::output(Command::new(&program).arg("--version")).is_ok_and(|version| version.contains(VERSION)) {
        return Ok(program);
    }
    shell::step(&format!("installing schemathesis {VERSION} (once)"));
    python::new_environment(&home)?;
    let mut pip = Command::new(home.join("bin/pip"));
    shell::run(pip.args(["install", "--quiet", "--disable-pip-version-check", &format!("schemathesis=={VERSION}")]))?;
    Ok(program)
}

/// A survey with labels and a run that is done; the ids of the run and of a spectrum.
fn prepare(balmer: &Path, folder: &Path) -> Result<[String; 2]> {
    let data = folder.join("data");
    let command = |arguments: &[&str]| {
        let mut command = Command::new(balmer);
        command.arg("--data-dir").arg(&data).args(arguments).current_dir(folder);
        command
    };
    shell::output(&mut command(&["simulate", SURVEY, "--count", "300", "--seed", "1"]))?;
    let listed = shell::output(&mut command(&["spectra", SURVEY, "--limit", "6", "--json"]))?;
    let listed: serde_json::Value = serde_json::from_str(&listed)?;
    let ids: Vec<&str> =
        listed["spectra"].as_array().into_iter().flatten().filter_map(|row| row["spectrum_id"].as_str()).collect();
    let labels = ids.iter().enumerate().fold("spectrum_id,label\n".to_owned(), |file, (i, id)| {
        file + &format!("{id},{}\n", ["ordinary", "rare"][i % 2])
    });
    fs::write(folder.join("labels.csv"), labels)?;
    shell::output(&mut command(&["labels", "import", SURVEY, "labels.csv"]))?;
    let spec = format!(
        "survey = \"{SURVEY}\"\n[neighbors]\nn_neighbors = 20\n[lof]\nn_neighbors = 20\n[labels]\nn_neighbors = 8\n"
    );
    fs::write(folder.join("spec.toml"), spec)?;
    let done = shell::output(&mut command(&["run", "spec.toml", "--json"]))?;
    let done: serde_json::Value = serde_json::from_str(&done)?;
    let run = done["run"].as_str().context("the run has no id")?;
    let spectrum = ids.first().context("the survey is empty")?;
    Ok([run.to_owned(), (*spectrum).to_owned()])
}

/// Names that exist, for most of the requests; and which statuses a request that fits the schema may have.
///
/// A schema cannot say what an SQL condition, a recipe or a spec must be to make sense (400), which names there
/// are (404), in which formats something can be had (406), in what state a run is (409), or that the queue of runs
/// is full, which is answered by 503 on purpose: requests that fit it may be refused with these.
fn configuration(run: &str, spectrum: &str) -> String {
    let mut text =
        "[checks.positive_data_acceptance]\nexpected-statuses = [\"2xx\", 400, 404, 406, 409, 503]\n".to_owned();
    text += "[checks.not_a_server_error]\nexpected-statuses = [\"2xx\", \"3xx\", \"4xx\", 503]\n";
    for (name, at, value) in [
        ("survey", &["path.survey", "body.survey"][..], SURVEY),
        ("spectrum", &["path.id", "body.spectrum_id"], spectrum),
        ("column", &["path.column"], "snr_r"),
        ("condition", &["query.where"], "snr_r > 5"),
        ("order", &["query.order_by"], "spectrum_id"),
        ("columns", &["query.columns"], "spectrum_id"),
        ("recipe", &["query.recipe"], "{}"),
    ] {
        // writing to a string cannot fail
        let _ = writeln!(text, "[dictionaries.{name}]\nvalues = ['{value}']");
        for place in at {
            let _ = writeln!(text, "[parameters.\"{place}\"]\ndictionary = \"{name}\"\nprobability = 0.8");
        }
    }
    // what ends or deletes a run gets those that the requests themselves make: this one must stay
    text + &format!("[dictionaries.run]\nvalues = [\"{run}\"]\n[[operations]]\n")
        + "include-operation-id = [\"get_run\", \"list_candidates\", \"explain_candidate\", \"watch_run\"]\n"
        + "parameters = { \"path.run\" = { dictionary = \"run\", probability = 0.8 } }\n"
        // to delete takes back the last change of a label there: the labels stay
        + "[[operations]]\ninclude-operation-id = [\"undo_label\", \"list_labels\", \"list_label_changes\"]\n"
        + "checks = { use_after_free = { enabled = false } }\n"
}
