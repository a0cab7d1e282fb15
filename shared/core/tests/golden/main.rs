//! Numbers of scikit-learn and scipy, made by scripts of `tests/tools` and kept in `tests/golden`.

mod matrices;

mod components;
mod counts;
mod labels;
mod maps;
mod outliers;
