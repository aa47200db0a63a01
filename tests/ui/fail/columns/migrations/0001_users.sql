CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    nick TEXT,
    visits INTEGER NOT NULL DEFAULT 0
);
