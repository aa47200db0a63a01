//! Rows as the pages of a SQLite file: records, and the b-trees of tables that are written once, in the order of
//! their rowids. See <https://www.sqlite.org/fileformat2.html>.

/// A leaf, or the root of a small table, whose cells are rows.
pub(crate) const TABLE_LEAF: u8 = 0x0D;
/// The same of an index. Only empty ones are written.
pub(crate) const INDEX_LEAF: u8 = 0x0A;
/// A page whose cells are the last rowid of a page below.
const TABLE_INTERIOR: u8 = 0x05;

const LEAF_HEADER: usize = 8;
const INTERIOR_HEADER: usize = 12;
/// What each cell takes in the list of cells, beside its own bytes.
const POINTER: usize = 2;

/// A value of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
}

impl<'a> From<Option<&'a str>> for Field<'a> {
    fn from(text: Option<&'a str>) -> Field<'a> {
        text.map_or(Field::Null, Field::Text)
    }
}

/// Pages that follow the roots, and the numbers that are given to them.
#[derive(Debug)]
pub(crate) struct Pages {
    size: usize,
    /// The number of the first one.
    first: u32,
    bytes: Vec<u8>,
}

/// What a page above another one has to know of it.
#[derive(Clone, Copy, Debug)]
struct Child {
    page: u32,
    last: i64,
}

impl Pages {
    /// None yet, of a file with pages of that size.
    pub(crate) fn new(size: usize, first: u32) -> Pages {
        Pages { size, first, bytes: Vec::new() }
    }

    /// All of them, one after the other.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes the rows of a table, numbered from one, and returns its root page, which begins after `offset` bytes
    /// that the caller fills in.
    pub(crate) fn table<'a>(&mut self, offset: usize, rows: impl Iterator<Item = Vec<Field<'a>>>) -> Vec<u8> {
        let cells: Vec<Vec<u8>> = (1..).zip(rows).map(|(rowid, row)| self.leaf_cell(rowid, &record(&row))).collect();
        if fits(&cells, self.size - offset - LEAF_HEADER) {
            return page(self.size, offset, TABLE_LEAF, None, &cells);
        }
        let mut children = Vec::new();
        let mut last = 0;
        for group in groups(&cells, self.size - LEAF_HEADER) {
            last += i64::try_from(group.len()).unwrap_or(i64::MAX);
            let bytes = page(self.size, 0, TABLE_LEAF, None, group);
            children.push(Child { page: self.push(&bytes), last });
        }
        loop {
            let cells = interior_cells(&children);
            if fits(&cells[..cells.len() - 1], self.size - offset - INTERIOR_HEADER) {
                return interior(self.size, offset, &children, &cells);
            }
            children = self.level(&children, &cells);
        }
    }

    /// The pages above those of one level, with two children at least in each.
    fn level(&mut self, children: &[Child], cells: &[Vec<u8>]) -> Vec<Child> {
        let mut sizes: Vec<usize> = groups(cells, self.size - INTERIOR_HEADER).map(<[_]>::len).collect();
        if let [.., before, last @ 1] = sizes.as_mut_slice() {
            *before -= 1;
            *last = 2;
        }
        let mut above = Vec::new();
        let mut start = 0;
        for size in sizes {
            let end = start + size;
            let bytes = interior(self.size, 0, &children[start..end], &cells[start..end]);
            above.push(Child { page: self.push(&bytes), last: children[end - 1].last });
            start = end;
        }
        above
    }

    fn push(&mut self, bytes: &[u8]) -> u32 {
        let number = self.next();
        self.bytes.extend_from_slice(bytes);
        number
    }

    fn next(&self) -> u32 {
        self.first + u32::try_from(self.bytes.len() / self.size).unwrap_or(u32::MAX)
    }

    /// A row. What does not fit beside at least three others continues on pages of its own.
    fn leaf_cell(&mut self, rowid: i64, payload: &[u8]) -> Vec<u8> {
        let mut cell = Vec::with_capacity(payload.len().min(self.size) + 18);
        varint(&mut cell, payload.len() as u64);
        varint(&mut cell, rowid.unsigned_abs());
        let (most, least) = (self.size - 35, (self.size - 12) * 32 / 255 - 23);
        if payload.len() <= most {
            cell.extend_from_slice(payload);
            return cell;
        }
        let even = least + (payload.len() - least) % (self.size - 4);
        let (local, rest) = payload.split_at(if even <= most { even } else { least });
        cell.extend_from_slice(local);
        cell.extend_from_slice(&self.next().to_be_bytes());
        let mut chunks = rest.chunks(self.size - 4).peekable();
        while let Some(chunk) = chunks.next() {
            let following = if chunks.peek().is_some() { self.next() + 1 } else { 0 };
            let mut bytes = vec![0; self.size];
            bytes[..4].copy_from_slice(&following.to_be_bytes());
            bytes[4..4 + chunk.len()].copy_from_slice(chunk);
            self.push(&bytes);
        }
        cell
    }
}

fn fits(cells: &[Vec<u8>], room: usize) -> bool {
    cells.iter().map(|cell| cell.len() + POINTER).sum::<usize>() <= room
}

/// As many cells a page as there is room for, in their order.
fn groups(cells: &[Vec<u8>], room: usize) -> impl Iterator<Item = &[Vec<u8>]> {
    let mut rest = cells;
    std::iter::from_fn(move || {
        let mut left = room;
        let count = rest
            .iter()
            .take_while(|cell| {
                let enough = cell.len() + POINTER <= left;
                left = left.saturating_sub(cell.len() + POINTER);
                enough
            })
            .count();
        let (group, others) = rest.split_at(count);
        rest = others;
        (!group.is_empty()).then_some(group)
    })
}

fn interior_cells(children: &[Child]) -> Vec<Vec<u8>> {
    let cell = |child: &Child| {
        let mut cell = child.page.to_be_bytes().to_vec();
        varint(&mut cell, child.last.unsigned_abs());
        cell
    };
    children.iter().map(cell).collect()
}

/// A page above others. The last of them has no cell, and stands in the header.
fn interior(size: usize, offset: usize, children: &[Child], cells: &[Vec<u8>]) -> Vec<u8> {
    let last = children.len() - 1;
    page(size, offset, TABLE_INTERIOR, Some(children[last].page), &cells[..last])
}

/// A page of a b-tree: the header, where the cells are, and at its end the cells.
fn page(size: usize, offset: usize, kind: u8, right: Option<u32>, cells: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let mut pointer = offset + if right.is_some() { INTERIOR_HEADER } else { LEAF_HEADER };
    let mut start = size;
    for cell in cells {
        start -= cell.len();
        bytes[start..start + cell.len()].copy_from_slice(cell);
        bytes[pointer..pointer + POINTER].copy_from_slice(&two(start));
        pointer += POINTER;
    }
    bytes[offset] = kind;
    bytes[offset + 3..offset + 5].copy_from_slice(&two(cells.len()));
    bytes[offset + 5..offset + 7].copy_from_slice(&two(start));
    if let Some(right) = right {
        bytes[offset + 8..offset + 12].copy_from_slice(&right.to_be_bytes());
    }
    bytes
}

/// The header of an empty page.
pub(crate) fn empty(size: usize, kind: u8) -> [u8; LEAF_HEADER] {
    let [high, low] = two(size);
    [kind, 0, 0, 0, 0, high, low, 0]
}

/// A number in two bytes; 65536 is written as zero.
fn two(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(0).to_be_bytes()
}

/// A row: the types of its values, then the values.
fn record(fields: &[Field<'_>]) -> Vec<u8> {
    let mut types = Vec::with_capacity(2 * fields.len());
    let mut values = Vec::new();
    for field in fields {
        match field {
            Field::Null => types.push(0),
            Field::Integer(0) => types.push(8),
            Field::Integer(1) => types.push(9),
            Field::Integer(value) => {
                let sizes = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8)];
                let fitting = |(_, size): &(u8, u32)| matches!(value >> (8 * size - 1), 0 | -1);
                let (code, size) = sizes.into_iter().find(fitting).unwrap_or((6, 8));
                types.push(code);
                values.extend_from_slice(&value.to_be_bytes()[8 - size as usize..]);
            }
            Field::Text(text) => {
                varint(&mut types, 13 + 2 * text.len() as u64);
                values.extend_from_slice(text.as_bytes());
            }
        }
    }
    // The length of the header counts itself, which is one byte up to 127.
    let mut bytes = Vec::with_capacity(types.len() + values.len() + 2);
    let length = types.len() as u64 + 1;
    varint(&mut bytes, if length < 128 { length } else { length + 1 });
    bytes.extend_from_slice(&types);
    bytes.extend_from_slice(&values);
    bytes
}

/// A number, seven bits a byte, the highest first. None here needs the ninth byte, which would have eight.
fn varint(bytes: &mut Vec<u8>, number: u64) {
    let groups = (64 - number.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let seven = u8::try_from(number >> (7 * group) & 0x7F).unwrap_or_default();
        bytes.push(if group > 0 { seven | 0x80 } else { seven });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let shortest = |value| record(&[Field::Integer(value)])[1..].to_vec();
        assert_eq!(shortest(0), [8]);
        assert_eq!(shortest(1), [9]);
        assert_eq!(shortest(-1), [1, 0xFF]);
        assert_eq!(shortest(127), [1, 127]);
        assert_eq!(shortest(128), [2, 0, 128]);
        assert_eq!(shortest(-32_769), [3, 0xFF, 0x7F, 0xFF]);
        assert_eq!(shortest(1 << 31), [5, 0, 0, 0x80, 0, 0, 0]);
        assert_eq!(shortest(i64::MIN), [6, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn lengths_have_seven_bits_a_byte() {
        let bytes = |number| {
            let mut bytes = Vec::new();
            varint(&mut bytes, number);
            bytes
        };
        assert_eq!(bytes(0), [0]);
        assert_eq!(bytes(127), [127]);
        assert_eq!(bytes(128), [0x81, 0]);
        assert_eq!(bytes(16_384), [0x81, 0x80, 0]);
    }
}
