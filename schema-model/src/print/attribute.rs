//! Attributes as rustfmt leaves them: in one line while what is inside is short, otherwise one entry a line.

/// The width of the inside of a list up to which rustfmt keeps it in one line (`attr_fn_like_width`).
const ONE_LINE: usize = 70;

/// An entry of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// `unique`, `name = "users"`, `email desc`.
    Plain(String),
    /// `unique(org_id, user_id)`.
    List(String, Vec<Entry>),
}

impl Entry {
    pub(super) fn plain(text: impl Into<String>) -> Entry {
        Entry::Plain(text.into())
    }

    pub(super) fn list(word: &str, entries: Vec<Entry>) -> Entry {
        Entry::List(word.to_owned(), entries)
    }

    /// `name = "users"`.
    pub(super) fn text(key: &str, value: &str) -> Entry {
        Entry::Plain(format!("{key} = {}", literal(value)))
    }

    /// A word alone, or with options in parentheses.
    pub(super) fn word(word: &str, options: Vec<Entry>) -> Entry {
        if options.is_empty() { Entry::plain(word) } else { Entry::list(word, options) }
    }

    fn one_line(&self) -> String {
        match self {
            Entry::Plain(text) => text.clone(),
            Entry::List(word, entries) => format!("{word}({})", joined(entries)),
        }
    }

    /// The entry at an indentation; the first line is not indented.
    fn print(&self, indent: usize) -> String {
        match self {
            Entry::Plain(text) => text.clone(),
            Entry::List(word, entries) => list(word, entries, indent),
        }
    }
}

fn joined(entries: &[Entry]) -> String {
    entries.iter().map(Entry::one_line).collect::<Vec<_>>().join(", ")
}

fn list(word: &str, entries: &[Entry], indent: usize) -> String {
    let inside = joined(entries);
    if inside.chars().count() <= ONE_LINE {
        return format!("{word}({inside})");
    }
    if let [only @ Entry::List(..)] = entries {
        return format!("{word}({})", only.print(indent));
    }
    let pad = " ".repeat(indent + 4);
    let lines: Vec<String> = entries.iter().map(|entry| format!("{pad}{}", entry.print(indent + 4))).collect();
    format!("{word}(\n{}\n{})", lines.join(",\n"), " ".repeat(indent))
}

/// `#[table(…)]` with its line break; nothing when there is nothing to say.
pub(super) fn attribute(word: &str, entries: &[Entry], indent: usize) -> String {
    if entries.is_empty() {
        return String::new();
    }
    format!("{}#[{}]\n", " ".repeat(indent), list(word, entries, indent))
}

/// A string literal: raw where that spares escapes, and without characters that only look like text.
pub(super) fn literal(text: &str) -> String {
    let plain = |c: char| matches!(c, '\'' | '"' | '\\') || c.escape_debug().eq([c]);
    if !text.contains(['"', '\\']) || !text.chars().all(plain) {
        let escape = |c: char| if c == '\'' { c.to_string() } else { c.escape_debug().to_string() };
        return format!("\"{}\"", text.chars().map(escape).collect::<String>());
    }
    let fence =
        (0..=text.len()).map(|n| "#".repeat(n)).find(|fence| !text.contains(&format!("\"{fence}"))).unwrap_or_default();
    format!("r{fence}\"{text}\"{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_raw_where_that_spares_escapes() {
        assert_eq!(literal("it's"), "\"it's\"");
        assert_eq!(literal("a \"b\""), "r#\"a \"b\"\"#");
        assert_eq!(literal("a\"#b"), "r##\"a\"#b\"##");
        assert_eq!(literal("a\\b"), "r\"a\\b\"");
        assert_eq!(literal("a\n\"b\""), "\"a\\n\\\"b\\\"\"");
        assert_eq!(literal("größe 表"), "\"größe 表\"");
        assert_eq!(literal("a\u{202e}b"), "\"a\\u{202e}b\"");
    }

    #[test]
    fn long_lists_are_broken_as_rustfmt_breaks_them() {
        let words = |n: usize| (0..n).map(|_| Entry::plain("twelve_chars")).collect::<Vec<_>>();
        let five = "twelve_chars, twelve_chars, twelve_chars, twelve_chars, twelve_chars";
        assert_eq!(attribute("table", &words(5), 0), format!("#[table({five})]\n"));
        let lines = ["    twelve_chars"; 6].join(",\n");
        assert_eq!(attribute("table", &words(6), 0), format!("#[table(\n{lines}\n)]\n"));
        let only = [Entry::list("unique", words(6))];
        assert_eq!(attribute("table", &only, 0), format!("#[table(unique(\n{lines}\n))]\n"));
        assert_eq!(attribute("column", &[], 4), "");
    }
}
