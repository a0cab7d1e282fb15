//! Numbers of scikit-learn, made by `tests/tools/make_golden.py` and kept in `tests/golden`.

mod matrices;

mod components;
mod labels;
mod maps;
mod outliers;
