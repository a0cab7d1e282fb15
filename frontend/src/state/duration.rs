//! Times and durations as people read them.

/// Seconds as `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`.
pub fn seconds(value: f64) -> String {
    if !value.is_finite() || value < 0.0 {
        return "–".to_owned();
    }
    let whole = value.round() as u64;
    match value {
        v if v < 9.95 => format!("{v:.1} s"),
        _ if whole < 60 => format!("{whole} s"),
        _ if whole < 3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Seconds to come, which nobody knows to the second: `a few seconds left`, `about 40 s left`, `about 3 min left`,
/// `about 2 h 10 min left`.
pub fn left(value: f64) -> String {
    let tens = |of: f64| (of / 10.0).round().max(1.0) as u64 * 10;
    let minutes = (value / 60.0).round() as u64;
    match value {
        v if v < 5.0 => "a few seconds left".to_owned(),
        v if v < 95.0 => format!("about {} s left", tens(v)),
        _ if minutes < 90 => format!("about {minutes} min left"),
        _ => format!("about {} h {:02} min left", minutes / 60, minutes % 60 / 10 * 10),
    }
}

/// Day and minute of an RFC 3339 time in UTC, as `2026-03-01 12:05 UTC`.
pub fn moment(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => rfc3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_two_units() {
        for (value, text) in
            [(0.0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185.0, "3 min 05 s")]
        {
            assert_eq!(seconds(value), text);
        }
        assert_eq!((seconds(7_620.0), seconds(f64::NAN)), ("2 h 07 min".to_owned(), "–".to_owned()));
    }

    #[test]
    fn what_is_to_come_is_rounded() {
        for (value, text) in [
            (0.0, "a few seconds left"),
            (7.0, "about 10 s left"),
            (44.0, "about 40 s left"),
            (100.0, "about 2 min left"),
            (3_000.0, "about 50 min left"),
            (7_900.0, "about 2 h 10 min left"),
        ] {
            assert_eq!(left(value), text);
        }
    }

    #[test]
    fn moments_lose_their_seconds() {
        assert_eq!(moment("2026-03-01T12:05:59.123Z"), "2026-03-01 12:05 UTC");
        assert_eq!(moment("yesterday"), "yesterday");
    }
}
