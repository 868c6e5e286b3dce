-- +goose Up
-- handoff_contacts: who of a team gets links of its handoffs, who never logs in. sealed is their number, or the address of a robot, encrypted
-- with the installation's key; it is emptied when they are removed. shown is its last four digits, or the host. They are no customers:
-- removing a contact is the erasure of one.
--   (team_id, ended_at): the contacts of a team, a few; asked when a handoff is opened, goes to another team, or is late
CREATE TABLE IF NOT EXISTS handoff_contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    way TEXT NOT NULL DEFAULT '',
    sealed TEXT NOT NULL DEFAULT '',
    shown TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS handoff_contacts_team_id_ended_at ON handoff_contacts (team_id, ended_at);

-- +goose Down
DROP TABLE IF EXISTS handoff_contacts;
