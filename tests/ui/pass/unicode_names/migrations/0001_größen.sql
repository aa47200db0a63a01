CREATE TABLE "größen" (
    id INTEGER PRIMARY KEY,
    länge REAL NOT NULL DEFAULT 1.5,
    "имя" TEXT NOT NULL UNIQUE DEFAULT '名前 🦀',
    "with space" INTEGER,
    "quo""te" INTEGER
);
