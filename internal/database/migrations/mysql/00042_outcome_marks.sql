-- +goose NO TRANSACTION
-- +goose Up

-- attempts: what their outcomes say beside the two results.
-- outcome_version is the set an attempt was recorded under; those of before were recorded under the codes that version 1 has. mark is the
-- flag of which supervisors are told (abuse, complaint, needs_action, praise, suggestion), empty for none; mark_seen_at is when somebody
-- said that they know. wrong_phone is the line that turned out not to be the customer's, which is not called for them any more.
-- wrong_phone is a customer's address: who erases a customer clears it here, with the notes, as in customer_addresses.
--   (mark, mark_seen_at): the few marks that nobody has seen, each kind a range; an attempt without a mark lies in one of its own
--   (customer_id, wrong_phone): the wrong phones of a dozen customers before a claim, without reading their attempts rows
ALTER TABLE attempts
    ADD COLUMN outcome_version BIGINT NOT NULL DEFAULT 1,
    ADD COLUMN mark VARCHAR(40) NOT NULL DEFAULT '',
    ADD COLUMN mark_seen_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN mark_seen_by BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN wrong_phone VARCHAR(190) NOT NULL DEFAULT '',
    ADD KEY attempts_mark_mark_seen_at (mark, mark_seen_at),
    ADD KEY attempts_customer_id_wrong_phone (customer_id, wrong_phone);

-- +goose Down
ALTER TABLE attempts
    DROP KEY attempts_customer_id_wrong_phone, DROP KEY attempts_mark_mark_seen_at, DROP COLUMN wrong_phone,
    DROP COLUMN mark_seen_by, DROP COLUMN mark_seen_at, DROP COLUMN mark, DROP COLUMN outcome_version;
