//! Runs the program.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

use super::spectra;

/// The program under test.
pub fn binary() -> PathBuf {
    let path = env::var_os("BALMER_BIN").map_or_else(
        || {
            let test = env::current_exe().expect("a running test has a path");
            // target/<profile>/deps/it-<hash> -> target/<profile>/balmer
            let profile = test.parent().and_then(Path::parent).expect("a test lies in target/<profile>/deps");
            profile.join(format!("balmer{}", env::consts::EXE_SUFFIX))
        },
        PathBuf::from,
    );
    assert!(path.is_file(), "{} is missing: run `cargo build -p balmer` first, or `cargo xtask test`", path.display());
    path
}

/// The program with a folder of its own.
pub struct Balmer {
    folder: TempDir,
}

/// How a command failed.
#[derive(Debug)]
pub struct Failure {
    pub code: i32,
    pub message: String,
}

impl Balmer {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A path in this test's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    /// A file in this test's folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The command, run in this test's folder.
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.folder.path()).env("BALMER_DATA", self.data_dir()).env_remove("BALMER_LOG");
        command.args(arguments);
        command
    }

    /// A survey of `ordinary` stars and of some with H-alpha in emission, named `star-0`, ... and `emission-0`, ...
    pub fn survey(&self, name: &str, ordinary: usize, emission: usize) {
        let wavelengths = spectra::wavelengths();
        for i in 0..ordinary {
            let text = spectra::csv(&wavelengths, &spectra::star(i), 4.0);
            self.file(&format!("{name}-files/star-{i}.csv"), text);
        }
        for i in 0..emission {
            let text = spectra::csv(&wavelengths, &spectra::emission(i), 4.0);
            self.file(&format!("{name}-files/emission-{i}.csv"), text);
        }
        self.ok(["ingest", name, &format!("{name}-files")]);
    }

    fn output(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Standard output of a command that must succeed.
    pub fn ok(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let output = self.output(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {message}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// The JSON document of a command that must succeed.
    pub fn json<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Value {
        let text = self.ok(arguments.into_iter().chain(["--json"]));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("not one JSON document ({e}): {text}"))
    }

    /// The failure of a command that must fail: one line, without a panic.
    pub fn fails(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Failure {
        Failure::of(&self.output(arguments))
    }
}

impl Failure {
    pub fn of(output: &Output) -> Self {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().unwrap_or_else(|| panic!("{}: {message}", output.status));
        assert_ne!(code, 0, "expected a failure");
        assert!(!message.contains("panicked"), "{message}");
        if code == 1 {
            let errors: Vec<&str> = message.lines().filter(|line| line.starts_with("balmer: error: ")).collect();
            assert_eq!(errors.len(), 1, "one clear line is expected: {message}");
            assert_eq!(message.lines().last(), errors.first().copied(), "the error comes last: {message}");
        }
        Self { code, message }
    }

    /// Asserts exit code 1 and that the message holds each of `words`.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        assert_eq!(self.code, 1, "{}", self.message);
        for word in words {
            assert!(self.message.contains(word), "'{word}' is not in: {}", self.message);
        }
    }
}
