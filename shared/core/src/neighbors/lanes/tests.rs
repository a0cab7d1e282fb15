//! Every set of instructions does what is written.

use std::array::from_fn;

use super::{Instructions, LANES, Lanes, Work};

/// Calls every operation and compares with plain arithmetic.
struct Everything;

impl Work for Everything {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(self) {
        let a: [f32; LANES] = from_fn(|lane| lane as f32 - 5.0);
        let b: [f32; LANES] = from_fn(|lane| (lane * lane) as f32 / 8.0);
        let (left, right) = (L::load(&a), L::load(&b));
        assert_eq!(left.store(), a);
        assert_eq!(L::splat(2.5).store(), [2.5; LANES]);
        for some in 0..=LANES {
            let expected = from_fn(|lane| if lane < some { a[lane] } else { 0.0 });
            assert_eq!(L::load_some(&a[..some]).store(), expected);
        }
        assert_eq!(left.minus(right).store(), from_fn(|lane| a[lane] - b[lane]));
        assert_eq!(left.times(right).store(), from_fn(|lane| a[lane] * b[lane]));
        assert_eq!(left.times_plus(right, L::splat(1.0)).store(), from_fn(|lane| a[lane] * b[lane] + 1.0));
        assert_eq!(left.larger(right).store(), from_fn(|lane| a[lane].max(b[lane])));
        assert_eq!(left.sum(), a.iter().sum::<f32>());
        assert_eq!(L::bits(left.at_most(right)), bits(|lane| a[lane] <= b[lane]));
        assert_eq!(L::bits(left.at_most(right) | right.at_most(left)), 0xffff);
        for lane in 0..LANES {
            let mut one = [1.0; LANES];
            one[lane] = -1.0;
            let mask = L::load(&one).at_most(L::splat(0.0));
            assert!(L::any(mask));
            assert_eq!(L::bits(mask), 1 << lane);
        }
        let edge: [f32; LANES] = from_fn(|lane| [1.0, f32::NAN, -0.0, 5.0][lane % 4]);
        let limit: [f32; LANES] = from_fn(|lane| [1.0, 9.0, 0.0, f32::NAN][lane % 4]);
        assert_eq!(L::bits(L::load(&edge).at_most(L::load(&limit))), 0x5555);
        assert!(!L::any(L::splat(f32::NAN).at_most(L::splat(f32::INFINITY))));
        assert!(!L::any(L::splat(f32::MIN).at_most(L::splat(f32::NEG_INFINITY))));
        assert!(ROWS > 0 && LANES.is_multiple_of(ROWS));
    }
}

fn bits(says: impl Fn(usize) -> bool) -> u32 {
    (0..LANES).fold(0, |bits, lane| bits | u32::from(says(lane)) << lane)
}

#[test]
fn all_instructions_do_the_same() {
    for instructions in Instructions::available() {
        instructions.run(Everything);
        assert!(!instructions.name().is_empty());
    }
    assert_eq!(Instructions::available().last().unwrap().name(), "portable");
}
