//! Names, types and metadata of the columns of a stream.

use std::{collections::HashMap, sync::Arc};

use arrow_ipc::{Endianness, Field as WireField, KeyValue, Precision, Schema as WireSchema, Type};
use arrow_schema::{DataType, Field, Schema};

use super::{StreamError, malformed};

/// The schema as the stream states it.
pub(super) fn schema(schema: WireSchema<'_>) -> Result<Schema, StreamError> {
    if schema.endianness() != Endianness::Little {
        return Err(StreamError::Unsupported("big-endian numbers".to_owned()));
    }
    let fields = schema.fields().into_iter().flatten().map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(Schema::new_with_metadata(fields, metadata(schema.custom_metadata().into_iter().flatten())))
}

fn field(field: WireField<'_>) -> Result<Field, StreamError> {
    let name = field.name().unwrap_or_default();
    let known = Field::new(name, data_type(field, name)?, field.nullable());
    Ok(known.with_metadata(metadata(field.custom_metadata().into_iter().flatten())))
}

fn data_type(of: WireField<'_>, name: &str) -> Result<DataType, StreamError> {
    let unread = || StreamError::Unsupported(format!("column `{name}`: its type"));
    if of.dictionary().is_some() {
        return Err(StreamError::Unsupported(format!("column `{name}`: a dictionary")));
    }
    Ok(match of.type_type() {
        Type::Bool => DataType::Boolean,
        Type::Utf8 => DataType::Utf8,
        Type::Int => {
            let int = of.type_as_int().ok_or_else(unread)?;
            match (int.bitWidth(), int.is_signed()) {
                (32, true) => DataType::Int32,
                (64, true) => DataType::Int64,
                (32, false) => DataType::UInt32,
                (64, false) => DataType::UInt64,
                _ => return Err(unread()),
            }
        }
        Type::FloatingPoint => match of.type_as_floating_point().map(|float| float.precision()) {
            Some(Precision::SINGLE) => DataType::Float32,
            Some(Precision::DOUBLE) => DataType::Float64,
            _ => return Err(unread()),
        },
        Type::FixedSizeList => {
            let width = of.type_as_fixed_size_list().ok_or_else(unread)?.listSize();
            let child = of.children().into_iter().flatten().next();
            let child = child.ok_or_else(|| malformed("rows of numbers without their type"))?;
            // the message's verifier bounds how deep fields may lie in each other
            DataType::FixedSizeList(Arc::new(field(child)?), width)
        }
        _ => return Err(unread()),
    })
}

fn metadata<'a>(pairs: impl Iterator<Item = KeyValue<'a>>) -> HashMap<String, String> {
    pairs.filter_map(|pair| Some((pair.key()?.to_owned(), pair.value()?.to_owned()))).collect()
}
