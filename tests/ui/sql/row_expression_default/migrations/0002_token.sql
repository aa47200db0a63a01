ALTER TABLE users
    ADD COLUMN token BLOB NOT NULL DEFAULT (randomblob(16));
