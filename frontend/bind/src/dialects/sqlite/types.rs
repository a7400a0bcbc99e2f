//! Declared types of SQLite: what a column takes its values to be.
//!
//! Affinity follows <https://www.sqlite.org/datatype3.html> section 3.1. A declared integer, float or text
//! column is taken to hold such values (the binder notes the assumption where it matters); declarations of
//! dates are texts, which is how their functions keep them.

use super::super::meaning::TypeWords;
use air::types::{Affinity, CollationStrength, TextKind, TextType, Type};

pub(super) fn type_name(written: &TypeWords<'_>) -> Option<Type> {
    let words = written.words;
    let text = |kind| {
        Type::Text(TextType {
            kind,
            length: 0,
            collation: written.collation,
            strength: CollationStrength::Implicit,
        })
    };
    let has = |part: &str| words.contains(part);
    if has("int") {
        return Some(Type::I64);
    }
    if has("char") {
        return Some(text(TextKind::Varying));
    }
    if has("clob") || has("text") {
        return Some(text(TextKind::Unbounded));
    }
    if has("blob") {
        return Some(Type::BYTES);
    }
    if has("real") || has("floa") || has("doub") {
        return Some(Type::Float64);
    }
    Some(match words {
        "" | "any" => Type::Any(Affinity::Blob),
        "boolean" | "bool" => Type::I64,
        "date" | "datetime" | "timestamp" | "time" if !written.cast => text(TextKind::Varying),
        "json" | "uuid" if !written.cast => text(TextKind::Varying),
        _ => Type::Any(Affinity::Numeric),
    })
}
