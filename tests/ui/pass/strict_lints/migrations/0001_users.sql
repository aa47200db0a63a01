CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('new', 'old')),
    boss_id INTEGER REFERENCES users (id)
);
