//! The app: its routes, and what all pages share.

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use crate::{
    components::{error_banner::ErrorBanner, header::Header, session::Session, theme::CurrentTheme},
    pages::{desk::Desk, not_found::NotFound},
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let session = Session::new();
    provide_context(session);
    provide_context(CurrentTheme::install());
    session.refresh();
    view! {
        <Router>
            <Header />
            <ErrorBanner />
            <main>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Desk />
                    <Route path=path!("/runs/:run/:spectrum?") view=Desk />
                </Routes>
            </main>
        </Router>
    }
}
