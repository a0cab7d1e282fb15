//! The program as a server, asked over HTTP.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::Balmer;

/// What a server of a test is asked for.
pub const SERVE: [&str; 6] = ["serve", "--listen", "127.0.0.1:0", "--json", "--device", "cpu"];

/// `balmer serve` on a free port.
pub struct Served {
    child: Child,
    // a server that cannot write would end
    _says: BufReader<ChildStdout>,
    address: String,
}

/// What a server said.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

impl Served {
    pub fn start(balmer: &Balmer, options: &[&str]) -> Self {
        Self::of(balmer.command(SERVE).args(options))
    }

    /// As a command says that comes to [`SERVE`].
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut says = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        // one JSON document, on however many lines
        let url = loop {
            assert!(says.read_line(&mut text).unwrap() > 0, "`balmer serve` ended: {text}");
            if let Ok(document) = serde_json::from_str::<Value>(&text) {
                break document["url"].as_str().unwrap().to_owned();
            }
        };
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { child, _says: says, address }
    }

    /// Where it listens: `127.0.0.1:` and a port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Status and body of the API's answer to a JSON body; nothing where the server is not there any more.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let answer = self.request(method, &format!("/api/v1{path}"), &[("Content-Type", "application/json")], body)?;
        Some((answer.status, answer.text()))
    }

    /// An answer, whole; nothing where the server is not there any more.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        // 1.0: what is written while it is sent comes as it is, until the end
        let mut head = format!("{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n", body.len());
        let host = [("Host", self.address.as_str())];
        let is_host = |(name, _): &(&str, &str)| *name == "Host";
        for (name, value) in if headers.iter().any(is_host) { [].iter() } else { host.iter() }.chain(headers) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok()?;
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, head, body: bytes.split_off(end + 4) })
    }

    /// The JSON document of an answer that must be one.
    pub fn json(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, text) = self.ask(method, path, body).expect("the server answers");
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error}: {text}"))
    }

    /// Status of a run, as soon as it has ended.
    #[track_caller]
    pub fn ended(&self, run: &str) -> Value {
        until("the run ends", Duration::from_mins(2), || {
            let now = self.json("GET", &format!("/runs/{run}"), "");
            (!now["finished"].is_null()).then_some(now)
        })
    }

    /// The id of a run that is taken in.
    pub fn submit(&self, spec: &str) -> String {
        self.json("POST", "/runs", spec)["id"].as_str().unwrap().to_owned()
    }

    /// The events of a run, one after the other, until the stream ends: each with its name and its number.
    pub fn events(&self, run: &str) -> impl Iterator<Item = (String, u64, Value)> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "GET /api/v1/runs/{run}/events HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: text/event-stream\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines();
        std::iter::from_fn(move || {
            let (mut name, mut number, mut data) = (None, None, None);
            while name.is_none() || number.is_none() || data.is_none() {
                let line = lines.next()?.ok()?;
                match line.split_once(": ") {
                    Some(("event", text)) => name = Some(text.to_owned()),
                    Some(("id", text)) => number = Some(text.parse().unwrap()),
                    Some(("data", text)) => data = Some(serde_json::from_str(text).unwrap()),
                    // heads, and the lengths of chunks
                    _ => {}
                }
            }
            Some((name?, number?, data?))
        })
    }

    /// Ends it at once, as the system would that needs its memory.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }

    /// Asks it to end, and waits.
    pub fn stop(mut self) {
        self.terminate();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // one that has ended already is as good
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is there.
#[track_caller]
pub fn until<T>(what: &str, at_most: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < at_most, "{what}: not after {at_most:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
