//! The whole product on a real library of stars, from nothing: what a newcomer sees first.

use std::{fmt::Write as _, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{miles, shell, tools, web};

const SURVEY: &str = "miles";

/// Sets up, builds, ingests the MILES library, runs LOF and label spreading on it and prints the
/// candidates; then serves the web app, unless told not to.
pub fn run(serve: bool) -> Result<()> {
    tools::c_compiler()?;
    web::build()?;
    shell::step("building balmer");
    shell::run(shell::cargo().args(["build", "--package", "balmer"]))?;
    let balmer = Balmer {
        program: shell::target().join("debug").join(format!("balmer{}", std::env::consts::EXE_SUFFIX)),
        data: shell::cache()?.join("demo"),
    };
    match miles::fetch() {
        Ok(spectra) => balmer.find_emission_stars(&spectra)?,
        Err(error) => {
            println!("\nthe MILES library cannot be had: {error:#}");
            println!("it comes from the Python package index; without that network, simulated spectra stand in:");
            balmer.find_simulated()?;
        }
    }
    if serve {
        shell::step("serving: open the address below in a browser, Ctrl-C ends");
        shell::run(balmer.command().arg("serve"))?;
    }
    Ok(())
}

struct Balmer {
    program: std::path::PathBuf,
    data: std::path::PathBuf,
}

impl Balmer {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--data-dir").arg(&self.data);
        command
    }

    fn find_emission_stars(&self, spectra: &Path) -> Result<()> {
        shell::step("ingesting the MILES library");
        let catalogue = self.data.join("miles-catalogue.csv");
        std::fs::create_dir_all(&self.data)?;
        std::fs::write(&catalogue, catalogue_csv(&spectra.join("paramsMILES_v9.1.txt"))?)?;
        let files = spectra.join("*.fits");
        shell::run(self.command().args(["ingest", SURVEY]).arg(files).arg("--catalogue").arg(&catalogue))?;
        shell::run(self.command().args(["labels", "import", SURVEY, "xtask/demo/miles-labels.csv"]))?;
        shell::step("running Local Outlier Factor and label spreading");
        shell::run(self.command().args(["run", "xtask/demo/miles.toml", "--limit", "20"]))
    }

    fn find_simulated(&self) -> Result<()> {
        let survey = "simulated";
        if !shell::works(self.command().args(["spectra", survey, "--limit", "1"])) {
            shell::run(self.command().args(["simulate", survey, "--count", "2000", "--seed", "1"]))?;
        }
        shell::run(self.command().args(["run", "xtask/demo/simulated.toml", "--limit", "20"]))
    }
}

/// The library's table of stars as a catalogue that `balmer ingest` joins by `spectrum_id`.
///
/// Fixed columns: name 0-17, MILES number 22-27, spectral type 35-50.
fn catalogue_csv(table: &Path) -> Result<String> {
    let bytes = std::fs::read(table).with_context(|| table.display().to_string())?;
    let text = String::from_utf8_lossy(&bytes);
    let mut csv = String::from("spectrum_id,designation,class,subclass\n");
    for line in text.lines().skip(3) {
        let (Some(name), Some(number)) = (line.get(..18), line.get(22..28).and_then(miles_number)) else { continue };
        let kind = line.get(35..51).unwrap_or_default().trim();
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(csv, "MILES_res2.50_star_m{number:04}V,\"{name}\",STAR,\"{kind}\"")?;
    }
    Ok(csv)
}

fn miles_number(field: &str) -> Option<u32> {
    field.split_whitespace().find_map(|word| word.parse().ok())
}
