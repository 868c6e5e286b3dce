-- +goose Up

-- import_runs: skipped are rows that are no contacts, such as a total; summary is JSON: how the file was read, and its problems by kind.
-- file_id is the run whose pieces hold the file, which is another one where a run is matched anew.
ALTER TABLE import_runs
    ADD COLUMN skipped BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN file_id BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN summary MEDIUMTEXT NOT NULL;
UPDATE import_runs SET file_id = id;

-- import_rejects: the rows a run did not take, as they stood in the file, so that they can be had as a file, mended and taken in. They
-- hold personal data of people who may be nowhere else: erasure looks in cells, and they go with their run's report.
--   (run_id, id): the file of a run, page by page
CREATE TABLE IF NOT EXISTS import_rejects (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    run_id BIGINT NOT NULL DEFAULT 0,
    line BIGINT NOT NULL DEFAULT 0,
    reasons MEDIUMTEXT NOT NULL,
    cells MEDIUMTEXT NOT NULL,
    KEY import_rejects_run_id_id (run_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- contacts: import_id is the last import that changed a contact; 0 for none.
--   (import_id, changed_at, id): the contacts of an import, those changed last first
ALTER TABLE contacts
    ADD COLUMN import_id BIGINT NOT NULL DEFAULT 0,
    ADD KEY contacts_import_id_changed_at_id (import_id, changed_at, id);

-- +goose Down
ALTER TABLE contacts
    DROP KEY contacts_import_id_changed_at_id,
    DROP COLUMN import_id;
DROP TABLE IF EXISTS import_rejects;
ALTER TABLE import_runs
    DROP COLUMN summary,
    DROP COLUMN file_id,
    DROP COLUMN skipped;
