//! The recipes on real spectra: from the survey's files to the ranks that science asks for.
#![expect(clippy::disallowed_methods, reason = "the tests, unlike the library, read the folder of real spectra")]

#[cfg(test)]
mod real_data {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use balmer_core::decomposition::pca;
    use balmer_core::engine::Unobserved;
    use balmer_core::manipulation::{Recipe, RecipeSpec};
    use balmer_core::ndarray::Array2;
    use balmer_core::neighbors;
    use balmer_core::outlier::lof;
    use balmer_core::semi_supervised::{Algorithm, Diffusion, Graph, Seeds, Weights};
    use balmer_core::spectrum::Spectrum;
    use balmer_exchange::{Format, read_spectra};

    /// The folder of real spectra, without which no test in this module can run.
    fn data() -> PathBuf {
        let root = std::env::var_os("BALMER_REAL_DATA")
            .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
        assert!(
            root.join("lamost-dr10").is_dir(),
            "no real spectra in {}: set BALMER_REAL_DATA to their folder, or run `cargo xtask test`, which leaves these tests out",
            root.display()
        );
        root
    }

    /// The 1,776 spectra of LAMOST DR10, in the order of their names.
    fn lamost(root: &std::path::Path) -> Vec<Spectrum> {
        let mut files: Vec<PathBuf> = Vec::new();
        for plan in std::fs::read_dir(root.join("lamost-dr10")).unwrap() {
            files.extend(std::fs::read_dir(plan.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
        }
        files.sort();
        let read = |file: &PathBuf| {
            let bytes = std::fs::read(file).unwrap();
            read_spectra(&bytes, &file.to_string_lossy(), Format::Lamost).unwrap()
        };
        files.iter().flat_map(read).collect()
    }

    /// One column of the label table by spectrum.
    fn labels(root: &std::path::Path, column: &str) -> BTreeMap<String, String> {
        let mut reader = csv::Reader::from_path(root.join("lamost-dr10-labels.csv")).unwrap();
        let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
        reader.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[at].to_owned())).collect()
    }

    /// The rows that the recipe keeps with the names of their spectra, and how many each reason rejects.
    fn features(spec: &RecipeSpec, spectra: &[Spectrum]) -> (Array2<f32>, Vec<String>, BTreeMap<&'static str, usize>) {
        let recipe = Recipe::try_from(spec).unwrap();
        let (mut rows, mut names, mut rejected) = (Vec::new(), Vec::new(), BTreeMap::new());
        for spectrum in spectra {
            match recipe.apply(spectrum) {
                Ok(row) => {
                    rows.extend(row);
                    names.push(spectrum.metadata.spectrum_id.clone());
                }
                Err(rejection) => *rejected.entry(rejection.reason()).or_default() += 1,
            }
        }
        (Array2::from_shape_vec((names.len(), spec.pixels), rows).unwrap(), names, rejected)
    }

    /// Ranks, from 1, of the 14 spectra with strong emission and of the Be-like star among them.
    fn emission_ranks(
        table: &neighbors::NeighborTable,
        k: usize,
        names: &[String],
        kinds: &BTreeMap<String, String>,
    ) -> (Vec<usize>, usize) {
        let scores = lof::from_table(table, k).unwrap().lof;
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        let ranks_of = |wanted: &[&str]| -> Vec<usize> {
            let is_wanted = |i: usize| wanted.contains(&kinds[&names[i]].as_str());
            order.iter().zip(1..).filter(|(i, _)| is_wanted(**i)).map(|(_, rank)| rank).collect()
        };
        (ranks_of(&["emission_stellar", "emission_nebular"]), ranks_of(&["emission_stellar"])[0])
    }

    #[test]
    fn the_default_recipe_brings_emission_to_the_top() {
        let root = data();
        let (spectra, kinds) = (lamost(&root), labels(&root, "ha_label"));
        let (matrix, names, rejected) = features(&RecipeSpec::default(), &spectra);
        assert_eq!(spectra.len(), 1776);
        assert_eq!(rejected, BTreeMap::from([("too-few-good-pixels", 6)]));

        let table = neighbors::exact(matrix.view(), 128, &Unobserved).unwrap();
        for k in [50, 64, 80, 100, 120, 128] {
            let (ranks, be_star) = emission_ranks(&table, k, &names, &kinds);
            println!("k {k}: emission at {ranks:?}, Be-like star at {be_star}");
            assert_eq!(ranks.len(), 14);
            assert!(ranks.iter().all(|rank| *rank <= 100), "k {k}: {ranks:?}");
            assert!(be_star <= 3, "k {k}: {be_star}");
        }
    }

    #[test]
    fn a_few_labels_tell_a_f_and_g_stars_apart() {
        let root = data();
        let classes = ["A", "F", "G"];
        let subclasses = labels(&root, "sub");
        let of_class = |s: &Spectrum| classes.contains(&&subclasses[&s.metadata.spectrum_id][..1]);
        let spectra: Vec<Spectrum> = lamost(&root).into_iter().filter(of_class).collect();
        let (matrix, names, rejected) = features(&RecipeSpec::spectral_types(), &spectra);
        println!("{} kept, rejected {rejected:?}", names.len());
        assert!(names.len() > 1700, "{rejected:?}");

        let basis = pca(matrix.view(), 20).unwrap();
        let table = neighbors::exact(basis.transform(matrix.view()).view(), 10, &Unobserved).unwrap();
        let graph = Graph::knn(&table, 10, Weights::Connectivity).unwrap();
        let truth: Vec<u32> = names
            .iter()
            .map(|name| classes.iter().position(|class| subclasses[name].starts_with(class)).unwrap() as u32)
            .collect();
        for (alpha, least) in [(0.2, 0.83), (0.9, 0.86)] {
            let accuracies: Vec<f64> = (0..10).map(|seed| accuracy(&graph, &truth, 30, alpha, seed)).collect();
            let mean = accuracies.iter().sum::<f64>() / 10.0;
            println!("alpha {alpha}: mean {mean:.3} of {accuracies:.3?}");
            assert!(mean >= least, "alpha {alpha}: {mean}");
            assert!(accuracies.iter().all(|a| *a >= least - 0.03), "alpha {alpha}: {accuracies:?}");
        }
    }

    /// Share of the unlabelled rows that get their class back from `per_class` labels of each.
    fn accuracy(graph: &Graph, truth: &[u32], per_class: usize, alpha: f32, seed: u64) -> f64 {
        let mut order: Vec<usize> = (0..truth.len()).collect();
        // a fixed shuffle of the rows: each row's place is a hash of its index and the seed
        order.sort_by_key(|&i| scramble(i as u64 ^ seed << 32));
        let mut given = [0; 3];
        let mut labels = vec![None; truth.len()];
        for i in order {
            let class = truth[i] as usize;
            if given[class] < per_class {
                given[class] += 1;
                labels[i] = Some(truth[i]);
            }
        }
        let seeds = Seeds::new(["A", "F", "G"].map(String::from).to_vec(), labels.clone()).unwrap();
        let diffusion = Diffusion { algorithm: Algorithm::Spreading, alpha, ..Diffusion::default() };
        let found = diffusion.run(graph, &seeds, &Unobserved).unwrap();
        let unlabelled: Vec<usize> = (0..truth.len()).filter(|&i| labels[i].is_none()).collect();
        let right = unlabelled.iter().filter(|&&i| found.label(i) == Some(truth[i] as usize)).count();
        right as f64 / unlabelled.len() as f64
    }

    /// `SplitMix64`'s output function (Steele, Lea & Flood 2014).
    fn scramble(seed: u64) -> u64 {
        let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[test]
    fn wild_pixels_do_not_change_who_stands_out() {
        let root = data();
        let (mut spectra, kinds) = (lamost(&root), labels(&root, "ha_label"));
        for (i, spectrum) in spectra.iter_mut().enumerate().filter(|(i, _)| i % 17 == 0) {
            // one pixel in the window, 30 times the flux around it, in every 17th spectrum
            let at = spectrum.axis().wavelengths().partition_point(|&w| w < 6525.0 + (i * 37 % 200) as f64);
            let mut flux = spectrum.flux().to_vec();
            flux[at] += 30.0 * flux[at - 3].abs();
            let mut hit = Spectrum::new(spectrum.axis().clone(), flux, spectrum.metadata.clone()).unwrap();
            if let Some(ivar) = spectrum.ivar() {
                hit = hit.with_ivar(ivar.to_vec()).unwrap();
            }
            let masks = (spectrum.and_mask().map(<[u32]>::to_vec), spectrum.or_mask().map(<[u32]>::to_vec));
            *spectrum = hit.with_masks(masks.0, masks.1).unwrap();
        }
        let ranks = |spec: &RecipeSpec| {
            let (matrix, names, _) = features(spec, &spectra);
            let table = neighbors::exact(matrix.view(), 100, &Unobserved).unwrap();
            let (ranks, be_star) = emission_ranks(&table, 100, &names, &kinds);
            println!("spike_sigma {}: emission at {ranks:?}, Be-like star at {be_star}", spec.spike_sigma);
            (ranks.into_iter().filter(|rank| *rank <= 100).count(), be_star)
        };
        let (found, be_star) = ranks(&RecipeSpec::default());
        assert!(found >= 13 && be_star <= 3, "{found}, {be_star}");
        // without the treatment the pixels do harm: the test sees what it is about
        let (found, _) = ranks(&RecipeSpec { spike_sigma: 0.0, ..RecipeSpec::default() });
        assert!(found < 13, "{found}");
    }
}
