-- +goose NO TRANSACTION
-- +goose Up

-- unique (dedupe_key, customer_id): a consent that is delivered twice is recorded once for each customer it is about
ALTER TABLE consent_events
    ADD COLUMN dedupe_key VARCHAR(191) NULL,
    ADD UNIQUE KEY consent_events_dedupe_key_customer_id (dedupe_key, customer_id);

-- +goose Down
ALTER TABLE consent_events DROP KEY consent_events_dedupe_key_customer_id, DROP COLUMN dedupe_key;
