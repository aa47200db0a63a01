CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    mail TEXT NOT NULL,
    phone TEXT
);
