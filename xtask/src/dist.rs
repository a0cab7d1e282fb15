//! The release binary.

use anyhow::Result;

use crate::{shell, tools, web};

/// Builds `balmer` fully optimised, with the web app inside.
pub fn run() -> Result<()> {
    tools::c_compiler()?;
    web::build()?;
    shell::step("building balmer for distribution");
    shell::run(shell::cargo().args(["build", "--profile", "dist", "--package", "balmer"]))?;
    println!("{}", shell::target().join("dist").join(format!("balmer{}", std::env::consts::EXE_SUFFIX)).display());
    Ok(())
}
