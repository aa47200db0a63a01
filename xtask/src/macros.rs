//! The rules of schema-macros: it decides nothing about schemas, and what it generates names one
//! hidden module only.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::layout::Layout;
use crate::scan::{Source, closing, line_of};

/// No `match` (nor `if let`, nor `matches!`) on an enum of schema-core.
pub(crate) fn do_not_decide(layout: &Layout, findings: &mut Vec<Finding>) {
    let enums = core_enums(layout);
    for (file, source) in layout.sources("schema-macros") {
        for (at, name) in patterns(&source, &enums) {
            let message =
                format!("schema-macros matches on {name}; that decision belongs to schema-core or schema-model");
            findings.push(Finding::new(file, line_of(&source.code, at), message));
        }
    }
}

/// The names of the public enums of schema-core.
fn core_enums(layout: &Layout) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, source) in layout.sources("schema-core") {
        for at in source.find("pub enum") {
            let rest = source.code[at + "pub enum".len()..].trim_start();
            names.insert(rest.chars().take_while(char::is_ascii_alphanumeric).collect());
        }
    }
    names
}

/// The places where a variant of one of the enums stands in a pattern: before `=>`, after `if let`
/// or inside `matches!`. A heuristic, which is enough to catch what somebody does by habit.
fn patterns<'a>(source: &Source, enums: &'a BTreeSet<String>) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for name in enums {
        for at in source.find(name).into_iter().filter(|at| source.code[at + name.len()..].starts_with("::")) {
            let line_start = source.code[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let before = &source.code[line_start..at];
            let after = &source.code[at..];
            let line_end = after.find('\n').unwrap_or(after.len());
            let is_arm = after[..line_end].contains("=>") && !before.contains("=>");
            if is_arm || before.contains("if let ") || before.contains("matches!(") || before.trim_start() == "| " {
                found.push((at, name.as_str()));
            }
        }
    }
    found
}

/// Paths in generated code begin with `::driftless::__private` or `::core`.
pub(crate) fn generated_paths(layout: &Layout, findings: &mut Vec<Finding>) {
    for (file, source) in layout.sources("schema-macros") {
        for (at, path) in foreign_paths(&source) {
            let message = format!("generated code names `{path}`; it may name ::driftless::__private and ::core only");
            findings.push(Finding::new(file, line_of(&source.code, at), message));
        }
    }
}

/// The first segments, or the first two, of the absolute paths in `quote!` that are not allowed.
fn foreign_paths(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, end) in quoted(source) {
        let code = &source.code[start..end];
        for (offset, _) in code.match_indices("::") {
            let before = code[..offset].chars().next_back();
            let name = segment(&code[offset + 2..]);
            let continues = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '>' | ')' | '$' | ':'));
            if continues || name.is_empty() {
                continue;
            }
            let next = segment(code[offset + 2 + name.len()..].trim_start_matches("::"));
            if name != "core" && (name != "driftless" || next != "__private") {
                found.push((start + offset, format!("::{name}::{next}")));
            }
        }
        let relative = ["std", "core", "alloc", "driftless", "schema_core", "schema_model", "schema_runtime"];
        let inside = Source { code: code.to_owned(), literals: Vec::new() };
        for root in relative {
            let path = format!("{root}::");
            let starts = inside.find(&path).into_iter().filter(|&at| !code[..at].ends_with("::"));
            found.extend(starts.map(|at| (start + at, path.clone())));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn segment(code: &str) -> &str {
    &code[..code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len())]
}

/// The insides of `quote!`, `quote_spanned!` and `parse_quote!`.
fn quoted(source: &Source) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    for name in ["quote!", "quote_spanned!", "parse_quote!", "parse_quote_spanned!"] {
        for at in source.find(name) {
            let open = at + name.len() + source.code[at + name.len()..].find(['{', '(', '[']).unwrap_or(0);
            let mut start = open + 1;
            let end = closing(&source.code, open);
            // The span of `quote_spanned!` is an expression of the macro crate itself.
            if name.contains("spanned") {
                start += source.code[start..end].find("=>").map_or(0, |arrow| arrow + 2);
            }
            ranges.push((start, end));
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{foreign_paths, patterns};
    use crate::scan::Source;

    #[test]
    fn patterns_on_core_enums_are_found() {
        let enums = BTreeSet::from(["Dialect".to_owned()]);
        let found = |text: &str| patterns(&Source::scan(text), &enums).len();
        assert_eq!(found("match d {\n    Dialect::Sqlite => 1,\n    schema_core::Dialect::Postgres => 2,\n}"), 2);
        assert_eq!(found("if let Dialect::Sqlite = d {}"), 1);
        assert_eq!(found("matches!(d, Dialect::Sqlite)"), 1);
        assert_eq!(found("render(Dialect::Sqlite, &table); // Dialect::Sqlite => no"), 0);
        assert_eq!(found("match n { 1 => Dialect::Sqlite, _ => MyDialect::Sqlite }"), 0);
    }

    #[test]
    fn generated_code_names_the_hidden_module_and_core() {
        let paths =
            |text: &str| foreign_paths(&Source::scan(text)).into_iter().map(|(_, path)| path).collect::<Vec<_>>();
        assert_eq!(
            paths("quote! { impl ::driftless::__private::Table for #ident { const A: ::core::option::Option<u8>; } }"),
            [""; 0]
        );
        assert_eq!(paths("quote! { <#ty as ::driftless::SqlType>::TYPE }"), ["::driftless::SqlType"]);
        assert_eq!(paths("quote_spanned! {schema_core::span()=> ::std::vec::Vec::<u8>::new() }"), ["::std::vec"]);
        assert_eq!(paths("quote!(std::mem::swap(a, b)); std::mem::swap(a, b);"), ["std::"]);
        assert_eq!(paths("quote! { #name::field; Self::NAME; a::b; \"::std::x\" }"), [""; 0]);
    }
}
