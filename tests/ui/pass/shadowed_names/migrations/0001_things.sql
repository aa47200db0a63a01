CREATE TABLE things (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT,
    parent INTEGER REFERENCES things (id),
    kind TEXT NOT NULL CHECK (kind IN ('some', 'none'))
);
