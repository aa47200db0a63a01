//! Text of unknown origin as one line of a message.

/// A text as one line: what stands in a database or in the name of a file may have line ends, controls of the
/// terminal, marks that turn the direction of writing, and any length.
///
/// ```
/// use schema_core::visible;
/// assert_eq!(visible("notes", 80), "notes");
/// assert_eq!(visible("a\nb\u{1b}[31m\u{202e}", 80), r"a\nb\u{1b}[31m\u{202e}");
/// assert_eq!(visible("a long one", 6), "a long…");
/// ```
pub fn visible(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, letter) in text.chars().enumerate() {
        if at == most {
            shown.push('…');
            break;
        }
        let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if turns || (letter.is_control() && letter != '\t') {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}
