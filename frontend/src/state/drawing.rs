//! A map that is being drawn: what there is of it, and how that goes on.

use balmer_exchange::{api::Problem, worker::map_name};

use super::{feature_map::FeatureMap, picture::Same};

/// How the drawing of a map goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    /// It goes on; what is being done.
    UnderWay(String),
    /// Nothing moves any more.
    Settled,
    /// The reader has stopped it.
    Stopped,
    /// It could not go on.
    Failed(Problem),
}

/// A map that was asked for. Once its course is over, nothing changes it.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// The number of the map.
    pub number: u64,
    /// What there is of it.
    pub map: Option<Same<FeatureMap>>,
    /// How it goes.
    pub course: Course,
}

impl Drawing {
    /// Nothing yet.
    pub fn begin(number: u64) -> Self {
        Self { number, map: None, course: Course::UnderWay("starting".to_owned()) }
    }

    /// Its name, as the worker knows it.
    pub fn name(&self) -> String {
        map_name(self.number)
    }

    /// What is going on, as long as it does.
    pub fn message(&self) -> Option<&str> {
        if let Course::UnderWay(message) = &self.course { Some(message) } else { None }
    }

    /// Whether it goes on.
    pub fn is_under_way(&self) -> bool {
        self.message().is_some()
    }

    /// Takes what is going on.
    pub fn says(&mut self, message: &str) {
        if self.is_under_way() {
            self.course = Course::UnderWay(message.to_owned());
        }
    }

    /// Takes a map; none where the worker's answer was unfit.
    pub fn take(&mut self, map: Option<FeatureMap>, is_last: bool) {
        if !self.is_under_way() {
            return;
        }
        let Some(map) = map else {
            let detail = "the worker's answer is not what this page expects: reload the page";
            return self.fail(Problem::new(0, "no map").with_detail(detail));
        };
        self.map = Some(Same::new(map));
        if is_last {
            self.course = Course::Settled;
        }
    }

    /// Takes where the spectra have moved to.
    pub fn moves(&mut self, coordinates: Vec<f32>, is_last: bool) {
        let moved = self.map.as_ref().and_then(|map| map.0.moved(coordinates));
        self.take(moved, is_last);
    }

    /// The reader wants no more of it.
    pub fn stop(&mut self) {
        if self.is_under_way() {
            self.course = Course::Stopped;
        }
    }

    /// It cannot go on.
    pub fn fail(&mut self, problem: Problem) {
        if self.is_under_way() {
            self.course = Course::Failed(problem);
        }
    }

    /// Why it is not what was asked for.
    pub fn lack(&self) -> Option<String> {
        match (&self.course, &self.map) {
            (Course::Stopped, None) => Some("The map was stopped.".to_owned()),
            (Course::Stopped, Some(_)) => Some("Stopped before it had settled.".to_owned()),
            (Course::Failed(problem), None) => Some(format!("There is no map: {problem}")),
            (Course::Failed(problem), Some(_)) => Some(format!("The map could not settle: {problem}")),
            (Course::UnderWay(_) | Course::Settled, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> Option<FeatureMap> {
        FeatureMap::new(&[0, 1, 2], b"ab", vec![1.0, 2.0, 3.0, 4.0], [0.5, 0.2])
    }

    #[test]
    fn spectra_move_until_they_have_settled() {
        let mut drawing = Drawing::begin(7);
        assert_eq!((drawing.name().as_str(), drawing.message()), ("map-7", Some("starting")));
        drawing.take(first(), false);
        drawing.says("epoch 3 of 4");
        assert_eq!(drawing.message(), Some("epoch 3 of 4"));
        drawing.moves(vec![0.0; 4], false);
        assert!(drawing.is_under_way() && drawing.map.as_ref().unwrap().0.axes()[0] == "UMAP 1");
        drawing.moves(vec![0.0; 4], true);
        assert_eq!((drawing.course.clone(), drawing.lack()), (Course::Settled, None));
        // what comes late changes nothing
        drawing.says("epoch 4 of 4");
        drawing.stop();
        assert_eq!(drawing.course, Course::Settled);
    }

    #[test]
    fn what_there_is_of_a_stopped_map_stays() {
        let mut drawing = Drawing::begin(1);
        drawing.take(first(), false);
        drawing.stop();
        drawing.moves(vec![0.0; 4], false);
        drawing.says("epoch 9 of 10");
        assert_eq!((drawing.message(), drawing.map.as_ref().unwrap().0.axes()[0].starts_with("PC 1")), (None, true));
        assert!(drawing.lack().unwrap().contains("before it had settled"));
        let mut drawing = Drawing::begin(2);
        drawing.stop();
        assert_eq!(drawing.lack().as_deref(), Some("The map was stopped."));
    }

    #[test]
    fn answers_that_do_not_fit_end_it() {
        let mut drawing = Drawing::begin(1);
        drawing.take(first(), false);
        drawing.moves(vec![0.0; 3], false);
        assert!(drawing.map.is_some() && drawing.lack().unwrap().contains("reload the page"));
        let mut drawing = Drawing::begin(2);
        drawing.moves(vec![0.0; 4], true);
        assert!(drawing.map.is_none() && drawing.lack().unwrap().starts_with("There is no map"));
    }
}
