CREATE TABLE words (
    text TEXT NOT NULL PRIMARY KEY,
    note TEXT,
    shared TEXT NOT NULL,
    local TEXT NOT NULL,
    owned TEXT NOT NULL,
    bytes BLOB NOT NULL,
    small INTEGER NOT NULL,
    tiny INTEGER NOT NULL,
    ratio REAL NOT NULL
) WITHOUT ROWID;
