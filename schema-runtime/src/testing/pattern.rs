//! Texts that match a pattern of GLOB or LIKE.

/// Texts for the pattern of a `GLOB`: one that it matches, and for each class of characters texts of nothing but
/// these, in these lengths. The classes matter in `x NOT GLOB '*[^0-9a-f]*'`, which asks for digits.
pub(super) fn of_glob(pattern: &str, lengths: &[usize]) -> Vec<String> {
    let mut sample = String::new();
    let mut found = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {}
            '?' => sample.push('a'),
            '[' => {
                let negated = chars.next_if_eq(&'^').is_some();
                let members = members(&mut chars);
                let Some(&first) = members.first() else { continue };
                sample.push(if negated { outside(&members) } else { first });
                found.extend(lengths.iter().map(|length| of_length(&members, *length)));
            }
            c => sample.push(c),
        }
    }
    found.insert(0, sample);
    found
}

/// A text for the pattern of a `LIKE`, and its beginning, which may be asked for alone.
pub(super) fn of_like(pattern: &str) -> Vec<String> {
    vec![pattern.replace('_', "a").replace('%', ""), pattern.replace(['_', '%'], "a")]
}

/// The characters of a class, up to its `]`.
fn members(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Vec<char> {
    let mut members = Vec::new();
    while let Some(c) = chars.next() {
        match c {
            ']' if !members.is_empty() => break,
            '-' if !members.is_empty() && chars.peek().is_some_and(|next| *next != ']') => {
                let (Some(&from), Some(to)) = (members.last(), chars.next()) else { break };
                members.extend((from..=to).skip(1).take(64));
            }
            c => members.push(c),
        }
    }
    members
}

fn outside(members: &[char]) -> char {
    ['a', '0', 'A', ' ', '-', 'ä'].into_iter().find(|c| !members.contains(c)).unwrap_or('\u{1}')
}

fn of_length(members: &[char], length: usize) -> String {
    members.iter().cycle().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_matched() {
        assert_eq!(of_glob("ab[0-9]?*", &[]), ["ab0a"]);
        assert_eq!(of_glob("*[^0-9a-c]*", &[3, 12]), ["A", "012", "0123456789ab"].map(str::to_owned));
        assert_eq!(of_glob("[]x]", &[2]), ["]", "]x"]);
    }

    #[test]
    fn a_like_is_matched() {
        assert_eq!(of_like("%_@_%"), ["a@a", "aa@aa"]);
    }
}
