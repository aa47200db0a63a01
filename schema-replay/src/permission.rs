//! What a migration may do in the sandbox. It runs inside the compiler, so it may reach nothing but
//! its own in-memory database.

use rusqlite::ffi;
use rusqlite::hooks::AuthAction;

/// The answer to something that a statement asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    Allowed,
    /// It would be about the file or the connection, which the sandbox has its own of; it is left out.
    Ignored,
    Denied(Denial),
}

/// Something that a statement must not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    /// What it does, as in "it …".
    pub(crate) what: String,
    /// The word of the statement that does it.
    pub(crate) word: String,
}

impl Denial {
    pub(crate) fn new(what: impl Into<String>, word: &str) -> Denial {
        Denial { what: what.into(), word: word.to_owned() }
    }
}

/// Pragmas that only read, or set what belongs to the database's content or to the running of SQL.
const ALLOWED: [&str; 32] = [
    "application_id",
    "case_sensitive_like",
    "collation_list",
    "compile_options",
    "count_changes",
    "data_version",
    "database_list",
    "defer_foreign_keys",
    "empty_result_callbacks",
    "encoding",
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "freelist_count",
    "full_column_names",
    "function_list",
    "ignore_check_constraints",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "legacy_alter_table",
    "module_list",
    "page_count",
    "pragma_list",
    "quick_check",
    "recursive_triggers",
    "reverse_unordered_selects",
    "table_info",
    "table_list",
    "table_xinfo",
    "user_version",
];

/// Pragmas that tune the file, the cache or the connection. Real migrations set them for the
/// database that they will run in; no schema depends on them.
const IGNORED: [&str; 33] = [
    "analysis_limit",
    "auto_vacuum",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cache_spill",
    "cell_size_check",
    "checkpoint_fullfsync",
    "default_cache_size",
    "fullfsync",
    "incremental_vacuum",
    "journal_mode",
    "journal_size_limit",
    "legacy_file_format",
    "locking_mode",
    "max_page_count",
    "mmap_size",
    "optimize",
    "page_size",
    "query_only",
    "read_uncommitted",
    "schema_version",
    "secure_delete",
    "short_column_names",
    "shrink_memory",
    "stats",
    "synchronous",
    "temp_store",
    "threads",
    "trusted_schema",
    "wal_autocheckpoint",
    "wal_checkpoint",
    "vdbe_listing",
];

/// Functions that read or write files, load code, or run other programs.
const DENIED_FUNCTIONS: [&str; 9] = [
    "edit",
    "fsdir",
    "fts3_tokenizer",
    "load_extension",
    "lsmode",
    "readfile",
    "sqlar_uncompress",
    "writefile",
    "zipfile",
];

/// Virtual tables over files.
const DENIED_MODULES: [&str; 5] = ["csv", "fsdir", "swarmvtab", "unionvtab", "zipfile"];

/// What SQLite asks about while it compiles a statement.
pub(crate) fn judge(action: &AuthAction<'_>) -> Permission {
    match action {
        AuthAction::Attach { .. } => denied("attaches another database", "ATTACH"),
        AuthAction::Detach { .. } => denied("detaches a database", "DETACH"),
        AuthAction::Function { function_name } => function(function_name),
        AuthAction::Pragma { pragma_name, .. } => pragma(pragma_name),
        AuthAction::CreateVtable { module_name, .. } if contains(&DENIED_MODULES, module_name) => {
            denied(format!("opens a file with the virtual table module `{module_name}`"), module_name)
        }
        // The name of an attached file is unknown where it is not a literal.
        AuthAction::Unknown { code: ffi::SQLITE_ATTACH, .. } => denied("attaches another database", "ATTACH"),
        AuthAction::Unknown { code: ffi::SQLITE_DETACH, .. } => denied("detaches a database", "DETACH"),
        AuthAction::Unknown { .. } => denied("does something that the sandbox does not know", ""),
        _ => Permission::Allowed,
    }
}

/// Whether a migration may call a function, known to SQLite or not.
pub(crate) fn function(name: &str) -> Permission {
    if contains(&DENIED_FUNCTIONS, name) {
        denied(format!("calls `{}`, which reaches out of the database", name.to_ascii_lowercase()), name)
    } else {
        Permission::Allowed
    }
}

fn pragma(name: &str) -> Permission {
    if contains(&ALLOWED, name) {
        Permission::Allowed
    } else if contains(&IGNORED, name) {
        Permission::Ignored
    } else {
        let name = name.to_ascii_lowercase();
        denied(format!("sets or reads `PRAGMA {name}`, which no migration needs"), &name)
    }
}

fn denied(what: impl Into<String>, word: &str) -> Permission {
    Permission::Denied(Denial::new(what, word))
}

fn contains(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pragmas_are_allowed_ignored_or_denied() {
        assert_eq!(pragma("foreign_keys"), Permission::Allowed);
        assert_eq!(pragma("JOURNAL_MODE"), Permission::Ignored);
        for name in ["writable_schema", "temp_store_directory", "hard_heap_limit", "key", "no_such_pragma"] {
            assert!(matches!(pragma(name), Permission::Denied(_)), "{name}");
        }
    }

    /// The lists are of all releases; here is what the linked one has. A pragma that a new release brings is in
    /// no list, and fails here until somebody has decided about it.
    #[test]
    fn every_pragma_of_the_engine_is_decided() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let mut statement = connection.prepare("SELECT name FROM pragma_pragma_list").unwrap();
        let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let of = |permission: &Permission| -> Vec<&str> {
            let is = |name: &&String| std::mem::discriminant(&pragma(name)) == std::mem::discriminant(permission);
            names.iter().filter(is).map(String::as_str).collect()
        };
        assert_eq!(
            of(&Permission::Denied(Denial::new("", ""))),
            ["hard_heap_limit", "soft_heap_limit", "temp_store_directory", "writable_schema"]
        );
        // These could touch a file if there was one, or change what the sandbox relies on.
        for name in [
            "auto_vacuum",
            "cache_size",
            "cache_spill",
            "checkpoint_fullfsync",
            "fullfsync",
            "incremental_vacuum",
            "journal_mode",
            "journal_size_limit",
            "locking_mode",
            "max_page_count",
            "mmap_size",
            "optimize",
            "page_size",
            "query_only",
            "schema_version",
            "secure_delete",
            "synchronous",
            "temp_store",
            "threads",
            "trusted_schema",
            "wal_autocheckpoint",
            "wal_checkpoint",
        ] {
            assert!(of(&Permission::Ignored).contains(&name), "{name}");
        }
        let decided = of(&Permission::Ignored).len() + of(&Permission::Allowed).len() + 4;
        assert_eq!(decided, names.len());
        for name in names.iter().filter(|name| pragma(name) == Permission::Allowed) {
            assert!(ALLOWED.contains(&name.as_str()) && !IGNORED.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn functions_that_reach_out_are_denied() {
        assert!(matches!(function("ReadFile"), Permission::Denied(_)));
        assert_eq!(function("lower"), Permission::Allowed);
    }
}
