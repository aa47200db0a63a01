//! Rust names for the names of a database: field names in snake case, type names in camel case and in the
//! singular, each once and none that means something else.

use crate::ident::Case;

/// Words that are no names unless they are written `r#type`.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that are no names in any spelling.
const NEVER: [&str; 3] = ["crate", "self", "super"];

/// What a type must not be called, since the models, or what is written beside them, mean something else by it.
const TAKEN: [&str; 50] = [
    "Any",
    "Array",
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Postgres",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "SqlType",
    "Sqlite",
    "String",
    "Sync",
    "Table",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Value",
    "Vec",
];

/// Plurals, and words that only look like one, which no rule below gets right.
const IRREGULAR: &[(&str, &str)] = &[
    ("alias", "alias"),
    ("aliases", "alias"),
    ("analyses", "analysis"),
    ("apis", "api"),
    ("atlas", "atlas"),
    ("aws", "aws"),
    ("bias", "bias"),
    ("bonuses", "bonus"),
    ("buses", "bus"),
    ("caches", "cache"),
    ("campuses", "campus"),
    ("canvas", "canvas"),
    ("children", "child"),
    ("clis", "cli"),
    ("cookies", "cookie"),
    ("cpus", "cpu"),
    ("css", "css"),
    ("dies", "die"),
    ("dns", "dns"),
    ("emojis", "emoji"),
    ("gas", "gas"),
    ("gps", "gps"),
    ("gpus", "gpu"),
    ("heroes", "hero"),
    ("https", "https"),
    ("indices", "index"),
    ("ios", "ios"),
    ("js", "js"),
    ("kudos", "kudos"),
    ("leaves", "leaf"),
    ("lens", "lens"),
    ("lies", "lie"),
    ("matrices", "matrix"),
    ("menus", "menu"),
    ("movies", "movie"),
    ("news", "news"),
    ("os", "os"),
    ("people", "person"),
    ("pies", "pie"),
    ("quizzes", "quiz"),
    ("selfies", "selfie"),
    ("series", "series"),
    ("skus", "sku"),
    ("sms", "sms"),
    ("species", "species"),
    ("statuses", "status"),
    ("ties", "tie"),
    ("tls", "tls"),
    ("uris", "uri"),
    ("vertices", "vertex"),
    ("viruses", "virus"),
    ("vms", "vm"),
    ("wikis", "wiki"),
];

/// The words of a name, in lower case: `userID`, `user_id` and `User Id` are all `user`, `id`.
pub(super) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let starts = c.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(char::is_uppercase) && chars.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts || !is_letter(c) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase().filter(|&c| is_letter(c)));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a character may stand in an identifier and survives there as it is (rustc normalises
/// identifiers). Of the scripts beyond ASCII, those ranges for which that is certain.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_alphabetic()
            && matches!(c, '\u{c0}'..='\u{24f}' | '\u{391}'..='\u{3ce}' | '\u{400}'..='\u{4ff}' | '\u{5d0}'..='\u{5ea}'
                | '\u{621}'..='\u{64a}' | '\u{e01}'..='\u{e30}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
                | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The fields of the columns, in their order. A column whose name is a good field name keeps it, whatever
/// the others are called.
pub(super) fn fields<'a>(columns: impl Iterator<Item = &'a str>) -> Vec<String> {
    let columns: Vec<&str> = columns.collect();
    let mut fields: Vec<Option<String>> = columns.iter().map(|column| kept(column)).collect();
    for (at, column) in columns.iter().enumerate() {
        if fields[at].is_none() {
            let base = snake(column);
            let free = |name: &String| !fields.iter().flatten().any(|other| plain(other) == plain(name));
            fields[at] = numbered(&base, "_").map(|name| escaped(&name)).find(free);
        }
    }
    fields.into_iter().flatten().collect()
}

/// The field of a column whose name needs no change.
fn kept(column: &str) -> Option<String> {
    let inner = column.trim_matches('_');
    let snake = !inner.is_empty()
        && !inner.contains("__")
        && column.chars().all(|c| c == '_' || is_letter(c) && c.to_lowercase().eq([c]));
    let fits = snake && !column.starts_with(|c: char| c.is_ascii_digit()) && !NEVER.contains(&column);
    fits.then(|| escaped(column))
}

fn snake(column: &str) -> String {
    let words = words(column).join("_");
    match words.chars().next() {
        None => "column".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{words}"),
        Some(_) => words,
    }
}

fn escaped(name: &str) -> String {
    if NEVER.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// A field as it is without `r#`.
pub(super) fn plain(field: &str) -> &str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// The name, then the name with 2, 3, and so on.
fn numbered(base: &str, separator: &'static str) -> impl Iterator<Item = String> + use<> {
    let base = base.to_owned();
    (1..).map(move |n: usize| if n == 1 { base.clone() } else { format!("{base}{separator}{n}") })
}

/// Words in camel case.
pub(super) fn camel(words: &[String]) -> String {
    let capital = |word: &String| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    };
    words.iter().map(capital).collect()
}

/// The names of the types of one file.
#[derive(Debug, Default)]
pub(super) struct Types {
    taken: Vec<String>,
}

impl Types {
    /// The structs of the tables, in their order. A struct whose default table is the table goes first.
    pub(super) fn structs(&mut self, tables: &[String]) -> Vec<String> {
        let mut found: Vec<Option<String>> = vec![None; tables.len()];
        for (at, table) in tables.iter().enumerate() {
            let candidate = candidates(table).into_iter().find(|name| table_of(name) == *table && self.is_free(name));
            found[at] = candidate.map(|name| self.take(name));
        }
        for (at, table) in tables.iter().enumerate() {
            if found[at].is_none() {
                found[at] = Some(self.any_of(candidates(table)));
            }
        }
        found.into_iter().flatten().collect()
    }

    /// The enum of a column: `UserStatus`.
    pub(super) fn enumeration(&mut self, table: &str, column: &str) -> String {
        let column = camel(&words(column));
        let name = if column.starts_with(table) { column } else { format!("{table}{column}") };
        self.any_of(vec![name])
    }

    /// A type by its own name: an enum type of PostgreSQL.
    pub(super) fn named(&mut self, name: &str) -> String {
        self.any_of(vec![type_name(&words(name), "Type")])
    }

    fn any_of(&mut self, candidates: Vec<String>) -> String {
        let base = candidates.first().cloned().unwrap_or_default();
        let more = numbered(&format!("{base}Row"), "");
        let free = candidates.into_iter().chain(more).find(|name| self.is_free(name));
        self.take(free.unwrap_or(base))
    }

    fn is_free(&self, name: &str) -> bool {
        !TAKEN.contains(&name) && !self.taken.iter().any(|taken| taken == name)
    }

    fn take(&mut self, name: String) -> String {
        self.taken.push(name.clone());
        name
    }
}

/// The table of a struct that states none.
pub(super) fn table_of(name: &str) -> String {
    format!("{}s", Case::Snake.of(name))
}

/// What the struct of a table may be called, the best first: in the singular, then as the table.
fn candidates(table: &str) -> Vec<String> {
    let words = words(table);
    let mut singular = words.clone();
    if let Some(last) = singular.last_mut() {
        *last = self::singular(last);
    }
    vec![type_name(&singular, "Table"), type_name(&words, "Table")]
}

fn type_name(words: &[String], prefix: &str) -> String {
    let name = camel(words);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("{prefix}{name}") } else { name }
}

fn singular(word: &str) -> String {
    if let Some((_, singular)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return (*singular).to_owned();
    }
    let short = |n: usize| word[..word.len() - n].to_owned();
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    if !word.is_ascii() || word.len() < 3 || ends(&["ss", "us", "is"]) {
        word.to_owned()
    } else if ends(&["ies"]) {
        short(3) + "y"
    } else if ends(&["ches", "shes", "sses", "xes", "zzes"]) {
        short(2)
    } else if ends(&["s"]) {
        short(1)
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struct_of(tables: &[&str]) -> Vec<String> {
        Types::default().structs(&tables.iter().map(|&table| table.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn structs_are_singular() {
        let found = struct_of(&["users", "user_roles", "categories", "addresses", "statuses", "news", "AspNetUsers"]);
        assert_eq!(found, ["User", "UserRole", "Category", "Address", "Status", "News", "AspNetUser"]);
        let found = struct_of(&["caches", "media", "analysis", "people", "http_logs", "tag_aliases"]);
        assert_eq!(found, ["Cache", "Media", "Analysis", "Person", "HttpLog", "TagAlias"]);
    }

    #[test]
    fn names_that_mean_something_else_are_not_given() {
        assert_eq!(
            struct_of(&["options", "strings", "boxes", "self", "table"]),
            ["Options", "Strings", "Boxes", "SelfRow", "TableRow"]
        );
    }

    #[test]
    fn names_are_given_once() {
        assert_eq!(struct_of(&["user", "users", "Users!"]), ["UserRow", "User", "Users"]);
        assert_eq!(struct_of(&["!", "?", "2fa"]), ["TableRow", "TableRow2", "Table2fa"]);
    }

    #[test]
    fn fields_are_in_snake_case() {
        let found = fields(["userID", "HTTPServer", "e-mail", "größe", "2fa", "__x", "a__b", "Größe"].into_iter());
        assert_eq!(found, ["user_id", "http_server", "e_mail", "größe", "_2fa", "__x", "a_b", "größe_2"]);
        assert_eq!(
            fields(["type", "self", "gen", "???", "_"].into_iter()),
            ["r#type", "self_", "r#gen", "column", "column_2"]
        );
        assert_eq!(fields(["fooBar", "foo_bar", "FooBar"].into_iter()), ["foo_bar_2", "foo_bar", "foo_bar_3"]);
    }
}
