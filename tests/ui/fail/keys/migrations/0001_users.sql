CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    nick TEXT NOT NULL UNIQUE,
    org_id INTEGER NOT NULL,
    UNIQUE (org_id, email)
);

CREATE TABLE logs (
    id INTEGER NOT NULL,
    line TEXT NOT NULL
);

CREATE TABLE members (
    org_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (org_id, user_id)
);

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL
);

CREATE UNIQUE INDEX tickets_code_idx ON tickets (code);
