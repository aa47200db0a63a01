CREATE TABLE anime (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    year INTEGER,
    rating REAL,
    CONSTRAINT anime_rating_check CHECK (rating BETWEEN 0 AND 10)
);

CREATE INDEX ix_anime_title ON anime (title COLLATE NOCASE);
