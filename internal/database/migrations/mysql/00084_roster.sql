-- +goose NO TRANSACTION
-- +goose Up

-- shifts: the named shifts of the centre, of which there are a few dozen. They name nobody.
--   unique (name): what a cell of a roster says is one shift
CREATE TABLE IF NOT EXISTS shifts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(190) NOT NULL DEFAULT '',
    from_minute INT NOT NULL DEFAULT 0,
    until_minute INT NOT NULL DEFAULT 0,
    UNIQUE KEY shifts_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- roster_entries: who works when. Rows are ended, not changed: added_by and removed_by are changes, so that one can be undone. They are of
-- users of the centre, who are never deleted, and of no customer: erasure has nothing to look for here. That somebody was sick is kept with
-- its days and without a word why; retention of what concerns staff ends rows by day.
--   (user_id, removed_by, day): what stands of a person in a week; a caller's promise is asked for by it
--   (added_by), (removed_by): what a change did, when it is undone. A roster changes a few hundred times a day
CREATE TABLE IF NOT EXISTS roster_entries (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL DEFAULT 0,
    day INT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    name VARCHAR(190) NOT NULL DEFAULT '',
    from_minute INT NOT NULL DEFAULT 0,
    until_minute INT NOT NULL DEFAULT 0,
    begins_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0,
    added_by BIGINT NOT NULL DEFAULT 0,
    removed_by BIGINT NOT NULL DEFAULT 0,
    KEY roster_entries_user_id_removed_by_day (user_id, removed_by, day),
    KEY roster_entries_added_by (added_by),
    KEY roster_entries_removed_by (removed_by)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- roster_changes: who changed a roster, and how much of it. Read by its id, the newest first.
CREATE TABLE IF NOT EXISTS roster_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    doing VARCHAR(40) NOT NULL DEFAULT '',
    from_day INT NOT NULL DEFAULT 0,
    until_day INT NOT NULL DEFAULT 0,
    people INT NOT NULL DEFAULT 0,
    days INT NOT NULL DEFAULT 0,
    undone_by BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS roster_changes;
DROP TABLE IF EXISTS roster_entries;
DROP TABLE IF EXISTS shifts;
