//! Where the spectra of a subset are in the plane of a map of feature space.

use std::{collections::HashMap, sync::Arc};

use super::{cloud::Cloud, format::fixed, table::Table};

/// A map as the worker computed it.
#[derive(Debug)]
pub struct FeatureMap {
    /// By name; shared by all maps of the same spectra.
    rows: Arc<HashMap<String, u32>>,
    /// `x` and `y` of each row, one behind the other.
    coordinates: Vec<f32>,
    /// Shares of the variance along the axes, as long as these are components.
    explained: Option<[f64; 2]>,
}

impl FeatureMap {
    /// The map by components, from the worker's buffers: where each name ends with a 0 in front, the names, the
    /// coordinates. `None` where they do not fit together.
    pub fn new(ends: &[u32], text: &[u8], coordinates: Vec<f32>, explained: [f64; 2]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let name = |pair: &[u32]| text.get(pair[0] as usize..pair[1] as usize);
        let names: Option<Vec<&str>> = ends.windows(2).map(name).collect();
        let names = names.filter(|names| 2 * names.len() == coordinates.len())?;
        let rows = names.into_iter().enumerate().map(|(row, name)| (name.to_owned(), row as u32)).collect();
        Some(Self { rows: Arc::new(rows), coordinates, explained: Some(explained) })
    }

    /// The same spectra at the places of an embedding; `None` where these are not as many.
    pub fn moved(&self, coordinates: Vec<f32>) -> Option<Self> {
        let fits = coordinates.len() == self.coordinates.len();
        fits.then(|| Self { rows: self.rows.clone(), coordinates, explained: None })
    }

    /// Number of spectra on the map.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no spectrum is on it.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The points of a table's rows.
    pub fn cloud(&self, table: &Table) -> Cloud {
        Cloud::new((0..table.len()).map(|row| {
            let at = 2 * *self.rows.get(table.id(row)?)? as usize;
            Some((f64::from(self.coordinates[at]), f64::from(self.coordinates[at + 1])))
        }))
    }

    /// What the axes are.
    pub fn axes(&self) -> [String; 2] {
        [0, 1].map(|i| match self.explained {
            Some(shares) => format!("PC {} ({} % of the variance)", i + 1, fixed(100.0 * shares[i], 0)),
            None => format!("UMAP {}", i + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};

    use super::*;

    #[test]
    fn rows_find_their_places_by_name() {
        let map = FeatureMap::new(&[0, 1, 3], b"abb", vec![1.0, 2.0, 3.0, 4.0], [0.5, 0.25]).unwrap();
        let ids = Arc::new(StringArray::from(vec!["bb", "unknown", "a"])) as ArrayRef;
        let table = Table::of(RecordBatch::try_from_iter([("spectrum_id", ids)]).unwrap());
        let cloud = map.cloud(&table);
        assert_eq!((cloud.point(0), cloud.point(1), cloud.point(2)), (Some((3.0, 4.0)), None, Some((1.0, 2.0))));
        assert_eq!(map.axes()[1], "PC 2 (25 % of the variance)");
        assert_eq!(map.len(), 2);
        let moved = map.moved(vec![5.0, 6.0, 7.0, 8.0]).unwrap();
        assert_eq!(moved.cloud(&table).point(0), Some((7.0, 8.0)));
        assert_eq!(moved.axes(), ["UMAP 1", "UMAP 2"]);
        assert!(map.moved(vec![5.0, 6.0]).is_none());
    }

    #[test]
    fn buffers_that_do_not_fit_are_no_map() {
        assert!(FeatureMap::new(&[0, 1], b"a", vec![1.0], [0.0; 2]).is_none());
        assert!(FeatureMap::new(&[0, 9], b"a", vec![1.0, 2.0], [0.0; 2]).is_none());
        assert!(FeatureMap::new(&[0, 1], &[255], vec![1.0, 2.0], [0.0; 2]).is_none());
    }
}
