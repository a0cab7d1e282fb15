//! Dates and positions as FITS headers write them.

/// Modified Julian Date of `yyyy-mm-dd` with an optional `Thh:mm:ss.sss`, taken as UTC.
pub(crate) fn mjd_of_iso(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('Z');
    let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some()
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || !(1000..=3000).contains(&year)
    {
        return None;
    }
    // days from 1858-11-17 by the civil calendar (years begin in March, so that leap days come last)
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 678_881;
    let fraction = match time {
        Some(time) => sexagesimal(time)? / 24.0,
        None => 0.0,
    };
    Some(days as f64 + fraction)
}

/// `±a:b:c` as `±(a + b/60 + c/3600)`.
pub(crate) fn sexagesimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut value = 0.0;
    for (i, part) in digits.split([':', ' ']).enumerate() {
        let part: f64 = part.parse().ok().filter(|p: &f64| p.is_finite() && *p >= 0.0)?;
        value += part / [1.0, 60.0, 3600.0].get(i)?;
    }
    Some(sign * value)
}

/// Precesses equatorial coordinates (degrees) from an equinox (Julian year) to J2000.0: IAU 1976
/// angles (Lieske et al. 1977; Meeus, Astronomical Algorithms, chapter 21), good to an arcsecond
/// within a century.
pub(crate) fn to_j2000(ra: f64, dec: f64, equinox: f64) -> (f64, f64) {
    // angles from J2000.0 to the equinox, applied backwards
    let t = (equinox - 2000.0) / 100.0;
    let arcsec = |a: f64| (a / 3600.0).to_radians();
    let zeta = arcsec((2306.2181 + (0.30188 + 0.017_998 * t) * t) * t);
    let z = arcsec((2306.2181 + (1.09468 + 0.018_203 * t) * t) * t);
    let theta = arcsec((2004.3109 - (0.42665 + 0.041_833 * t) * t) * t);
    let (ra, dec) = (ra.to_radians(), dec.to_radians());
    let (sin_a, cos_a) = (ra - z).sin_cos();
    let a = dec.cos() * sin_a;
    let b = theta.cos() * dec.cos() * cos_a + theta.sin() * dec.sin();
    let c = theta.cos() * dec.sin() - theta.sin() * dec.cos() * cos_a;
    let back = (a.atan2(b) - zeta).to_degrees().rem_euclid(360.0);
    (back, c.clamp(-1.0, 1.0).asin().to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_mjd() {
        assert_eq!(mjd_of_iso("2000-01-01"), Some(51_544.0));
        assert_eq!(mjd_of_iso("1858-11-17T12:00:00"), Some(0.5));
        let lamost = mjd_of_iso("2011-10-24T12:07:09.80").unwrap();
        assert!((lamost - 55_858.504_974_5).abs() < 1e-6, "{lamost}");
        for bad in ["", "2011", "2011-13-01", "2011-01-01T25h", "x-y-z"] {
            assert_eq!(mjd_of_iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn precession_agrees_with_meeus() {
        // Meeus, example 21.b run backwards: theta Persei, 2028-11-13.19, without proper motion
        let (ra, dec) = to_j2000(41.547_214, 49.348_483, 2_028.867_05);
        assert!((ra - 41.054_063).abs() < 3e-4 && (dec - 49.227_750).abs() < 3e-4, "{ra} {dec}");
        assert_eq!(sexagesimal("-08:24:30"), Some(-(8.0 + 24.0 / 60.0 + 30.0 / 3600.0)));
    }
}
