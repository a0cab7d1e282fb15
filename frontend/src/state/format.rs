//! Numbers and names as people read them.

/// A number with about four significant digits, without an exponent where that stays short.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let magnitude = value.abs();
    let text = match magnitude {
        0.0 => "0".to_owned(),
        m if !(1e-3..1e6).contains(&m) => return exponential(value),
        m if m >= 1000.0 => format!("{value:.0}"),
        m if m >= 100.0 => format!("{value:.1}"),
        m if m >= 10.0 => format!("{value:.2}"),
        m if m >= 1.0 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    };
    minus(&text)
}

fn exponential(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{} × 10{}", minus(mantissa), superscript(exponent.parse().unwrap_or(0)))
}

/// A decimal with a typographic minus.
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_finite() { minus(&format!("{value:.decimals$}")) } else { "–".to_owned() }
}

/// A signed decimal: `+12.3`.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A value with its error, to two digits of the error; without one where there is none.
pub fn with_error(value: f64, error: f64) -> String {
    if !(value.is_finite() && error.is_finite() && error > 0.0) {
        return number(value);
    }
    let size = value.abs().max(error);
    let power = if (1e-3..1e6).contains(&size) { 0 } else { size.log10().floor() as i32 };
    let unit = 10f64.powi(power);
    let decimals = (1 - (error / unit).log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{} ± {}", fixed(value / unit, decimals), fixed(error / unit, decimals));
    if power == 0 { text } else { format!("({text}) × 10{}", superscript(power)) }
}

/// A count with thin spaces between thousands.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A whole number raised, as in 10⁻¹⁷.
pub fn superscript(value: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(digit as u32 - '0' as u32 + '⁰' as u32).unwrap_or(digit),
    };
    value.to_string().chars().map(raised).collect()
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// Pipeline class and subclass as one type; a subclass that repeats the class stands alone.
pub fn object_type(class: Option<&str>, subclass: Option<&str>) -> String {
    match (class, subclass.map(str::trim).filter(|s| !s.is_empty())) {
        (Some("STAR") | None, Some(subclass)) => subclass.to_owned(),
        (Some(class), Some(subclass)) if !subclass.starts_with(class) => format!("{class} {subclass}"),
        (_, Some(subclass)) => subclass.to_owned(),
        (Some(class), None) => class.to_owned(),
        (None, None) => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_about_four_digits() {
        let cases = [(0.0, "0"), (12_345.6, "12346"), (123.45, "123.5"), (-1.5, "−1.500"), (0.012_34, "0.0123")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(number(3.2e-17), "3.20 × 10⁻¹⁷");
        assert_eq!(number(f64::NAN), "–");
    }

    #[test]
    fn an_error_says_how_many_digits_mean_something() {
        for (value, error, text) in [
            (-12.3456, 0.0321, "−12.346 ± 0.032"),
            (6_564.612_3, 1.7, "6564.6 ± 1.7"),
            (152.0, 43.0, "152 ± 43"),
            (0.5, 12.0, "0 ± 12"),
            (-3.21e-16, 4.5e-18, "(−3.210 ± 0.045) × 10⁻¹⁶"),
            (2.5e7, 1.0e5, "(2.500 ± 0.010) × 10⁷"),
            (1.25, 0.0, "1.250"),
            (1.25, f64::NAN, "1.250"),
        ] {
            assert_eq!(with_error(value, error), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn types_say_what_is_not_obvious() {
        assert_eq!(object_type(Some("STAR"), Some("A1V")), "A1V");
        assert_eq!(object_type(Some("GALAXY"), Some("STARFORMING")), "GALAXY STARFORMING");
        assert_eq!(object_type(Some("QSO"), None), "QSO");
        assert_eq!(object_type(None, None), "–");
        assert_eq!(object_type(Some("STAR"), Some(" ")), "STAR");
    }

    #[test]
    fn signs_are_shown() {
        assert_eq!(signed(12.34, 1), "+12.3");
        assert_eq!(signed(-12.34, 0), "−12");
    }
}
