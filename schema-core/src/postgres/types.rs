//! The names of types: aliases undone, as `format_type` of the server prints them.
//!
//! `serial` and its relatives are no types but a short way to write an integer column with a
//! sequence. They keep their names here (`serial4` becomes `serial`), and whoever reads a CREATE
//! TABLE turns the column into what the server makes of it.

use crate::{
    Dialect,
    render::identifier,
    token::{Token, TokenKind, tokens},
};

/// Canonical names by the words that SQL or the catalogue has for them.
const ALIASES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("boolean", "boolean"),
    ("int2", "smallint"),
    ("smallint", "smallint"),
    ("int", "integer"),
    ("int4", "integer"),
    ("integer", "integer"),
    ("int8", "bigint"),
    ("bigint", "bigint"),
    ("float4", "real"),
    ("real", "real"),
    ("float8", "double precision"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("numeric", "numeric"),
    ("varchar", "character varying"),
    ("varbit", "bit varying"),
    // A keyword since version 16, and still the bare name of the type.
    ("json", "json"),
    ("serial2", "smallserial"),
    ("serial4", "serial"),
    ("serial8", "bigserial"),
];

/// The names in the catalogue that an alias may have; SQL's own words (`"integer"`) are, in quotes, other types.
const CATALOGUE: &[&str] = &[
    "bool",
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "numeric",
    "varchar",
    "bpchar",
    "bit",
    "varbit",
    "timestamp",
    "timestamptz",
    "time",
    "timetz",
    "interval",
    "text",
    "bytea",
    "uuid",
    "json",
    "jsonb",
    "xml",
    "date",
    "inet",
    "cidr",
    "macaddr",
    "money",
    "oid",
    "name",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "regclass",
];

/// A whole text as a type; what is none keeps its words.
pub(super) fn column_type(text: &str) -> String {
    let found = tokens(Dialect::Postgres, text);
    match read(&found) {
        Some((ty, length)) if length == found.len() => ty,
        _ => {
            let words: Vec<String> = found.iter().map(|token| token.text.to_ascii_lowercase()).collect();
            words.join(" ")
        }
    }
}

/// The type that the tokens begin with, and how many of them it takes.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<(String, usize)> {
    let mut reader = Reader { tokens, at: 0 };
    let element = reader.element()?;
    let array = reader.array();
    let element_is_array = element.ends_with("[]");
    Some((if array && !element_is_array { element + "[]" } else { element }, reader.at))
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word) || token.is_punct(word));
        self.at += usize::from(found);
        found
    }

    /// Takes all of the words or none.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        let found = words.iter().all(|word| self.take(word));
        if !found {
            self.at = start;
        }
        found
    }

    /// A name: its text and whether it was quoted.
    fn name(&mut self) -> Option<(String, bool)> {
        let token = self.peek()?;
        let name = match token.kind {
            TokenKind::Word => (token.text.to_ascii_lowercase(), false),
            TokenKind::Quoted => (token.value().into_owned(), true),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    fn element(&mut self) -> Option<String> {
        let (mut name, mut quoted) = self.name()?;
        let mut schema = None;
        while self.take(".") {
            schema = Some(std::mem::take(&mut name));
            (name, quoted) = self.name()?;
        }
        match schema.as_deref() {
            None => {}
            // What the server's own schema holds is found without it, and so is the default one's.
            Some("pg_catalog") => quoted = true,
            Some("public") => return Some(self.user_type(&identifier(Dialect::Postgres, &name))),
            Some(schema) => {
                let [schema, name] = [schema, &name].map(|part| identifier(Dialect::Postgres, part));
                return Some(self.user_type(&format!("{schema}.{name}")));
            }
        }
        if quoted && !CATALOGUE.contains(&&*name) {
            return Some(self.catalogue_array(&name));
        }
        Some(self.known(name, quoted))
    }

    /// A type by the name that the catalogue has for it, which for an array begins with `_`.
    fn catalogue_array(&mut self, name: &str) -> String {
        match name.strip_prefix('_') {
            Some(element) if CATALOGUE.contains(&element) => self.known(element.to_owned(), true) + "[]",
            _ => self.user_type(&identifier(Dialect::Postgres, name)),
        }
    }

    fn known(&mut self, name: String, quoted: bool) -> String {
        match &*name {
            "double" if self.take("precision") => "double precision".to_owned(),
            "character" | "char" | "nchar" if !quoted => self.character(),
            "national" if self.take("character") || self.take("char") => self.character(),
            "bpchar" => match self.modifier() {
                None => name,
                Some(length) => format!("character{length}"),
            },
            // By its name in the catalogue, it has any length unless it states one.
            "bit" if quoted => self.modifier().map_or_else(|| "\"bit\"".to_owned(), |length| format!("bit{length}")),
            "bit" => match (self.take("varying"), self.modifier()) {
                (true, length) => format!("bit varying{}", length.unwrap_or_default()),
                (false, length) => format!("bit{}", length.unwrap_or_else(|| "(1)".to_owned())),
            },
            "timestamptz" | "timetz" => {
                let precision = self.modifier().unwrap_or_default();
                format!("{}{precision} with time zone", &name[..name.len() - 2])
            }
            "timestamp" | "time" => self.time(&name),
            "interval" => self.interval(),
            "float" if !quoted => match self.modifier() {
                Some(bits) if bits.trim_matches(['(', ')']).parse().is_ok_and(|bits: u8| bits <= 24) => {
                    "real".to_owned()
                }
                _ => "double precision".to_owned(),
            },
            _ => match ALIASES.iter().find(|(alias, _)| *alias == name) {
                Some((_, canonical)) => self.with_modifier(canonical),
                None => self.catalogue_array(&name),
            },
        }
    }

    fn user_type(&mut self, name: &str) -> String {
        format!("{name}{}", self.modifier().unwrap_or_default())
    }

    fn with_modifier(&mut self, canonical: &str) -> String {
        let modifier = self.modifier().unwrap_or_default();
        match canonical {
            "numeric" if !modifier.is_empty() && !modifier.contains(',') => {
                format!("numeric{},0)", modifier.trim_end_matches(')'))
            }
            _ => format!("{canonical}{modifier}"),
        }
    }

    fn character(&mut self) -> String {
        let varying = self.take("varying");
        let length = self.modifier();
        if varying {
            format!("character varying{}", length.unwrap_or_default())
        } else {
            format!("character{}", length.unwrap_or_else(|| "(1)".to_owned()))
        }
    }

    fn time(&mut self, name: &str) -> String {
        let precision = self.modifier().unwrap_or_default();
        let zone = self.take_all(&["with", "time", "zone"]);
        if !zone {
            self.take_all(&["without", "time", "zone"]);
        }
        format!("{name}{precision} {} time zone", if zone { "with" } else { "without" })
    }

    fn interval(&mut self) -> String {
        const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
        let field = |reader: &mut Reader<'a>| FIELDS.into_iter().find(|field| reader.take(field));
        let mut text = String::from("interval");
        if let Some(first) = field(self) {
            text += &format!(" {first}");
            if self.take("to") {
                text += &field(self).map_or_else(String::new, |last| format!(" to {last}"));
            }
        }
        text + &self.modifier().unwrap_or_default()
    }

    /// `(10,2)` without white space.
    fn modifier(&mut self) -> Option<String> {
        let rest = &self.tokens[self.at..];
        rest.first().filter(|token| token.is_punct("("))?;
        let end = rest.iter().position(|token| token.is_punct(")"))?;
        self.at += end + 1;
        Some(rest[..=end].iter().map(|token| token.text.to_ascii_lowercase()).collect())
    }

    /// `[]`, `[3][3]` or `ARRAY[3]`: the server keeps neither the sizes nor their number.
    fn array(&mut self) -> bool {
        let mut found = self.take("array");
        loop {
            let sized = |token: Option<&Token<'_>>| token.is_some_and(|token| token.kind == TokenKind::Number);
            let start = self.at;
            if !self.take("[") {
                return found;
            }
            self.at += usize::from(sized(self.peek()));
            if !self.take("]") {
                self.at = start;
                return found;
            }
            found = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_is_undone() {
        let pairs = [
            ("int", "integer"),
            ("INT4", "integer"),
            ("pg_catalog.int8", "bigint"),
            ("float", "double precision"),
            ("float(24)", "real"),
            ("float(25)", "double precision"),
            ("Double  Precision", "double precision"),
            ("varchar(20)", "character varying(20)"),
            ("character varying ( 20 )", "character varying(20)"),
            ("national character varying(5)", "character varying(5)"),
            ("char", "character(1)"),
            ("nchar(3)", "character(3)"),
            ("bpchar", "bpchar"),
            ("bpchar(3)", "character(3)"),
            ("\"char\"", "\"char\""),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("dec(10)", "numeric(10,0)"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("time with time zone", "time with time zone"),
            ("timetz(6)", "time(6) with time zone"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("interval(3)", "interval(3)"),
            ("bit varying(8)", "bit varying(8)"),
            ("bit", "bit(1)"),
            ("\"bit\"", "\"bit\""),
            ("pg_catalog.bit(3)", "bit(3)"),
            ("JSON", "json"),
            ("varbit", "bit varying"),
            ("bool", "boolean"),
            ("serial4", "serial"),
            ("bigserial", "bigserial"),
            ("TEXT", "text"),
        ];
        for (written, canonical) in pairs {
            assert_eq!(column_type(written), canonical, "{written}");
        }
    }

    #[test]
    fn arrays_keep_neither_sizes_nor_dimensions() {
        for written in ["int[]", "int4[3][4]", "integer ARRAY", "int ARRAY[4]", "_int4", "pg_catalog._int4"] {
            assert_eq!(column_type(written), "integer[]", "{written}");
        }
        assert_eq!(column_type("timestamp(3) with time zone[]"), "timestamp(3) with time zone[]");
        assert_eq!(column_type("_mood"), "_mood");
    }

    #[test]
    fn user_types_keep_their_case_only_in_quotes() {
        assert_eq!(column_type("Mood"), "mood");
        assert_eq!(column_type("\"Mood\""), "\"Mood\"");
        assert_eq!(column_type("\"mood\""), "mood");
        assert_eq!(column_type("Auth.\"Role\"[]"), "auth.\"Role\"[]");
        assert_eq!(column_type("public.mood"), "mood");
        assert_eq!(column_type("\"integer\""), "\"integer\"");
        assert_eq!(column_type("geometry(Point, 4326)"), "geometry(point,4326)");
    }
}
