//! From named columns to a spectrum: the part FITS tables, `VOTables` and text tables share.
//!
//! A column's role is told by its utype (Spectrum Data Model 1.1), else its UCD, else its name. The
//! medium is told by the column's description or UCD (`obs.atmos`: air), else by the file, else by
//! the user; where nobody says, air is taken and a remark says so: tables made for people in optical
//! astronomy are in air above 2000 A.

use balmer_core::spectrum::{Medium, Metadata};

use crate::ReadError;
use crate::draft::{Axis, Draft, bits, ivar_of_errors, single};
use crate::units::{Named, Quantity, is_error_name, is_flux_name, is_ivar_name, spectral_name, spectral_unit};

/// What a file says about one of its columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnInfo {
    pub(crate) name: String,
    pub(crate) unit: Option<String>,
    pub(crate) ucd: String,
    pub(crate) utype: String,
    pub(crate) description: String,
}

/// Which column plays which part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Roles {
    spectral: usize,
    flux: usize,
    ivar: Option<usize>,
    error: Option<usize>,
    and_mask: Option<usize>,
    or_mask: Option<usize>,
}

/// Finds the parts; `None` where there is no spectral column or no flux.
pub(crate) fn roles(columns: &[ColumnInfo]) -> Option<Roles> {
    let find = |test: &dyn Fn(&ColumnInfo) -> bool| columns.iter().position(test);
    let utype = |c: &ColumnInfo, tail: &str| c.utype.to_lowercase().ends_with(tail);
    let ucd = |c: &ColumnInfo, head: &str| c.ucd.to_lowercase().starts_with(head);
    let spectral = find(&|c| utype(c, "spectralaxis.value"))
        .or_else(|| find(&|c| spectral_name(&c.name).is_some()))
        .or_else(|| find(&|c| ucd(c, "em.wl") && !c.ucd.contains("stat") && !c.ucd.contains("instr")))?;
    let not_spectral = |i: usize| i != spectral;
    let flux = find(&|c| utype(c, "fluxaxis.value"))
        .or_else(|| find(&|c| is_flux_name(&c.name)))
        .or_else(|| find(&|c| ucd(c, "phot.flux") || ucd(c, "phot.count") || ucd(c, "arith.ratio;phot.flux")))
        .filter(|i| not_spectral(*i))?;
    let other = |i: &usize| *i != spectral && *i != flux;
    Some(Roles {
        spectral,
        flux,
        ivar: find(&|c| is_ivar_name(&c.name)).filter(other),
        error: find(&|c| utype(c, "fluxaxis.accuracy.staterror"))
            .or_else(|| find(&|c| ucd(c, "stat.error;phot.flux")))
            .or_else(|| find(&|c| is_error_name(&c.name)))
            .filter(other),
        and_mask: find(&|c| matches!(c.name.to_lowercase().as_str(), "and_mask" | "andmask")),
        or_mask: find(&|c| matches!(c.name.to_lowercase().as_str(), "or_mask" | "ormask" | "mask")),
    })
}

/// Builds the spectrum; `values` reads a column by its index.
pub(crate) fn assemble(
    columns: &[ColumnInfo],
    roles: Roles,
    medium: Option<Medium>,
    mut metadata: Metadata,
    mut values: impl FnMut(usize) -> Result<Vec<f64>, ReadError>,
) -> Result<Draft, ReadError> {
    let info = &columns[roles.spectral];
    let mut wavelengths = values(roles.spectral)?;
    let named = match spectral_name(&info.name) {
        Some(Named::Quantity(quantity)) => Some(quantity),
        _ => None,
    };
    let quantity = match info.unit.as_deref().filter(|unit| !unit.trim().is_empty()) {
        Some(unit) => match spectral_unit(unit) {
            // a logarithm keeps its meaning even if the unit names only its argument
            Some(Quantity::Wavelength(_)) if named == Some(Quantity::LogAngstrom) => Quantity::LogAngstrom,
            Some(quantity) => quantity,
            None => return Err(ReadError::NoWavelength(format!("unit '{unit}' of column {} is not known", info.name))),
        },
        None => match named {
            Some(quantity) => quantity,
            None => guess_unit(&wavelengths, &mut metadata)?,
        },
    };
    match quantity {
        Quantity::Wavelength(scale) => wavelengths.iter_mut().for_each(|w| *w *= scale),
        Quantity::LogAngstrom => wavelengths.iter_mut().for_each(|w| *w = 10f64.powf(*w)),
        Quantity::Other => {
            let unit = info.unit.as_deref().unwrap_or_default();
            return Err(ReadError::NoWavelength(format!(
                "column {} is in {unit}, not a wavelength: convert it first",
                info.name
            )));
        }
    }
    let medium = medium_of(info).or(medium).unwrap_or_else(|| {
        metadata.remark("medium not stated: air assumed");
        Medium::Air
    });
    metadata.flux_unit = metadata.flux_unit.or_else(|| columns[roles.flux].unit.clone().filter(|u| !u.is_empty()));
    let mut draft = Draft::new(Axis::listed(wavelengths, medium)?, single(&values(roles.flux)?), metadata);
    draft.ivar = match (roles.ivar, roles.error) {
        (Some(column), _) => Some(single(&values(column)?)),
        (None, Some(column)) => Some(ivar_of_errors(&values(column)?)),
        (None, None) => None,
    };
    draft.and_mask = roles.and_mask.map(&mut values).transpose()?.map(|v| bits(&v));
    draft.or_mask = roles.or_mask.map(&mut values).transpose()?.map(|v| bits(&v));
    Ok(draft)
}

/// The medium a spectral column itself states.
fn medium_of(info: &ColumnInfo) -> Option<Medium> {
    let words =
        |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    if info.ucd.contains("obs.atmos") {
        return Some(Medium::Air);
    }
    for text in [&info.description, &info.name] {
        for word in words(text) {
            match word.as_str() {
                "air" | "awav" => return Some(Medium::Air),
                "vacuum" | "vac" => return Some(Medium::Vacuum),
                _ => {}
            }
        }
    }
    None
}

/// Angstrom or nanometres by the size of the numbers; said in a remark.
fn guess_unit(values: &[f64], metadata: &mut Metadata) -> Result<Quantity, ReadError> {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let (unit, scale) = if low >= 1000.0 && high <= 1e6 {
        ("Angstrom", 1.0)
    } else if low >= 90.0 && high <= 3000.0 {
        ("nm", 10.0)
    } else {
        return Err(ReadError::NoWavelength(format!("no unit is stated and {low} to {high} fits none")));
    };
    metadata.remark(&format!("unit of wavelength not stated: {unit} by its values"));
    Ok(Quantity::Wavelength(scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<ColumnInfo> {
        names.iter().map(|name| ColumnInfo { name: (*name).to_owned(), ..ColumnInfo::default() }).collect()
    }

    #[test]
    fn roles_are_found_by_name_and_by_utype() {
        let found = roles(&columns(&["flux_error", "flux", "wavelength", "ivar"])).unwrap();
        assert_eq!((found.spectral, found.flux, found.ivar, found.error), (2, 1, Some(3), Some(0)));
        assert!(roles(&columns(&["ra", "dec", "flux"])).is_none());
        let mut named = columns(&["x", "y"]);
        named[0].utype = "spec:Spectrum.Data.SpectralAxis.Value".into();
        named[1].utype = "spec:Spectrum.Data.FluxAxis.Value".into();
        assert!(roles(&named).is_some());
    }

    #[test]
    fn nanometres_and_media_are_understood() {
        let mut infos = columns(&["wave", "flux"]);
        infos[0].unit = Some("nm".into());
        infos[0].description = "Wavelength in vacuum".into();
        let found = roles(&infos).unwrap();
        let data = [vec![500.0, 501.0, 502.0], vec![1.0, 2.0, 1.0]];
        let draft = assemble(&infos, found, None, Metadata::default(), |i| Ok(data[i].clone())).unwrap();
        assert_eq!(draft.axis.range(), (5000.0, 5020.0));
        assert_eq!(draft.axis.medium(), Medium::Vacuum);
        infos[0].unit = Some("Hz".into());
        let error = assemble(&infos, found, None, Metadata::default(), |i| Ok(data[i].clone())).unwrap_err();
        assert_eq!(error.reason(), "no-wavelength");
    }
}
