CREATE TABLE users (id INTEGER PRIMARY KEY);

PRAGMA temp_store_directory = '/etc';
