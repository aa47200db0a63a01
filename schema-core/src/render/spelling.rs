//! How a canonical type is written in DDL.

use crate::{ColumnType, Dialect};

/// PostgreSQL's long names, as the catalogue prints them, and what people write.
const SHORT: [(&str, &str, &str); 7] = [
    ("timestamp", " with time zone", "timestamptz"),
    ("timestamp", " without time zone", "timestamp"),
    ("time", " with time zone", "timetz"),
    ("time", " without time zone", "time"),
    ("character varying", "", "varchar"),
    ("bit varying", "", "varbit"),
    ("character", "", "char"),
];

/// The declared type: as it is in SQLite, by its usual short name in PostgreSQL.
pub(super) fn column_type(dialect: Dialect, ty: &ColumnType) -> String {
    match dialect {
        Dialect::Sqlite => ty.as_str().to_owned(),
        Dialect::Postgres => short(ty.as_str()),
    }
}

fn short(canonical: &str) -> String {
    let (element, array) = match canonical.strip_suffix("[]") {
        Some(element) => (element, "[]"),
        None => (canonical, ""),
    };
    for (start, end, name) in SHORT {
        let modifier = element.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        if let Some(modifier) = modifier
            && (modifier.is_empty() || (modifier.starts_with('(') && modifier.ends_with(')')))
        {
            return format!("{name}{modifier}{array}");
        }
    }
    canonical.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_become_short() {
        let pairs = [
            ("timestamp with time zone", "timestamptz"),
            ("timestamp(3) without time zone[]", "timestamp(3)[]"),
            ("character varying(20)", "varchar(20)"),
            ("character(3)[]", "char(3)[]"),
            ("double precision", "double precision"),
            ("\"timestamp\"", "\"timestamp\""),
        ];
        for (long, expected) in pairs {
            assert_eq!(short(long), expected);
        }
    }
}
