//! What is said of families, and how they are called.

use balmer_core::spectrum::Medium;
use balmer_exchange::api::{FamilyMember, KnownCount, KnownMember};

use super::*;
use crate::state::{
    selection::is_name,
    small_plot::{HEIGHT, MARGIN, WIDTH},
};

fn excess(piece: &str, value: &str) -> ExcessRow {
    ExcessRow {
        piece: piece.into(),
        value: value.into(),
        inside: 12,
        size: 15,
        expected: 2.1,
        ratio: 5.71,
        p: 1e-6,
        q: 2.5e-5,
        words: format!("{piece} {value}: 12 of 15, 2.1 expected"),
    }
}

fn family(id: &str, kind: Kind, members: &[&str]) -> FamilyBody {
    let member = |id: &&str| FamilyMember { spectrum_id: (*id).into(), rank: 1, lof: 2.0 };
    FamilyBody {
        id: id.into(),
        size: members.len() as u64,
        kind,
        title: kind.to_string(),
        reason: String::new(),
        set_aside_suggested: false,
        members: members.iter().map(member).collect(),
        residual: vec![0.0, 0.5, -0.5, 1.5],
        over_represented: Vec::new(),
        mask_angstrom: Vec::new(),
        known: Vec::new(),
    }
}

fn body(families: Vec<FamilyBody>) -> FamiliesBody {
    FamiliesBody {
        run: "r".into(),
        survey: "s".into(),
        outliers: 20,
        alone: 3,
        wavelengths: vec![6500.0, 6510.0, 6520.0, 6530.0],
        medium: Medium::Vacuum,
        families,
        known: Vec::new(),
    }
}

fn named(name: &str, action: FamilyAction, ids: &[&str]) -> NamedFamily {
    NamedFamily {
        name: name.into(),
        run: "r".into(),
        family: format!("id-of-{name}"),
        kind: Kind::Spike,
        action,
        label: (action == FamilyAction::Label).then(|| "artefact".into()),
        author: "local".into(),
        created: "2026-01-01T00:00:00Z".into(),
        spectrum_ids: ids.iter().map(|id| (*id).into()).collect(),
    }
}

#[test]
fn what_is_asked_for_survives_the_journey() {
    for among in Among::ALL {
        assert_eq!(Among::of_key(&among.key()), among);
    }
    for unreadable in ["", "0", "2001", "-3", "open"] {
        assert_eq!(Among::of_key(unreadable), Among::Outliers, "{unreadable}");
    }
}

#[test]
fn the_residual_is_drawn_with_zero_and_what_is_to_be_masked() {
    let mut sky = family("a", Kind::SkyLine, &["1"]);
    sky.mask_angstrom = vec![[6505.0, 6515.0], [6525.0, 6600.0], [7000.0, 7010.0]];
    let plot = plot(&body(vec![sky.clone()]), &sky);
    assert_eq!(plot.path.matches('L').count(), 3);
    assert_eq!((plot.range.as_str(), plot.wavelengths.as_str()), ("−0.5000 to 1.500", "6500–6530 Å"));
    // zero is a quarter of the way up
    assert_eq!(plot.zero, Some(HEIGHT - MARGIN - 0.25 * (HEIGHT - 2.0 * MARGIN)));
    assert_eq!(plot.masked.len(), 2, "what is outside is not drawn");
    let ((from, width), (last, rest)) = (plot.masked[0], plot.masked[1]);
    assert!((from - WIDTH / 6.0).abs() < 1e-9 && (width - WIDTH / 3.0).abs() < 1e-9, "{from} {width}");
    assert!((last + rest - WIDTH).abs() < 1e-9, "cut at the end");
    let positive = FamilyBody { residual: vec![1.0, 2.0, f32::NAN, 3.0], ..sky };
    let plot = super::plot(&body(Vec::new()), &positive);
    assert_eq!((plot.zero, plot.path.matches('M').count()), (None, 2));
}

#[test]
fn the_family_of_the_chosen_spectrum_comes_first() {
    let body = body(vec![family("a", Kind::Noise, &["1", "2"]), family("b", Kind::Spike, &["3"])]);
    let order = |chosen: Option<&str>| ordered(&body, chosen).iter().map(|f| f.id.clone()).collect::<Vec<_>>();
    assert_eq!(order(Some("3")), ["b", "a"]);
    assert_eq!(order(Some("4")), ["a", "b"]);
    assert_eq!(order(None), ["a", "b"]);
}

#[test]
fn where_a_member_may_have_a_line_it_is_said() {
    let with = |kind, piece: Option<&str>, suggested| {
        let mut family = family("a", kind, &["1"]);
        family.over_represented = piece.map(|piece| excess(piece, "7")).into_iter().collect();
        family.set_aside_suggested = suggested;
        reserve(&family)
    };
    assert_eq!(with(Kind::Spike, None, true), None);
    for (kind, piece) in [
        (Kind::EmissionLine, None),
        (Kind::Spike, None),
        (Kind::DeadPixels, Some("fibre")),
        (Kind::FluxCalibration, Some("spectrograph")),
    ] {
        assert!(with(kind, piece, false).is_some_and(|why| why.contains("emission line")), "{kind:?}");
    }
    for piece in [None, Some("night")] {
        assert!(with(Kind::LookAlike, piece, false).is_some_and(|why| why.contains("rare stars")), "{piece:?}");
    }
}

#[test]
fn a_name_is_proposed_that_the_server_takes() {
    let mut dead = family("a", Kind::DeadPixels, &["1"]);
    assert_eq!(proposed_name(&dead, &[]), "dead-pixels");
    dead.over_represented = vec![excess("plate", "HD07"), excess("fibre of spectrograph", "12 of 3")];
    assert_eq!(proposed_name(&dead, &[]), "dead-pixels-fibre-of-spectrograph-12-of-3");
    let mut sky = family("b", Kind::SkyLine, &["2"]);
    sky.over_represented = vec![excess("sky line", "[O I] 5577")];
    assert_eq!(proposed_name(&sky, &[]), "sky-line-o-i-5577");
    let taken = [named("sky-line-o-i-5577", FamilyAction::SetAside, &[]), named("x", FamilyAction::Label, &[])];
    assert_eq!(proposed_name(&sky, &taken), "sky-line-o-i-5577-2");
    sky.over_represented[0].value = "long ".repeat(40);
    for family in [&dead, &sky] {
        assert!(is_name(&proposed_name(family, &taken)), "{}", proposed_name(family, &taken));
    }
}

#[test]
fn excesses_and_known_members_are_told() {
    assert_eq!(
        excess_words(&excess("spectrograph", "7")),
        "spectrograph 7: 12 of 15, 2.1 expected: 5.7 times as many as by chance, q = 2.50 × 10⁻⁵"
    );
    let mut some = family("a", Kind::Spike, &["1", "2", "3"]);
    assert_eq!(known_words(&some), None);
    some.known = vec![KnownCount { name: "sky".into(), members: 2 }, KnownCount { name: "cosmic".into(), members: 1 }];
    assert_eq!(known_words(&some).as_deref(), Some("Of its 3 members are known: 2 as sky, 1 as cosmic"));
    let known = |id: &str, name: &str| KnownMember { spectrum_id: id.into(), name: name.into() };
    let body = FamiliesBody { known: vec![known("1", "b"), known("2", "a"), known("3", "a")], ..body(vec![some]) };
    assert_eq!(recognised(&body), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
}

#[test]
fn what_is_set_aside_is_counted_once() {
    let families = [
        named("dead", FamilyAction::SetAside, &["1", "2"]),
        named("cosmic", FamilyAction::Label, &["3"]),
        named("sky", FamilyAction::SetAside, &["2"]),
    ];
    let known = |id: &str, name: &str| KnownMember { spectrum_id: id.into(), name: name.into() };
    let body =
        FamiliesBody { known: vec![known("1", "dead"), known("7", "sky"), known("8", "cosmic")], ..body(vec![]) };
    let ids = |body| {
        let mut ids: Vec<String> = aside_ids(&families, body).into_iter().collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(None), ["1", "2"]);
    assert_eq!(ids(Some(&body)), ["1", "2", "7"]);
    assert_eq!(aside_words(12, set_aside(&families).count(), false), "12 set aside in 2 families");
    assert_eq!(aside_words(1_200, 1, true), "1\u{202f}200 set aside in 1 family are listed, too");
}

#[test]
fn a_family_is_found_by_the_run_it_was_named_in() {
    let families = [named("dead", FamilyAction::SetAside, &[]), named("cosmic", FamilyAction::Label, &[])];
    assert_eq!(name_of(&families, "r", "id-of-cosmic").map(deed).as_deref(), Some("labelled artefact"));
    assert_eq!(name_of(&families, "r", "id-of-dead").map(deed).as_deref(), Some("set aside"));
    assert!(name_of(&families, "another", "id-of-dead").is_none());
}
