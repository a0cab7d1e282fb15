//! What the address keeps of a comparison, and what cannot be read.

use super::*;
use crate::state::view::tests::keys;

fn journey(query: &str) -> Keys {
    let written = Compare::parse(&keys(query)).written().into_iter().filter(|(_, text)| !text.is_empty());
    written.map(|(key, text)| (key.to_owned(), text)).collect()
}

#[test]
fn comparisons_survive_the_journey() {
    for query in [
        "",
        "near=50&over=selected&levels=offset",
        "over=in:island&epochs=3&mean=label:be&levels=own&align=on",
        "pin=miles/m0884;lamost/a/b;x/100%25 %3B&mean=subclass:A1V&epochs=0.5",
        "mean=in:a:b",
    ] {
        assert_eq!(journey(query), keys(query), "{query}");
    }
}

#[test]
fn what_cannot_be_read_is_left_out() {
    for query in [
        "near=-1&over=everything&epochs=0&pin=miles&mean=be&levels=up&align=yes",
        "over=in:&epochs=61&pin=/a;b/;;&mean=label:&near=x",
        "epochs=NaN&mean=colour:red",
    ] {
        assert_eq!(Compare::parse(&keys(query)), Compare::default(), "{query}");
    }
    assert_eq!(Compare::parse(&keys("near=900")).near, MOST_DRAWN);
    assert_eq!(Compare::parse(&keys("pin=a/b;a/b;c/d")).pins, [Name::new("a", "b"), Name::new("c", "d")]);
}

#[test]
fn a_pin_comes_goes_and_gives_way() {
    let name = |i: usize| Name::new("s", &i.to_string());
    let full = (0..MOST_PINS).fold(Compare::default(), |compare, i| compare.with_pin(&name(i)));
    assert_eq!(full.kinds(), MOST_PINS);
    let more = full.clone().with_pin(&name(99));
    assert_eq!((more.pins.len(), &more.pins[0], more.pins.last()), (MOST_PINS, &name(1), Some(&name(99))));
    assert_eq!(full.clone().with_pin(&name(0)).pins[0], name(1));
    assert_eq!(Compare { levels: Levels::Own, ..full }.cleared().written()[5].1, "own");
}

#[test]
fn levels_go_round() {
    let mut levels = Levels::default();
    for _ in Levels::ALL {
        assert_eq!(Levels::of_key(levels.key()), Some(levels));
        levels = levels.next();
    }
    assert_eq!(levels, Levels::default());
}
