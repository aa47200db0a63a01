-- The table is `users`.
ALTER TABLE user
    ADD COLUMN phone TEXT;
