//! What the database stores for a Rust type.

use crate::Affinity;

/// How the values of a Rust type are stored.
///
/// ```
/// use schema_core::{Storage, TypeFact};
///
/// assert_eq!(TypeFact::BOOL.storage, Storage::Bool);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// 64-bit integers and smaller ones.
    Integer,
    /// `0` and `1` in SQLite, `boolean` in PostgreSQL.
    Bool,
    /// Floating point numbers.
    Real,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Blob,
    /// Any of them.
    Any,
}

/// What the database stores for a Rust type: the constant of the trait `SqlType`.
///
/// Everything is `const`, so that generated code compares facts while it is compiled.
///
/// ```
/// use schema_core::TypeFact;
///
/// let count = TypeFact::SMALL_INTEGER.optional(); // of `Option<u8>`
/// assert_eq!((count.sqlite, count.postgres, count.nullable), ("INTEGER", "smallint", true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeFact {
    /// How values are stored.
    pub storage: Storage,
    /// The type that SQLite's DDL declares: `BOOLEAN`.
    pub sqlite: &'static str,
    /// The type that the DDL of a STRICT table declares, which knows five names only: `INTEGER`.
    pub sqlite_strict: &'static str,
    /// The canonical type in PostgreSQL: `timestamp with time zone`.
    pub postgres: &'static str,
    /// Whether it is an `Option`.
    pub nullable: bool,
    /// The values of an enum that is stored as text, in the order of its variants.
    pub variants: Option<&'static [&'static str]>,
}

impl TypeFact {
    const fn new(storage: Storage, sqlite: &'static str, strict: &'static str, postgres: &'static str) -> TypeFact {
        TypeFact { storage, sqlite, sqlite_strict: strict, postgres, nullable: false, variants: None }
    }

    /// `i64`, `u32`.
    pub const BIG_INTEGER: TypeFact = TypeFact::new(Storage::Integer, "INTEGER", "INTEGER", "bigint");
    /// `i32`, `u16`.
    pub const INTEGER: TypeFact = TypeFact::new(Storage::Integer, "INTEGER", "INTEGER", "integer");
    /// `i16`, `i8`, `u8`.
    pub const SMALL_INTEGER: TypeFact = TypeFact::new(Storage::Integer, "INTEGER", "INTEGER", "smallint");
    /// `bool`.
    pub const BOOL: TypeFact = TypeFact::new(Storage::Bool, "BOOLEAN", "INTEGER", "boolean");
    /// `f64`.
    pub const DOUBLE: TypeFact = TypeFact::new(Storage::Real, "REAL", "REAL", "double precision");
    /// `f32`.
    pub const FLOAT: TypeFact = TypeFact::new(Storage::Real, "REAL", "REAL", "real");
    /// `String` and its relatives.
    pub const TEXT: TypeFact = TypeFact::new(Storage::Text, "TEXT", "TEXT", "text");
    /// `Vec<u8>` and its relatives.
    pub const BLOB: TypeFact = TypeFact::new(Storage::Blob, "BLOB", "BLOB", "bytea");
    /// `driftless::Value`: whatever the column holds.
    pub const ANY: TypeFact = TypeFact::new(Storage::Any, "ANY", "ANY", "text");

    /// The same, stored as text of another kind.
    ///
    /// ```
    /// use schema_core::{Storage, TypeFact};
    /// let timestamp = TypeFact::TEXT.declared("TIMESTAMP", "timestamp with time zone");
    /// assert_eq!((timestamp.storage, timestamp.sqlite), (Storage::Text, "TIMESTAMP"));
    /// ```
    pub const fn declared(self, sqlite: &'static str, postgres: &'static str) -> TypeFact {
        TypeFact { sqlite, postgres, ..self }
    }

    /// The fact of `Option<Self>`.
    ///
    /// ```
    /// use schema_core::TypeFact;
    /// assert!(TypeFact::TEXT.optional().nullable);
    /// ```
    pub const fn optional(self) -> TypeFact {
        TypeFact { nullable: true, ..self }
    }

    /// The fact of an enum that is stored as text.
    ///
    /// ```
    /// use schema_core::{Storage, TypeFact};
    /// let mood = TypeFact::text_enum(&["sad", "ok"]);
    /// assert_eq!((mood.storage, mood.variants.unwrap()), (Storage::Text, ["sad", "ok"].as_slice()));
    /// ```
    pub const fn text_enum(variants: &'static [&'static str]) -> TypeFact {
        TypeFact { variants: Some(variants), ..TypeFact::TEXT }
    }

    /// The fact of a type that the standard library has, by the last segment of its path, with its
    /// arguments, without white space: `i64`, `String`, `Vec<u8>`. A guess of the name only: the
    /// generated code has rustc prove it.
    ///
    /// ```
    /// use schema_core::TypeFact;
    /// assert_eq!(TypeFact::standard("Vec<u8>"), Some(TypeFact::BLOB));
    /// assert_eq!(TypeFact::standard("u64"), None); // SQLite's integers are signed
    /// ```
    pub fn standard(name: &str) -> Option<TypeFact> {
        Some(match name {
            "i64" | "u32" => TypeFact::BIG_INTEGER,
            "i32" | "u16" => TypeFact::INTEGER,
            "i16" | "i8" | "u8" => TypeFact::SMALL_INTEGER,
            "bool" => TypeFact::BOOL,
            "f64" => TypeFact::DOUBLE,
            "f32" => TypeFact::FLOAT,
            "String" | "Box<str>" | "Arc<str>" | "Rc<str>" | "Cow<'static,str>" | "&'staticstr" => TypeFact::TEXT,
            "Vec<u8>" | "Box<[u8]>" => TypeFact::BLOB,
            _ => return None,
        })
    }

    /// Whether SQLite gives back what was stored when the column has this affinity. Text in a NUMERIC
    /// column is allowed, since that is where `TIMESTAMP` and `DATE` put it, and so are floating point
    /// numbers, for `DECIMAL` (<https://www.sqlite.org/datatype3.html#type_affinity>).
    ///
    /// ```
    /// use schema_core::{Affinity, TypeFact};
    /// assert!(TypeFact::TEXT.survives(Affinity::Numeric));
    /// assert!(!TypeFact::TEXT.survives(Affinity::Integer)); // '0012' would come back as 12
    /// ```
    pub const fn survives(&self, affinity: Affinity) -> bool {
        match self.storage {
            Storage::Any | Storage::Blob => true,
            Storage::Integer | Storage::Bool => {
                matches!(affinity, Affinity::Integer | Affinity::Numeric | Affinity::Blob)
            }
            Storage::Real => matches!(affinity, Affinity::Real | Affinity::Numeric | Affinity::Blob),
            Storage::Text => matches!(affinity, Affinity::Text | Affinity::Numeric | Affinity::Blob),
        }
    }
}
