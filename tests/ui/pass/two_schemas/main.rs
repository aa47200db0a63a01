//! Two schemas in one crate, each with the directory beside its models.

use driftless::Table as _;

#[path = "blog/models.rs"]
mod blog;
#[path = "shop/models.rs"]
mod shop;

fn main() {
    let (mut a, mut b) =
        (rusqlite::Connection::open_in_memory().unwrap(), rusqlite::Connection::open_in_memory().unwrap());
    blog::BLOG.migrate(&mut a).unwrap();
    shop::SHOP.migrate(&mut b).unwrap();
    assert_eq!((blog::Item::NAME, shop::Item::NAME), ("items", "items"));
    a.execute("INSERT INTO items (title) VALUES ('a')", []).unwrap();
    b.execute("INSERT INTO items (price) VALUES (1)", []).unwrap();
    assert_ne!(blog::BLOG.chain(), shop::SHOP.chain());
}
