//! The program as a server, for tools that are tested against it.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// A server on a free port, ended with this value.
pub struct Served {
    child: Child,
    /// Its address, with a slash at its end.
    pub url: String,
}

impl Served {
    /// `balmer serve` over a data directory. `balmer` is the program.
    pub fn start(balmer: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(balmer);
        command.arg("--data-dir").arg(data).args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start the server")?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        if let Some(url) = url {
            return Ok(Self { child, url });
        }
        // it serves nobody: whether it still runs does not matter
        let _ = child.kill();
        bail!("the server does not say where it is: {line}")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
