//! What must hold before a change lands, the cheapest first; the first failure ends it.

use anyhow::Result;

use crate::{shell, test, tidy, tools::WasmTarget};

/// Format, tidy, clippy natively and for the web, then every test.
pub fn run() -> Result<()> {
    shell::step("format");
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    shell::step("clippy, native");
    shell::run(shell::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    shell::step("clippy, web");
    let target = WasmTarget::ensure()?;
    let mut clippy = shell::cargo();
    clippy.args(["clippy", "--package", "balmer-web", "--package", "balmer-worker"]);
    clippy.args(["--package", "balmer-core", "--package", "balmer-exchange", "--package", "balmer-compute"]);
    clippy.args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]);
    if target.has_clippy() {
        shell::run(&mut clippy)?;
    } else {
        println!("this compiler for WebAssembly has no clippy: the web build alone checks it");
    }
    test::run(&[])
}
