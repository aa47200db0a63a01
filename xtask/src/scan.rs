//! A small scanner of Rust source. It tells code from comments and literals, which is all that the
//! rules need, and so they are not misled by a brace in a string or a word in a comment.

/// A Rust source file, scanned.
#[derive(Debug)]
pub(crate) struct Source {
    /// The code, with every comment and the inside of every literal blanked; of the same length and
    /// with the same lines as the text.
    pub(crate) code: String,
    /// The insides of the string literals, with the offset of each.
    pub(crate) literals: Vec<(usize, String)>,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of the word `fn`, counted from 1.
    pub(crate) line: usize,
    /// The number of lines from there to the closing brace.
    pub(crate) length: usize,
}

/// The line of an offset, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset.min(text.len())].matches('\n').count() + 1
}

impl Source {
    pub(crate) fn scan(text: &str) -> Source {
        let mut scanner = Scanner { text, code: text.as_bytes().to_vec(), literals: Vec::new() };
        let mut at = 0;
        while at < text.len() {
            at = scanner.step(at);
        }
        let code = String::from_utf8(scanner.code).unwrap_or_default();
        Source { code, literals: scanner.literals }
    }

    /// The same without the code under `#[cfg(test)]`, for the rules that tests need not keep.
    pub(crate) fn without_tests(mut self) -> Source {
        let mut cut = Vec::new();
        let mut from = 0;
        while let Some(at) = self.code[from..].find("#[cfg(test)]").map(|at| from + at) {
            let end = item_end(&self.code, at);
            cut.push(at..end);
            from = end;
        }
        let mut bytes = self.code.into_bytes();
        for range in &cut {
            blank(&mut bytes[range.clone()]);
        }
        self.code = String::from_utf8(bytes).unwrap_or_default();
        self.literals.retain(|(at, _)| !cut.iter().any(|range| range.contains(at)));
        self
    }

    /// The offsets at which a word or a path stands in the code, as whole words.
    pub(crate) fn find(&self, needle: &str) -> Vec<usize> {
        let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let (bytes, first) = (self.code.as_bytes(), needle.as_bytes().first());
        let last = needle.as_bytes().last();
        self.code
            .match_indices(needle)
            .map(|(at, _)| at)
            .filter(|&at| {
                let before = at.checked_sub(1).and_then(|at| bytes.get(at));
                !(is_word(first) && is_word(before) || is_word(last) && is_word(bytes.get(at + needle.len())))
            })
            .collect()
    }

    /// The functions with a body, in their order; one inside another counts for both.
    pub(crate) fn functions(&self) -> Vec<Function> {
        self.find("fn").into_iter().filter_map(|at| self.function(at)).collect()
    }

    fn function(&self, at: usize) -> Option<Function> {
        let rest = self.code[at + 2..].trim_start();
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '#')).collect();
        if name.is_empty() {
            return None; // the type `fn(u8) -> u8`
        }
        let open = body_start(&self.code, at)?;
        let line = line_of(&self.code, at);
        let length = line_of(&self.code, closing(&self.code, open)) - line + 1;
        Some(Function { name, line, length })
    }
}

/// The brace that opens the body, unless the function is only declared.
fn body_start(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, byte) in code.bytes().enumerate().skip(at) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return Some(offset),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The bracket that closes the one at `open`.
pub(crate) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return offset;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The end of the item that an attribute at `at` stands on.
fn item_end(code: &str, at: usize) -> usize {
    let mut from = at;
    while code[from..].trim_start().starts_with("#[") {
        let open = from + code[from..].find('[').unwrap_or(0);
        from = closing(code, open) + 1;
    }
    match body_start(code, from) {
        Some(open) => closing(code, open) + 1,
        None => code[from..].find(';').map_or(code.len(), |at| from + at + 1),
    }
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

struct Scanner<'a> {
    text: &'a str,
    code: Vec<u8>,
    literals: Vec<(usize, String)>,
}

impl Scanner<'_> {
    /// Reads one comment, literal, word or other character, and returns where the next begins.
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if rest.starts_with("//") {
            self.comment(at, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            self.comment(at, block_comment(rest))
        } else if rest.starts_with('"') {
            self.string(at)
        } else if rest.starts_with('\'') {
            self.quote(at)
        } else if rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.word(at)
        } else {
            at + rest.chars().next().map_or(1, char::len_utf8)
        }
    }

    fn comment(&mut self, at: usize, length: usize) -> usize {
        blank(&mut self.code[at..at + length]);
        at + length
    }

    /// A word, and what follows it where the word is the prefix of a literal.
    fn word(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, next) = rest.split_at(length);
        let hashes = next.bytes().take_while(|&byte| byte == b'#').count();
        match word {
            "r" | "br" | "cr" if next[hashes..].starts_with('"') => self.raw_string(at + length, hashes),
            "b" | "c" if next.starts_with('"') => self.string(at + length),
            "b" if next.starts_with('\'') => self.quote(at + length),
            "r" if hashes == 1 => at + length + 1,
            _ => at + length,
        }
    }

    fn string(&mut self, at: usize) -> usize {
        let mut escaped = false;
        let inside = &self.text[at + 1..];
        let length = inside.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        self.literal(at + 1, length.unwrap_or(inside.len()), 1)
    }

    fn raw_string(&mut self, at: usize, hashes: usize) -> usize {
        let inside = &self.text[at + hashes + 1..];
        let end = format!("\"{}", "#".repeat(hashes));
        self.literal(at + hashes + 1, inside.find(&end).unwrap_or(inside.len()), end.len())
    }

    fn literal(&mut self, start: usize, length: usize, end: usize) -> usize {
        self.literals.push((start, self.text[start..start + length].to_owned()));
        blank(&mut self.code[start..start + length]);
        (start + length + end).min(self.text.len())
    }

    /// A character, a lifetime or a label: `'x'`, `'\''`, `'static`.
    fn quote(&mut self, at: usize) -> usize {
        let inside = &self.text[at + 1..];
        let mut chars = inside.chars();
        let length = match (chars.next(), chars.next()) {
            (Some('\\'), Some(second)) => {
                let from = 1 + second.len_utf8();
                from + inside[from..].find('\'').unwrap_or(0)
            }
            (Some(first), Some('\'')) => first.len_utf8(),
            _ => return at + 1,
        };
        blank(&mut self.code[at + 1..at + 1 + length]);
        at + length + 2
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let two = rest.as_bytes().get(at..at + 2);
        match two {
            Some(b"/*") => depth += 1,
            Some(b"*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Function, Source, line_of};

    fn lengths(text: &str) -> Vec<(String, usize)> {
        let functions = Source::scan(text).functions();
        functions.into_iter().map(|Function { name, length, .. }| (name, length)).collect()
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        let text = "a(\"}{\\\"}\"); // {\nb('{', '\\'', b'}'); /* { /* { */ } */ c";
        let source = Source::scan(text);
        assert_eq!(source.code, "a(\"     \"); \x20   \nb(' ', '  ', b' ');                   c");
        assert_eq!(source.code.len(), text.len());
        assert_eq!(source.literals, [(3, "}{\\\"}".to_owned())]);
    }

    #[test]
    fn raw_strings_end_at_their_hashes() {
        let source = Source::scan("r#\"a\"}\"# + br\"{\\\" + r#type + cr##\"\"#\"##;");
        assert_eq!(source.code, "r#\"   \"# + br\"  \" + r#type + cr##\"  \"##;");
    }

    #[test]
    fn lifetimes_are_not_characters() {
        let text = "fn f<'a>(x: &'a str) -> &'a str {\n    'outer: loop { break 'outer; }\n    x\n}";
        assert_eq!(lengths(text), [("f".to_owned(), 4)]);
    }

    #[test]
    fn a_character_of_many_bytes_is_one() {
        assert_eq!(Source::scan("'é'; '\\u{7d}'; '}'").code, "'  '; '      '; ' '");
    }

    #[test]
    fn functions_are_measured_to_their_closing_brace() {
        let text = "fn one() {}\ntrait T {\n    fn declared(&self) -> [u8; 2];\n    fn two(\n        f: fn(u8) -> u8,\n    ) {\n        fn inner() {\n        }\n    }\n}\n";
        let expected = [("one", 1), ("two", 6), ("inner", 2)];
        assert_eq!(lengths(text), expected.map(|(name, length)| (name.to_owned(), length)));
    }

    #[test]
    fn braces_in_text_do_not_end_a_function() {
        let text = "fn f() {\n    let s = \"}\";\n    let c = '}'; // }\n    let r = r\"}\";\n}\nfn g() {}";
        assert_eq!(lengths(text), [("f".to_owned(), 5), ("g".to_owned(), 1)]);
    }

    #[test]
    fn code_under_cfg_test_is_cut() {
        let text = "use a;\n#[cfg(test)]\n#[allow(x)]\nmod tests { use b; fn f() {} }\n#[cfg(test)]\nuse c;\nuse d;";
        let source = Source::scan(text).without_tests();
        assert_eq!(source.code.split_whitespace().collect::<Vec<_>>(), ["use", "a;", "use", "d;"]);
        assert_eq!(line_of(&source.code, source.code.find("d;").unwrap_or(0)), 7);
    }

    #[test]
    fn words_are_found_whole() {
        let source = Source::scan("std::fs; mystd::fs; std::fss; \"std::fs\"");
        assert_eq!(source.find("std::fs"), [0]);
    }
}
