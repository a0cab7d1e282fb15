//! Outliers that something sets apart in the same way.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis as Dimension};
use serde::{Deserialize, Serialize};

use super::{AXES, Axis, Description, density::dbscan};
use crate::{Error, Result, manipulation::Recipe, spectrum::Spectrum};

/// An outlier as families are found among.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlier {
    /// What is wrong with it.
    pub description: Description,
    /// Its features less the mean of its neighbours'.
    pub residual: Vec<f32>,
}

impl Outlier {
    /// A spectrum with its features, and those of its nearest neighbours in the run: at least one row.
    pub fn new(recipe: &Recipe, spectrum: &Spectrum, row: ArrayView1<'_, f32>, neighbors: ArrayView2<'_, f32>) -> Self {
        let description = Description::of(recipe, spectrum, row, neighbors);
        let residual = match neighbors.mean_axis(Dimension(0)) {
            Some(mean) => (&row - &mean).to_vec(),
            None => vec![0.0; row.len()],
        };
        Self { description, residual }
    }

    /// The residual without its mean and of length 1, so that the distance of two is that of their correlation,
    /// `sqrt(2 - 2 r)`; `None` where there is none.
    fn shape(&self) -> Option<Vec<f64>> {
        let mean = self.residual.iter().map(|&r| f64::from(r)).sum::<f64>() / self.residual.len() as f64;
        let centred: Vec<f64> = self.residual.iter().map(|&r| f64::from(r) - mean).collect();
        let norm = centred.iter().map(|r| r * r).sum::<f64>().sqrt();
        (norm > 0.0).then(|| centred.iter().map(|r| r / norm).collect())
    }
}

/// How families are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FamilyParams {
    /// Least number of members.
    pub members: usize,
    /// Distance within which defects are of one kind: two pure ones of different kinds are 1.41 apart.
    pub radius: f64,
    /// Distance within which residuals look alike: 0.7 is a correlation of 0.755.
    pub likeness: f64,
}

impl Default for FamilyParams {
    fn default() -> Self {
        Self { members: 4, radius: 0.3, likeness: 0.7 }
    }
}

/// Checked [`FamilyParams`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FamilyValidParams(FamilyParams);

impl TryFrom<FamilyParams> for FamilyValidParams {
    type Error = Error;

    fn try_from(params: FamilyParams) -> Result<Self> {
        if params.members < 2 {
            return Err(Error::parameter("families.members", params.members, "a family has at least 2 members"));
        }
        for (name, radius, most) in
            [("families.radius", params.radius, 2f64.sqrt()), ("families.likeness", params.likeness, 2.0)]
        {
            if !(radius > 0.0 && radius < most) {
                return Err(Error::parameter(name, radius, format!("choose a distance above 0 and below {most:.2}")));
            }
        }
        Ok(Self(params))
    }
}

/// In which space a family lies together, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "space")]
pub enum Place {
    /// By the kind of their defects: shares of the [`AXES`]. The same in every run.
    Defect {
        /// The mean of its members.
        centre: Vec<f64>,
        /// Whoever is no farther from the centre belongs to it.
        radius: f64,
    },
    /// By the shape of their residuals: the same in runs of the same recipe only.
    Likeness {
        /// The mean of its members, of length 1.
        centre: Vec<f64>,
        /// Whoever is no farther from the centre belongs to it.
        radius: f64,
    },
}

impl Place {
    /// Whether an outlier of a run with the same grid belongs to a family of this place.
    pub fn holds(&self, outlier: &Outlier) -> bool {
        let (point, centre, radius) = match self {
            Self::Defect { centre, radius } => (outlier.description.position().map(|p| p.to_vec()), centre, radius),
            Self::Likeness { centre, radius } => {
                // what has a defect is told by that
                let plain = outlier.description.position().is_none();
                (plain.then(|| outlier.shape()).flatten(), centre, radius)
            }
        };
        point.is_some_and(|point| point.len() == centre.len() && distance(&point, centre) <= *radius)
    }

    /// The defect that its members share; `None` where they only look alike.
    pub fn axis(&self) -> Option<Axis> {
        match self {
            Self::Defect { centre, .. } => {
                AXES.iter().zip(centre).max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(axis, _)| *axis)
            }
            Self::Likeness { .. } => None,
        }
    }
}

/// Outliers that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Its members among the outliers given, ascending.
    pub members: Vec<usize>,
    /// Where they lie, and how far others may be from it to belong to them.
    pub place: Place,
    /// Mean of its members' residuals.
    pub residual: Vec<f32>,
}

/// The families among the outliers of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Families {
    /// The largest first, then by first member.
    pub families: Vec<Family>,
    /// Outliers in none of them, ascending.
    pub alone: Vec<usize>,
}

impl Families {
    /// The families among outliers of one run: of those with a defect or a possible emission line by its kind, of the
    /// others by the shape of their residuals. O(n^2 d) for n outliers of d features, O(n d) memory.
    ///
    /// # Errors
    /// Residuals of different lengths.
    pub fn find(outliers: &[Outlier], params: &FamilyValidParams) -> Result<Self> {
        let FamilyValidParams(params) = params;
        let width = outliers.first().map_or(0, |o| o.residual.len());
        if outliers.iter().any(|o| o.residual.len() != width) {
            return Err(Error::InvalidSpectrum("residuals of one run have one length".to_owned()));
        }
        let (mut defects, mut shapes) = (Vec::new(), Vec::new());
        for (i, outlier) in outliers.iter().enumerate() {
            match outlier.description.position() {
                Some(position) => defects.push((i, position.to_vec())),
                None => shapes.extend(outlier.shape().map(|shape| (i, shape))),
            }
        }
        let mut families = Vec::new();
        for (members, centre, radius) in clusters(&defects, params.radius, params.members) {
            families.push(Family::new(outliers, members, Place::Defect { centre, radius }));
        }
        for (members, mut centre, radius) in clusters(&shapes, params.likeness, params.members) {
            let norm = centre.iter().map(|c| c * c).sum::<f64>().sqrt();
            for c in &mut centre {
                *c /= norm;
            }
            families.push(Family::new(outliers, members, Place::Likeness { centre, radius }));
        }
        families.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then(a.members.cmp(&b.members)));
        let mut known = vec![false; outliers.len()];
        families.iter().flat_map(|f| &f.members).for_each(|&i| known[i] = true);
        let alone = (0..outliers.len()).filter(|&i| !known[i]).collect();
        Ok(Self { families, alone })
    }
}

impl Family {
    fn new(outliers: &[Outlier], members: Vec<usize>, place: Place) -> Self {
        let mut residual = vec![0.0; outliers[members[0]].residual.len()];
        for &i in &members {
            residual.iter_mut().zip(&outliers[i].residual).for_each(|(sum, r)| *sum += f64::from(*r));
        }
        let residual = residual.iter().map(|sum| (sum / members.len() as f64) as f32).collect();
        Self { members, place, residual }
    }
}

/// Clusters of named points: their names, their mean, and the radius in which others are recognised.
fn clusters(points: &[(usize, Vec<f64>)], radius: f64, fewest: usize) -> Vec<(Vec<usize>, Vec<f64>, f64)> {
    let width = points.first().map_or(0, |(_, point)| point.len());
    let matrix = Array2::from_shape_fn((points.len(), width), |(i, j)| points[i].1[j]);
    let found = dbscan(&matrix, radius, fewest);
    let count = found.iter().flatten().max().map_or(0, |last| last + 1);
    let cluster = |number: usize| {
        let of_it = || found.iter().zip(points).filter(move |(c, _)| **c == Some(number)).map(|(_, point)| point);
        let members: Vec<usize> = of_it().map(|(name, _)| *name).collect();
        let mean = |j: usize| of_it().map(|(_, point)| point[j]).sum::<f64>() / members.len() as f64;
        let centre: Vec<f64> = (0..width).map(mean).collect();
        // a chain of neighbours may be long: recognised is what is as near as neighbours are, or as nine in ten members
        let mut away: Vec<f64> = of_it().map(|(_, point)| distance(point, &centre)).collect();
        away.sort_unstable_by(f64::total_cmp);
        let most = away[(9 * away.len()).div_ceil(10) - 1];
        (members, centre, radius.max(most))
    };
    (0..count).map(cluster).filter(|(members, ..)| members.len() >= fewest).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}
