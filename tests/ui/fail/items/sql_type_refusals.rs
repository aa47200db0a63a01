//! What cannot be stored in one column.

use driftless::SqlType;

#[derive(SqlType)]
pub struct Pair(i64, i64);

#[derive(SqlType)]
pub struct Unit;

#[derive(SqlType)]
pub struct Generic<T>(T);

#[derive(SqlType)]
pub union Bits {
    a: i64,
    b: f64,
}

#[derive(SqlType)]
pub enum Never {}

#[derive(SqlType)]
pub enum Shape {
    Circle(f64),
    Square { side: f64 },
    Point,
}

fn main() {}
