CREATE TABLE watch_progress (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    anime_id INTEGER NOT NULL REFERENCES anime (id) ON DELETE CASCADE,
    episode_id INTEGER REFERENCES episodes (id) ON DELETE SET NULL,
    position_seconds INTEGER NOT NULL DEFAULT 0 CHECK (position_seconds >= 0),
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (user_id, anime_id)
);
