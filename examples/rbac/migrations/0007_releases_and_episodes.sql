CREATE TABLE releases (
    id INTEGER PRIMARY KEY,
    anime_id INTEGER NOT NULL REFERENCES anime (id) ON DELETE CASCADE,
    studio TEXT NOT NULL,
    UNIQUE (anime_id, studio)
);

CREATE TABLE episodes (
    id INTEGER PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number > 0),
    title TEXT NOT NULL DEFAULT ''
);

CREATE INDEX ix_episodes_release_id_number ON episodes (release_id, number);
