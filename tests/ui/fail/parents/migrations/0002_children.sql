CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE mentions (
    id INTEGER PRIMARY KEY,
    nick TEXT NOT NULL REFERENCES users (nick)
);

CREATE TABLE mails (
    id INTEGER PRIMARY KEY,
    address INTEGER NOT NULL REFERENCES users (email)
);

CREATE TABLE badges (
    id INTEGER PRIMARY KEY,
    award_id INTEGER NOT NULL REFERENCES awards (id)
);

CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    user_email TEXT NOT NULL,
    FOREIGN KEY (user_email) REFERENCES users (mail)
);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    author TEXT NOT NULL,
    FOREIGN KEY (author) REFERENCES users (email) ON DELETE SET NULL
);
