-- +goose Up

-- bulk_acts: one thing that somebody did to many callbacks at once, why, and how far it is: the page of it shows that, and takes it back.
-- teams are the teams whose callbacks it was asked for, as JSON. No personal data of customers but what may be in why, which is written in
-- the story of each callback too: who erases a customer has nothing to look for here that is not there, and a centre that forgets old
-- stories forgets old acts by created_at.
--   (user_id, id): the acts of somebody, the newest first
-- bulk_rows: what it was done to. before_json is what is put back when it is taken back, after_mark by what it is known that nothing has
-- happened since. It holds states and times and nothing anybody wrote.
--   (act_id, state, callback_id): the next ones to be done or taken back, and the counts of a page, however many rows the act has
CREATE TABLE IF NOT EXISTS bulk_acts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL DEFAULT 0,
    role TEXT NOT NULL DEFAULT '',
    teams TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    caller_id INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    until_at INTEGER NOT NULL DEFAULT 0,
    free INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    row_count INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    undone_by INTEGER NOT NULL DEFAULT 0,
    undone_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS bulk_acts_user_id_id ON bulk_acts (user_id, id);
CREATE TABLE IF NOT EXISTS bulk_rows (
    act_id INTEGER NOT NULL DEFAULT 0,
    callback_id INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    refused TEXT NOT NULL DEFAULT '',
    before_json TEXT NOT NULL DEFAULT '',
    after_mark TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (act_id, callback_id)
);
CREATE INDEX IF NOT EXISTS bulk_rows_act_id_state_callback_id ON bulk_rows (act_id, state, callback_id);

-- +goose Down
DROP TABLE IF EXISTS bulk_rows;
DROP TABLE IF EXISTS bulk_acts;
