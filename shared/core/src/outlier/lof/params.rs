//! What to compute, unchecked and checked.

use linfa::ParamGuard;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What is done with rows that are equal value by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    /// Each row counts, as in scikit-learn: a row with k duplicates has distance 0 to all its neighbours.
    #[default]
    Keep,
    /// Each distinct vector counts once, and its copies share its score (the spirit of Breunig's
    /// k-distinct-distance).
    Distinct,
}

/// Which formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Definition {
    /// Breunig+ 2000, the row itself excluded.
    #[default]
    Breunig,
    /// The code of the 2016 work on LAMOST: the row itself counts as the first of its k neighbours, and the
    /// k-distance of the neighbour stands for the reachability, whatever the distance to it.
    #[serde(rename = "simplified-2016")]
    Simplified2016,
}

/// Parameters of the Local Outlier Factor, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LofParams(LofValidParams);

/// Parameters of the Local Outlier Factor, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LofValidParams {
    n_neighbors: usize,
    duplicates: Duplicates,
    definition: Definition,
}

impl LofParams {
    /// LOF of `n_neighbors` neighbours, all rows counted, Breunig's definition.
    pub fn new(n_neighbors: usize) -> Self {
        Self(LofValidParams { n_neighbors, duplicates: Duplicates::default(), definition: Definition::default() })
    }

    /// Sets what is done with exact duplicates.
    #[must_use]
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.0.duplicates = duplicates;
        self
    }

    /// Sets the formula.
    #[must_use]
    pub fn definition(mut self, definition: Definition) -> Self {
        self.0.definition = definition;
        self
    }
}

impl LofValidParams {
    /// Neighbours per row, in the count of the definition.
    pub fn n_neighbors(&self) -> usize {
        self.n_neighbors
    }
    /// What is done with exact duplicates.
    pub fn duplicates(&self) -> Duplicates {
        self.duplicates
    }
    /// The formula.
    pub fn definition(&self) -> Definition {
        self.definition
    }
    /// The same with another number of neighbours, which is [`Self::least_neighbors`] or more.
    #[must_use]
    pub(crate) fn with_neighbors(&self, n_neighbors: usize) -> Self {
        Self { n_neighbors, ..self.clone() }
    }
    /// The smallest neighbourhood that the definition knows.
    pub(crate) fn least_neighbors(&self) -> usize {
        match self.definition {
            Definition::Breunig => 1,
            Definition::Simplified2016 => 2,
        }
    }
    /// How many other rows per row a neighbour table must hold.
    pub fn table_neighbors(&self) -> usize {
        match self.definition {
            Definition::Breunig => self.n_neighbors,
            Definition::Simplified2016 => self.n_neighbors - 1,
        }
    }
}

impl ParamGuard for LofParams {
    type Checked = LofValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked> {
        let least = self.0.least_neighbors();
        if self.0.n_neighbors < least {
            return Err(Error::parameter("lof.n_neighbors", self.0.n_neighbors, format!("choose {least} or more")));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked> {
        self.check_ref()?;
        Ok(self.0)
    }
}
