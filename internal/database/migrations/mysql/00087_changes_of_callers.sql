-- +goose NO TRANSACTION
-- +goose Up

-- callback_changes: what a caller did with callbacks on a day: what they passed on, and the claims that ended by their lease. No personal
-- data comes to the table by it.
--   (user_id, at): a caller's day, of some hundreds of changes; without it the whole table is read. A claim writes one more entry of 16 bytes
--   for it, at the end of its caller's own, where no other caller writes
ALTER TABLE callback_changes ADD KEY callback_changes_user_id_at (user_id, at);

-- handoffs: what a caller opened on a day.
--   (opened_by, said_at): a caller's day, of a few; a handoff is opened some hundred times less often than a callback is claimed
ALTER TABLE handoffs ADD KEY handoffs_opened_by_said_at (opened_by, said_at);

-- +goose Down
ALTER TABLE handoffs DROP KEY handoffs_opened_by_said_at;
ALTER TABLE callback_changes DROP KEY callback_changes_user_id_at;
