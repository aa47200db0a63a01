CREATE TABLE cats (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    weight REAL
);

CREATE TABLE dogs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    weight REAL
);
