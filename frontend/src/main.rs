//! Balmer's web app.
fn main() {}
