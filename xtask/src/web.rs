//! Building the web app: its workers, then with Trunk the page.

use std::process::Command;

use anyhow::Result;

use crate::{
    shell,
    tools::{self, WasmTarget},
    worker,
};

/// Builds `frontend/` into `frontend/dist`, installing what that needs. Cargo and Trunk skip what has
/// not changed.
pub fn build() -> Result<()> {
    let target = WasmTarget::ensure()?;
    let tools = tools::web_tools()?;
    worker::build(&target, &tools)?;
    shell::step("building the web app");
    let mut trunk = Command::new(tools.join("trunk"));
    trunk.args(["build", "--skip-version-check", "--color", "never"]);
    target.configure(&mut trunk)?;
    // wasm-bindgen of the right version is found on PATH, so that Trunk downloads nothing
    trunk.env("PATH", tools::prepended(&tools)?);
    // Trunk takes NO_COLOR only as true or false
    trunk.env_remove("NO_COLOR");
    shell::run(&mut trunk)
}
