-- +goose NO TRANSACTION
-- +goose Up

-- imported_answers: every rating a source told, and what it made of it later; a row is never changed. resolution_id is 0 while the
-- contact has no resolution. revision counts the ratings of one metric about one resolution, and goes on from those that came before
-- the first resolution. source_changed_at is when the source says it changed the contact; timed says that it told when the customer
-- answered, and the answer is not only dated by the resolution; late ones are kept and never counted.
-- A comment is the customer's own words: who erases a customer clears it here and in answers. The rating stays, for it names nobody.
ALTER TABLE imported_answers
    ADD COLUMN contact_id BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN revision INT NOT NULL DEFAULT 1,
    ADD COLUMN source_changed_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN timed TINYINT(1) NOT NULL DEFAULT 0,
    ADD COLUMN late TINYINT(1) NOT NULL DEFAULT 0;

UPDATE imported_answers JOIN resolutions ON resolutions.id = imported_answers.resolution_id
SET imported_answers.contact_id = resolutions.contact_id, timed = resolutions.resolved_at <> imported_answers.answered_at;

--   unique (contact_id, resolution_id, metric, revision): the ratings of a contact, which intake compares a new one with; two that
--   arrive at once cannot both be the same revision. It takes the place of (resolution_id, metric): nobody asks by the resolution alone
ALTER TABLE imported_answers
    DROP KEY imported_answers_resolution_id_metric,
    ADD UNIQUE KEY imported_answers_contact_id_resolution_id_metric_revision (contact_id, resolution_id, metric, revision);

-- +goose Down
DELETE FROM imported_answers WHERE revision > 1 OR resolution_id = 0;
ALTER TABLE imported_answers
    DROP KEY imported_answers_contact_id_resolution_id_metric_revision,
    ADD UNIQUE KEY imported_answers_resolution_id_metric (resolution_id, metric),
    DROP COLUMN late, DROP COLUMN timed, DROP COLUMN source_changed_at, DROP COLUMN revision, DROP COLUMN contact_id;
