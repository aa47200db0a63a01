ALTER TABLE roles RENAME COLUMN title TO display_name;
