//! A value of any type.

/// Whatever a column of type `ANY` holds. NULL is not among it: a nullable column is an `Option<Value>`.
///
/// ```
/// use schema_runtime::{SqlType, Value};
/// assert_eq!(Value::TYPE.sqlite, "ANY");
/// assert_eq!(Value::from(7), Value::Integer(7));
/// ```
///
/// It goes into a statement and comes out of a row as any other type does:
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use schema_runtime::{Value, rusqlite::Connection};
///
/// let db = Connection::open_in_memory()?;
/// let value: Value = db.query_row("SELECT ?1", [Value::from("text")], |row| row.get(0))?;
/// assert_eq!(value, Value::Text("text".to_owned()));
/// # }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

#[diagnostic::do_not_recommend]
impl crate::SqlType for Value {
    const TYPE: schema_core::TypeFact = schema_core::TypeFact::ANY;
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Real(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Value {
        Value::Blob(value)
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use rusqlite::ToSql;
    use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

    use super::Value;

    impl ToSql for Value {
        fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
            Ok(ToSqlOutput::Borrowed(match self {
                Value::Integer(value) => ValueRef::Integer(*value),
                Value::Real(value) => ValueRef::Real(*value),
                Value::Text(value) => ValueRef::Text(value.as_bytes()),
                Value::Blob(value) => ValueRef::Blob(value),
            }))
        }
    }

    impl FromSql for Value {
        fn column_result(value: ValueRef<'_>) -> FromSqlResult<Value> {
            match value {
                ValueRef::Null => Err(FromSqlError::InvalidType),
                ValueRef::Integer(value) => Ok(Value::Integer(value)),
                ValueRef::Real(value) => Ok(Value::Real(value)),
                ValueRef::Text(_) => value.as_str().map(Value::from),
                ValueRef::Blob(value) => Ok(Value::Blob(value.to_vec())),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_goes_in_comes_out() {
            let db = rusqlite::Connection::open_in_memory().expect("memory");
            let values = [Value::from(1), Value::from(1.5), Value::from("é"), Value::from(vec![0, 255])];
            for value in values {
                let back: Value = db.query_row("SELECT ?1", [&value], |row| row.get(0)).expect("a row");
                assert_eq!(back, value);
            }
            assert!(db.query_row("SELECT NULL", [], |row| row.get::<_, Value>(0)).is_err());
            assert_eq!(db.query_row("SELECT NULL", [], |row| row.get::<_, Option<Value>>(0)), Ok(None));
        }
    }
}
