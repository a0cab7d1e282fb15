//! Pieces of a search become a table, in any order and from anywhere.

use std::sync::{Mutex, PoisonError};

use super::{NeighborTable, Piece, search::check_n_neighbors};
use crate::{Error, Result, parallel};

/// The neighbours of the rows that were found so far, on their way to a [`NeighborTable`]. O(n k) memory, that of the table.
#[derive(Debug, Clone)]
pub struct Gathered {
    n_neighbors: usize,
    indices: Vec<u32>,
    distances: Vec<f32>,
    /// Row by row, whether its neighbours are here.
    taken: Vec<bool>,
}

impl Gathered {
    /// None yet, of `n` rows with `n_neighbors` neighbours each.
    ///
    /// # Errors
    /// [`Error::TooFewRows`] unless `n_neighbors < n`, [`Error::InvalidParameter`] for 0.
    pub fn new(n: usize, n_neighbors: usize) -> Result<Self> {
        check_n_neighbors(n_neighbors, n)?;
        let places = n * n_neighbors;
        Ok(Self { n_neighbors, indices: vec![0; places], distances: vec![0.0; places], taken: vec![false; n] })
    }

    /// The table of all pieces of a search, which `find` finds, over all cores. Each is put in its place as it comes, so that
    /// nothing beside the table is held but the pieces under way.
    ///
    /// # Errors
    /// The first error of `find`; [`Error::InvalidParameter`] where the pieces do not have every row once.
    pub(super) fn search(
        n: usize,
        n_neighbors: usize,
        pieces: usize,
        find: impl Fn(usize) -> Result<Piece> + Sync + Send,
    ) -> Result<NeighborTable> {
        let gathered = Mutex::new(Self::new(n, n_neighbors)?);
        let put = parallel::map_indices(pieces, |piece| {
            let found = find(piece)?;
            gathered.lock().unwrap_or_else(PoisonError::into_inner).put(&found)
        });
        put.into_iter().collect::<Result<()>>()?;
        gathered.into_inner().unwrap_or_else(PoisonError::into_inner).table()
    }

    /// Takes a piece that was found elsewhere, checked as [`NeighborTable::new`] checks a table. One that is refused leaves
    /// nothing behind.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for lists of another length, for rows that are no neighbours, and for rows that the matrix
    /// does not have or that are here already.
    pub fn take(&mut self, piece: &Piece) -> Result<()> {
        piece.check(self.taken.len(), self.n_neighbors)?;
        self.put(piece)
    }

    /// Takes a piece whose lists the search vouches for.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for rows that the matrix does not have or that are here already.
    pub(super) fn put(&mut self, piece: &Piece) -> Result<()> {
        for (position, &row) in piece.rows.iter().enumerate() {
            let place = self.taken.get_mut(row as usize).filter(|taken| !**taken);
            let Some(place) = place else {
                piece.rows[..position].iter().for_each(|&row| self.taken[row as usize] = false);
                let remedy = format!("take each of {} rows once", self.taken.len());
                return Err(Error::parameter("neighbour table", format!("row {row}"), remedy));
            };
            *place = true;
        }
        for (row, indices, distances) in piece.each(self.n_neighbors) {
            let places = row * self.n_neighbors..(row + 1) * self.n_neighbors;
            self.indices[places.clone()].copy_from_slice(indices);
            self.distances[places].copy_from_slice(distances);
        }
        Ok(())
    }

    /// The table.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where rows are missing.
    pub fn table(self) -> Result<NeighborTable> {
        if let Some(row) = self.taken.iter().position(|taken| !taken) {
            let value = format!("nothing of row {row}");
            return Err(Error::parameter("neighbour table", value, "give every row's neighbours"));
        }
        Ok(NeighborTable::vouched(self.taken.len(), self.n_neighbors, self.indices, self.distances))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        engine::Unobserved,
        neighbors::{Pieces, exact},
        oracle::random,
    };

    /// Rows near a few directions.
    fn spectra_like(n: usize, d: usize, seed: u64) -> Array2<f32> {
        random(n, 3, seed).dot(&random(3, d, seed ^ 1)) + random(n, d, seed ^ 2) * 0.002
    }

    fn refusal(gathered: &mut Gathered, piece: &Piece) -> String {
        gathered.take(piece).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_piece_of_the_search_is_refused_and_leaves_nothing_behind() {
        let x = spectra_like(1500, 90, 3);
        let (elsewhere, k) = (Pieces::new(x.view(), 7).unwrap().unwrap(), 7);
        let found: Vec<_> =
            (0..elsewhere.n_pieces()).map(|piece| elsewhere.find(piece, &Unobserved).unwrap()).collect();
        assert_eq!(found.len(), 3);
        let mut gathered = Gathered::new(1500, k).unwrap();
        let mut spoilt = |piece: usize, spoil: fn(&mut Piece), why: &str| {
            let mut piece = found[piece].clone();
            spoil(&mut piece);
            let said = refusal(&mut gathered, &piece);
            assert!(said.contains(why), "{said} instead of {why}");
        };
        spoilt(0, |piece| piece.distances.truncate(9), "need as many of both");
        spoilt(0, |piece| piece.rows.truncate(9), "need as many of both");
        spoilt(0, |piece| piece.indices[0] = piece.rows[0], "another row");
        spoilt(0, |piece| piece.indices[0] = 1500, "another row");
        spoilt(0, |piece| piece.indices[1] = piece.indices[0], "twice");
        spoilt(0, |piece| piece.distances[3] = f32::NAN, "0 or more");
        spoilt(0, |piece| piece.distances[0] = f32::MAX, "not in order");
        spoilt(0, |piece| piece.rows[511] = 1500, "row 1500: take each of 1500 rows once");
        spoilt(0, |piece| piece.rows[511] = u32::MAX, "take each");
        gathered.take(&found[0]).unwrap();
        // a row twice, in one piece or in two
        assert!(refusal(&mut gathered, &found[0]).contains("once"));
        let mut mixed = found[1].clone();
        mixed.rows[511] = found[0].rows[0];
        assert!(refusal(&mut gathered, &mixed).contains("once"));
        gathered.take(&found[2]).unwrap();
        assert!(gathered.clone().table().unwrap_err().to_string().contains("every row's"));
        gathered.take(&found[1]).unwrap();
        assert_eq!(gathered.table().unwrap(), exact(x.view(), k, &Unobserved).unwrap());
    }

    #[test]
    fn noise_few_rows_and_nonsense_have_no_pieces() {
        assert!(Pieces::new(random(3000, 140, 1).view(), 20).unwrap().is_none());
        assert!(Pieces::new(spectra_like(1000, 90, 2).view(), 20).unwrap().is_none());
        let x = spectra_like(1100, 90, 2);
        assert!(matches!(Pieces::new(x.view(), 1100), Err(Error::TooFewRows { .. })));
        assert!(Pieces::new(x.slice(s![.., ..30]), 5).is_err_and(|error| error.to_string().contains("row after row")));
        let pieces = Pieces::new(x.view(), 5).unwrap().unwrap();
        assert!(pieces.find(3, &Unobserved).unwrap_err().to_string().contains("0 to 2"));
        assert!(matches!(Gathered::new(5, 5), Err(Error::TooFewRows { .. })));
        assert!(Gathered::new(5, 0).is_err());
    }

    #[test]
    fn a_piece_that_is_not_found_or_comes_twice_ends_the_search() {
        let piece =
            |row: usize| Piece { rows: vec![row as u32], indices: vec![(row == 0).into()], distances: vec![1.0] };
        let found = Gathered::search(3, 1, 3, |row| Ok(piece(row))).unwrap();
        assert_eq!(found.indices().as_slice().unwrap(), [1, 0, 0]);
        let lost = |row: usize| if row == 1 { Err(Error::Cancelled) } else { Ok(piece(row)) };
        assert_eq!(Gathered::search(3, 1, 3, lost), Err(Error::Cancelled));
        let twice = Gathered::search(3, 1, 3, |row| Ok(piece(row / 2))).unwrap_err().to_string();
        assert!(twice.contains("row 0: take each of 3 rows once"), "{twice}");
        let missing = Gathered::search(3, 1, 2, |row| Ok(piece(row))).unwrap_err().to_string();
        assert!(missing.contains("nothing of row 2"), "{missing}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn pieces_from_anywhere_in_any_order_are_the_table(
            n in 2000_usize..4000, d in 80_usize..140, k in 1_usize..20, seed: u64, order in any::<prop::sample::Index>(),
        ) {
            let x = spectra_like(n, d, seed);
            // two processes that know nothing of each other
            let workers = [0, 1].map(|_| Pieces::new(x.view(), k).unwrap().unwrap());
            let pieces = workers[0].n_pieces();
            let mut gathered = Gathered::new(n, k).unwrap();
            let first = order.index(pieces);
            for piece in (first..pieces).rev().chain((0..first).rev()) {
                gathered.take(&workers[piece % 2].find(piece, &Unobserved).unwrap()).unwrap();
            }
            prop_assert_eq!(gathered.table().unwrap(), exact(x.view(), k, &Unobserved).unwrap());
        }
    }
}
