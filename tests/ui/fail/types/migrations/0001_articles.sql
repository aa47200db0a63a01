CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    subtitle TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'published')),
    pinned INTEGER NOT NULL
);

CREATE TABLE flags (
    id INTEGER PRIMARY KEY,
    raised INTEGER NOT NULL,
    extra TEXT NOT NULL DEFAULT '{}'
) STRICT;
