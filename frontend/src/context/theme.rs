//! Night and day. Without a choice of the reader's the system's preference decides; the choice is
//! remembered in the browser.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

const KEY: &str = "balmer-theme";

/// A theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light on dark: the default.
    Night,
    /// Dark on light.
    Day,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::Night => "night",
            Self::Day => "day",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Night => Self::Day,
            Self::Day => Self::Night,
        }
    }

    fn remembered() -> Option<Self> {
        match storage()?.get_item(KEY).ok()??.as_str() {
            "night" => Some(Self::Night),
            "day" => Some(Self::Day),
            _ => None,
        }
    }

    fn preferred() -> Self {
        let day = window().match_media("(prefers-color-scheme: light)").ok().flatten().is_some_and(|m| m.matches());
        if day { Self::Day } else { Self::Night }
    }

    fn apply(self) {
        if let Some(root) = document().document_element() {
            // a document without its root element has no theme to lose
            let _: Result<(), JsValue> = root.set_attribute("data-theme", self.name());
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The theme in force, for everything that draws by itself.
#[derive(Debug, Clone, Copy)]
pub struct CurrentTheme(pub RwSignal<Theme>);

impl CurrentTheme {
    /// Reads the choice or the preference, and applies it.
    pub fn install() -> Self {
        let theme = Theme::remembered().unwrap_or_else(Theme::preferred);
        theme.apply();
        Self(RwSignal::new(theme))
    }
}

/// The button that changes the theme.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let CurrentTheme(theme) = expect_context::<CurrentTheme>();
    let change = move |_| {
        let next = theme.get_untracked().other();
        next.apply();
        if let Some(storage) = storage() {
            // a browser that remembers nothing still shows the theme
            let _: Result<(), JsValue> = storage.set_item(KEY, next.name());
        }
        theme.set(next);
    };
    let label = move || match theme.get() {
        Theme::Night => "Day",
        Theme::Day => "Night",
    };
    view! {
        <button type="button" class="theme" data-testid="theme" on:click=change title="Change between night and day">
            {label}
        </button>
    }
}
