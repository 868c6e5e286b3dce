-- +goose NO TRANSACTION
-- +goose Up

-- A survey that was being sent when its contact was reopened was written as cancelled. It may have gone out, and where it still counts
-- as a touch nobody has said that it did not: the doubt is shown again, beside the reason. Run again, it finds nothing more.
UPDATE invitations
    JOIN customers ON customers.id = invitations.customer_id
    JOIN touches ON touches.person_id = customers.person_id AND touches.kind = 'invitation' AND touches.ref = invitations.id
SET invitations.state = 'uncertain'
WHERE invitations.state = 'cancelled' AND invitations.sent_at = 0;

-- invitations: what is not at its end is looked for all day, and is a handful among millions.
--   (state): surveys on their way, by id
--   (reminder_state, reminder_due_at): reminders whose time has come; those that wait for theirs are passed over
ALTER TABLE invitations
    ADD KEY invitations_state (state),
    ADD KEY invitations_reminder_state_reminder_due_at (reminder_state, reminder_due_at);

-- +goose Down
ALTER TABLE invitations
    DROP KEY invitations_reminder_state_reminder_due_at,
    DROP KEY invitations_state;
