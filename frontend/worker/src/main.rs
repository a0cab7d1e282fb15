//! Starts the worker: the page's chief, or one of the chief's pool.

fn main() {
    console_error_panic_hook::set_once();
    balmer_worker::start();
}
