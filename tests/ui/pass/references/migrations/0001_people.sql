CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    mother_id INTEGER REFERENCES people (id),
    father_id INTEGER REFERENCES people,
    house_id INTEGER REFERENCES houses (id)
);

CREATE TABLE houses (
    id INTEGER PRIMARY KEY,
    owner_id INTEGER NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED
);
