//! Models and the list of them in the expansion of `macro_rules!`.

use driftless::{Table, schema};

macro_rules! animals {
    ($directory:literal, $weight:ty, $($name:ident = $table:literal),*) => {
        $(#[derive(Table)]
        #[table(name = $table)]
        pub struct $name {
            #[column(primary_key)]
            pub id: i64,
            pub name: String,
            pub weight: Option<$weight>,
        })*

        schema! {
            pub static ANIMALS: Sqlite = $directory [$($name),*];
        }
    };
}

animals!("migrations", f64, Cat = "cats", Dog = "dogs");

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    ANIMALS.migrate(&mut db).unwrap();
    db.execute("INSERT INTO cats (name, weight) VALUES ('a', 4.5)", []).unwrap();
    assert_eq!((Cat::NAME, Dog::NAME), ("cats", "dogs"));
}
