ALTER TABLE anime ADD COLUMN status TEXT NOT NULL DEFAULT 'announced'
    CHECK (status IN ('announced', 'airing', 'finished'));
