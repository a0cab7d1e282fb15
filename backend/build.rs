//! Tells cargo when the web app that a release build embeds has changed. A debug build reads the
//! app's files when they are asked for, and need not know.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // a folder that does not exist counts as changed each time: watch its parent until it does
        let app = Path::new("../frontend/dist");
        let watched = if app.exists() { app } else { Path::new("../frontend") };
        println!("cargo::rerun-if-changed={}", watched.display());
    }
}
