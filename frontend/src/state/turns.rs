//! Whose turn it is: of the runs of this browser one is computed at a time, the others wait.

use std::collections::VecDeque;

use balmer_exchange::worker::Device;

/// The run under way, and those that wait.
#[derive(Debug, Default)]
pub struct Turns {
    now: Option<Turn>,
    waiting: VecDeque<(String, Device)>,
}

#[derive(Debug)]
struct Turn {
    run: String,
    /// When it began, seconds of the page's clock.
    begun: f64,
    stage: String,
}

/// How long the run under way takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Whether its stage has just begun.
    pub is_new_stage: bool,
    /// Seconds since the run began.
    pub elapsed: f64,
}

/// What a run was doing when it was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It waited: it is over now.
    Waiting,
    /// It is under way: whoever carries it out must be told.
    UnderWay,
    /// It was over before.
    Over,
}

impl Turns {
    /// Puts a run behind all others.
    pub fn wait(&mut self, run: String, device: Device) {
        self.waiting.push_back((run, device));
    }

    /// Begins the next run, where one waits and none is under way.
    pub fn next(&mut self, now: f64) -> Option<(String, Device)> {
        if self.now.is_some() {
            return None;
        }
        let (run, device) = self.waiting.pop_front()?;
        self.now = Some(Turn { run: run.clone(), begun: now, stage: String::new() });
        Some((run, device))
    }

    /// The run under way.
    pub fn current(&self) -> Option<&str> {
        self.now.as_ref().map(|turn| turn.run.as_str())
    }

    /// Notes the stage of the run under way; `None` for any other run.
    pub fn pace(&mut self, run: &str, stage: &str, now: f64) -> Option<Pace> {
        let turn = self.now.as_mut().filter(|turn| turn.run == run)?;
        let is_new_stage = turn.stage != stage;
        if is_new_stage {
            stage.clone_into(&mut turn.stage);
        }
        Some(Pace { is_new_stage, elapsed: now - turn.begun })
    }

    /// Ends the turn of a run; the seconds that it took, or `None` where it was not its turn.
    pub fn end(&mut self, run: &str, now: f64) -> Option<f64> {
        self.now.take_if(|turn| turn.run == run).map(|turn| now - turn.begun)
    }

    /// Takes a run out of those that wait, and says whether it is under way. It stays so until it has ended.
    pub fn stop(&mut self, run: &str) -> Stopped {
        let before = self.waiting.len();
        self.waiting.retain(|(waiting, _)| waiting != run);
        if self.waiting.len() < before {
            Stopped::Waiting
        } else if self.current() == Some(run) {
            Stopped::UnderWay
        } else {
            Stopped::Over
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Turns {
        let mut turns = Turns::default();
        for run in ["a", "b", "c"] {
            turns.wait(run.to_owned(), Device::Cpu);
        }
        turns
    }

    fn next(turns: &mut Turns, now: f64) -> Option<String> {
        turns.next(now).map(|(run, _)| run)
    }

    #[test]
    fn one_run_at_a_time_in_the_order_of_asking() {
        let mut turns = three();
        assert_eq!(next(&mut turns, 1.0).as_deref(), Some("a"));
        assert_eq!(next(&mut turns, 1.5), None, "a is under way");
        assert_eq!((turns.end("b", 2.0), turns.current()), (None, Some("a")));
        assert_eq!(turns.end("a", 3.5), Some(2.5));
        assert_eq!(next(&mut turns, 3.5).as_deref(), Some("b"));
    }

    #[test]
    fn a_run_that_is_stopped_never_gets_another_turn() {
        let mut turns = three();
        turns.next(0.0).unwrap();
        assert_eq!(
            (turns.stop("b"), turns.stop("a"), turns.stop("x")),
            (Stopped::Waiting, Stopped::UnderWay, Stopped::Over)
        );
        assert_eq!(next(&mut turns, 1.0), None, "until the worker has obeyed");
        assert_eq!((turns.end("a", 2.0), turns.stop("a")), (Some(2.0), Stopped::Over));
        assert_eq!((next(&mut turns, 3.0).as_deref(), next(&mut turns, 4.0)), (Some("c"), None));
    }

    #[test]
    fn stages_begin_with_their_first_news() {
        let mut turns = three();
        turns.next(10.0).unwrap();
        let pace = |is_new_stage, elapsed| Some(Pace { is_new_stage, elapsed });
        assert_eq!(turns.pace("a", "read", 11.0), pace(true, 1.0));
        assert_eq!(turns.pace("a", "read", 13.0), pace(false, 3.0));
        assert_eq!(turns.pace("a", "lof", 14.0), pace(true, 4.0));
        assert_eq!(turns.pace("b", "lof", 15.0), None);
    }
}
