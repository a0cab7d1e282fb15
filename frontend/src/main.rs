//! Starts the web app in the page.

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(balmer_web::app::App);
}
