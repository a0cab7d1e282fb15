//! That what is told of a run can be relied upon.

use proptest::prelude::*;

use super::*;
use crate::pipeline::{PipelineSpec, Plan, StageTiming};

fn work(spectra: u64) -> Work {
    Work { spectra, pixels: 140, components: 0, n_neighbors: 128, label_neighbors: 10, variants: 0 }
}

/// A run as it might be: seconds of each stage, and of the silence at its beginning.
type Run = [(Stage, f64, f64); 6];

const RUN: Run = [
    (Stage::Read, 0.8, 0.8),
    (Stage::Recipe, 31.0, 0.2),
    (Stage::Neighbors, 54.0, 3.0),
    (Stage::Lof, 0.3, 0.3),
    (Stage::Labels, 1.9, 0.6),
    (Stage::Rank, 4.0, 0.5),
];

/// Follows a run that tells its progress so often; the true seconds left beside each estimate.
fn follow(run: &Run, tracker: &mut Tracker, period: f64) -> Vec<(f64, Estimate)> {
    let whole: f64 = run.iter().map(|(_, seconds, _)| seconds).sum();
    let (mut told, mut begun) = (Vec::new(), 0.0);
    for &(stage, seconds, silence) in run {
        tracker.stage(stage, begun);
        let mut now = begun;
        while now < begun + seconds {
            if now > begun + silence {
                tracker.progress((now - begun - silence) / (seconds - silence), now);
            }
            told.push((whole - now, tracker.estimate(now)));
            now += period;
        }
        begun += seconds;
    }
    told
}

/// The estimate after that share of the true time.
fn after(told: &[(f64, Estimate)], share: f64) -> (f64, Estimate) {
    let whole = told[0].0;
    *told.iter().find(|(left, _)| whole - left >= share * whole).unwrap()
}

#[test]
fn after_a_quarter_of_the_run_the_end_is_known() {
    // forecasts that are right, and others that are not: of machines three times faster or slower, or of another balance
    let right = |stage| RUN.iter().find(|(of, ..)| *of == stage).map_or(0.0, |(_, seconds, _)| *seconds);
    let wrong: [fn(Stage) -> f64; 4] = [
        |_| 1.0,
        |_| 0.33,
        |_| 3.0,
        |stage| match stage {
            Stage::Neighbors => 1.25,
            Stage::Rank | Stage::Labels => 0.8,
            _ => 1.0,
        },
    ];
    for (way, wrong) in wrong.into_iter().enumerate() {
        let mut tracker = Tracker::new(0.0);
        tracker.expect(Forecast::from_seconds(|stage| right(stage) * wrong(stage), 50_000));
        let told = follow(&RUN, &mut tracker, 0.25);
        for share in [0.25, 0.5, 0.75, 0.9] {
            let (left, estimate) = after(&told, share);
            let eta = estimate.eta_seconds.unwrap();
            assert!((eta / left - 1.0).abs() < 0.3, "{way}: {eta} s of {left} s after {share}");
            assert!((estimate.fraction - share).abs() < 0.12, "{way}: {} after {share}", estimate.fraction);
        }
    }
}

#[test]
fn what_was_kept_is_progress_and_no_pace() {
    let seconds = |stage| if stage == Stage::Neighbors { 100.0 } else { 0.0 };
    let mut tracker = Tracker::new(0.4);
    tracker.expect(Forecast::from_seconds(seconds, 1000));
    tracker.stage(Stage::Neighbors, 0.0);
    tracker.progress(0.0, 1.0);
    // half of it was there: read within a second
    tracker.kept(0.5);
    tracker.progress(0.5, 1.5);
    let at_once = tracker.estimate(2.0);
    assert!(at_once.eta_seconds.unwrap() > 45.0, "{at_once:?}");
    assert!(at_once.stage_fraction >= 0.5 && (0.5..0.53).contains(&at_once.fraction), "{at_once:?}");
    // as fast as expected: the other half takes 50 s
    for step in 1..=10 {
        tracker.progress(0.5 + 0.025 * f64::from(step), 2.0 + 2.5 * f64::from(step));
    }
    let later = tracker.estimate(27.0);
    assert!((later.eta_seconds.unwrap() - 25.0).abs() < 2.0, "{later:?}");
    assert!((later.rate.unwrap() - 10.0).abs() < 1.0, "{later:?}");
}

#[test]
fn however_often_a_run_is_resumed_it_says_what_is_done() {
    let seconds = |stage| if matches!(stage, Stage::Neighbors | Stage::Labels) { 50.0 } else { 0.0 };
    let mut fraction = 0.5;
    for _ in 0..20 {
        // the search is kept, the labels begin anew and are interrupted at their middle
        let mut tracker = Tracker::new(fraction);
        tracker.expect(Forecast::from_seconds(seconds, 1000));
        tracker.stage(Stage::Neighbors, 0.0);
        tracker.kept(1.0);
        tracker.progress(1.0, 0.1);
        tracker.stage(Stage::Labels, 0.1);
        for step in 0..=25 {
            tracker.progress(0.02 * f64::from(step), 0.1 + f64::from(step));
        }
        fraction = tracker.estimate(25.1).fraction;
    }
    assert!((0.7..0.8).contains(&fraction), "{fraction}");
}

#[test]
fn a_silent_stage_goes_on() {
    let mut tracker = Tracker::new(0.0);
    tracker.stage(Stage::Read, 0.0);
    assert_eq!(tracker.estimate(1.0).eta_seconds, None);
    tracker.expect(Forecast::from_seconds(|stage| if stage == Stage::Rank { 10.0 } else { 0.0 }, 1));
    tracker.stage(Stage::Rank, 1.0);
    let told: Vec<Estimate> = (2..40).map(|now| tracker.estimate(f64::from(now))).collect();
    assert!(told.is_sorted_by(|a, b| a.fraction <= b.fraction) && told[0].fraction < told[37].fraction);
    assert!((told[0].eta_seconds.unwrap() - 9.0).abs() < 1e-9 && told[37].eta_seconds.unwrap() > 0.0);
    assert_eq!(tracker.timings(41.0), [(Stage::Read, 1.0), (Stage::Rank, 40.0)]);
}

#[test]
fn the_past_of_the_machine_is_what_to_expect() {
    let past = |device: &str, spectra, neighbors| Past {
        device: device.to_owned(),
        work: work(spectra),
        prepared: 0.0,
        timings: vec![StageTiming { stage: Stage::Neighbors, seconds: neighbors }],
    };
    let pasts =
        [past("cpu", 20_000, 90.0), past("cpu", 20_000, 10.0), past("cpu", 20_000, 11.0), past("gpu", 20_000, 1.0)];
    let expected =
        |device: &str, spectra| Forecast::new(&work(spectra), &Rates::of(&pasts, device)).of(Stage::Neighbors);
    assert!((expected("cpu", 20_000) - 11.0).abs() < 1e-9);
    assert!((expected("gpu", 20_000) - 1.0).abs() < 1e-9);
    assert!(expected("cpu", 40_000) > 2.0 * expected("cpu", 20_000));
    assert_eq!(Rates::of(&pasts, "another"), Rates::ASSUMED);
    // a record that says nothing about a stage, or cannot be right, changes nothing
    let empty = Past { timings: Vec::new(), ..past("cpu", 0, 0.0) };
    assert_eq!(Rates::of([&empty, &past("cpu", 0, 1.0)], "cpu"), Rates::ASSUMED);
}

#[test]
fn the_plan_tells_the_size() {
    let plan = Plan::new(PipelineSpec::from_toml("survey = \"s\"\n[labels]").unwrap()).unwrap();
    let found = Work::of(&plan, 1000);
    assert_eq!((found.spectra, found.pixels as usize), (1000, plan.recipe().grid().len()));
    assert!(found.label_neighbors > 0 && found.n_neighbors > 0);
    let without = Plan::new(PipelineSpec::new("s")).unwrap();
    let forecast = Forecast::new(&Work::of(&without, 1000), &Rates::ASSUMED);
    assert_eq!((forecast.of(Stage::Labels), forecast.of(Stage::Components)), (0.0, 0.0));
    assert!(forecast.of(Stage::Neighbors) > 0.0);
}

#[derive(Debug, Clone)]
enum News {
    Stage(usize),
    Kept(f64),
    Progress(f64),
    Expect(u64, f64),
    Nothing,
}

fn news() -> impl Strategy<Value = News> {
    prop_oneof![
        (0..Stage::ALL.len()).prop_map(News::Stage),
        any::<f64>().prop_map(News::Kept),
        prop_oneof![any::<f64>(), 0.0..1.2].prop_map(News::Progress),
        (any::<u32>(), any::<f64>()).prop_map(|(spectra, seconds)| News::Expect(spectra.into(), seconds)),
        Just(News::Nothing),
    ]
}

proptest! {
    #[test]
    fn the_fraction_never_falls_whatever_comes_in(
        floor in any::<f64>(),
        told in prop::collection::vec((news(), prop_oneof![any::<f64>(), 0.0..1e4]), 0..60),
    ) {
        let mut tracker = Tracker::new(floor);
        let mut last = tracker.estimate(0.0).fraction;
        for (news, now) in told {
            match news {
                News::Stage(place) => tracker.stage(Stage::ALL[place], now),
                News::Kept(share) => tracker.kept(share),
                News::Progress(fraction) => tracker.progress(fraction, now),
                News::Expect(spectra, seconds) => tracker.expect(Forecast::from_seconds(|_| seconds, spectra)),
                News::Nothing => {}
            }
            let estimate = tracker.estimate(now);
            prop_assert!((last..=1.0).contains(&estimate.fraction), "{last} {estimate:?}");
            prop_assert!((0.0..=1.0).contains(&estimate.stage_fraction));
            prop_assert!(estimate.eta_seconds.is_none_or(|eta| eta >= 0.0), "{estimate:?}");
            prop_assert!(estimate.rate.is_none_or(|rate| rate >= 0.0), "{estimate:?}");
            last = estimate.fraction;
        }
    }

    #[test]
    fn a_steady_run_is_foretold_whatever_the_machine(
        slowness in 0.2_f64..5.0,
        balance in prop::collection::vec(0.8_f64..1.25, Stage::ALL.len()),
        scale in 0.2_f64..20.0,
    ) {
        let run = RUN.map(|(stage, seconds, silence)| (stage, seconds * scale, silence * scale));
        let right = |stage| run.iter().find(|(of, ..)| *of == stage).map_or(0.0, |(_, seconds, _)| *seconds);
        let place = |stage| Stage::ALL.iter().position(|of| *of == stage).unwrap();
        let mut tracker = Tracker::new(0.0);
        tracker.expect(Forecast::from_seconds(|stage| right(stage) / slowness * balance[place(stage)], 1000));
        let told = follow(&run, &mut tracker, 0.25);
        let (left, estimate) = after(&told, 0.25);
        let eta = estimate.eta_seconds.unwrap();
        prop_assert!((eta / left - 1.0).abs() < 0.5, "{eta} s of {left} s");
    }
}
