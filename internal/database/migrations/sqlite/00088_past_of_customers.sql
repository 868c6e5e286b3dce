-- +goose Up

-- What the timeline of a customer reads. Everything else in it is found by indexes there are: contacts, resolutions, callbacks, responses
-- and consents by customer, decisions and corrections by contact, attempts and changes by callback, touches by person.
--   (customer_id, created_at): the invitations of a customer; neither changes, so that the index is written once for each
CREATE INDEX IF NOT EXISTS invitations_customer_id_created_at ON invitations (customer_id, created_at);

-- +goose Down
DROP INDEX IF EXISTS invitations_customer_id_created_at;
