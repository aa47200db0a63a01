//! The file of a freshly migrated database, without a migration being run: its catalogue and its history are
//! written down as SQLite would have, and every other table and index is one empty page.

use std::io::Read;

use rusqlite::{Connection, MAIN_DB};
use schema_core::Migration;
use schema_replay::{Blueprint, Object, Tree};

use crate::sqlite::history::{self, Record};
use crate::sqlite::migrate::pages::{Field, INDEX_LEAF, Pages, TABLE_LEAF, empty};
use crate::sqlite::script;

/// The count of schema changes in a file that was just made. A backup into an empty file ends with the same one.
pub(crate) const COOKIE: i64 = 1;

/// The header of the file, which stands before the first page's own.
const HEADER: usize = 100;

/// SQLite locks the bytes from here on and keeps no page there. An image never gets so far.
const LIMIT: usize = 1 << 30;

/// What a file holds besides its catalogue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub(crate) migrations: &'a [Migration],
    pub(crate) record: Record<'a>,
    /// The time, as the history has it.
    pub(crate) now: &'a str,
}

/// The pages of a file.
#[derive(Debug)]
pub(crate) struct Image {
    size: usize,
    first: Vec<u8>,
    roots: Vec<Root>,
    rest: Vec<u8>,
}

#[derive(Debug)]
enum Root {
    Empty(u8),
    Filled(Vec<u8>),
}

impl Image {
    /// Writes everything down, for a file with pages of that size. `None` when the file would be too large.
    pub(crate) fn new(blueprint: &Blueprint, content: Content<'_>, size: usize) -> Option<Image> {
        let Content { migrations, record, now } = content;
        let (history, chains) = (history::object(), history::chains(migrations));
        let objects: Vec<&Object> = blueprint.objects.iter().chain([&history]).collect();
        let mut number: i64 = 1;
        let numbers: Vec<i64> = objects.iter().map(|object| root(object.tree, &mut number)).collect();
        let mut pages = Pages::new(size, u32::try_from(number + 1).ok()?);
        let mut first = pages.table(HEADER, objects.iter().zip(&numbers).map(|(object, number)| row(object, *number)));
        let roots: Vec<Root> = objects
            .iter()
            .filter_map(|object| match (object.tree, &*object.name) {
                (Tree::None, _) => None,
                (Tree::Index, _) => Some(Root::Empty(INDEX_LEAF)),
                (Tree::Table, history::TABLE) => {
                    let rows = history::fields(migrations, &chains, record, COOKIE, now);
                    Some(Root::Filled(pages.table(0, rows)))
                }
                (Tree::Table, "sqlite_sequence") => Some(Root::Filled(pages.table(0, counters(blueprint)))),
                (Tree::Table, _) => Some(Root::Empty(TABLE_LEAF)),
            })
            .collect();
        let rest = pages.into_bytes();
        let count = 1 + roots.len() + rest.len() / size;
        if count.checked_mul(size)? >= LIMIT {
            return None;
        }
        first[..HEADER].copy_from_slice(&header(size, u32::try_from(count).ok()?));
        Some(Image { size, first, roots, rest })
    }

    /// The database in memory, as the source of copies.
    pub(crate) fn open(&self) -> rusqlite::Result<Connection> {
        let mut db = Connection::open_in_memory()?;
        let length = self.first.len() + self.roots.len() * self.size + self.rest.len();
        db.deserialize_read_exact(MAIN_DB, self.bytes(), length, true)?;
        // Pages that are never written are copied from where they are, without a cache in between.
        script::execute(&db, &format!("PRAGMA mmap_size = {LIMIT}"))?;
        Ok(db)
    }

    /// The bytes of the file, one after the other.
    fn bytes(&self) -> impl Read {
        let roots = Roots { size: self.size, left: self.roots.iter(), page: Vec::new() };
        self.first.chain(roots).chain(&*self.rest)
    }
}

/// The root pages, nearly all of which are empty.
struct Roots<'a> {
    size: usize,
    left: std::slice::Iter<'a, Root>,
    /// What is left of the page that comes next.
    page: Vec<u8>,
}

impl Read for Roots<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.page.is_empty() {
            let header = match self.left.next() {
                Some(Root::Empty(kind)) => empty(self.size, *kind),
                Some(Root::Filled(page)) => {
                    self.page.clone_from(page);
                    return self.read(buffer);
                }
                None => return Ok(0),
            };
            // Straight to where it belongs, as there are thousands of them.
            if let Some(page) = buffer.get_mut(..self.size) {
                page.fill(0);
                page[..header.len()].copy_from_slice(&header);
                return Ok(self.size);
            }
            self.page.extend_from_slice(&header);
            self.page.resize(self.size, 0);
        }
        let count = buffer.len().min(self.page.len());
        buffer[..count].copy_from_slice(&self.page[..count]);
        self.page.drain(..count);
        Ok(count)
    }
}

/// What the bindings to SQLite do not have before version 0.34. There, nothing is made of an image, and migrations
/// run instead; where the connection has the method itself, this one is never called.
#[allow(dead_code)]
trait Deserialize {
    fn deserialize_read_exact<N>(&mut self, _: N, _: impl Read, _: usize, _: bool) -> rusqlite::Result<()>;
}

impl Deserialize for Connection {
    fn deserialize_read_exact<N>(&mut self, _: N, _: impl Read, _: usize, _: bool) -> rusqlite::Result<()> {
        Err(rusqlite::Error::InvalidQuery)
    }
}

/// The page that an object begins at, after the one that was given out last; zero when it needs none.
fn root(tree: Tree, last: &mut i64) -> i64 {
    if tree == Tree::None {
        return 0;
    }
    *last += 1;
    *last
}

fn row(object: &Object, root: i64) -> Vec<Field<'_>> {
    vec![
        Field::Text(&object.kind),
        Field::Text(&object.name),
        Field::Text(&object.table),
        Field::Integer(root),
        object.sql.as_deref().into(),
    ]
}

fn counters(blueprint: &Blueprint) -> impl Iterator<Item = Vec<Field<'_>>> {
    blueprint.counters.iter().map(|(name, last)| vec![Field::Text(name), last.map_or(Field::Null, Field::Integer)])
}

/// The header: <https://www.sqlite.org/fileformat2.html#the_database_header>.
fn header(size: usize, pages: u32) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    let (cookie, version) = (u32::try_from(COOKIE), u32::try_from(rusqlite::version_number()));
    put(0, b"SQLite format 3\0");
    // A page size of 65536 is written as one; then a rollback journal, no reserved bytes, and three constants.
    put(16, &u16::try_from(size).unwrap_or(1).to_be_bytes());
    put(18, &[1, 1, 0, 64, 32, 32]);
    put(24, &1_u32.to_be_bytes()); // the count of changes
    put(28, &pages.to_be_bytes());
    put(40, &cookie.unwrap_or(1).to_be_bytes());
    put(44, &4_u32.to_be_bytes()); // the format of the schema
    put(56, &1_u32.to_be_bytes()); // UTF-8
    put(92, &1_u32.to_be_bytes()); // the count of changes for which the version is valid
    put(96, &version.unwrap_or_default().to_be_bytes());
    header
}
