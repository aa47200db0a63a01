-- Users.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    bio TEXT NOT NULL DEFAULT 'a;b'
);
