/* Written by hand, in capitals and not, with quotes and without. */
create table IF NOT EXISTS [Users] (
    "ID" integer not null primary key,
    `Email` text NOT NULL constraint mail unique,
    Active boolean not null default (TRUE),
    Score double precision not null default +1,
    Nick varchar ( 20 ) default null,
    Note text not null default (('it''s')),
    check ((Score>=0 and "Email"<>''))
);; -- An empty statement.
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES uSERS (Id));
CREATE UNIQUE INDEX "By Nick" ON users (nick ASC) WHERE (nick IS NOT NULL);
