CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    score INTEGER NOT NULL,
    deleted_at TEXT
);

CREATE INDEX posts_author_id_idx ON posts (author_id);
