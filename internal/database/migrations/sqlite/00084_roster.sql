-- +goose Up

-- shifts: the named shifts of the centre, of which there are a few dozen. They name nobody.
--   unique (name): what a cell of a roster says is one shift
CREATE TABLE IF NOT EXISTS shifts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    from_minute INTEGER NOT NULL DEFAULT 0,
    until_minute INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS shifts_name ON shifts (name);

-- roster_entries: who works when. Rows are ended, not changed: added_by and removed_by are changes, so that one can be undone. They are of
-- users of the centre, who are never deleted, and of no customer: erasure has nothing to look for here. That somebody was sick is kept with
-- its days and without a word why; retention of what concerns staff ends rows by day.
--   (user_id, removed_by, day): what stands of a person in a week; a caller's promise is asked for by it
--   (added_by), (removed_by): what a change did, when it is undone. A roster changes a few hundred times a day
CREATE TABLE IF NOT EXISTS roster_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL DEFAULT 0,
    day INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    from_minute INTEGER NOT NULL DEFAULT 0,
    until_minute INTEGER NOT NULL DEFAULT 0,
    begins_at INTEGER NOT NULL DEFAULT 0,
    ends_at INTEGER NOT NULL DEFAULT 0,
    added_by INTEGER NOT NULL DEFAULT 0,
    removed_by INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS roster_entries_user_id_removed_by_day ON roster_entries (user_id, removed_by, day);
CREATE INDEX IF NOT EXISTS roster_entries_added_by ON roster_entries (added_by);
CREATE INDEX IF NOT EXISTS roster_entries_removed_by ON roster_entries (removed_by);

-- roster_changes: who changed a roster, and how much of it. Read by its id, the newest first.
CREATE TABLE IF NOT EXISTS roster_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL DEFAULT 0,
    doing TEXT NOT NULL DEFAULT '',
    from_day INTEGER NOT NULL DEFAULT 0,
    until_day INTEGER NOT NULL DEFAULT 0,
    people INTEGER NOT NULL DEFAULT 0,
    days INTEGER NOT NULL DEFAULT 0,
    undone_by INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE IF EXISTS roster_changes;
DROP TABLE IF EXISTS roster_entries;
DROP TABLE IF EXISTS shifts;
