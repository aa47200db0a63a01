CREATE TABLE options ("type" TEXT PRIMARY KEY, self TEXT, "e-mail" TEXT, fooBar TEXT, foo_bar TEXT, "2fa" TEXT, "super" INTEGER);
CREATE TABLE strings (
    id INTEGER PRIMARY KEY,
    "type" TEXT REFERENCES Options ("Type"),
    crate TEXT CHECK (crate IN ('In Use', 'done', 'a"b')),
    gen TEXT CHECK (gen IN ('self2', 'B-C')),
    state VARCHAR(10) NOT NULL DEFAULT 'NEW' CHECK (state IN ('NEW', 'ON_HOLD', 'DONE'))
);
CREATE TABLE vecs (
    a, b ANY, c DATETIME DEFAULT (datetime('now')), d TEXT DEFAULT "dq", e INT DEFAULT TRUE, f BOOL DEFAULT FALSE,
    g NUMERIC(10,2) DEFAULT 1.50, h BLOB DEFAULT x'00ff', PRIMARY KEY (a, b)
);
CREATE TABLE "Größen Tabelle" (
    "Länge (cm)" REAL, "表" TEXT, "名前" TEXT UNIQUE, "ñ" TEXT, "a'b" TEXT,
    "c""d" TEXT CHECK ("c""d" <> 'x' || char(10)), "back\slash" TEXT
);
CREATE TABLE "Table" (
    SqlType TEXT, "Option" TEXT, "Vec" BLOB, "unique" INTEGER, "desc" INTEGER, "name" TEXT, "index" INTEGER,
    UNIQUE ("unique", "name"),
    FOREIGN KEY ("unique") REFERENCES strings ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "odd ""index"" name" ON "Table" ("unique", "desc" DESC, "name" COLLATE NOCASE, lower("Option"))
    WHERE "index" IS NOT NULL AND "Option" <> 'a\b"c';
CREATE TABLE s (i INT NOT NULL, v ANY, t TEXT, PRIMARY KEY (i DESC)) STRICT, WITHOUT ROWID;
CREATE TABLE g (
    a INTEGER, b TEXT GENERATED ALWAYS AS (a || 'x') STORED, c INT AS (a + 1) VIRTUAL NOT NULL,
    "driftless" TEXT, "core" TEXT, "std" TEXT, "Some" TEXT
);
CREATE TABLE result (
    ok INTEGER PRIMARY KEY AUTOINCREMENT, err TEXT NOT NULL ON CONFLICT REPLACE DEFAULT '',
    x TEXT UNIQUE ON CONFLICT IGNORE, note TEXT DEFAULT 'multi
line "quoted" \ and tab	'
);
CREATE TABLE user (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES user);
CREATE TABLE users (
    id INTEGER PRIMARY KEY, u1 INTEGER REFERENCES user, u2 INTEGER REFERENCES "USER" (ID),
    u3 INTEGER REFERENCES users (ID), FOREIGN KEY (u1) REFERENCES user
);
CREATE TABLE "I64" (a TEXT, b TEXT);
CREATE TABLE bool (a TEXT);
CREATE TABLE "str" (x TEXT);
CREATE TABLE "Self" (x TEXT);
CREATE TABLE app (x INTEGER);
