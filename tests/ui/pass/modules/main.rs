//! Models in nested modules, with private fields, and a model in the body of a function.

mod people {
    use driftless::Table;

    #[derive(Table)]
    pub struct User {
        #[column(primary_key)]
        id: i64,
        name: String,
    }

    impl User {
        pub fn new(name: &str) -> User {
            User { id: 0, name: name.to_owned() }
        }

        pub fn row(&self) -> (Option<i64>, &str) {
            ((self.id > 0).then_some(self.id), &self.name)
        }
    }

    pub(crate) mod writing {
        #[derive(driftless::Table)]
        pub(in crate::people) struct Post {
            #[column(primary_key)]
            pub(super) id: i64,
            #[column(references = super::User::id)]
            pub(crate) author_id: i64,
        }

        pub(super) const fn post(id: i64) -> Post {
            Post { id, author_id: 1 }
        }
    }

    #[derive(Table)]
    struct Tag {
        #[column(primary_key)]
        id: i64,
        #[column(references = writing::Post::id)]
        post_id: i64,
    }

    driftless::schema! {
        pub(crate) static APP: Sqlite = "migrations" [User, writing::Post, Tag, marks::Mark,];
    }

    mod marks {
        #[derive(driftless::Table)]
        pub(super) struct Mark {
            #[column(primary_key)]
            pub(super) id: i64,
        }
    }

    pub fn sum() -> i64 {
        let (post, mark) = (writing::post(2), marks::Mark { id: 3 });
        let tag = Tag { id: 4, post_id: post.id };
        tag.id + tag.post_id + post.author_id + mark.id
    }
}

fn main() {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    people::APP.migrate(&mut db).unwrap();
    db.execute("INSERT INTO users (id, name) VALUES (?1, ?2)", people::User::new("a").row()).unwrap();
    assert_eq!(people::sum(), 10);
}
