//! Pages of the gallery, steps through them, and the scales of its plots.

use balmer_core::spectrum::{Metadata, SpectralAxis, Spectrum};

use super::*;
use crate::state::smoothing::Smoothing;

#[test]
fn steps_go_both_ways_and_over_pages() {
    // 120 spectra, 7 in a row: a page has seven rows and one spectrum more
    let step = |step: Step, at| step.after(120, at, 7).unwrap();
    for (what, from, to) in [
        (Step::Right, 49, 50),
        (Step::Right, 119, 119),
        (Step::Left, 50, 49),
        (Step::Left, 0, 0),
        (Step::Down, 3, 10),
        // the last row of a page has one cell only
        (Step::Down, 45, 49),
        (Step::Down, 49, 50),
        (Step::Up, 50, 49),
        (Step::Up, 53, 49),
        (Step::Up, 57, 50),
        (Step::Up, 3, 3),
        (Step::Down, 119, 119),
        (Step::Down, 113, 119),
        (Step::Down, 115, 115),
        (Step::PageOn, 3, 53),
        (Step::PageOn, 80, 119),
        (Step::PageOn, 110, 110),
        (Step::PageBack, 53, 3),
        (Step::PageBack, 3, 3),
        (Step::First, 80, 0),
        (Step::Last, 80, 119),
    ] {
        assert_eq!(step(what, from), to, "{what:?} from {from}");
    }
    assert_eq!(Step::Right.after(0, 0, 7), None);
    // what was shown has become less
    assert_eq!(Step::Left.after(5, 90, 7), Some(3));
}

#[test]
fn down_and_up_come_back_on_full_rows() {
    for columns in [1, 2, 5, 10, 25] {
        for at in 0..150 {
            let below = Step::Down.after(200, at, columns).unwrap();
            assert_eq!(Step::Up.after(200, below, columns), Some(at), "{columns} {at}");
        }
    }
}

#[test]
fn what_is_walked_through_is_all_or_some() {
    let all = Walk::All(120);
    assert_eq!((all.len(), all.row(119), all.row(120), all.place(7)), (120, Some(119), None, Some(7)));
    assert_eq!((all.page(0), all.page(2), all.page(9)), (0..50, 100..120, 120..120));
    let some = Walk::Rows(vec![3, 8, 90]);
    assert_eq!((some.len(), some.row(1), some.place(90), some.place(4)), (3, Some(8), Some(2), None));
    assert!(Walk::Rows(Vec::new()).is_empty());
}

#[test]
fn cells_fill_the_width() {
    let phone = Layout::of(358.0);
    assert_eq!((phone.columns, phone.width, phone.rows(50)), (2, 179.0, 25));
    assert_eq!(phone.corner(3), (179.0, CELL_HEIGHT));
    assert_eq!(Layout::of(870.0).columns, 5);
    // before it is laid out
    assert_eq!(Layout::of(0.0), Layout { columns: 1, width: 1.0 });
}

#[test]
fn every_line_of_the_menu_exists_and_has_its_window() {
    let all = Around::all();
    assert_eq!(all.len(), 2 + LINES.len());
    assert!(all.iter().all(|around| Around::of_key(around.key()) == *around));
    assert_eq!(Around::of_key("H-omega"), Around::Whole);
    let full = (3700.0, 9100.0);
    let window = |key: &str, redshift, beside| Around::of_key(key).window(full, Medium::Vacuum, redshift, beside);
    assert_eq!(window("", 0.3, None), (full, None));
    let ((low, high), line) = window("H-alpha", 0.0, None);
    assert!((line.unwrap() - 6564.614).abs() < 1e-9 && (high - low - 218.98).abs() < 0.1);
    assert!((window("H-beta", 0.1, None).1.unwrap() - 1.1 * 4862.683).abs() < 1e-6);
    assert_eq!(window("beside", 0.0, Some((6500.0, 6600.0))), ((6500.0, 6600.0), None));
    assert_eq!(window("beside", 0.0, None), ((low, high), line));
}

#[test]
fn a_thumb_says_where_its_line_is_and_whether_there_is_any() {
    let axis = SpectralAxis::linear(6000.0, 1.0, 1000, Medium::Air).unwrap();
    let mut flux = vec![1.0f32; 1000];
    flux[500..504].fill(9.0);
    let body = Spectrum::new(axis, flux, Metadata::default()).unwrap().into();
    let trace = Trace::of(&body, false, Smoothing::None);
    let thumb = Thumb::of(&trace, (6400.0, 6600.0), Some(6502.0), 100.0).unwrap();
    assert!((thumb.line.unwrap() - 51.0).abs() < 1e-9);
    assert!(thumb.values.0 < 1.0 && thumb.values.1 > 9.0);
    let peak = thumb.strokes[0].iter().find(|point| point.1 == 9.0).unwrap();
    assert!((peak.0 - 50.0).abs() < 1.0);
    assert_eq!(Thumb::of(&trace, (8000.0, 8200.0), None, 100.0), None);
    let flat = Thumb { values: (0.0, 2.0), ..thumb.clone() };
    assert_eq!(common_values([&flat, &thumb].into_iter()), Some((0.0, thumb.values.1)));
    assert_eq!(common_values(std::iter::empty()), None);
}

#[test]
fn it_survives_the_journey() {
    for given in ["", "gallery=selected", "around=H-alpha&gallery=selected&heights=same", "around=[O III] 5007"] {
        let keys: BTreeMap<String, String> =
            given.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect();
        let written: BTreeMap<String, String> = Gallery::parse(&keys)
            .keys()
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .collect();
        assert_eq!(written, keys, "{given}");
    }
}
