CREATE TABLE users (
    id INTEGER NOT NULL,
    email TEXT NOT NULL UNIQUE,
    nick TEXT NOT NULL
);

CREATE UNIQUE INDEX users_nick_idx ON users (nick) WHERE nick <> '';
