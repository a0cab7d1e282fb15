//! The form by which known objects are planted in a copy of a survey.

use balmer_core::simulate::Injection;
use balmer_exchange::api::NewInjection;

/// What is written in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planting {
    /// What is planted.
    pub kinds: Vec<Injection>,
    /// How many in all.
    pub count: String,
    /// Least strength; empty as such objects have it.
    pub from: String,
    /// Greatest strength.
    pub to: String,
    /// Draws them.
    pub seed: String,
}

impl Default for Planting {
    fn default() -> Self {
        let kinds = vec![Injection::Be, Injection::Double, Injection::PCygni, Injection::Cv];
        Self { kinds, count: "20".to_owned(), from: String::new(), to: String::new(), seed: "1".to_owned() }
    }
}

/// What a kind is called.
pub fn title(kind: Injection) -> &'static str {
    match kind {
        Injection::Be => "Be stars",
        Injection::Double => "double-peaked emission",
        Injection::PCygni => "P Cygni profiles",
        Injection::Cv => "cataclysmic variables",
        Injection::Carbon => "carbon stars",
        Injection::Artefact => "artefacts",
    }
}

impl Planting {
    /// Chooses a kind, or no longer; kinds keep their order.
    pub fn choose(&mut self, kind: Injection, chosen: bool) {
        let is_wanted = |other: &Injection| if *other == kind { chosen } else { self.kinds.contains(other) };
        self.kinds = Injection::ALL.into_iter().filter(is_wanted).collect();
    }

    /// What to ask the server for.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn checked(&self) -> Result<NewInjection, &'static str> {
        if self.kinds.is_empty() {
            return Err("Choose what to plant.");
        }
        let count =
            self.count.trim().parse().ok().filter(|count| *count > 0).ok_or("How many: a whole number above 0.")?;
        let seed = self.seed.trim().parse().map_err(|_| "Seed: a whole number.")?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
        let strength = match (self.from.trim(), self.to.trim()) {
            ("", "") => None,
            (from, to) => match (number(from), number(to)) {
                (Some(from), Some(to)) if from <= to => Some([from, to]),
                _ => return Err("Strength: two numbers above 0, the smaller one first, or none."),
            },
        };
        Ok(NewInjection { into: None, kinds: self.kinds.clone(), count, seed, strength, r#where: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_says_what_is_planted() {
        let mut planting = Planting::default();
        planting.choose(Injection::Double, false);
        planting.choose(Injection::Artefact, true);
        (planting.from, planting.to) = (" 5".to_owned(), "20 ".to_owned());
        let new = planting.checked().unwrap();
        assert_eq!(new.kinds, [Injection::Be, Injection::PCygni, Injection::Cv, Injection::Artefact]);
        assert_eq!((new.count, new.seed, new.strength), (20, 1, Some([5.0, 20.0])));
        assert_eq!(Planting::default().checked().unwrap().strength, None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let with = |change: fn(&mut Planting)| {
            let mut planting = Planting::default();
            change(&mut planting);
            planting.checked().unwrap_err()
        };
        assert!(with(|p| p.kinds.clear()).contains("what to plant"));
        assert!(with(|p| p.count = "0".into()).contains("How many"));
        assert!(with(|p| p.seed = "-1".into()).contains("Seed"));
        for (from, to) in [("5", ""), ("9", "5"), ("0", "5"), ("a", "b"), ("1", "inf")] {
            let planting = Planting { from: from.into(), to: to.into(), ..Planting::default() };
            assert!(planting.checked().unwrap_err().contains("Strength"), "{from} {to}");
        }
    }
}
