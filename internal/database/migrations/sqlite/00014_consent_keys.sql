-- +goose Up

-- unique (dedupe_key, customer_id): a consent that is delivered twice is recorded once for each customer it is about
ALTER TABLE consent_events ADD COLUMN dedupe_key TEXT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS consent_events_dedupe_key_customer_id ON consent_events (dedupe_key, customer_id);

-- +goose Down
DROP INDEX consent_events_dedupe_key_customer_id;
ALTER TABLE consent_events DROP COLUMN dedupe_key;
