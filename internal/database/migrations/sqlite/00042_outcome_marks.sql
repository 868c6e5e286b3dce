-- +goose Up

-- attempts: what their outcomes say beside the two results.
-- outcome_version is the set an attempt was recorded under; those of before were recorded under the codes that version 1 has. mark is the
-- flag of which supervisors are told (abuse, complaint, needs_action, praise, suggestion), empty for none; mark_seen_at is when somebody
-- said that they know. wrong_phone is the line that turned out not to be the customer's, which is not called for them any more.
-- wrong_phone is a customer's address: who erases a customer clears it here, with the notes, as in customer_addresses.
--   (mark, mark_seen_at): the few marks that nobody has seen, each kind a range; an attempt without a mark lies in one of its own
--   (customer_id, wrong_phone): the wrong phones of a dozen customers before a claim, without reading their attempts rows
ALTER TABLE attempts ADD COLUMN outcome_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempts ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN mark_seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN mark_seen_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN wrong_phone TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS attempts_mark_mark_seen_at ON attempts (mark, mark_seen_at);
CREATE INDEX IF NOT EXISTS attempts_customer_id_wrong_phone ON attempts (customer_id, wrong_phone);

-- +goose Down
DROP INDEX IF EXISTS attempts_customer_id_wrong_phone;
DROP INDEX IF EXISTS attempts_mark_mark_seen_at;
ALTER TABLE attempts DROP COLUMN wrong_phone;
ALTER TABLE attempts DROP COLUMN mark_seen_by;
ALTER TABLE attempts DROP COLUMN mark_seen_at;
ALTER TABLE attempts DROP COLUMN mark;
ALTER TABLE attempts DROP COLUMN outcome_version;
