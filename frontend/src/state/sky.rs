//! Where an object stands: coordinates as people write them, a map of the whole sky, other people's pages.

use std::f64::consts::{FRAC_PI_2, PI};

use super::address::encoded;

/// From equatorial (ICRS) to galactic axes: Perryman+ 1997, The Hipparcos Catalogue, vol. 1, eq. 1.5.11.
const TO_GALACTIC: [[f64; 3]; 3] = [
    [-0.054_875_560_4, -0.873_437_090_2, -0.483_835_015_5],
    [0.494_109_427_9, -0.444_829_630_0, 0.746_982_244_5],
    [-0.867_666_149_0, -0.198_076_373_4, 0.455_983_776_2],
];

/// Right ascension in the middle of the map, degrees.
pub const CENTRE: f64 = 180.0;

/// A point of the map, Aitoff's projection: `x` from -1 to 1 with right ascension growing to the left, `y` from
/// -0.5 to 0.5 upwards.
pub fn aitoff(ra: f64, dec: f64) -> (f64, f64) {
    let longitude = ((ra - CENTRE + 180.0).rem_euclid(360.0) - 180.0).to_radians();
    project(longitude, dec.to_radians())
}

/// The same for the meridian at the edge: `side` -1 is the left one.
pub fn edge(side: f64, dec: f64) -> (f64, f64) {
    project(-side * PI, dec.to_radians())
}

fn project(longitude: f64, latitude: f64) -> (f64, f64) {
    let alpha = (latitude.cos() * (longitude / 2.0).cos()).clamp(-1.0, 1.0).acos();
    let sinc = if alpha == 0.0 { 1.0 } else { alpha.sin() / alpha };
    let (x, y) = (2.0 * latitude.cos() * (longitude / 2.0).sin() / sinc, latitude.sin() / sinc);
    (-x / PI, 0.5 * y / FRAC_PI_2)
}

/// Galactic longitude and latitude, degrees.
pub fn to_galactic(ra: f64, dec: f64) -> (f64, f64) {
    let v = unit(ra, dec);
    angles(TO_GALACTIC.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]))
}

/// Right ascension and declination of galactic coordinates, degrees.
pub fn from_galactic(l: f64, b: f64) -> (f64, f64) {
    let v = unit(l, b);
    angles([0, 1, 2].map(|i| TO_GALACTIC[0][i] * v[0] + TO_GALACTIC[1][i] * v[1] + TO_GALACTIC[2][i] * v[2]))
}

fn unit(longitude: f64, latitude: f64) -> [f64; 3] {
    let (longitude, latitude) = (longitude.to_radians(), latitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

fn angles(v: [f64; 3]) -> (f64, f64) {
    (v[1].atan2(v[0]).to_degrees().rem_euclid(360.0), v[2].clamp(-1.0, 1.0).asin().to_degrees())
}

/// `23h 58m 49.888s +01° 06′ 55.34″`.
pub fn sexagesimal(ra: f64, dec: f64) -> String {
    // rounded first, so that 59.9996 s carries over
    let milliseconds = (ra.rem_euclid(360.0) / 15.0 * 3_600_000.0).round() as u64 % 86_400_000;
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60);
    let seconds = (milliseconds % 60_000) as f64 / 1000.0;
    let centiseconds = (dec.abs() * 360_000.0).round() as u64;
    let (degrees, arcminutes) = (centiseconds / 360_000, centiseconds / 6000 % 60);
    let arcseconds = (centiseconds % 6000) as f64 / 100.0;
    let sign = if dec < 0.0 { '−' } else { '+' };
    format!("{hours:02}h {minutes:02}m {seconds:06.3}s {sign}{degrees:02}° {arcminutes:02}′ {arcseconds:05.2}″")
}

/// A page elsewhere about what stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What it is called.
    pub name: &'static str,
    /// What is found there.
    pub what: &'static str,
    /// Its address.
    pub href: String,
}

/// Pages about a place on the sky, degrees; nothing is sent there before one of them is opened.
pub fn elsewhere(ra: f64, dec: f64, obsid: Option<i64>, release: Option<&str>) -> Vec<Elsewhere> {
    let place = encoded(&format!("{ra:.6} {dec:+.6}"));
    let mut pages = vec![
        Elsewhere {
            name: "SIMBAD",
            what: "objects within 5″",
            href: format!(
                "https://simbad.cds.unistra.fr/simbad/sim-coo?Coord={place}&CooFrame=ICRS&Radius=5&Radius.unit=arcsec"
            ),
        },
        Elsewhere {
            name: "VizieR",
            what: "all catalogues within 5″",
            href: format!("https://vizier.cds.unistra.fr/viz-bin/VizieR-4?-c={place}&-c.rs=5"),
        },
        Elsewhere {
            name: "Aladin Lite",
            what: "images of 3′",
            href: format!("https://aladin.cds.unistra.fr/AladinLite/?target={place}&fov=0.05"),
        },
        Elsewhere {
            name: "Gaia DR3",
            what: "sources within 5″, at VizieR",
            href: format!("https://vizier.cds.unistra.fr/viz-bin/VizieR-4?-source=I/355/gaiadr3&-c={place}&-c.rs=5"),
        },
        Elsewhere {
            name: "ESASky",
            what: "images from radio to gamma rays",
            href: format!("https://sky.esa.int/esasky/?target={place}&fov=0.05&cooframe=J2000&sci=false"),
        },
        Elsewhere {
            name: "SDSS",
            what: "nearest object of DR18",
            href: format!("https://skyserver.sdss.org/dr18/VisualTools/explore/summary?ra={ra:.6}&dec={dec:.6}"),
        },
    ];
    pages.extend(lamost(obsid, release));
    pages
}

/// The observation's page at LAMOST, for the releases whose pages are open: `LAMOST DR10` is served as `dr10/v2.0`.
fn lamost(obsid: Option<i64>, release: Option<&str>) -> Option<Elsewhere> {
    let number: u8 = release?.strip_prefix("LAMOST DR")?.parse().ok()?;
    let href = format!("https://www.lamost.org/dr{number}/v2.0/spectrum/view?obsid={}", obsid?);
    Some(Elsewhere { name: "LAMOST", what: "the survey's own page of this spectrum", href })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_has_its_poles_and_edges_where_they_belong() {
        let check = |(x, y): (f64, f64), at: (f64, f64)| {
            assert!((x - at.0).abs() < 1e-9 && (y - at.1).abs() < 1e-9, "({x}, {y}) is not {at:?}");
        };
        check(aitoff(180.0, 0.0), (0.0, 0.0));
        check(aitoff(33.0, 90.0), (0.0, 0.5));
        check(edge(-1.0, 0.0), (-1.0, 0.0));
        check(edge(1.0, 0.0), (1.0, 0.0));
        // east is left
        assert!(aitoff(200.0, 10.0).0 < 0.0 && aitoff(160.0, 10.0).0 > 0.0);
    }

    #[test]
    fn the_galaxy_is_where_the_iau_put_it() {
        assert!((to_galactic(192.859_48, 27.128_25).1 - 90.0).abs() < 1e-3);
        let (ra, dec) = from_galactic(0.0, 0.0);
        assert!((ra - 266.405).abs() < 0.001 && (dec + 28.936).abs() < 0.001, "{ra} {dec}");
        let (l, b) = to_galactic(83.633, 22.014);
        assert!((l - 184.557).abs() < 0.01 && (b + 5.784).abs() < 0.01, "{l} {b}");
    }

    #[test]
    fn coordinates_carry_over() {
        assert_eq!(sexagesimal(359.707_867, 1.115_373), "23h 58m 49.888s +01° 06′ 55.34″");
        assert_eq!(sexagesimal(15.0 - 1e-9, -0.999_999_99), "01h 00m 00.000s −01° 00′ 00.00″");
        assert_eq!(sexagesimal(0.0, 0.0), "00h 00m 00.000s +00° 00′ 00.00″");
    }

    #[test]
    fn links_carry_the_place() {
        let pages = elsewhere(10.5, -3.25, Some(42), Some("LAMOST DR10"));
        assert!(pages[0].href.contains("Coord=10.500000%20-3.250000&"), "{}", pages[0].href);
        assert!(pages.iter().any(|page| page.href.ends_with("/dr10/v2.0/spectrum/view?obsid=42")));
        assert_eq!(elsewhere(10.5, 3.25, Some(42), Some("SDSS DR17")).len(), 6);
        assert!(elsewhere(10.5, 3.25, None, None)[1].href.contains("%2B3.25"));
    }
}
