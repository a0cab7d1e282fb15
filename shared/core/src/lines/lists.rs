//! The lists: data, with the source of each.

use super::LineKind::{Interstellar, Nebular, Sky, Stellar};
use super::{Band, Line, LineKind};
use crate::spectrum::Medium::{self, Air, Vacuum};

const fn line(name: &'static str, wavelength: f64, medium: Medium, kind: LineKind) -> Line {
    Line { name, wavelength, medium, kind }
}

/// Hydrogen's Balmer series, H-alpha first. Vacuum centroids (van Hoof's Atomic Line List 3.00b4; the same as
/// SDSS and LAMOST use).
pub const BALMER: &[Line] = &[
    line("H-alpha", 6564.614, Vacuum, Stellar),
    line("H-beta", 4862.683, Vacuum, Stellar),
    line("H-gamma", 4341.684, Vacuum, Stellar),
    line("H-delta", 4102.892, Vacuum, Stellar),
    line("H-epsilon", 3971.195, Vacuum, Stellar),
    line("H8", 3890.151, Vacuum, Stellar),
    line("H9", 3836.472, Vacuum, Stellar),
    line("H10", 3798.976, Vacuum, Stellar),
    line("H11", 3771.701, Vacuum, Stellar),
];

/// Hydrogen's Paschen series from P8 on, where surveys of the optical reach it. Vacuum (van Hoof).
pub const PASCHEN: &[Line] = &[
    line("P8", 9548.59, Vacuum, Stellar),
    line("P9", 9231.547, Vacuum, Stellar),
    line("P10", 9017.385, Vacuum, Stellar),
    line("P11", 8865.217, Vacuum, Stellar),
    line("P12", 8752.876, Vacuum, Stellar),
    line("P13", 8667.398, Vacuum, Stellar),
    line("P14", 8600.754, Vacuum, Stellar),
];

/// Neutral helium. Air, NIST Atomic Spectra Database, the strongest component.
pub const HELIUM_I: &[Line] = &[
    line("He I 3889", 3888.648, Air, Stellar),
    line("He I 4026", 4026.191, Air, Stellar),
    line("He I 4471", 4471.479, Air, Stellar),
    line("He I 4713", 4713.146, Air, Stellar),
    line("He I 4922", 4921.931, Air, Stellar),
    line("He I 5016", 5015.678, Air, Stellar),
    line("He I 5876", 5875.621, Air, Stellar),
    line("He I 6678", 6678.151, Air, Stellar),
    line("He I 7065", 7065.19, Air, Stellar),
    line("He I 7281", 7281.349, Air, Stellar),
];

/// Ionised helium: hot stars, cataclysmic variables. Air, NIST.
pub const HELIUM_II: &[Line] = &[
    line("He II 4200", 4199.83, Air, Stellar),
    line("He II 4542", 4541.59, Air, Stellar),
    line("He II 4686", 4685.7, Air, Stellar),
    line("He II 5412", 5411.52, Air, Stellar),
    line("He II 6560", 6560.1, Air, Stellar),
];

/// Neutral oxygen: the triplet and the line pumped by Ly-beta in Be stars. Air, NIST.
pub const OXYGEN_I: &[Line] = &[
    line("O I 7772", 7771.94, Air, Stellar),
    line("O I 7774", 7774.17, Air, Stellar),
    line("O I 7775", 7775.39, Air, Stellar),
    line("O I 8446", 8446.36, Air, Stellar),
];

/// Ionised calcium: H and K, the infrared triplet. Air, NIST.
pub const CALCIUM_II: &[Line] = &[
    line("Ca II K", 3933.663, Air, Stellar),
    line("Ca II H", 3968.469, Air, Stellar),
    line("Ca II 8498", 8498.023, Air, Stellar),
    line("Ca II 8542", 8542.091, Air, Stellar),
    line("Ca II 8662", 8662.141, Air, Stellar),
];

/// Sodium D. In stars, between the stars, and from the night sky. Air, NIST.
pub const SODIUM_I: &[Line] = &[line("Na I D2", 5889.951, Air, Stellar), line("Na I D1", 5895.924, Air, Stellar)];

/// The magnesium b triplet. Air, NIST.
pub const MAGNESIUM_I: &[Line] = &[
    line("Mg I 5167", 5167.322, Air, Stellar),
    line("Mg I 5173", 5172.684, Air, Stellar),
    line("Mg I 5184", 5183.604, Air, Stellar),
];

/// Ionised iron as seen in Be stars and novae. Air, NIST, to 0.02 A.
pub const IRON_II: &[Line] = &[
    line("Fe II 4233", 4233.17, Air, Stellar),
    line("Fe II 4549", 4549.47, Air, Stellar),
    line("Fe II 4584", 4583.83, Air, Stellar),
    line("Fe II 4924", 4923.92, Air, Stellar),
    line("Fe II 5018", 5018.43, Air, Stellar),
    line("Fe II 5169", 5169.03, Air, Stellar),
    line("Fe II 5198", 5197.57, Air, Stellar),
    line("Fe II 5235", 5234.62, Air, Stellar),
    line("Fe II 5276", 5276.0, Air, Stellar),
    line("Fe II 5317", 5316.61, Air, Stellar),
    line("Fe II 6248", 6247.56, Air, Stellar),
    line("Fe II 6456", 6456.38, Air, Stellar),
    line("Fe II 6516", 6516.08, Air, Stellar),
];

/// Forbidden lines of nebulae. Air, NIST.
pub const NEBULAR: &[Line] = &[
    line("[O II] 3726", 3726.032, Air, Nebular),
    line("[O II] 3729", 3728.815, Air, Nebular),
    line("[Ne III] 3869", 3868.76, Air, Nebular),
    line("[O III] 4363", 4363.21, Air, Nebular),
    line("[O III] 4959", 4958.911, Air, Nebular),
    line("[O III] 5007", 5006.843, Air, Nebular),
    line("[N II] 5755", 5754.59, Air, Nebular),
    line("[O I] 6300", 6300.304, Air, Nebular),
    line("[O I] 6364", 6363.776, Air, Nebular),
    line("[N II] 6548", 6548.05, Air, Nebular),
    line("[N II] 6583", 6583.45, Air, Nebular),
    line("[S II] 6716", 6716.44, Air, Nebular),
    line("[S II] 6731", 6730.816, Air, Nebular),
    line("[Ar III] 7136", 7135.79, Air, Nebular),
    line("[S III] 9069", 9068.6, Air, Nebular),
];

/// Diffuse interstellar bands, the strongest. Air (Hobbs+ 2008, `ApJ` 680, 1256, towards HD 204827; 8620: Munari+
/// 2008, A&A 488, 969).
pub const INTERSTELLAR_BANDS: &[Line] = &[
    line("DIB 4428", 4428.19, Air, Interstellar),
    line("DIB 5780", 5780.48, Air, Interstellar),
    line("DIB 5797", 5797.06, Air, Interstellar),
    line("DIB 6196", 6195.98, Air, Interstellar),
    line("DIB 6203", 6203.05, Air, Interstellar),
    line("DIB 6270", 6269.85, Air, Interstellar),
    line("DIB 6284", 6283.84, Air, Interstellar),
    line("DIB 6379", 6379.32, Air, Interstellar),
    line("DIB 6614", 6613.62, Air, Interstellar),
    line("DIB 6661", 6660.71, Air, Interstellar),
    line("DIB 8620", 8620.4, Air, Interstellar),
];

/// Emission lines of the night sky: oxygen, sodium, mercury of towns, and the strongest of OH. Air (Osterbrock+
/// 1996, PASP 108, 277; mercury: NIST).
pub const SKY: &[Line] = &[
    line("sky Hg I 4358", 4358.335, Air, Sky),
    line("sky Hg I 5461", 5460.75, Air, Sky),
    line("sky [O I] 5577", 5577.338, Air, Sky),
    line("sky Na I D2", 5889.95, Air, Sky),
    line("sky Na I D1", 5895.924, Air, Sky),
    line("sky [O I] 6300", 6300.304, Air, Sky),
    line("sky [O I] 6364", 6363.776, Air, Sky),
    line("sky OH 6499", 6498.729, Air, Sky),
    line("sky OH 6533", 6533.044, Air, Sky),
    line("sky OH 6554", 6553.617, Air, Sky),
    line("sky OH 6577", 6577.285, Air, Sky),
    line("sky OH 6604", 6604.135, Air, Sky),
    line("sky OH 6864", 6863.955, Air, Sky),
    line("sky OH 6923", 6923.22, Air, Sky),
    line("sky OH 7276", 7276.405, Air, Sky),
    line("sky OH 7316", 7316.282, Air, Sky),
    line("sky OH 7341", 7340.885, Air, Sky),
    line("sky OH 7751", 7750.64, Air, Sky),
    line("sky OH 7794", 7794.112, Air, Sky),
    line("sky OH 7822", 7821.503, Air, Sky),
    line("sky OH 7914", 7913.708, Air, Sky),
    line("sky OH 7965", 7964.65, Air, Sky),
    line("sky OH 8345", 8344.602, Air, Sky),
    line("sky OH 8399", 8399.17, Air, Sky),
    line("sky OH 8430", 8430.174, Air, Sky),
    line("sky OH 8886", 8885.85, Air, Sky),
];

/// Every list of stellar lines.
pub const STELLAR: &[&[Line]] =
    &[BALMER, PASCHEN, HELIUM_I, HELIUM_II, OXYGEN_I, CALCIUM_II, SODIUM_I, MAGNESIUM_I, IRON_II];

/// Where the atmosphere absorbs: molecular oxygen and water. Air, rounded to where the band sinks into the
/// continuum at low resolution (Stevenson 1994, MNRAS 267, 904; Smette+ 2015, A&A 576, A77).
pub const TELLURIC: &[Band] = &[
    Band { name: "telluric O2 gamma", from: 6276.0, to: 6318.0, medium: Air },
    Band { name: "telluric O2 B", from: 6867.0, to: 6944.0, medium: Air },
    Band { name: "telluric H2O 7200", from: 7160.0, to: 7340.0, medium: Air },
    Band { name: "telluric O2 A", from: 7593.0, to: 7700.0, medium: Air },
    Band { name: "telluric H2O 8200", from: 8130.0, to: 8350.0, medium: Air },
    Band { name: "telluric H2O 9300", from: 8940.0, to: 9800.0, medium: Air },
];
