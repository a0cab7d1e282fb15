//! The services of the Virtual Observatory as its own tools see them: STILTS holds every document against the schemas of the
//! IVOA, vo-models reads them, pyvo carries a job out, and the Python of docs/VO.md works as printed.
//!
//! STILTS brings the schemas along and asks no network. It comes from Debian; what is of Python is pinned in
//! `xtask/vo/requirements.txt`. A tool that is missing is a failure.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{apt, python, served::Served, shell};

/// What the Python clients are installed from.
const REQUIREMENTS: &str = include_str!("../vo/requirements.txt");
/// What they do.
const CLIENTS: &str = "xtask/vo/clients.py";
/// The survey of the examples.
const SURVEY: &str = "miles";
/// How long a job on a small survey may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Builds the program and runs the tools against it.
pub fn build_and_run() -> Result<()> {
    shell::step("building everything");
    shell::run(shell::cargo().args(["build", "--workspace", "--all-targets"]))?;
    let balmer = shell::target().join("debug").join(format!("balmer{}", std::env::consts::EXE_SUFFIX));
    if run(&balmer)? { Ok(()) } else { bail!("the services are not what the Virtual Observatory's tools expect") }
}

/// Whether all tools are content. `balmer` is the program.
pub fn run(balmer: &Path) -> Result<bool> {
    let python = clients()?;
    stilts()?;
    shell::step("the Virtual Observatory's services by its own tools");
    let folder = shell::target().join("vo");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let data = folder.join("data");
    let mut simulate = Command::new(balmer);
    shell::output(simulate.arg("--data-dir").arg(&data).args(["simulate", SURVEY, "--count", "400", "--seed", "1"]))?;
    let server = Served::start(balmer, &data)?;
    let base = format!("{}vo", server.url);
    let checks: [(&str, Result<()>); 2] =
        [("schemas", by_schemas(&base, &folder)), ("clients", by_clients(&python, &base))];
    let mut is_content = true;
    for (name, outcome) in checks {
        if let Err(error) = outcome {
            println!("{name}: {error:#}");
            is_content = false;
        }
    }
    Ok(is_content)
}

/// Python with pyvo and vo-models, in the user's cache.
fn clients() -> Result<PathBuf> {
    let home = shell::cache()?.join("tools/vo-clients");
    let (python, installed) = (home.join("bin/python"), home.join("installed.txt"));
    if fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS)
        && shell::works(Command::new(&python).arg("-V"))
    {
        return Ok(python);
    }
    shell::step("installing pyvo and vo-models (once)");
    python::new_environment(&home)?;
    let mut pip = Command::new(home.join("bin/pip"));
    shell::run(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r", "xtask/vo/requirements.txt"]))?;
    // written last: an installation that broke off is begun anew
    fs::write(installed, REQUIREMENTS)?;
    Ok(python)
}

fn stilts() -> Result<()> {
    if shell::find("stilts").is_none() {
        apt::install(&["stilts"], "STILTS")?;
    }
    if shell::find("stilts").is_none() {
        bail!("no stilts on PATH: install it and run this again")
    }
    Ok(())
}

/// Every kind of document, in every kind of state, is valid.
fn by_schemas(base: &str, folder: &Path) -> Result<()> {
    let wrong = folder.join("wrong.xml");
    fs::write(&wrong, "<jobs xmlns=\"http://www.ivoa.net/xml/UWS/v1.0\"><job/></jobs>")?;
    for check in [xsdvalidate, votlint] {
        if refused(check(&wrong))?.is_none() {
            bail!("STILTS takes whatever it is given");
        }
    }
    let jobs = format!("{base}/uws");
    let pending = create(&jobs, &["SURVEY=miles", "RUNID=<a> & b", "LANG=ADQL", "DESTRUCTION=2999-01-01"])?;
    let done = create(&jobs, &["SURVEY=miles", "LOF.N_NEIGHBORS=20", "PHASE=RUN"])?;
    let failed = create(&jobs, &["SURVEY=nowhere", "PHASE=RUN"])?;
    ended(&done)?;
    let mut documents = vec![
        (jobs.clone(), xsdvalidate as fn(&Path) -> Command),
        (format!("{jobs}?PHASE=ARCHIVED"), xsdvalidate),
        (format!("{base}/capabilities"), xsdvalidate),
        (format!("{base}/availability"), xsdvalidate),
        (format!("{failed}/error"), votlint),
        (format!("{done}/results/result"), votlint),
    ];
    for job in [&pending, &done, &failed] {
        documents.extend(["", "/parameters", "/results"].map(|part| (format!("{job}{part}"), xsdvalidate as _)));
    }
    for (number, (address, check)) in documents.iter().enumerate() {
        let file = folder.join(format!("{number}.xml"));
        shell::output(curl().arg("-o").arg(&file).arg(address))?;
        if let Some(wrong) = refused(check(&file))? {
            bail!("{address} is not valid: {wrong}\n{}", fs::read_to_string(&file)?);
        }
        println!("  valid: {address}");
    }
    Ok(())
}

/// A document against the schemas that STILTS brings along: UWS, VOSI, `VOResource`.
fn xsdvalidate(file: &Path) -> Command {
    let mut stilts = Command::new("stilts");
    stilts.args(["xsdvalidate", "uselocals=true"]).arg(format!("doc={}", file.display()));
    stilts
}

/// A `VOTable` against its schema and its own words.
fn votlint(file: &Path) -> Command {
    let mut stilts = Command::new("stilts");
    stilts.arg("votlint").arg(format!("votable={}", file.display()));
    stilts
}

/// What STILTS says of a document that is not valid; how it exits does not tell.
fn refused(mut stilts: Command) -> Result<Option<String>> {
    let output = stilts.output().context("cannot start stilts")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let is_bad = !output.status.success() || ["ERROR", "FATAL", "Error"].iter().any(|word| said.contains(word));
    Ok(is_bad.then_some(said))
}

fn curl() -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail"]);
    curl
}

/// The address of a new job.
fn create(jobs: &str, parameters: &[&str]) -> Result<String> {
    let mut request = curl();
    request.args(["-o", "-", "-w", "%{redirect_url}", jobs]);
    for parameter in parameters {
        request.args(["--data-urlencode", parameter]);
    }
    let address = shell::output(&mut request)?;
    if address.starts_with(jobs) { Ok(address) } else { bail!("no job at {jobs}: {address}") }
}

fn ended(job: &str) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let phase = shell::output(curl().arg(format!("{job}/phase")))?;
        match phase.trim() {
            "COMPLETED" => return Ok(()),
            "ERROR" | "ABORTED" => bail!("{job} is {phase}"),
            _ => thread::sleep(Duration::from_millis(200)),
        }
    }
    bail!("{job} does not end")
}

fn by_clients(python: &Path, base: &str) -> Result<()> {
    shell::run(Command::new(python).args([CLIENTS, &format!("{base}/uws"), "docs/VO.md"]))
}
