//! The wall clock as UTC text: `2026-11-22T18:14:55Z` in files, `20261122-181455` in names.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, as RFC 3339 in UTC to the second.
pub(crate) fn now() -> String {
    written(seconds_since_epoch())
}

/// So many seconds from now.
pub(crate) fn after(seconds: f64) -> String {
    written(seconds_since_epoch().saturating_add(seconds.max(0.0).round() as i64))
}

/// A Unix time as text.
fn written(seconds: i64) -> String {
    let [year, month, day, hour, minute, second] = civil(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A time in UTC as DALI 1.1 section 3.3.3 has it, as [`now`] writes it: fractions of a second are cut off, a time of day and
/// the `Z` may be absent. `None` for anything else, and for times that do not exist.
pub(crate) fn read(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = if time.len() == "00:00".len() { ":00" } else { "" };
    let text = format!("{date}T{time}{seconds}Z");
    // what is out of range comes back as another time
    unix(&text).map(written).filter(|back| *back == text)
}

/// Now, as a sortable part of a name, and what part of its second has gone by, in 65,536ths.
pub(crate) fn stamp() -> (String, u16) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let [year, month, day, hour, minute, second] = civil(since.as_secs() as i64);
    let part = u64::from(since.subsec_nanos()) * 0x1_0000 / 1_000_000_000;
    (format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}"), part as u16)
}

/// Seconds from one time that [`now`] told to a later one; `None` where one of them is no such text.
pub(crate) fn seconds_between(earlier: &str, later: &str) -> Option<f64> {
    Some((unix(later)? - unix(earlier)?).max(0) as f64)
}

/// Whether a text is digits where `form` has a 0, and what `form` has elsewhere.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, of): (u8, u8)| if of == b'0' { byte.is_ascii_digit() } else { byte == of };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// The Unix time of a text that [`now`] wrote.
fn unix(text: &str) -> Option<i64> {
    if !has_form(text, "0000-00-00T00:00:00Z") {
        return None;
    }
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let numbers = |text: &str, separator: char| -> Option<[i64; 3]> {
        text.split(separator).map(|part| part.parse().ok()).collect::<Option<Vec<_>>>()?.try_into().ok()
    };
    let ([year, month, day], [hour, minute, second]) = (numbers(date, '-')?, numbers(time, ':')?);
    let (from_march, march_month) = (year - i64::from(month <= 2), (month + 9) % 12);
    let (era, year_of_era) = (from_march.div_euclid(400), from_march.rem_euclid(400));
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn seconds_since_epoch() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)
}

/// Year, month, day, hour, minute, second of a Unix time: the proleptic Gregorian calendar by the
/// days-from-civil algorithm of H. Hinnant, which counts years from March.
fn civil(seconds: i64) -> [i64; 6] {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    [year, month, day, rest / 3_600, rest / 60 % 60, rest % 60]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_times() {
        assert_eq!(unix("2026-11-22T18:14:55Z"), Some(1_795_371_295));
        assert_eq!(unix("2000-02-29T00:00:00Z"), Some(951_782_400));
        assert_eq!(seconds_between("2026-12-31T23:59:58Z", "2027-01-01T00:00:01Z"), Some(3.0));
        assert_eq!(seconds_between("yesterday", "2027-01-01T00:00:01Z"), None);
    }

    #[test]
    fn times_of_requests_are_read_to_the_second_and_nonsense_is_not() {
        for (text, expected) in [
            ("2026-11-22T18:14:55Z", "2026-11-22T18:14:55Z"),
            ("2014-09-10T10:01:02.000", "2014-09-10T10:01:02Z"),
            ("2014-09-10T10:01", "2014-09-10T10:01:00Z"),
            (" 2024-02-29", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected));
        }
        for text in [
            "",
            "tomorrow",
            "2023-02-29",
            "2026-11-22T25:00:00Z",
            "2026-11-22T18:14:55.xZ",
            "2026-1-2",
            "12026-01-01",
            "2026-11-22T18:14:55ZZZZ",
            "2026-11-22T+8:14:55Z",
            "2026-11-22T9223372036854775807:00:00",
            "2026-11-22T00:00:9223372036854775807Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(seconds_between("2026-11-22T9223372036854775807:00:00Z", "2027-01-01T00:00:01Z"), None);
    }

    #[test]
    fn known_instants() {
        assert_eq!(civil(0), [1970, 1, 1, 0, 0, 0]);
        assert_eq!(civil(951_782_400), [2000, 2, 29, 0, 0, 0]);
        assert_eq!(civil(1_795_371_295), [2026, 11, 22, 18, 14, 55]);
        assert_eq!(civil(-1), [1969, 12, 31, 23, 59, 59]);
    }
}
