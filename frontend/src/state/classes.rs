//! The classes that a label can have, and their keys.

use std::collections::BTreeSet;

/// The classes to offer: those declared in their order, then any others in use by name.
pub fn offered<'a>(declared: &[String], in_use: impl Iterator<Item = &'a str>) -> Vec<String> {
    let others: BTreeSet<&str> = in_use.filter(|class| !declared.iter().any(|known| known == class)).collect();
    declared.iter().cloned().chain(others.into_iter().map(str::to_owned)).collect()
}

/// The key of the class at `place` in the list, if it has one.
pub fn key_of(place: usize) -> Option<char> {
    u32::try_from(place + 1).ok().and_then(|digit| char::from_digit(digit, 10))
}

/// The place in the list of the class that a key stands for.
pub fn place_of_key(key: &str) -> Option<usize> {
    match key.as_bytes() {
        [digit @ b'1'..=b'9'] => Some(usize::from(digit - b'1')),
        _ => None,
    }
}

/// The list with one of its classes moved up or down by a place; unchanged at the ends.
pub fn moved(classes: &[String], place: usize, down: bool) -> Vec<String> {
    let mut moved = classes.to_vec();
    let other = if down { place + 1 } else { place.wrapping_sub(1) };
    if place < moved.len() && other < moved.len() {
        moved.swap(place, other);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_is_in_use_is_offered_even_if_nobody_declared_it() {
        let declared = names(&["be", "artefact"]);
        assert_eq!(
            offered(&declared, ["cv", "be", "b-normal", "cv"].into_iter()),
            names(&["be", "artefact", "b-normal", "cv"])
        );
        assert_eq!(offered(&[], std::iter::empty()), Vec::<String>::new());
    }

    #[test]
    fn the_first_nine_have_keys() {
        assert_eq!((key_of(0), key_of(8), key_of(9)), (Some('1'), Some('9'), None));
        assert_eq!((place_of_key("1"), place_of_key("9"), place_of_key("0")), (Some(0), Some(8), None));
        assert_eq!((place_of_key("12"), place_of_key("a"), place_of_key("")), (None, None, None));
    }

    #[test]
    fn moving_stops_at_the_ends() {
        let classes = names(&["a", "b", "c"]);
        assert_eq!(moved(&classes, 1, true), names(&["a", "c", "b"]));
        assert_eq!(moved(&classes, 1, false), names(&["b", "a", "c"]));
        assert_eq!(moved(&classes, 0, false), classes);
        assert_eq!(moved(&classes, 2, true), classes);
        assert_eq!(moved(&classes, 7, true), classes);
    }
}
