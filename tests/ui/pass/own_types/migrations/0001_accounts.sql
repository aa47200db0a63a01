CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    phone TEXT,
    balance INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'in review' CHECK (status IN ('draft', 'in review', 'published')),
    mood TEXT CHECK (mood IN ('VERY_GLAD', 'SAD')),
    shared TEXT NOT NULL,
    digest BLOB NOT NULL,
    any_value ANY,
    weight FLOAT8 NOT NULL
);
