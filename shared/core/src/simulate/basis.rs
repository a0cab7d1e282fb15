//! Principal components of observed stars: what simulated spectra are made of.
//!
//! The bytes beside this file come from the MILES library (Sanchez-Blazquez et al. 2006, MNRAS 371, 703)
//! by `tests/tools/make_simulation_basis.py`, which states their layout. Not a model of stars, but a way
//! to draw new ones that look like observed ones: a star's coefficients, moved towards a neighbour's.

use std::sync::OnceLock;

const BYTES: &[u8] = include_bytes!("basis.bin");
const MAGIC: &[u8] = b"BLMRSIM1";
/// Letters of the spectral types, by the number that stands for them.
const TYPES: [char; 7] = ['O', 'B', 'A', 'F', 'G', 'K', 'M'];

/// Components, and the observed stars' coefficients.
#[derive(Debug)]
pub(super) struct Basis {
    /// log10 of the first wavelength (vacuum, Angstrom).
    pub(super) first: f64,
    /// Step of log10 of the wavelength.
    pub(super) step: f64,
    /// Mean spectrum, in units of each star's mean flux.
    pub(super) mean: Vec<f32>,
    /// Components, as long as the mean.
    pub(super) components: Vec<Vec<f32>>,
    /// The stars.
    pub(super) stars: Vec<Star>,
}

/// An observed star.
#[derive(Debug)]
pub(super) struct Star {
    /// One for each component.
    pub(super) coefficients: Vec<f32>,
    /// Stars with the most similar coefficients, nearest first.
    pub(super) neighbors: Vec<usize>,
    /// Spectral type, as index into O B A F G K M.
    pub(super) letter: usize,
    /// Subtype, 0 to 9.
    pub(super) digit: u8,
}

impl Star {
    /// `G2`.
    pub(super) fn subclass(&self) -> String {
        format!("{}{}", TYPES[self.letter], self.digit)
    }
}

impl Basis {
    /// The basis, decoded once.
    pub(super) fn get() -> &'static Self {
        static BASIS: OnceLock<Basis> = OnceLock::new();
        BASIS.get_or_init(|| Self::decode(BYTES))
    }

    fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader { bytes };
        assert_eq!(reader.take(MAGIC.len()), MAGIC, "basis.bin is not a simulation basis");
        let [pixels, components, stars, neighbors] = std::array::from_fn(|_| reader.u32() as usize);
        let (first, step) = (reader.f64(), reader.f64());
        let mut vectors: Vec<Vec<f32>> = (0..=components).map(|_| reader.scaled(pixels)).collect();
        let scales: Vec<f32> = (0..components).map(|_| reader.f32()).collect();
        let stars = (0..stars).map(|_| reader.star(&scales, neighbors)).collect();
        let mean = vectors.remove(0);
        Self { first, step, mean, components: vectors, stars }
    }

    /// The spectrum of these coefficients, in units of its mean flux.
    pub(super) fn compose(&self, coefficients: &[f32]) -> Vec<f32> {
        let mut flux = self.mean.clone();
        for (component, &coefficient) in self.components.iter().zip(coefficients) {
            flux.iter_mut().zip(component).for_each(|(f, c)| *f += coefficient * c);
        }
        flux
    }
}

/// Reads little-endian numbers off the front.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (head, tail) = self.bytes.split_at(count);
        self.bytes = tail;
        head
    }
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N));
        array
    }
    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }
    fn f32(&mut self) -> f32 {
        f32::from_le_bytes(self.array())
    }
    fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.array())
    }
    fn i16(&mut self) -> i16 {
        i16::from_le_bytes(self.array())
    }
    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }
    fn scaled(&mut self, count: usize) -> Vec<f32> {
        let scale = self.f32();
        (0..count).map(|_| scale * f32::from(self.i16())).collect()
    }
    fn star(&mut self, scales: &[f32], neighbors: usize) -> Star {
        let coefficients = scales.iter().map(|scale| scale * f32::from(self.i16())).collect();
        let neighbors = (0..neighbors).map(|_| usize::from(self.u16())).collect();
        let [letter, digit] = self.array();
        Star { coefficients, neighbors, letter: usize::from(letter), digit }
    }
}
