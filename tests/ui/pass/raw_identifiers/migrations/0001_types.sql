CREATE TABLE types (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL UNIQUE,
    "match" INTEGER,
    "order" INTEGER NOT NULL,
    "group" TEXT NOT NULL,
    CHECK ("order" > 0)
);

CREATE INDEX types_group_order_idx ON types ("group", "order");

CREATE TABLE "select" (
    "from" INTEGER PRIMARY KEY REFERENCES types (id),
    "where" TEXT NOT NULL DEFAULT 'x'
);
