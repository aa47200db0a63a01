//! A table of one schema has no model, and a table of that name in the other schema has one.

mod shop {
    #[derive(driftless::Table)]
    pub struct Item {
        #[column(primary_key)]
        pub id: i64,
    }

    driftless::schema! {
        pub static SHOP: Sqlite = "shop" [Item];
    }
}

mod blog {
    driftless::schema! {
        pub static BLOG: Sqlite = "blog" [];
    }
}

fn main() {}
