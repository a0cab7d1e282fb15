//! Chromium, through `chromedriver`.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
    error::CmdError,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the page may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);

/// One browser with one window and a profile of its own.
pub struct Browser {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts driver and browser.
    pub async fn open() -> Self {
        Self::with(&["--disable-gpu"]).await
    }

    /// Starts a browser with WebGPU, on a graphics processor that the processor plays (`SwiftShader`).
    pub async fn with_webgpu() -> Self {
        let swiftshader = [
            "--enable-unsafe-webgpu",
            "--enable-features=Vulkan",
            "--use-vulkan=swiftshader",
            "--use-webgpu-adapter=swiftshader",
        ];
        Self::with(&swiftshader).await
    }

    async fn with(more: &[&str]) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver cannot be started ({error}): `cargo xtask test` installs it"));
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok())
            .expect("chromedriver says its port");
        // the rest of its output is read, so that it never waits for us
        std::thread::spawn(move || lines.for_each(drop));

        let profile = tempfile::tempdir().unwrap();
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let flags: Vec<&str> = flags.into_iter().chain(more.iter().copied()).collect();
        let capabilities = json!({
            "goog:chromeOptions": { "args": flags },
            // a whole survey on a graphics processor that the processor plays
            "timeouts": { "script": 300_000 },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("no Chromium ({error}): `cargo xtask test` installs it"));
        Self { client, driver, _profile: profile }
    }

    /// Sets the viewport and the preferred colours.
    pub async fn look(&self, width: u32, height: u32, night: bool) {
        let phone = width < 500;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if night { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Opens a page.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Path and query of the page that is open.
    pub async fn address(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url[url::Position::BeforePath..].to_owned()
    }

    /// Path of the page that is open.
    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// The element of a test hook, once it is there.
    pub async fn hook(&self, testid: &str) -> Element {
        let css = format!("[data-testid='{testid}']");
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("no {testid} on the page ({error}); it says:\n{}", self.text().await),
        }
    }

    /// Whether a test hook is on the page now.
    pub async fn has(&self, testid: &str) -> bool {
        !self.client.find_all(Locator::Css(&format!("[data-testid='{testid}']"))).await.unwrap().is_empty()
    }

    /// What a person can read at a test hook.
    pub async fn text_of(&self, testid: &str) -> String {
        self.hook(testid).await.text().await.unwrap()
    }

    /// The text that the server answers when the page asks for an address.
    pub async fn fetched(&self, url: &str) -> String {
        let script = "const done = arguments[arguments.length - 1];
            fetch(arguments[0]).then(answer => answer.text()).then(done, error => done(String(error)));";
        self.async_script(script, vec![Value::from(url)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// The JSON that it answers.
    pub async fn fetched_json(&self, url: &str) -> Value {
        let text = self.fetched(url).await;
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{url}: {e}: {text}"))
    }

    /// What a person can read on the page.
    pub async fn text(&self) -> String {
        self.script("return document.body.innerText", vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// The value of a script.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    /// The value that a script passes to its last argument, within minutes.
    pub async fn async_script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.unwrap()
    }

    /// Types into the field of a test hook, in place of what stands there.
    pub async fn fill(&self, testid: &str, text: &str) {
        let field = self.hook(testid).await;
        field.click().await.unwrap();
        field.send_keys("\u{e009}a\u{e000}").await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses from the list of a test hook.
    pub async fn select(&self, testid: &str, value: &str) {
        self.hook(testid).await.select_by_value(value).await.unwrap();
    }

    /// Clicks on a test hook.
    pub async fn click(&self, testid: &str) {
        self.hook(testid).await.click().await.unwrap();
    }

    /// Waits until a script returns true.
    pub async fn until(&self, what: &str, script: &str) {
        for _ in 0..PATIENCE.as_millis() / 50 {
            if self.script(script, vec![]).await == json!(true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the page never came to this: {what}; it says:\n{}", self.text().await);
    }

    /// Presses a key as a keyboard does: it goes to whatever has the focus.
    pub async fn press(&self, key: &str) {
        // the standard's code points for keys without a character (WebDriver, section 17.4.2)
        let value = match key {
            "Enter" => '\u{e007}',
            "Escape" => '\u{e00c}',
            "End" => '\u{e010}',
            "Home" => '\u{e011}',
            "PageUp" => '\u{e00e}',
            "PageDown" => '\u{e00f}',
            "ArrowLeft" => '\u{e012}',
            "ArrowRight" => '\u{e014}',
            "ArrowUp" => '\u{e013}',
            "ArrowDown" => '\u{e015}',
            key => key.chars().next().unwrap(),
        };
        let keyboard = KeyActions::new("keyboard".to_owned());
        let stroke = keyboard.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.client.perform_actions(stroke).await.unwrap();
    }

    /// Drags the mouse over a test hook, from one place to the next; places are shares of its width and height.
    pub async fn drag(&self, testid: &str, places: &[(f64, f64)]) {
        let (left, top, width, height) = self.hook(testid).await.rectangle().await.unwrap();
        let to = |(x, y): &(f64, f64)| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(20)),
            x: (left + x * width).round(),
            y: (top + y * height).round(),
        };
        let mut mouse = MouseActions::new("mouse".to_owned()).then(to(&places[0]));
        mouse = mouse.then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        for place in &places[1..] {
            mouse = mouse.then(to(place));
        }
        let mouse = mouse.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// Saves what the window shows under `artefacts/screenshots`.
    pub async fn screenshot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("artefacts/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }

    /// Complaints of the page in the browser's console: scripts that failed, files that the policy refused.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Raw { path: "se/log", body: json!({ "type": "browser" }) }).await.unwrap();
        let entries = log.as_array().cloned().unwrap_or_default();
        let severe = entries.into_iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Lets every answer of the server take that many milliseconds longer.
    pub async fn delay_answers(&self, milliseconds: u32) {
        let slow =
            json!({ "offline": false, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", slow).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        let done: Result<Value, CmdError> = self.client.issue_cmd(Raw { path: "goog/cdp/execute", body }).await;
        done.unwrap();
    }

    /// Kills the process that computes for WebGPU, as a driver that is reset does.
    pub async fn lose_graphics_processor(&self) {
        self.devtools("Browser.crashGpuProcess", json!({})).await;
    }

    /// Ends browser and driver.
    pub async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // a failed test leaves its browser to the driver, which takes it along
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A command that chromedriver has beside the standard's.
#[derive(Debug)]
struct Raw {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// Where a file of the web app's build is.
pub fn web_app() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("frontend/dist/index.html")
}
