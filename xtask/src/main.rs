//! The project's own commands, run as `cargo xtask <command>`.
//!
//! They set a fresh machine up, so that a newcomer types one command and sees the product, and
//! continuous integration types one command and sees the truth. Each step looks before it acts: a
//! second run does no work twice.

#![allow(clippy::print_stdout, reason = "the output is the interface of these commands")]

mod apt;
mod axe;
mod ci;
mod demo;
mod dist;
mod measure;
mod miles;
mod python;
mod schemathesis;
mod served;
mod shell;
mod test;
mod tidy;
mod tools;
mod vo;
mod web;
mod worker;

use anyhow::{Result, bail};

const HELP: &str = "\
usage: cargo xtask <command>

  demo [--no-serve]   set up, build, find the rare spectra of a real library, serve the web app
  test [FILTER]       set up and run every test; the last line counts them
  schemathesis        the served API against its OpenAPI document alone
  vo                  the Virtual Observatory's services against its own tools alone
  ci                  format, tidy, lint natively and for the web, then test
  tidy                the rules of the house that no compiler checks
  web                 build the web app
  dist                one self-contained release binary with the web app inside
  bench [FILTER]      measure kernels and whole commands
  scale [--count N]   a whole simulated survey: time, stages, memory, recall; a million take 30 GB of disk
  peers [--full] ...  measure beside scikit-learn, FAISS, pynndescent and hnswlib; --help says more";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    std::env::set_current_dir(shell::root())?;
    match arguments.as_slice() {
        ["demo"] => demo::run(true),
        ["demo", "--no-serve"] => demo::run(false),
        ["test", filter @ ..] => test::run(filter),
        ["schemathesis"] => schemathesis::build_and_run(),
        ["vo"] => vo::build_and_run(),
        ["ci"] => ci::run(),
        ["tidy"] => tidy::run(),
        ["web"] => web::build(),
        ["dist"] => dist::run(),
        ["bench", filter @ ..] => measure::bench(filter),
        ["scale", options @ ..] => measure::scale(options),
        ["peers", options @ ..] => measure::peers(options),
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("unknown command: {}\n{HELP}", other.join(" ")),
    }
}
