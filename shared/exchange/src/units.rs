//! Units of the spectral axis, by the many names that files give them.

/// What a spectral coordinate measures, with the factor to Angstrom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Quantity {
    /// A wavelength: times the factor it is in Angstrom.
    Wavelength(f64),
    /// The decimal logarithm of a wavelength in Angstrom.
    LogAngstrom,
    /// A frequency, energy, wave number or velocity: not read.
    Other,
}

/// The quantity a unit stands for; `None` where it is not known.
pub(crate) fn spectral_unit(unit: &str) -> Option<Quantity> {
    let unit = unit.trim().trim_matches(['[', ']', '(', ')', '"']).trim().to_lowercase();
    Some(match unit.as_str() {
        "angstrom" | "angstroms" | "a" | "aa" | "ang" | "å" | "ångström" | "0.1nm" | "0.1 nm" => {
            Quantity::Wavelength(1.0)
        }
        "nm" | "nanometer" | "nanometers" | "nanometre" | "nanometres" => Quantity::Wavelength(10.0),
        "um" | "µm" | "μm" | "micron" | "microns" | "micrometer" | "micrometre" => Quantity::Wavelength(1e4),
        "cm" => Quantity::Wavelength(1e8),
        "m" | "meter" | "metre" => Quantity::Wavelength(1e10),
        "log(angstrom)" | "log10(angstrom)" | "log angstrom" | "log10 angstrom" | "log(lambda)"
        | "log10(angstroms)" | "log(a)" | "log10(a)" | "dex" | "dex(angstrom)" => Quantity::LogAngstrom,
        "hz" | "ghz" | "thz" | "ev" | "kev" | "j" | "km/s" | "m/s" | "cm-1" | "1/cm" | "1/m" | "cm**-1" => {
            Quantity::Other
        }
        _ => return None,
    })
}

/// What a column's name tells about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Named {
    /// A wavelength in a unit the name does not give.
    Wavelength,
    /// This.
    Quantity(Quantity),
}

/// The quantity a column *name* stands for when no unit is given: `loglam`, `wave_nm`.
pub(crate) fn spectral_name(name: &str) -> Option<Named> {
    let name = name.trim().to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let first = *words.first()?;
    if matches!(first, "loglam" | "loglambda" | "logwave" | "log10lam" | "loglamb")
        || (first.starts_with("log") && words.get(1).is_some_and(|w| w.starts_with("lam") || w.starts_with("wav")))
    {
        return Some(Named::Quantity(Quantity::LogAngstrom));
    }
    let known = matches!(
        first,
        "wavelength"
            | "wavelengths"
            | "wave"
            | "waves"
            | "lambda"
            | "lam"
            | "wl"
            | "wlen"
            | "spectral"
            | "wav"
            | "awav"
            | "lamda"
    );
    // a unit in the name: `wave_nm`, `wavelength (Angstrom)`
    known.then(|| words[1..].iter().find_map(|w| spectral_unit(w)).map_or(Named::Wavelength, Named::Quantity))
}

/// Whether a column of this name holds flux.
pub(crate) fn is_flux_name(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let first = name.split(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty()).unwrap_or_default();
    matches!(
        first,
        "flux" | "fluxes" | "intensity" | "counts" | "count" | "flam" | "fnu" | "spectrum" | "adu" | "signal" | "int"
    ) && !is_error_name(&name)
}

/// Whether a column of this name holds the one-sigma error of the flux.
pub(crate) fn is_error_name(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).any(|w| {
        matches!(
            w,
            "error"
                | "err"
                | "sigma"
                | "stddev"
                | "std"
                | "uncertainty"
                | "uncert"
                | "noise"
                | "unc"
                | "eflux"
                | "fluxerr"
        )
    })
}

/// Whether a column of this name holds the inverse variance of the flux.
pub(crate) fn is_ivar_name(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).any(|w| matches!(w, "ivar" | "invvar" | "inverse" | "weight"))
}

/// A flux unit in a syntax that `VOUnits` 1.1 and FITS 4.0 share; empty where the file's words cannot
/// be put into it.
pub(crate) fn standard_unit(unit: &str) -> String {
    let compact: String = unit.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    match compact.as_str() {
        // DR7 forgot the square of the centimetre
        "1e-17erg/cm^2/s/ang"
        | "1.0e-17erg/cm/s/ang"
        | "1e-17erg/s/cm^2/ang"
        | "10^-17erg/s/cm^2/a"
        | "10**-17erg.s**-1.cm**-2.angstrom**-1" => "10**-17erg.s**-1.cm**-2.Angstrom**-1".into(),
        "erg/s/cm2/a"
        | "erg/cm2/s/a"
        | "erg/s/cm^2/a"
        | "erg/cm^2/s/a"
        | "erg/cm2/s/angstrom"
        | "erg/s/cm2/angstrom"
        | "erg.s**-1.cm**-2.angstrom**-1" => "erg.s**-1.cm**-2.Angstrom**-1".into(),
        "adu" => "adu".into(),
        "count" | "counts" | "ct" => "count".into(),
        "jy" => "Jy".into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_names_are_understood() {
        assert_eq!(spectral_unit("Angstrom"), Some(Quantity::Wavelength(1.0)));
        assert_eq!(spectral_unit("[nm]"), Some(Quantity::Wavelength(10.0)));
        assert_eq!(spectral_unit("GHz"), Some(Quantity::Other));
        assert_eq!(spectral_unit("furlong"), None);
        assert_eq!(spectral_name("loglam"), Some(Named::Quantity(Quantity::LogAngstrom)));
        assert_eq!(spectral_name("log10_wavelength"), Some(Named::Quantity(Quantity::LogAngstrom)));
        assert_eq!(spectral_name("Wavelength (nm)"), Some(Named::Quantity(Quantity::Wavelength(10.0))));
        assert_eq!(spectral_name("spectral"), Some(Named::Wavelength));
        assert_eq!(spectral_name("ra"), None);
        assert!(is_flux_name("Flux [ADU]") && !is_flux_name("flux_error") && is_error_name("flux_error"));
        assert!(is_ivar_name("ivar") && !is_ivar_name("invalid"));
    }
}
