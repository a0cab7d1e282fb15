//! Whether a spectrum shows an emission line that an astronomer would not want to lose.
//!
//! Asked of the native pixels, whatever the recipe: the mean of a line's core against the straight line between the
//! flanks on both sides, in units of the noise of that difference. Close flanks see narrow emission within a broad
//! absorption line, far ones the broad emission of a disc. The noise is that of second differences around the line
//! (`DER_SNR`, Stoehr+ 2008, ASP Conf. 394, 505), so that it needs no stated variance.
//!
//! Measured on the 18 spectra of LAMOST DR10 with H-alpha emission, weak nebular ones among them: all of them pass
//! [`LIMIT`], and 14 of the 1,730 others that the recipe for artefacts ranks do (docs/METHODS.md).

use crate::{
    lines::{BALMER, NEBULAR},
    manipulation::scale::median,
    spectrum::Spectrum,
};

/// Significance from which a spectrum may have an emission line.
pub const LIMIT: f64 = 5.0;

/// Half the width of a core, start and end of the flanks: Angstrom from the line.
const NARROW: [f64; 3] = [2.6, 5.0, 9.0];
/// As [`NARROW`], for lines broadened by rotation.
const BROAD: [f64; 3] = [8.0, 15.0, 30.0];
/// Pixels within this many Angstrom tell the noise.
const AROUND: f64 = 60.0;

/// What looks most like an emission line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Emission {
    /// What is seen, for people.
    pub line: &'static str,
    /// How many times its noise the line stands above its surroundings.
    pub significance: f64,
}

/// The most significant of narrow and broad H-alpha and the doublet of `[S II]`, at rest and at the redshift stated;
/// `None` where no pixels can tell.
pub fn emission(spectrum: &Spectrum) -> Option<Emission> {
    let stated = spectrum.metadata.z.filter(|z| z.is_finite() && *z > -0.5);
    // gas on the way to a star has not the star's velocity
    [Some(0.0), stated]
        .into_iter()
        .flatten()
        .flat_map(|z| lines_at(spectrum, z))
        .max_by(|a, b| a.significance.total_cmp(&b.significance))
}

fn lines_at(spectrum: &Spectrum, z: f64) -> impl Iterator<Item = Emission> {
    let medium = spectrum.axis().medium();
    let h_alpha = BALMER[0].observed_in(medium, z);
    let named = |name: &str| NEBULAR.iter().find(|line| line.name == name).map(|line| line.observed_in(medium, z));
    let narrow = contrast(spectrum, h_alpha, NARROW);
    let broad = contrast(spectrum, h_alpha, BROAD);
    // two lines of the same gas: each weak, both at once
    let both = |name: &str| named(name).and_then(|at| contrast(spectrum, at, NARROW));
    let sulphur = both("[S II] 6716").zip(both("[S II] 6731")).map(|(a, b)| (a + b) / 2f64.sqrt());
    [("H-alpha", narrow), ("broad H-alpha", broad), ("[S II] 6716, 6731", sulphur)]
        .into_iter()
        .filter_map(|(line, significance)| Some(Emission { line, significance: significance? }))
}

/// How far the core stands above its flanks; `None` where one of the three has no good pixel.
fn contrast(spectrum: &Spectrum, centre: f64, [core, near, far]: [f64; 3]) -> Option<f64> {
    let w = spectrum.axis().wavelengths();
    let good = |i: usize| {
        let known = spectrum.ivar().is_none_or(|v| v[i].is_finite() && v[i] > 0.0);
        let flux = spectrum.flux()[i];
        (known && flux.is_finite() && flux != 0.0).then(|| (w[i] - centre, f64::from(flux)))
    };
    let start = w.partition_point(|&w| w < centre - AROUND);
    let end = w.partition_point(|&w| w <= centre + AROUND);
    let pixels: Vec<(f64, f64)> = (start..end).filter_map(good).collect();
    let mean = |from: f64, to: f64| {
        let inside = pixels.iter().filter(|(x, _)| (from..=to).contains(x));
        let (sum, count) = inside.fold((0.0, 0), |(sum, count), (_, y)| (sum + y, count + 1));
        (count > 0).then(|| (sum / f64::from(count), f64::from(count)))
    };
    let ((line, n), (blue, n_blue), (red, n_red)) = (mean(-core, core)?, mean(-far, -near)?, mean(near, far)?);
    let mut differences: Vec<f64> = pixels.windows(5).map(|v| (2.0 * v[2].1 - v[0].1 - v[4].1).abs()).collect();
    if differences.len() < 10 {
        return None;
    }
    let noise = 1.4826 / 6f64.sqrt() * median(&mut differences);
    let error = noise * (1.0 / n + 1.0 / (n_blue + n_red)).sqrt();
    (error > 0.0).then(|| (line - f64::midpoint(blue, red)) / error)
}
