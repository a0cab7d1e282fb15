//! The functions an expression may call: `DataFusion`'s own where they are pure and cheap, and two that
//! astronomers need.
//!
//! - `sample(text)`: a number in [0, 1) that depends on the text alone, so that `sample(spectrum_id) < 0.1`
//!   is the same tenth of a survey today, elsewhere and in the next version. It is the first 53 bits of
//!   the SHA-256 of the text's UTF-8 bytes, as a binary fraction.
//! - `distance(ra1, dec1, ra2, dec2)`: the angle between two places, all in degrees, as ADQL 2.1 (section
//!   4.2.13) names it; by the haversine formula, which is exact for small angles.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, cast::AsArray, types::Float64Type};
use arrow_schema::DataType;
use datafusion::{
    common::{Result, ScalarValue},
    execution::{SessionState, SessionStateBuilder},
    logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf},
};
use sha2::{Digest, Sha256};

/// Pure functions of numbers and short texts.
pub const FUNCTIONS: &[&str] = &[
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "ceil",
    "coalesce",
    "contains",
    "cos",
    "degrees",
    "distance",
    "ends_with",
    "exp",
    "floor",
    "greatest",
    "isnan",
    "least",
    "ln",
    "log10",
    "lower",
    "nullif",
    "power",
    "radians",
    "round",
    "sample",
    "signum",
    "sin",
    "sqrt",
    "starts_with",
    "tan",
    "trim",
    "upper",
];

/// The planner's state: the default functions and ours. It knows no table and no file.
pub(super) fn session() -> SessionState {
    let mut builder = SessionStateBuilder::new().with_default_features();
    builder.scalar_functions().get_or_insert_default().extend([Arc::new(sample()), Arc::new(distance())]);
    builder.build()
}

/// A session with one more function.
pub(super) fn session_with(session: &SessionState, function: ScalarUDF) -> SessionState {
    let mut builder = SessionStateBuilder::new_from_existing(session.clone());
    builder.scalar_functions().get_or_insert_default().push(Arc::new(function));
    builder.build()
}

fn sample() -> ScalarUDF {
    let of_text = |arrays: &[ArrayRef]| {
        let fractions = arrays[0].as_string::<i32>().iter().map(|text| text.map(fraction));
        Arc::new(fractions.collect::<Float64Array>()) as ArrayRef
    };
    udf("sample", vec![DataType::Utf8], of_text)
}

/// Where in [0, 1) a text falls.
fn fraction(text: &str) -> f64 {
    let digest = Sha256::digest(text);
    let start = digest.iter().take(8).fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    (start >> 11) as f64 / (1u64 << 53) as f64
}

fn distance() -> ScalarUDF {
    let between = |arrays: &[ArrayRef]| {
        let values: Vec<_> = arrays.iter().map(AsArray::as_primitive::<Float64Type>).collect();
        let degrees = (0..arrays[0].len()).map(|i| {
            let known = values.iter().all(|array| array.is_valid(i));
            known.then(|| angle([values[0].value(i), values[1].value(i)], [values[2].value(i), values[3].value(i)]))
        });
        Arc::new(degrees.collect::<Float64Array>()) as ArrayRef
    };
    udf("distance", vec![DataType::Float64; 4], between)
}

/// Angle between two places on the sphere, degrees.
fn angle([ra1, dec1]: [f64; 2], [ra2, dec2]: [f64; 2]) -> f64 {
    let half_sine = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let along = dec1.to_radians().cos() * dec2.to_radians().cos() * half_sine(ra1, ra2);
    2.0 * (half_sine(dec1, dec2) + along).clamp(0.0, 1.0).sqrt().asin().to_degrees()
}

/// A function of whole columns, that is also one of constants.
fn udf(
    name: &str,
    arguments: Vec<DataType>,
    evaluate: impl Fn(&[ArrayRef]) -> ArrayRef + Send + Sync + 'static,
) -> ScalarUDF {
    let call = move |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        let constant = arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let result = evaluate(&ColumnarValue::values_to_arrays(arguments)?);
        Ok(if constant {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?)
        } else {
            ColumnarValue::Array(result)
        })
    };
    create_udf(name, arguments, DataType::Float64, Volatility::Immutable, Arc::new(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_the_hash_of_the_text() {
        // (int(hashlib.sha256(b"...").hexdigest()[:16], 16) >> 11) / 2**53
        assert_eq!(fraction(""), 0.889_415_994_891_337_3);
        assert_eq!(fraction("spec-59636-HD071013S041413V01_sp02-001"), 0.829_893_679_224_573_2);
    }

    #[test]
    fn samples_are_evenly_spread() {
        let mut bins = [0_usize; 10];
        for i in 0..10_000 {
            bins[(fraction(&format!("spec-{i:05}")) * 10.0) as usize] += 1;
        }
        assert!(bins.iter().all(|&n| (900..1_100).contains(&n)), "{bins:?}");
    }

    #[test]
    fn angles_on_the_sphere() {
        for (a, b, expected) in [
            ([10.0, 0.0], [40.0, 0.0], 30.0),
            ([359.0, 0.0], [1.0, 0.0], 2.0),
            ([0.0, 90.0], [123.0, 80.0], 10.0),
            ([0.0, 0.0], [180.0, 0.0], 180.0),
            ([10.0, 60.0], [10.0 + 1e-7, 60.0], 0.5e-7),
        ] {
            assert!((angle(a, b) - expected).abs() < 1e-12, "{a:?} {b:?}: {}", angle(a, b));
        }
    }
}
