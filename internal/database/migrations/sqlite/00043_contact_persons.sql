-- +goose Up

-- contacts: contact_name is whom to ask for about the contact, where that is somebody else than the customer; contact_phone their number
-- as the source wrote it, and contact_line the same as E.164, empty when it is no number. Both are personal data of whoever reported the
-- problem: what erases or prunes a contact takes them along, and who erases a customer empties them on the customer's contacts. No log,
-- correction or job has them. No index: they are read with the contact and never searched by.
ALTER TABLE contacts ADD COLUMN contact_name TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN contact_phone TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN contact_line TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE contacts DROP COLUMN contact_line;
ALTER TABLE contacts DROP COLUMN contact_phone;
ALTER TABLE contacts DROP COLUMN contact_name;
