//! Stretches of wavelengths that a recipe masks, as a person writes them: `5575-5580, 6298-6303`.

use balmer_core::{
    cluster::mask,
    manipulation::RecipeSpec,
    spectrum::{Medium, air_to_vacuum, vacuum_to_air},
};

/// Stretches as a text.
pub fn written(stretches: &[[f64; 2]]) -> String {
    stretches.iter().map(|[from, to]| format!("{from}-{to}")).collect::<Vec<_>>().join(", ")
}

/// The stretches of a text, from where to where in Angstrom; none of an empty one, `None` where it cannot be read.
pub fn read(text: &str) -> Option<Vec<[f64; 2]>> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let stretch = |part: &str| {
        let (from, to) = part.split_once(['-', '\u{2013}', '\u{2212}'])?;
        Some([number(from)?, number(to)?])
    };
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(stretch).collect()
}

/// The text with more stretches: in order, those that touch as one. What cannot be read stays as it is typed.
pub fn joined(text: &str, more: &[[f64; 2]]) -> String {
    match read(text) {
        Some(mask_angstrom) => {
            let recipe = RecipeSpec { mask_angstrom, ..RecipeSpec::default() };
            written(&mask(&recipe, more).mask_angstrom)
        }
        None => format!("{text}, {}", written(more)),
    }
}

/// Stretches in one medium as stretches in another, to a hundredth of an Angstrom.
pub fn converted(stretches: &[[f64; 2]], from: Medium, to: Medium) -> Vec<[f64; 2]> {
    let hundredths = |wavelength: f64| (wavelength * 100.0).round() / 100.0;
    let convert = |wavelength| match (from, to) {
        (Medium::Air, Medium::Vacuum) => hundredths(air_to_vacuum(wavelength)),
        (Medium::Vacuum, Medium::Air) => hundredths(vacuum_to_air(wavelength)),
        _ => wavelength,
    };
    stretches.iter().map(|stretch| stretch.map(convert)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for stretches in [vec![], vec![[5575.0, 5580.25]], vec![[5575.0, 5580.0], [6298.0, 6303.5]]] {
            assert_eq!(read(&written(&stretches)), Some(stretches));
        }
        assert_eq!(written(&[[5575.0, 5580.0], [6298.0, 6303.5]]), "5575-5580, 6298-6303.5");
        assert_eq!(read(" 5575 \u{2013} 5580,, "), Some(vec![[5575.0, 5580.0]]));
        for wrong in ["5575", "5575-", "sky", "5575-5580; 6298-6303", "1-inf", "5575-5580 6298-6303"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn stretches_that_touch_become_one() {
        assert_eq!(joined("", &[[5574.0, 5584.0]]), "5574-5584");
        assert_eq!(joined("6298-6303, 5570-5578", &[[5574.0, 5584.0]]), "5570-5584, 6298-6303");
        assert_eq!(joined("5574-5584", &[[5574.0, 5584.0]]), "5574-5584", "a second click changes nothing");
        assert_eq!(joined("the sky", &[[1.0, 2.0]]), "the sky, 1-2", "what was typed is not lost");
    }

    #[test]
    fn the_medium_of_the_recipe_counts() {
        // [O I] 5577.34 in air
        let air = converted(&[[5577.34, 5577.34]], Medium::Air, Medium::Vacuum);
        assert!((air[0][0] - 5578.89).abs() < 0.02, "{air:?}");
        assert_eq!(converted(&air, Medium::Vacuum, Medium::Air), [[5577.34, 5577.34]]);
        assert_eq!(converted(&air, Medium::Vacuum, Medium::Vacuum), air);
    }
}
