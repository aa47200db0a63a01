CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE
);
INSERT INTO people SELECT id, lower(email) FROM users;
DROP TABLE users;
