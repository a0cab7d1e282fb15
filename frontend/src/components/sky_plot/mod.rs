//! Where the object stands: a small map of the whole sky, its coordinates, other people's pages about the place.

mod paint;

use balmer_exchange::api::SpectrumBody;
use leptos::{html, prelude::*};

use crate::{
    context::{CurrentTheme, Spectra},
    state::{
        format::{fixed, signed},
        sky::{elsewhere, sexagesimal, to_galactic},
    },
};

/// The panel.
#[component]
pub fn SkyPanel() -> impl IntoView {
    let spectra: Spectra = expect_context();
    let place = Memo::new(move |_| spectra.shown.with(|shown| place(shown.as_deref()?)));
    let links = move || {
        let Some((ra, dec)) = place.get() else { return Vec::new() };
        spectra.shown.with(|shown| {
            let metadata = shown.as_ref().map(|body| &body.metadata);
            let obsid = metadata.and_then(|metadata| metadata.obsid);
            elsewhere(ra, dec, obsid, metadata.and_then(|metadata| metadata.release.as_deref()))
        })
    };
    let link = |page: crate::state::sky::Elsewhere| {
        let label = format!("{}: {}, opens in a new tab", page.name, page.what);
        view! {
            <li><a href=page.href target="_blank" rel="noopener noreferrer" title=page.what aria-label=label>{page.name}</a></li>
        }
    };
    view! {
        <section class="sky" aria-label="Position on the sky">
            <h2>"On the sky"</h2>
            <SkyMap place />
            {move || match place.get() {
                Some((ra, dec)) => {
                    let (l, b) = to_galactic(ra, dec);
                    view! {
                        <dl>
                            <div><dt>"ICRS"</dt><dd>{fixed(ra, 5)}"° "{signed(dec, 5)}"°"</dd></div>
                            <div><dt></dt><dd>{sexagesimal(ra, dec)}</dd></div>
                            <div><dt>"Galactic"</dt><dd>{fixed(l, 3)}"° "{signed(b, 3)}"°"</dd></div>
                        </dl>
                        <ul class="elsewhere">{links().into_iter().map(link).collect_view()}</ul>
                    }
                    .into_any()
                }
                None => view! { <p class="muted">"The file states no position."</p> }.into_any(),
            }}
        </section>
    }
}

/// Right ascension and declination, degrees, where the file states both.
fn place(body: &SpectrumBody) -> Option<(f64, f64)> {
    let (ra, dec) = (body.metadata.ra?, body.metadata.dec?);
    (ra.is_finite() && (-90.0..=90.0).contains(&dec)).then(|| (ra.rem_euclid(360.0), dec))
}

#[component]
fn SkyMap(place: Memo<Option<(f64, f64)>>) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let CurrentTheme(theme) = expect_context::<CurrentTheme>();
    Effect::new(move || {
        theme.track();
        let place = place.get();
        if let Some(canvas) = canvas.get() {
            // after the spectrum: it is what one waits for
            request_animation_frame(move || paint::draw(&canvas, place));
        }
    });
    let label = move || match place.get() {
        Some((ra, dec)) => format!(
            "Map of the whole sky in equatorial coordinates with the galactic plane; the object at {}° {}°",
            fixed(ra, 2),
            signed(dec, 2)
        ),
        None => "Map of the whole sky; the position of the object is not known".to_owned(),
    };
    view! { <canvas node_ref=canvas class="sky-map" data-testid="sky-plot" role="img" aria-label=label></canvas> }
}
