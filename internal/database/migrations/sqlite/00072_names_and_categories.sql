-- +goose Up

-- customers: name_end is the end of a name, its last four characters in reverse: a list of callbacks is searched by the first or the last
-- part of a name, and an index knows beginnings only. It is made of the name and is kept in the index alone: what erases the name erases it.
--   (name_end): whose names end so; the beginning of a name has an index already
-- contacts:
--   (category, id): the callbacks about a category that few contacts have; taking a contact in adds an entry, and a claim reads none
ALTER TABLE customers ADD COLUMN name_end TEXT GENERATED ALWAYS AS (
    substr(name, -1, 1) || substr(name, -2, 1) || substr(name, -3, 1) || substr(name, -4, 1)) VIRTUAL;
CREATE INDEX IF NOT EXISTS customers_name_end ON customers (name_end);
CREATE INDEX IF NOT EXISTS contacts_category_id ON contacts (category, id);

-- +goose Down
DROP INDEX IF EXISTS contacts_category_id;
DROP INDEX IF EXISTS customers_name_end;
ALTER TABLE customers DROP COLUMN name_end;
