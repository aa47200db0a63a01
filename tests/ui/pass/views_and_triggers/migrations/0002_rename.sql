ALTER TABLE notes RENAME COLUMN body TO content;

CREATE TRIGGER notes_after_update AFTER UPDATE OF content ON notes BEGIN
    UPDATE notes SET changes = changes + 1 WHERE id = new.id;
END;
