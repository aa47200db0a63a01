CREATE TABLE users (id INTEGER PRIMARY KEY);

INSERT INTO users (id)
    SELECT load_extension('evil.so');
