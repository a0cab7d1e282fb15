//! Points of a plane, one for each row of the list, and the question which of them are somewhere.

use super::camera::Extent;

/// Cells of the index along each axis.
const CELLS: usize = 128;

/// Points by row; NaN where a row has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cloud {
    /// Coordinates to the right.
    pub x: Vec<f32>,
    /// Coordinates upwards.
    pub y: Vec<f32>,
    index: Index,
}

/// The rows by the cell they are in.
#[derive(Debug, Clone, Default, PartialEq)]
struct Index {
    extent: Option<Extent>,
    /// Where each cell's rows begin, and at last where all end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Cloud {
    /// Points of so many rows.
    pub fn new(points: impl Iterator<Item = Option<(f64, f64)>>) -> Self {
        let absent = (f64::NAN, f64::NAN);
        let (x, y): (Vec<f32>, Vec<f32>) =
            points.map(|point| point.unwrap_or(absent)).map(|(x, y)| (x as f32, y as f32)).unzip();
        let mut cloud = Self { x, y, index: Index::default() };
        cloud.index = Index::of(&cloud);
        cloud
    }

    /// Number of rows, with those that have no point.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// Number of points.
    pub fn number(&self) -> usize {
        self.index.rows.len()
    }

    /// The point of a row.
    pub fn point(&self, row: usize) -> Option<(f64, f64)> {
        let (x, y) = (*self.x.get(row)?, *self.y.get(row)?);
        (x.is_finite() && y.is_finite()).then(|| (f64::from(x), f64::from(y)))
    }

    /// Where the points are; `None` without any.
    pub fn extent(&self) -> Option<Extent> {
        self.index.extent
    }

    /// The row whose point is nearest to a place, no further than `reach` along either axis.
    pub fn nearest(&self, place: (f64, f64), reach: (f64, f64)) -> Option<usize> {
        let around = Extent { x: (place.0 - reach.0, place.0 + reach.0), y: (place.1 - reach.1, place.1 + reach.1) };
        let mut nearest: Option<(f64, u32)> = None;
        self.each_in(around, |row, (x, y)| {
            let (dx, dy) = ((x - place.0) / reach.0, (y - place.1) / reach.1);
            let far = dx * dx + dy * dy;
            if far <= 1.0 && nearest.is_none_or(|(best, _)| far < best) {
                nearest = Some((far, row));
            }
        });
        nearest.map(|(_, row)| row as usize)
    }

    /// Rows whose points are in a box, ascending.
    pub fn within(&self, area: Extent) -> Vec<u32> {
        let mut rows = Vec::new();
        self.each_in(area, |row, _| rows.push(row));
        rows.sort_unstable();
        rows
    }

    /// Rows whose points are inside of a closed line, ascending: an odd number of its edges is to the right.
    pub fn inside(&self, line: &[(f64, f64)]) -> Vec<u32> {
        if line.len() < 3 {
            return Vec::new();
        }
        let range = |of: fn(&(f64, f64)) -> f64| {
            let values = line.iter().map(of);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let mut rows = Vec::new();
        self.each_in(Extent { x: range(|p| p.0), y: range(|p| p.1) }, |row, point| {
            if is_inside(line, point) {
                rows.push(row);
            }
        });
        rows.sort_unstable();
        rows
    }

    /// Every point in a box.
    fn each_in(&self, area: Extent, mut act: impl FnMut(u32, (f64, f64))) {
        let Some(extent) = self.index.extent else { return };
        let (columns, lines) = (cells(area.x, extent.x), cells(area.y, extent.y));
        for line in lines {
            for column in columns.clone() {
                let cell = line * CELLS + column;
                let (from, to) = (self.index.starts[cell] as usize, self.index.starts[cell + 1] as usize);
                for &row in &self.index.rows[from..to] {
                    let point = (f64::from(self.x[row as usize]), f64::from(self.y[row as usize]));
                    if area.contains(point) {
                        act(row, point);
                    }
                }
            }
        }
    }
}

/// The cells along an axis that a range meets.
fn cells(range: (f64, f64), extent: (f64, f64)) -> std::ops::Range<usize> {
    if range.1 < extent.0 || range.0 > extent.1 {
        return 0..0;
    }
    cell(range.0, extent)..cell(range.1, extent) + 1
}

fn cell(value: f64, (low, high): (f64, f64)) -> usize {
    if high <= low {
        return 0;
    }
    // a negative number becomes 0
    (((value - low) / (high - low) * CELLS as f64) as usize).min(CELLS - 1)
}

fn is_inside(line: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let mut inside = false;
    let mut last = line[line.len() - 1];
    for &next in line {
        if (next.1 > y) != (last.1 > y) && x < next.0 + (y - next.1) / (last.1 - next.1) * (last.0 - next.0) {
            inside = !inside;
        }
        last = next;
    }
    inside
}

impl Index {
    fn of(cloud: &Cloud) -> Self {
        let points = || (0..cloud.len()).filter_map(|row| Some((row as u32, cloud.point(row)?)));
        let mut extent: Option<Extent> = None;
        for (_, (x, y)) in points() {
            let e = extent.get_or_insert(Extent { x: (x, x), y: (y, y) });
            e.x = (e.x.0.min(x), e.x.1.max(x));
            e.y = (e.y.0.min(y), e.y.1.max(y));
        }
        let Some(extent) = extent else { return Self::default() };
        let place = |(x, y)| cell(y, extent.y) * CELLS + cell(x, extent.x);
        let mut starts = vec![0_u32; CELLS * CELLS + 1];
        for (_, point) in points() {
            starts[place(point) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; starts[CELLS * CELLS] as usize];
        for (row, point) in points() {
            let at = &mut next[place(point)];
            rows[*at as usize] = row;
            *at += 1;
        }
        Self { extent: Some(extent), starts, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thousand points all over a square, and two rows without one.
    fn cloud() -> Cloud {
        let spread = |i: u32, by: u32| f64::from(i.wrapping_mul(by) % 1000) / 100.0;
        let points = (0..1000).map(|i| Some((spread(i, 7919), spread(i, 104_729) - 5.0)));
        Cloud::new([None].into_iter().chain(points).chain([Some((f64::NAN, 1.0))]))
    }

    fn brute(cloud: &Cloud, test: impl Fn((f64, f64)) -> bool) -> Vec<u32> {
        (0..cloud.len()).filter(|row| cloud.point(*row).is_some_and(&test)).map(|row| row as u32).collect()
    }

    #[test]
    fn the_index_finds_what_a_look_at_every_point_finds() {
        let cloud = cloud();
        assert_eq!((cloud.len(), cloud.number()), (1002, 1000));
        for area in [
            Extent { x: (2.0, 3.0), y: (-1.0, 4.0) },
            Extent { x: (-9.0, 90.0), y: (-90.0, 90.0) },
            Extent { x: (20.0, 30.0), y: (0.0, 1.0) },
            Extent { x: (9.99, 30.0), y: (-5.0, 5.0) },
        ] {
            assert_eq!(cloud.within(area), brute(&cloud, |point| area.contains(point)), "{area:?}");
        }
        let place = (4.321, 0.987);
        let far = |row: usize| {
            let (x, y) = cloud.point(row).unwrap();
            (x - place.0).hypot(y - place.1)
        };
        let best = cloud.nearest(place, (1.0, 1.0)).unwrap();
        assert!((1..=1000).all(|row| far(row) >= far(best)));
        assert_eq!(cloud.nearest((-50.0, 0.0), (1.0, 1.0)), None);
    }

    #[test]
    fn a_line_that_bends_inwards_leaves_the_bay_out() {
        let cloud = cloud();
        let line = [(1.0, -4.0), (9.0, -4.0), (9.0, 4.0), (5.0, -3.0), (1.0, 4.0)];
        let found = cloud.inside(&line);
        assert!(!found.is_empty());
        let is_in_bay = |(x, y): (f64, f64)| y > -4.0 + 8.0 * ((x - 5.0).abs() / 4.0 + 0.13);
        assert!(found.iter().all(|row| !is_in_bay(cloud.point(*row as usize).unwrap())));
        let square = [(2.0, -1.0), (3.0, -1.0), (3.0, 4.0), (2.0, 4.0)];
        let open = |(x, y): (f64, f64)| x > 2.0 && x < 3.0 && y > -1.0 && y < 4.0;
        let inside = cloud.inside(&square);
        assert!(brute(&cloud, open).iter().all(|row| inside.contains(row)));
        assert!(cloud.inside(&square[..2]).is_empty());
    }

    #[test]
    fn nothing_and_one_point_are_clouds_too() {
        let none = Cloud::new([None, None].into_iter());
        assert_eq!((none.extent(), none.number(), none.nearest((0.0, 0.0), (1.0, 1.0))), (None, 0, None));
        let one = Cloud::new([Some((2.0, 3.0))].into_iter());
        assert_eq!(one.nearest((2.1, 3.0), (0.5, 0.5)), Some(0));
        assert_eq!(one.within(one.extent().unwrap()), [0]);
    }
}
