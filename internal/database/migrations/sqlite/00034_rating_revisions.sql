-- +goose Up

-- imported_answers: every rating a source told, and what it made of it later; a row is never changed. resolution_id is 0 while the
-- contact has no resolution. revision counts the ratings of one metric about one resolution, and goes on from those that came before
-- the first resolution. source_changed_at is when the source says it changed the contact; timed says that it told when the customer
-- answered, and the answer is not only dated by the resolution; late ones are kept and never counted.
-- A comment is the customer's own words: who erases a customer clears it here and in answers. The rating stays, for it names nobody.
ALTER TABLE imported_answers ADD COLUMN contact_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imported_answers ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE imported_answers ADD COLUMN source_changed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imported_answers ADD COLUMN timed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imported_answers ADD COLUMN late INTEGER NOT NULL DEFAULT 0;

UPDATE imported_answers SET
    contact_id = COALESCE((SELECT contact_id FROM resolutions WHERE resolutions.id = imported_answers.resolution_id), 0),
    timed = COALESCE((SELECT resolved_at <> answered_at FROM resolutions WHERE resolutions.id = imported_answers.resolution_id), 0);

--   unique (contact_id, resolution_id, metric, revision): the ratings of a contact, which intake compares a new one with; two that
--   arrive at once cannot both be the same revision. It takes the place of (resolution_id, metric): nobody asks by the resolution alone
DROP INDEX IF EXISTS imported_answers_resolution_id_metric;
CREATE UNIQUE INDEX IF NOT EXISTS imported_answers_contact_id_resolution_id_metric_revision
    ON imported_answers (contact_id, resolution_id, metric, revision);

-- +goose Down
DELETE FROM imported_answers WHERE revision > 1 OR resolution_id = 0;
DROP INDEX IF EXISTS imported_answers_contact_id_resolution_id_metric_revision;
CREATE UNIQUE INDEX IF NOT EXISTS imported_answers_resolution_id_metric ON imported_answers (resolution_id, metric);
ALTER TABLE imported_answers DROP COLUMN late;
ALTER TABLE imported_answers DROP COLUMN timed;
ALTER TABLE imported_answers DROP COLUMN source_changed_at;
ALTER TABLE imported_answers DROP COLUMN revision;
ALTER TABLE imported_answers DROP COLUMN contact_id;
