CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    done INTEGER NOT NULL
);

CREATE INDEX events_at_idx ON events (at DESC);
CREATE INDEX events_lower_name_idx ON events (lower(name));
CREATE INDEX events_open_idx ON events (name, at) WHERE done = 0;
CREATE INDEX events_name_idx ON events (name COLLATE NOCASE);
