//! The lines in `build.rs` by which cargo builds again when a migration comes.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::exit::{Result, Stop};

/// The text of a build script that watches the directory: a new one, or the existing one with two lines more.
/// `None` is for one that does so already.
pub(super) fn watching(existing: Option<&str>, dir: &str, shown: &str) -> Result<Option<String>> {
    let Some(text) = existing else {
        return Ok(Some(format!("fn main() {{\n{}}}\n", lines(dir, "    "))));
    };
    if text.contains("DRIFTLESS_WATCH") {
        return Ok(None);
    }
    let Some(at) = body(text) else {
        return Err(Stop::unusable(format!(
            "`{shown}` has no `fn main() {{ … }}` to which the lines for the migrations could be added\n  \
             nothing was changed\n  help: add these lines to it, then run `cargo driftless init` again:\n{}",
            lines(dir, "    ").trim_end()
        )));
    };
    let (before, after) = text.split_at(at);
    let ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let rest = after.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix(ends).unwrap_or(rest);
    let own = if rest.starts_with('}') { "" } else { indentation(rest) };
    let indent = if own.is_empty() { "    " } else { own };
    Ok(Some(format!("{before}{ends}{}{rest}", lines(dir, indent).replace('\n', ends))))
}

fn lines(dir: &str, indent: &str) -> String {
    ["rerun-if-changed=", "rustc-env=DRIFTLESS_WATCH="]
        .map(|key| format!("{indent}println!(\"cargo::{key}{dir}\");\n"))
        .concat()
}

fn indentation(text: &str) -> &str {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    &line[..line.len() - line.trim_start().len()]
}

/// Where the body of `fn main` begins, in bytes.
fn body(text: &str) -> Option<usize> {
    let bare = text.trim_start_matches('\u{feff}');
    let mark = text.len() - bare.len();
    let tokens: TokenStream = bare.parse().ok()?;
    let mut tokens = tokens.into_iter().peekable();
    let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
    while let Some(token) = tokens.next() {
        if !is(&token, "fn") || tokens.next_if(|token| is(token, "main")).is_none() {
            continue;
        }
        let group = tokens.find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        })?;
        let open = group.span_open().end();
        let line_start: usize = bare.split_inclusive('\n').take(open.line - 1).map(str::len).sum();
        let line = &bare[line_start..];
        let column = line.char_indices().nth(open.column).map_or(line.len(), |(at, _)| at);
        return Some(mark + line_start + column);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        watching(Some(text), "migrations", "build.rs").expect("it can be read").expect("it is not there")
    }

    const LINES: &str = "    println!(\"cargo::rerun-if-changed=migrations\");\n    println!(\"cargo::rustc-env=DRIFTLESS_WATCH=migrations\");\n";

    #[test]
    fn a_new_script_is_that_of_the_readme() {
        let text = watching(None, "migrations", "build.rs").expect("a script").expect("a script");
        assert_eq!(text, format!("fn main() {{\n{LINES}}}\n"));
        assert!(include_str!("../../../../README.md").contains(&text.replace('\n', "\n   ").trim_end().to_owned()));
        assert_eq!(watching(Some(&text), "migrations", "build.rs").expect("a script"), None);
    }

    #[test]
    fn lines_are_added_at_the_beginning_of_main() {
        assert_eq!(
            added("// fn main() { no }\nfn main() -> Result<(), E> {\n    tonic::compile()?;\n    Ok(())\n}\n"),
            format!(
                "// fn main() {{ no }}\nfn main() -> Result<(), E> {{\n{LINES}    tonic::compile()?;\n    Ok(())\n}}\n"
            )
        );
        assert_eq!(added("fn main() {}\n"), format!("fn main() {{\n{LINES}}}\n"));
        assert_eq!(added("fn main() { run(); }\n"), format!("fn main() {{\n{LINES}run(); }}\n"));
        assert_eq!(
            added("use é;\r\nfn main() {\r\n\trun();\r\n}\r\n"),
            format!(
                "use é;\r\nfn main() {{\r\n{}\trun();\r\n}}\r\n",
                LINES.replace("    ", "\t").replace('\n', "\r\n")
            )
        );
        assert_eq!(added("\u{feff}fn main() {\n}\n"), format!("\u{feff}fn main() {{\n{LINES}}}\n"));
    }

    #[test]
    fn a_script_without_main_is_left_alone() {
        for text in ["include!(\"other.rs\");", "fn main() {", "not rust at all: \""] {
            let stop = watching(Some(text), "migrations", "build.rs").expect_err("refused");
            assert!(stop.message.starts_with("`build.rs` has no `fn main() { … }`"), "{}", stop.message);
        }
    }
}
