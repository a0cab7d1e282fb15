//! Balmer's web app: the ranked candidates of a run, and the chosen one's spectrum.
//!
//! [`state`] is what the page knows, free of the browser and tested natively; [`components`] and
//! [`pages`] draw it; [`client`] asks the server. The address bar is the only place that remembers
//! what is chosen, so every view is a permalink.

pub mod app;
pub mod client;
pub mod components;
pub mod context;
pub mod pages;
pub mod state;
