-- +goose Up

-- users: when somebody logged in last, and how often they were edited: who edits what somebody else edited meanwhile is told. Users are
-- never deleted, as what they did names them; who leaves is disabled.
ALTER TABLE users ADD COLUMN last_login_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE users SET last_login_at =
    COALESCE((SELECT MAX(a.at) FROM audit_entries AS a WHERE a.user_id = users.id AND a.action = 'user.login'), 0);

-- password_links: a user may set their password once by a link, of which only the hash is here. A newer link takes the place of an older
-- one, the one that is used is deleted, and one that is over by Prune.
--   primary (token_hash): who comes with a link is looked up by it
--   unique (user_id): one link a user
--   (expires_at): housekeeping
CREATE TABLE IF NOT EXISTS password_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS password_links_user_id ON password_links (user_id);
CREATE INDEX IF NOT EXISTS password_links_expires_at ON password_links (expires_at);

-- user_teams: whose a team's people are was only asked by user.
--   (team_id, user_id): the people of a team, whom its supervisor lists and whose acts they read
CREATE INDEX IF NOT EXISTS user_teams_team_id_user_id ON user_teams (team_id, user_id);

-- +goose Down
DROP INDEX IF EXISTS user_teams_team_id_user_id;
DROP TABLE IF EXISTS password_links;
ALTER TABLE users DROP COLUMN revision;
ALTER TABLE users DROP COLUMN last_login_at;
