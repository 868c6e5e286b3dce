-- +goose NO TRANSACTION
-- +goose Up

-- What the timeline of a customer reads. Everything else in it is found by indexes there are: contacts, resolutions, callbacks, responses
-- and consents by customer, decisions and corrections by contact, attempts and changes by callback, touches by person.
--   (customer_id, created_at): the invitations of a customer; neither changes, so that the index is written once for each
ALTER TABLE invitations ADD KEY invitations_customer_id_created_at (customer_id, created_at);

-- +goose Down
ALTER TABLE invitations DROP KEY invitations_customer_id_created_at;
