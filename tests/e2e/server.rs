//! The real program, serving a simulated survey with a finished run from a folder of its own.

use std::{
    env,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A served data directory.
pub struct Server {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Server {
    /// Simulates `count` spectra, runs the default pipeline on them, serves both.
    pub fn with_candidates(count: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("run.toml");
        std::fs::write(&spec, "survey = \"simulated\"\n").unwrap();
        simulate(folder.path(), count, 6563);
        balmer(folder.path(), &["run".to_owned(), spec.display().to_string()]);
        Self::start(folder)
    }

    /// Puts as many other spectra in the place of the simulated ones, while the server is up.
    pub fn simulate_anew(&self, count: u32, seed: u32) {
        std::fs::remove_dir_all(self.folder.path().join("data/surveys/simulated")).unwrap();
        simulate(self.folder.path(), count, seed);
    }

    /// Ingests a folder of spectra as the survey `name`, and serves it.
    pub fn with_files(name: &str, spectra: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        balmer(folder.path(), &["ingest".to_owned(), name.to_owned(), spectra.display().to_string()]);
        Self::start(folder)
    }

    /// Ingests another folder of spectra as the survey `name`, while the server is up.
    pub fn ingest(&self, name: &str, spectra: &Path) {
        balmer(self.folder.path(), &["ingest".to_owned(), name.to_owned(), spectra.display().to_string()]);
    }

    /// Serves an empty data directory.
    pub fn empty() -> Self {
        Self::start(tempfile::tempdir().unwrap())
    }

    fn start(folder: TempDir) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = program(folder.path());
        let child = command.args(["serve", "--listen", &listen]).stdout(Stdio::null()).spawn().unwrap();
        let mut server = Self { child, port, folder };
        let begun = Instant::now();
        while !server.is_up() {
            assert!(begun.elapsed() < Duration::from_secs(30), "`balmer serve` does not answer on {listen}");
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("`balmer serve` ended: {status}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn is_up(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let request = "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.starts_with("HTTP/1.1 200")
    }

    /// Address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Ends the server, and keeps its data: what a page sees when the server goes away.
    pub fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        assert!(self.folder.path().exists());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn simulate(folder: &Path, count: u32, seed: u32) {
    let (count, seed) = (count.to_string(), seed.to_string());
    balmer(folder, &["simulate", "simulated", "--count", &count, "--seed", &seed].map(str::to_owned));
}

fn balmer(folder: &Path, arguments: &[String]) {
    let output = program(folder).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "balmer {}: {}\n{errors}", arguments.join(" "), output.status);
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder).env("BALMER_DATA", folder.join("data")).stdin(Stdio::null());
    command
}

/// `BALMER_BIN`, else the program beside this test's own executable.
fn binary() -> PathBuf {
    let path = env::var_os("BALMER_BIN").map_or_else(
        || {
            let test = env::current_exe().unwrap();
            let profile = test.parent().and_then(Path::parent).unwrap();
            profile.join(format!("balmer{}", env::consts::EXE_SUFFIX))
        },
        PathBuf::from,
    );
    assert!(path.is_file(), "{} is missing: `cargo xtask test` builds it", path.display());
    path
}
