//! What all parts of the page share, each a `Copy` handle taken from the context: what is open
//! ([`Desk`]), the lists of surveys and runs ([`Catalogue`]), the rows listed ([`Rows`]) with the columns that were
//! chosen ([`Columns`]), what was joined to the survey and which spectra catalogues know ([`Joined`]), the spectra fetched ([`Spectra`]), how they are drawn ([`Viewing`]), what is measured of them
//! ([`Measured`]), why they rank ([`Explained`]) and what the
//! recipe made of them ([`Traced`]), what is drawn with the chosen one ([`Compared`]), the labels
//! ([`Labels`]), families of outliers and what is set aside ([`Families`]), the progress of the open run ([`Watch`]), the subset
//! and run being prepared ([`Draft`]), the runs of this browser ([`Local`]) and of either host ([`Hosts`]), what a run found of
//! planted objects ([`Recalled`]), server runs computed here again ([`Replays`]),
//! the last failure ([`Failures`]), what is selected ([`Selected`]), what the views beside the list show ([`Showing`]), the
//! map of feature space ([`Maps`]), the way round ([`Tour`]) and the theme.
//!
//! Each of them fetches what its part of the address needs; answers that come after something else was
//! chosen are dropped.

mod catalogue;
mod columns;
mod compared;
mod desk;
mod draft;
mod explained;
mod failures;
mod families;
mod footprints;
mod hosts;
mod joined;
mod labels;
mod live;
mod local;
mod maps;
mod measured;
mod recalled;
mod replays;
mod rows;
mod selected;
mod showing;
mod spectra;
mod theme;
mod tour;
mod traced;
mod viewing;
mod watch;

pub use catalogue::Catalogue;
pub use columns::Columns;
pub use compared::{Compared, Drawn};
pub use desk::Desk;
pub use draft::Draft;
pub use explained::Explained;
pub use failures::Failures;
pub use families::Families;
pub use footprints::Footprints;
pub use hosts::Hosts;
pub use joined::Joined;
pub use labels::Labels;
pub use local::Local;
pub use maps::Maps;
pub use measured::{Measured, Outcome};
pub use recalled::Recalled;
pub use replays::{Replay, Replays};
pub use rows::Rows;
pub use selected::Selected;
pub use showing::Showing;
pub use spectra::Spectra;
pub use theme::{CurrentTheme, Theme, ThemeToggle};
pub use tour::Tour;
pub use traced::Traced;
pub use viewing::Viewing;
pub use watch::Watch;

use leptos::prelude::provide_context;

/// Provides all of them; call it inside the router.
pub fn provide() {
    provide_context(CurrentTheme::install());
    provide_context(Failures::new());
    provide_context(Catalogue::new());
    provide_context(Local::new());
    provide_context(Hosts::new());
    provide_context(Desk::new());
    provide_context(Rows::new());
    provide_context(Spectra::new());
    provide_context(Viewing::new());
    provide_context(Measured::new());
    provide_context(Explained::new());
    provide_context(Labels::new());
    provide_context(Families::new());
    provide_context(Watch::new());
    provide_context(Traced::new());
    provide_context(Draft::new());
    provide_context(Columns::new());
    provide_context(Recalled::new());
    provide_context(Joined::new());
    provide_context(Replays::new());
    provide_context(Selected::new());
    provide_context(Compared::new());
    provide_context(Showing::new());
    provide_context(Maps::new());
    provide_context(Footprints::new());
    provide_context(Tour::new());
    live::follow_labels();
}
