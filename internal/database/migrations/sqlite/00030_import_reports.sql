-- +goose Up

-- import_runs: skipped are rows that are no contacts, such as a total; summary is JSON: how the file was read, and its problems by kind.
-- file_id is the run whose pieces hold the file, which is another one where a run is matched anew.
ALTER TABLE import_runs ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_runs ADD COLUMN file_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_runs ADD COLUMN summary TEXT NOT NULL DEFAULT '';
UPDATE import_runs SET file_id = id;

-- import_rejects: the rows a run did not take, as they stood in the file, so that they can be had as a file, mended and taken in. They
-- hold personal data of people who may be nowhere else: erasure looks in cells, and they go with their run's report.
--   (run_id, id): the file of a run, page by page
CREATE TABLE IF NOT EXISTS import_rejects (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL DEFAULT 0,
    line INTEGER NOT NULL DEFAULT 0,
    reasons TEXT NOT NULL DEFAULT '',
    cells TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS import_rejects_run_id_id ON import_rejects (run_id, id);

-- contacts: import_id is the last import that changed a contact; 0 for none.
--   (import_id, changed_at, id): the contacts of an import, those changed last first
ALTER TABLE contacts ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS contacts_import_id_changed_at_id ON contacts (import_id, changed_at, id);

-- +goose Down
DROP INDEX IF EXISTS contacts_import_id_changed_at_id;
ALTER TABLE contacts DROP COLUMN import_id;
DROP TABLE IF EXISTS import_rejects;
ALTER TABLE import_runs DROP COLUMN summary;
ALTER TABLE import_runs DROP COLUMN file_id;
ALTER TABLE import_runs DROP COLUMN skipped;
