CREATE TABLE favorites (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    anime_id INTEGER NOT NULL REFERENCES anime (id) ON DELETE CASCADE,
    UNIQUE (user_id, anime_id)
);
