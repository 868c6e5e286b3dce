-- +goose NO TRANSACTION
-- +goose Up

-- customers: name_end is the end of a name, its last four characters in reverse: a list of callbacks is searched by the first or the last
-- part of a name, and an index knows beginnings only. It is made of the name and is kept in the index alone: what erases the name erases it.
--   (name_end): whose names end so; the beginning of a name has an index already
-- contacts:
--   (category, id): the callbacks about a category that few contacts have; taking a contact in adds an entry, and a claim reads none
ALTER TABLE customers
    ADD COLUMN name_end VARCHAR(4) GENERATED ALWAYS AS (
        CONCAT(SUBSTR(name, -1, 1), SUBSTR(name, -2, 1), SUBSTR(name, -3, 1), SUBSTR(name, -4, 1))) VIRTUAL,
    ADD KEY customers_name_end (name_end);
ALTER TABLE contacts ADD KEY contacts_category_id (category, id);

-- +goose Down
ALTER TABLE contacts DROP KEY contacts_category_id;
ALTER TABLE customers DROP KEY customers_name_end, DROP COLUMN name_end;
