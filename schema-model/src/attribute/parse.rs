//! Reads attributes by the tables of keys. A mistake costs the entry it is in and no other, so that
//! all mistakes of an item are reported together.

use proc_macro2::{Delimiter, Ident, Span};
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Lit, LitStr, Result, Token};

use super::closest;
use super::suggest::{Level, elsewhere};
use super::{COLUMN, Element, Entry, Form, Key, List, Literal, SQL_ITEM, SQL_VARIANT, TABLE, Target, Value, among};
use crate::errors::Errors;

/// All entries of the attributes that a level has, in the order of the source.
pub(crate) fn attributes(level: Level, attributes: &[Attribute], errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attribute in attributes {
        if !belongs(level, attribute, errors) {
            continue;
        }
        let read = attribute.parse_args_with(|stream: ParseStream<'_>| {
            let list = read_list(stream, Inside { level, keys: keys(level), elements: false }, errors);
            entries.extend(list.options);
            Ok(())
        });
        // Inside parentheses every mistake is reported where it is found.
        if read.is_err() && !matches!(attribute.meta, syn::Meta::List(_)) {
            let (word, example) = namespace(level);
            errors.at(attribute, format!("`{word}` takes keys in parentheses, as in `#[{word}({example})]`"));
        }
    }
    refuse_repeated(&entries, errors);
    entries
}

fn keys(level: Level) -> &'static [Key] {
    match level {
        Level::Struct => TABLE,
        Level::Field => COLUMN,
        Level::SqlItem => SQL_ITEM,
        Level::SqlVariant => SQL_VARIANT,
        Level::Inside => &[],
    }
}

fn namespace(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Struct => ("table", "name = \"users\""),
        Level::Field => ("column", "unique"),
        Level::SqlItem => ("sql", "rename_all = \"kebab-case\""),
        Level::SqlVariant | Level::Inside => ("sql", "rename = \"in progress\""),
    }
}

fn belongs(level: Level, attribute: &Attribute, errors: &mut Errors) -> bool {
    let path = attribute.path();
    if path.is_ident(namespace(level).0) {
        return true;
    }
    match level {
        Level::Struct if path.is_ident("column") => {
            errors.at(path, "`#[column(…)]` belongs on a field; a struct takes `#[table(…)]`");
        }
        Level::Field if path.is_ident("table") => {
            errors.at(path, "`#[table(…)]` belongs on the struct; a field takes `#[column(…)]`");
        }
        _ => {}
    }
    false
}

fn refuse_repeated(entries: &[Entry], errors: &mut Errors) {
    for (at, entry) in entries.iter().enumerate() {
        let name = entry.key.name;
        let earlier = entries[..at].iter().find(|earlier| earlier.key.name == name);
        if let Some(earlier) = earlier.filter(|_| !entry.key.repeats) {
            errors.at_both([earlier.span, entry.span], &format!("`{name}` is stated twice"));
        }
    }
}

/// What a pair of parentheses may hold.
#[derive(Clone, Copy)]
struct Inside {
    level: Level,
    keys: &'static [Key],
    elements: bool,
}

fn read_list(stream: ParseStream<'_>, inside: Inside, errors: &mut Errors) -> List {
    let mut list = List::default();
    while !stream.is_empty() {
        if let Err(error) = read_item(stream, inside, &mut list, errors) {
            errors.push(error);
            list.broken = true;
            skip_item(stream);
        }
        if stream.is_empty() {
            break;
        }
        if stream.parse::<Token![,]>().is_err() {
            errors.push(stream.error("expected `,`"));
            list.broken = true;
            skip_item(stream);
            let _comma = stream.parse::<Token![,]>();
        }
    }
    if inside.level == Level::Inside {
        refuse_repeated(&list.options, errors);
    }
    list
}

/// Passes over what is left of an item, so that the next one is still read.
fn skip_item(stream: ParseStream<'_>) {
    while !stream.is_empty() && !stream.peek(Token![,]) {
        let _token = stream.parse::<proc_macro2::TokenTree>();
    }
}

fn read_item(stream: ParseStream<'_>, inside: Inside, list: &mut List, errors: &mut Errors) -> Result<()> {
    if let Some((ident, after)) = stream.cursor().ident() {
        let word = ident.to_string();
        let key = inside.keys.iter().find(|key| key.name == word);
        if !inside.elements || is_option(key, &word, after) {
            let ident = Ident::parse_any(stream)?;
            let key = key.ok_or_else(|| unknown(&ident, inside))?;
            list.options.push(read_entry(stream, key, ident.span(), errors)?);
            return Ok(());
        }
    } else if !inside.elements {
        return Err(not_a_key(stream, inside));
    }
    list.elements.push(read_element(stream)?);
    Ok(())
}

/// Whether a word among elements is an option: `name` alone is a field, `name = "…"` is not.
fn is_option(key: Option<&Key>, word: &str, after: Cursor<'_>) -> bool {
    let valued = after.punct().is_some_and(|(punct, _)| punct.as_char() == '=');
    let listed = after.group(Delimiter::Parenthesis).is_some() && word != "sql";
    valued || listed || key.is_some_and(|key| key.forms.contains(&Form::Flag) && is_end(after))
}

fn is_end(cursor: Cursor<'_>) -> bool {
    cursor.eof() || cursor.punct().is_some_and(|(punct, _)| punct.as_char() == ',')
}

fn unknown(ident: &Ident, inside: Inside) -> Error {
    let word = ident.unraw().to_string();
    let names: Vec<&str> = inside.keys.iter().map(|key| key.name).collect();
    let advice = advice(&word, inside).unwrap_or_else(|| match names.as_slice() {
        [] => "only columns are expected here".to_owned(),
        names => format!("expected {}", among(names)),
    });
    Error::new(ident.span(), format!("unknown key `{word}`; {advice}"))
}

fn advice(word: &str, inside: Inside) -> Option<String> {
    if let Some(ours) = elsewhere(inside.level, word) {
        return Some(format!("write `{ours}`"));
    }
    match (inside.level, word) {
        (Level::Field, "nullable" | "null" | "optional") => {
            return Some("a field is nullable when its type is `Option<…>`".to_owned());
        }
        (Level::Field, "required" | "non_null") => {
            return Some("a field is NOT NULL unless its type is `Option<…>`".to_owned());
        }
        _ => {}
    }
    let near = closest(word, inside.keys.iter().map(|key| key.name));
    let exact_elsewhere = |keys: &[Key]| keys.iter().any(|key| key.name == word);
    match inside.level {
        Level::Field if exact_elsewhere(TABLE) => Some(format!("it belongs on the struct: `#[table({word}…)]`")),
        Level::Struct if exact_elsewhere(COLUMN) && near.is_none() => {
            Some(format!("it belongs on a field: `#[column({word}…)]`"))
        }
        _ => near.map(|near| format!("did you mean `{near}`?")),
    }
}

fn not_a_key(stream: ParseStream<'_>, inside: Inside) -> Error {
    let example = inside.keys.first().map_or("", |key| key.example);
    Error::new(stream.span(), format!("expected a key, as in `{example}`"))
}

fn read_entry(stream: ParseStream<'_>, key: &'static Key, span: Span, errors: &mut Errors) -> Result<Entry> {
    let value = if stream.peek(Token![=]) {
        stream.parse::<Token![=]>()?;
        read_value(stream, key)?
    } else if stream.peek(syn::token::Paren) {
        let elements = key.forms.contains(&Form::List);
        if !elements && !key.forms.contains(&Form::Options) {
            return Err(wrong_kind(stream.span(), key));
        }
        let content;
        syn::parenthesized!(content in stream);
        Value::List(read_list(&content, Inside { level: Level::Inside, keys: key.options, elements }, errors))
    } else if key.forms.contains(&Form::Flag) {
        Value::Flag
    } else {
        return Err(wrong_kind(span, key));
    };
    Ok(Entry { key, span, value })
}

fn read_value(stream: ParseStream<'_>, key: &'static Key) -> Result<Value> {
    let allows = |form: Form| key.forms.contains(&form);
    let words = key.forms.iter().find_map(|form| if let Form::Word(words) = form { Some(*words) } else { None });
    let span = stream.span();
    if allows(Form::Text) && stream.peek(LitStr) {
        return Ok(Value::Text(stream.parse()?));
    }
    if allows(Form::Sql) && is_sql(stream) {
        return read_sql(stream).map(Value::Sql);
    }
    if allows(Form::Literal)
        && let Some(literal) = read_literal(stream)?
    {
        return Ok(Value::Literal(literal));
    }
    if let Some(words) = words {
        return read_word(stream, key, words);
    }
    if allows(Form::Path)
        && let Ok(path) = syn::Path::parse_mod_style(stream)
    {
        return Ok(Value::Path(path));
    }
    Err(wrong_kind(if stream.is_empty() { stream.span() } else { span }, key))
}

fn read_word(stream: ParseStream<'_>, key: &'static Key, words: &'static [&'static str]) -> Result<Value> {
    let Some((ident, _)) = stream.cursor().ident() else {
        return Err(wrong_kind(stream.span(), key));
    };
    let text = ident.to_string();
    let Some(word) = words.iter().find(|word| **word == text) else {
        let fact = format!("`{}` cannot be `{text}`", key.name);
        return Err(Error::new(
            ident.span(),
            match closest(&text, words.iter().copied()) {
                Some(near) => format!("{fact}; did you mean `{near}`?"),
                None => format!("{fact}; it is {}", among(words)),
            },
        ));
    };
    Ident::parse_any(stream)?;
    Ok(Value::Word(word, ident.span()))
}

fn is_sql(stream: ParseStream<'_>) -> bool {
    let word = stream.cursor().ident();
    word.is_some_and(|(ident, after)| ident == "sql" && after.group(Delimiter::Parenthesis).is_some())
}

fn read_sql(stream: ParseStream<'_>) -> Result<LitStr> {
    stream.parse::<Ident>()?;
    let content;
    syn::parenthesized!(content in stream);
    let text = content
        .parse::<LitStr>()
        .map_err(|error| Error::new(error.span(), "`sql` takes a string, as in `sql(\"CURRENT_TIMESTAMP\")`"))?;
    let _comma = content.parse::<Token![,]>();
    if content.is_empty() { Ok(text) } else { Err(content.error("`sql` takes one string")) }
}

fn read_literal(stream: ParseStream<'_>) -> Result<Option<Literal>> {
    if let Some((ident, _)) = stream.cursor().ident()
        && ident == "null"
    {
        Ident::parse_any(stream)?;
        return Ok(Some(Literal::Null(ident.span())));
    }
    let ahead = stream.fork();
    let negative = ahead.parse::<Token![-]>().is_ok();
    let Ok(lit) = ahead.parse::<Lit>() else { return Ok(None) };
    match (negative, &lit) {
        (_, Lit::Int(_) | Lit::Float(_)) | (false, Lit::Str(_) | Lit::Bool(_) | Lit::ByteStr(_)) => {}
        _ => return Ok(None),
    }
    if negative {
        stream.parse::<Token![-]>()?;
    }
    stream.parse::<Lit>()?;
    Ok(Some(Literal::Lit { negative, lit }))
}

fn read_element(stream: ParseStream<'_>) -> Result<Element> {
    let span = stream.span();
    let target = if stream.peek(LitStr) {
        Target::Text(stream.parse()?)
    } else if is_sql(stream) {
        Target::Sql(read_sql(stream)?)
    } else {
        Target::Path(syn::Path::parse_mod_style(stream).map_err(|_| Error::new(span, "expected a field's name"))?)
    };
    let mut element =
        Element { target, span, collation: None, descending: None, nulls_first: None, operator_class: None };
    while let Some((ident, _)) = stream.cursor().ident() {
        read_modifier(stream, &ident, &mut element)?;
    }
    Ok(element)
}

fn read_modifier(stream: ParseStream<'_>, ident: &Ident, element: &mut Element) -> Result<()> {
    const WORDS: [&str; 5] = ["asc", "desc", "collate", "nulls", "operator_class"];
    let word = ident.to_string();
    if !WORDS.contains(&word.as_str()) {
        let fact = format!("unknown word `{word}` after an element");
        return Err(Error::new(
            ident.span(),
            match closest(&word, WORDS) {
                Some(near) => format!("{fact}; did you mean `{near}`?"),
                None => format!("{fact}; expected `,` or {}", among(&WORDS)),
            },
        ));
    }
    Ident::parse_any(stream)?;
    let text = |example: &str| {
        let place = if stream.is_empty() { ident.span() } else { stream.span() };
        stream.parse::<LitStr>().map_err(|_| Error::new(place, format!("`{word}` takes a string, as in `{example}`")))
    };
    match word.as_str() {
        "desc" => element.descending = Some(ident.span()),
        "collate" => element.collation = Some(text("email collate \"NOCASE\"")?),
        "operator_class" => element.operator_class = Some(text("name operator_class \"text_pattern_ops\"")?),
        "nulls" => match Ident::parse_any(stream) {
            Ok(side) if side == "first" || side == "last" => {
                element.nulls_first = Some((side == "first", ident.span()));
            }
            _ => return Err(Error::new(ident.span(), "`nulls` is followed by `first` or `last`")),
        },
        _ => {}
    }
    Ok(())
}

/// What a key takes, and how it is written.
fn wrong_kind(span: Span, key: &Key) -> Error {
    let mut kinds: Vec<String> = Vec::new();
    for form in key.forms {
        match form {
            Form::Flag => {}
            Form::Text => kinds.push("a string".to_owned()),
            Form::Word(words) => kinds.push(among(words)),
            Form::Literal => kinds.push("a literal".to_owned()),
            Form::Sql => kinds.push("SQL".to_owned()),
            Form::Path => kinds.push("a field of another model".to_owned()),
            Form::List | Form::Options => kinds.push("a list in parentheses".to_owned()),
        }
    }
    let kinds = if kinds.is_empty() { "no value".to_owned() } else { kinds.join(" or ") };
    Error::new(span, format!("`{}` takes {kinds}, as in `{}`", key.name, key.example))
}
