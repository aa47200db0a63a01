//! The grammar of `CREATE TABLE`: columns and constraints as they are written, before their meaning
//! for each other is known.

use crate::sqlite::cursor::{Cursor, Source};
use crate::sqlite::{canon, key, keyword};
use crate::token::{Token, TokenKind};
use crate::{Action, ColumnType, Deferrable, ForeignKey, KeyPart, Name, ObjectName, OnConflict, ParseError};

/// The columns and the constraints of a table, both in the order of the text.
#[derive(Default)]
pub(crate) struct Definition<'t, 'a> {
    pub(crate) columns: Vec<RawColumn<'t, 'a>>,
    pub(crate) constraints: Vec<RawConstraint<'t, 'a>>,
}

/// A column as it is written.
pub(crate) struct RawColumn<'t, 'a> {
    pub(crate) name: Name,
    pub(crate) offset: usize,
    pub(crate) ty: ColumnType,
    pub(crate) not_null: bool,
    pub(crate) on_conflict: Option<OnConflict>,
    pub(crate) collation: Option<Name>,
    pub(crate) value: RawValue<'t, 'a>,
}

/// Where the value of a column comes from, as it is written.
pub(crate) enum RawValue<'t, 'a> {
    Given,
    Default(&'t [Token<'a>]),
    Generated { expr: &'t [Token<'a>], stored: bool },
}

/// A constraint as it is written, on a column or on the table.
pub(crate) struct RawConstraint<'t, 'a> {
    pub(crate) name: Option<Name>,
    pub(crate) offset: usize,
    pub(crate) body: RawBody<'t, 'a>,
}

pub(crate) enum RawBody<'t, 'a> {
    /// `inline`: written on its column, where DESC keeps an INTEGER from being the rowid.
    PrimaryKey {
        parts: Vec<KeyPart>,
        autoincrement: bool,
        on_conflict: Option<OnConflict>,
        inline: bool,
    },
    Unique {
        parts: Vec<KeyPart>,
        on_conflict: Option<OnConflict>,
    },
    ForeignKey(ForeignKey),
    Check(&'t [Token<'a>]),
}

/// The name that `CONSTRAINT` gives to what follows, and where that begins.
#[derive(Default)]
struct Label {
    name: Option<Name>,
    offset: Option<usize>,
}

impl<'t, 'a> Definition<'t, 'a> {
    /// Reads what stands in the parentheses of `CREATE TABLE t (…)`.
    pub(crate) fn read(cursor: &mut Cursor<'t, 'a>, source: Source<'_>) -> Result<Definition<'t, 'a>, ParseError> {
        let mut definition = Definition::default();
        definition.column(cursor, source)?;
        while cursor.take_punct(",") {
            if starts_table_constraint(cursor) {
                definition.table_constraints(cursor)?;
                break;
            }
            definition.column(cursor, source)?;
        }
        Ok(definition)
    }

    /// Reads one column with its constraints.
    pub(crate) fn column(&mut self, cursor: &mut Cursor<'t, 'a>, source: Source<'_>) -> Result<(), ParseError> {
        let offset = cursor.offset();
        let name = cursor.name().map_err(|_| cursor.expected("the name of a column"))?;
        let ty = column_type(cursor, source)?;
        let value = RawValue::Given;
        self.columns.push(RawColumn { name, offset, ty, not_null: false, on_conflict: None, collation: None, value });
        let mut label = Label::default();
        while self.column_constraint(cursor, &mut label)? {}
        Ok(())
    }

    fn column_constraint(&mut self, cursor: &mut Cursor<'t, 'a>, label: &mut Label) -> Result<bool, ParseError> {
        let offset = cursor.offset();
        let Some(column) = self.columns.last_mut() else {
            return Ok(false);
        };
        if cursor.take(&["CONSTRAINT"]) {
            *label = Label { name: Some(cursor.name()?), offset: Some(offset) };
            return Ok(true);
        }
        if let Some(deferrable) = deferrable(cursor) {
            self.defer(deferrable);
        } else if cursor.take(&["DEFAULT"]) {
            column.value = RawValue::Default(default(cursor)?);
        } else if cursor.take(&["NULL"]) {
            on_conflict(cursor)?;
        } else if cursor.take(&["NOT"]) {
            cursor.expect(&["NULL"])?;
            column.not_null = true;
            column.on_conflict = on_conflict(cursor)?;
        } else if cursor.take(&["COLLATE"]) {
            column.collation = Some(key::collation(cursor)?);
        } else if cursor.take(&["GENERATED", "ALWAYS", "AS"]) || cursor.take(&["AS"]) {
            column.value = generated(cursor)?;
        } else {
            let column = column.name.clone();
            let Some(body) = column_key(cursor, column)? else {
                return Ok(false);
            };
            self.push(std::mem::take(label), offset, body);
        }
        *label = Label::default();
        Ok(true)
    }

    /// Reads the constraints of the table up to the end; SQLite lets the commas between them go.
    fn table_constraints(&mut self, cursor: &mut Cursor<'t, 'a>) -> Result<(), ParseError> {
        let mut label = Label::default();
        loop {
            let offset = cursor.offset();
            if cursor.take(&["CONSTRAINT"]) {
                label = Label { name: Some(cursor.name()?), offset: Some(offset) };
            } else if let Some(body) = table_constraint(cursor)? {
                self.push(std::mem::take(&mut label), offset, body);
                if let Some(RawConstraint { body: RawBody::ForeignKey(_), .. }) = self.constraints.last()
                    && let Some(deferrable) = deferrable(cursor)
                {
                    self.defer(deferrable);
                }
            } else {
                return Err(cursor.expected("a constraint"));
            }
            if cursor.is_at_end() {
                return Ok(());
            }
            if cursor.take_punct(",") {
                label = Label::default();
            }
        }
    }

    fn push(&mut self, label: Label, offset: usize, body: RawBody<'t, 'a>) {
        self.constraints.push(RawConstraint { name: label.name, offset: label.offset.unwrap_or(offset), body });
    }

    /// Says when the foreign key that was read last is checked, wherever that stands: so does SQLite.
    fn defer(&mut self, deferrable: Deferrable) {
        let keys = self.constraints.iter_mut().rev().find_map(|constraint| match &mut constraint.body {
            RawBody::ForeignKey(key) => Some(key),
            _ => None,
        });
        if let Some(key) = keys {
            key.deferrable = deferrable;
        }
    }
}

fn starts_table_constraint(cursor: &Cursor<'_, '_>) -> bool {
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| cursor.sees(&[word]))
}

/// Reads a declared type, which may be absent.
///
/// Any words that are not reserved belong to it, GENERATED and ALWAYS too: SQLite cuts these off its end.
fn column_type(cursor: &mut Cursor<'_, '_>, source: Source<'_>) -> Result<ColumnType, ParseError> {
    let start = cursor.position();
    while let Some(token) = cursor.peek() {
        let is_part = match token.kind {
            TokenKind::Word => !keyword::ends_type(token.text),
            TokenKind::Quoted | TokenKind::String => true,
            _ => false,
        };
        if !is_part {
            break;
        }
        cursor.advance();
    }
    if !cursor.since(start).is_empty() && cursor.peek().is_some_and(|token| token.is_punct("(")) {
        type_arguments(cursor)?;
    }
    let words = cursor.since(start);
    let [Some(first), Some(last)] = [words.first(), words.last()] else {
        return Ok(ColumnType::canonical(String::new()));
    };
    Ok(ColumnType::canonical(canon::declared_type(source.between(first.offset, last.end()))))
}

fn type_arguments(cursor: &mut Cursor<'_, '_>) -> Result<(), ParseError> {
    cursor.expect_punct("(")?;
    for argument in 0..2 {
        if argument > 0 && !cursor.take_punct(",") {
            break;
        }
        let _sign = cursor.take_punct("+") || cursor.take_punct("-");
        match cursor.peek() {
            Some(token) if token.kind == TokenKind::Number => cursor.advance(),
            _ => return Err(cursor.expected("a number")),
        };
    }
    cursor.expect_punct(")")
}

/// Reads the value behind `DEFAULT`: one term with a sign, a name, or an expression in parentheses.
fn default<'t, 'a>(cursor: &mut Cursor<'t, 'a>) -> Result<&'t [Token<'a>], ParseError> {
    let start = cursor.position();
    if cursor.peek().is_some_and(|token| token.is_punct("(")) {
        cursor.group()?;
        return Ok(cursor.since(start));
    }
    let signed = cursor.take_punct("+") || cursor.take_punct("-");
    let fits = |token: &Token<'_>| match token.kind {
        TokenKind::Number | TokenKind::String | TokenKind::Blob => true,
        TokenKind::Word if signed => !is_plain_word(token.text),
        TokenKind::Word => token.is("NULL") || token.is("INDEXED") || !keyword::ends_type(token.text),
        TokenKind::Quoted => !signed,
        _ => false,
    };
    if !cursor.peek().is_some_and(fits) {
        return Err(cursor.expected("a default"));
    }
    cursor.advance();
    Ok(cursor.since(start))
}

/// Whether the word is no literal, so that no sign may stand before it.
fn is_plain_word(word: &str) -> bool {
    const LITERALS: [&str; 4] = ["NULL", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    !LITERALS.iter().any(|literal| word.eq_ignore_ascii_case(literal))
}

fn generated<'t, 'a>(cursor: &mut Cursor<'t, 'a>) -> Result<RawValue<'t, 'a>, ParseError> {
    let expr = cursor.group()?;
    let stored = cursor.take(&["STORED"]);
    if !stored {
        cursor.take(&["VIRTUAL"]);
    }
    Ok(RawValue::Generated { expr, stored })
}

/// A constraint on one column.
fn column_key<'t, 'a>(cursor: &mut Cursor<'t, 'a>, column: Name) -> Result<Option<RawBody<'t, 'a>>, ParseError> {
    if cursor.take(&["PRIMARY"]) {
        cursor.expect(&["KEY"])?;
        let descending = cursor.take(&["DESC"]);
        if !descending {
            cursor.take(&["ASC"]);
        }
        let on_conflict = on_conflict(cursor)?;
        let autoincrement = cursor.take(&["AUTOINCREMENT"]);
        let parts = vec![KeyPart { descending, ..KeyPart::column(column) }];
        return Ok(Some(RawBody::PrimaryKey { parts, autoincrement, on_conflict, inline: true }));
    }
    if cursor.take(&["UNIQUE"]) {
        let on_conflict = on_conflict(cursor)?;
        return Ok(Some(RawBody::Unique { parts: vec![KeyPart::column(column)], on_conflict }));
    }
    if cursor.take(&["CHECK"]) {
        return Ok(Some(RawBody::Check(cursor.group()?)));
    }
    if cursor.sees(&["REFERENCES"]) {
        return Ok(Some(RawBody::ForeignKey(references(cursor, vec![column])?)));
    }
    Ok(None)
}

/// A constraint on the table; none when something else follows.
fn table_constraint<'t, 'a>(cursor: &mut Cursor<'t, 'a>) -> Result<Option<RawBody<'t, 'a>>, ParseError> {
    if cursor.take(&["PRIMARY"]) {
        cursor.expect(&["KEY"])?;
        let (list, autoincrement) = match cursor.group()? {
            [list @ .., last] if last.is("AUTOINCREMENT") => (list, true),
            list => (list, false),
        };
        let parts = key::columns(list, cursor.offset())?;
        let on_conflict = on_conflict(cursor)?;
        return Ok(Some(RawBody::PrimaryKey { parts, autoincrement, on_conflict, inline: false }));
    }
    if cursor.take(&["UNIQUE"]) {
        let list = cursor.group()?;
        let parts = key::columns(list, cursor.offset())?;
        return Ok(Some(RawBody::Unique { parts, on_conflict: on_conflict(cursor)? }));
    }
    if cursor.take(&["CHECK"]) {
        let expr = cursor.group()?;
        // SQLite reads a conflict clause here and takes no notice of it.
        on_conflict(cursor)?;
        return Ok(Some(RawBody::Check(expr)));
    }
    if cursor.take(&["FOREIGN"]) {
        cursor.expect(&["KEY"])?;
        let columns = name_list(cursor)?;
        return Ok(Some(RawBody::ForeignKey(references(cursor, columns)?)));
    }
    Ok(None)
}

/// Names in parentheses. SQLite reads a collation and a direction behind each and ignores them.
fn name_list(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Name>, ParseError> {
    cursor.expect_punct("(")?;
    let mut names = Vec::new();
    loop {
        names.push(cursor.name()?);
        if cursor.take(&["COLLATE"]) {
            key::collation(cursor)?;
        }
        let _direction = cursor.take(&["ASC"]) || cursor.take(&["DESC"]);
        if !cursor.take_punct(",") {
            cursor.expect_punct(")")?;
            return Ok(names);
        }
    }
}

fn references(cursor: &mut Cursor<'_, '_>, columns: Vec<Name>) -> Result<ForeignKey, ParseError> {
    cursor.expect(&["REFERENCES"])?;
    let parent = ObjectName { schema: None, name: cursor.name()? };
    let offset = cursor.offset();
    let listed = cursor.peek().is_some_and(|token| token.is_punct("("));
    let parent_columns = if listed { name_list(cursor)? } else { Vec::new() };
    if listed && parent_columns.len() != columns.len() {
        return Err(ParseError::new("a foreign key with more columns on one side than on the other", offset));
    }
    let mut key = ForeignKey {
        name: None,
        columns,
        parent,
        parent_columns,
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferrable: Deferrable::No,
    };
    loop {
        if cursor.take(&["MATCH"]) {
            cursor.name()?;
        } else if cursor.take(&["ON", "DELETE"]) {
            key.on_delete = action(cursor)?;
        } else if cursor.take(&["ON", "UPDATE"]) {
            key.on_update = action(cursor)?;
        } else if cursor.take(&["ON", "INSERT"]) {
            action(cursor)?;
        } else {
            return Ok(key);
        }
    }
}

fn action(cursor: &mut Cursor<'_, '_>) -> Result<Action, ParseError> {
    let actions = [
        (&["SET", "NULL"][..], Action::SetNull),
        (&["SET", "DEFAULT"], Action::SetDefault),
        (&["CASCADE"], Action::Cascade),
        (&["RESTRICT"], Action::Restrict),
        (&["NO", "ACTION"], Action::NoAction),
    ];
    let found = actions.into_iter().find(|(words, _)| cursor.take(words));
    found.map(|(_, action)| action).ok_or_else(|| cursor.expected("an action of a foreign key"))
}

/// `[NOT] DEFERRABLE [INITIALLY …]`. Only DEFERRABLE INITIALLY DEFERRED differs from saying nothing
/// (<https://www.sqlite.org/foreignkeys.html#fk_deferred>).
fn deferrable(cursor: &mut Cursor<'_, '_>) -> Option<Deferrable> {
    let never = cursor.take(&["NOT", "DEFERRABLE"]);
    if !never && !cursor.take(&["DEFERRABLE"]) {
        return None;
    }
    let deferred = cursor.take(&["INITIALLY", "DEFERRED"]);
    if !deferred {
        cursor.take(&["INITIALLY", "IMMEDIATE"]);
    }
    Some(if deferred && !never { Deferrable::Deferred } else { Deferrable::No })
}

/// A conflict clause, which may be absent. ABORT is what happens without one.
fn on_conflict(cursor: &mut Cursor<'_, '_>) -> Result<Option<OnConflict>, ParseError> {
    if !cursor.take(&["ON", "CONFLICT"]) {
        return Ok(None);
    }
    let resolutions = [
        ("ABORT", None),
        ("ROLLBACK", Some(OnConflict::Rollback)),
        ("FAIL", Some(OnConflict::Fail)),
        ("IGNORE", Some(OnConflict::Ignore)),
        ("REPLACE", Some(OnConflict::Replace)),
    ];
    let found = resolutions.into_iter().find(|(word, _)| cursor.take(&[word]));
    found.map(|(_, resolution)| resolution).ok_or_else(|| cursor.expected("what to do on a conflict"))
}
