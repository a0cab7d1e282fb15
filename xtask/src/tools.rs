//! The tools that the build needs beyond cargo: the WebAssembly target, Trunk and wasm-bindgen at the
//! versions this tree wants, a browser for its tests.
//!
//! Tools built here go to the user's cache, so that clones share them and nobody's own are touched.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{apt, shell};

/// The Trunk that this tree is built with; 0.22 needs a newer compiler than the workspace.
const TRUNK: &str = "0.21.14";

/// How to compile for `wasm32-unknown-unknown`.
pub enum WasmTarget {
    /// rustup's precompiled standard library.
    Rustup,
    /// Debian's `rustc-web` with the standard library built from its sources.
    Debian,
}

impl WasmTarget {
    /// Finds or installs the target.
    pub fn ensure() -> Result<Self> {
        let installed = Command::new("rustc")
            .args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"])
            .output()
            .is_ok_and(|o| Path::new(String::from_utf8_lossy(&o.stdout).trim()).is_dir());
        if installed {
            return Ok(Self::Rustup);
        }
        shell::step("installing the WebAssembly target");
        if shell::run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"])).is_ok() {
            return Ok(Self::Rustup);
        }
        println!("rustup cannot provide wasm32-unknown-unknown: using Debian's compiler, which builds it from source");
        if !Path::new("/usr/bin/rustc").exists() || !Path::new("/usr/bin/wasm-ld-19").exists() {
            apt::install(&["rustc-web", "cargo-web", "rust-web-src", "lld-19"], "a compiler for WebAssembly")
                .context("or: rustup target add wasm32-unknown-unknown")?;
        }
        Ok(Self::Debian)
    }

    /// Whether clippy can check for this target: Debian's compiler comes without.
    pub fn has_clippy(&self) -> bool {
        matches!(self, Self::Rustup)
    }

    /// The cargo that compiles for this target.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Rustup => shell::cargo(),
            Self::Debian => Command::new("/usr/bin/cargo"),
        }
    }

    /// Prepares a command that runs cargo (directly or through Trunk) for this target.
    pub fn configure(&self, command: &mut Command) -> Result<()> {
        if let Self::Debian = self {
            command.env("RUSTC_BOOTSTRAP", "1");
            command.env("RUSTC", "/usr/bin/rustc");
            command.env("CARGO", "/usr/bin/cargo");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
            command.env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
            command.env_remove("RUSTUP_TOOLCHAIN");
            command.env("PATH", prepended(Path::new("/usr/bin"))?);
        }
        Ok(())
    }
}

/// Makes sure of Trunk and wasm-bindgen and returns the folder that holds both.
pub fn web_tools() -> Result<PathBuf> {
    let wasm_bindgen = locked_version("wasm-bindgen")?;
    let home = shell::cache()?.join("tools").join(format!("trunk-{TRUNK}-wasm-bindgen-{wasm_bindgen}"));
    let folder = home.join("bin");
    // cargo's `--locked` cannot be had for wasm-bindgen-cli 0.2.130: one version it locks was withdrawn
    install(&home, "wasm-bindgen", "wasm-bindgen-cli", &wasm_bindgen, &[])?;
    install(&home, "trunk", "trunk", TRUNK, &["--locked", "--no-default-features", "--features", "rustls"])?;
    Ok(folder)
}

fn install(home: &Path, program: &str, package: &str, version: &str, options: &[&str]) -> Result<()> {
    let wanted = |path: &Path| shell::output(Command::new(path).arg("--version")).is_ok_and(|v| v.contains(version));
    let installed = home.join("bin").join(program);
    if wanted(&installed) {
        return Ok(());
    }
    if let Some(found) = shell::find(program).filter(|path| wanted(path)) {
        std::fs::create_dir_all(home.join("bin"))?;
        std::fs::copy(found, installed)?;
        return Ok(());
    }
    shell::step(&format!("building {package} {version} (once, some minutes)"));
    let mut cargo = shell::cargo();
    cargo.args(["install", "--root"]).arg(home).args([package, "--version", version, "--profile", "dev"]).args(options);
    // quick to build, quick enough to run: wasm-bindgen walks the whole module, Trunk only copies
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    cargo.env("CARGO_TARGET_DIR", shell::target().join("tools"));
    shell::run(&mut cargo)
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string("Cargo.lock").context("Cargo.lock")?;
    let head = format!("name = \"{package}\"\nversion = \"");
    let rest = lock.split_once(&head).with_context(|| format!("{package} is not in Cargo.lock"))?.1;
    Ok(rest.chars().take_while(|c| *c != '"').collect())
}

/// A browser and its driver, as the browser tests look for them.
pub fn browser() -> Result<()> {
    let there = || {
        let browser = ["chromium", "chromium-browser", "google-chrome"].iter().any(|b| shell::find(b).is_some());
        browser && shell::find("chromedriver").is_some()
    };
    if !there() {
        apt::install(&["chromium", "chromium-driver"], "a browser for the tests")?;
    }
    if !there() {
        bail!("no chromium with chromedriver on PATH: install both and run this again");
    }
    Ok(())
}

/// Something that computes through Vulkan: a GPU's driver, or the software that plays one.
pub fn vulkan() -> Result<()> {
    let drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let there = || {
        let has_driver = |folder: &str| Path::new(folder).read_dir().is_ok_and(|mut files| files.next().is_some());
        let loader =
            shell::output(Command::new("ldconfig").arg("-p")).is_ok_and(|list| list.contains("libvulkan.so.1"));
        loader && drivers.into_iter().any(has_driver) || std::env::var_os("VK_DRIVER_FILES").is_some()
    };
    if cfg!(target_os = "linux") && !there() {
        apt::install(&["mesa-vulkan-drivers", "libvulkan1"], "a Vulkan driver for the tests")?;
        if !there() {
            bail!("no Vulkan driver in {}: install one and run this again", drivers.join(" or "));
        }
    }
    Ok(())
}

/// A C compiler, which some crates need.
pub fn c_compiler() -> Result<()> {
    if ["cc", "gcc", "clang"].iter().any(|c| shell::find(c).is_some()) {
        return Ok(());
    }
    apt::install(&["gcc", "libc6-dev"], "a C compiler")
}

/// curl, which the examples of the documents are written for.
pub fn curl() -> Result<()> {
    if shell::find("curl").is_some() { Ok(()) } else { apt::install(&["curl"], "curl") }
}

/// `PATH` with a folder before all others.
pub fn prepended(folder: &Path) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}
