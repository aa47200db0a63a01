CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    CONSTRAINT paid_in_full CHECK (paid <= price * quantity)
);
