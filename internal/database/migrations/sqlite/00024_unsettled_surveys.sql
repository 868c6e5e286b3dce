-- +goose Up

-- A survey that was being sent when its contact was reopened was written as cancelled. It may have gone out, and where it still counts
-- as a touch nobody has said that it did not: the doubt is shown again, beside the reason.
UPDATE invitations SET state = 'uncertain'
WHERE state = 'cancelled' AND sent_at = 0 AND EXISTS (
    SELECT 1 FROM touches JOIN customers ON customers.person_id = touches.person_id
    WHERE customers.id = invitations.customer_id AND touches.kind = 'invitation' AND touches.ref = invitations.id
);

-- invitations: what is not at its end is looked for all day, and is a handful among millions.
--   (state): surveys on their way, by id
--   (reminder_state, reminder_due_at): reminders whose time has come; those that wait for theirs are passed over
CREATE INDEX IF NOT EXISTS invitations_state ON invitations (state);
CREATE INDEX IF NOT EXISTS invitations_reminder_state_reminder_due_at ON invitations (reminder_state, reminder_due_at);

-- +goose Down
DROP INDEX IF EXISTS invitations_reminder_state_reminder_due_at;
DROP INDEX IF EXISTS invitations_state;
