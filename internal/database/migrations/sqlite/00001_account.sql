-- +goose Up

CREATE TABLE IF NOT EXISTS settings (
    name TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (name)
);

--   unique (login): a login names one user
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    password_hash TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    disabled_at INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS users_login ON users (login);

--   unique (name): teams are interned by name at intake
CREATE TABLE IF NOT EXISTS teams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS teams_name ON teams (name);

CREATE TABLE IF NOT EXISTS user_teams (
    user_id INTEGER NOT NULL DEFAULT 0,
    team_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, team_id)
);

--   (user_id): list and revoke the sessions of a user
--   (expires_at): housekeeping
CREATE TABLE IF NOT EXISTS login_sessions (
    token_hash TEXT NOT NULL DEFAULT '',
    user_id INTEGER NOT NULL DEFAULT 0,
    ip TEXT NOT NULL DEFAULT '',
    user_agent TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    last_seen_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (token_hash)
);
CREATE INDEX IF NOT EXISTS login_sessions_user_id ON login_sessions (user_id);
CREATE INDEX IF NOT EXISTS login_sessions_expires_at ON login_sessions (expires_at);

-- tries to log in, by hashed login and by hashed IP address
CREATE TABLE IF NOT EXISTS login_tries (
    try_key TEXT NOT NULL DEFAULT '',
    count INTEGER NOT NULL DEFAULT 0,
    since INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (try_key)
);

--   unique (token_hash): every API request looks its token up
CREATE TABLE IF NOT EXISTS api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT '',
    source_id INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    last_used_at INTEGER NOT NULL DEFAULT 0,
    revoked_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS api_tokens_token_hash ON api_tokens (token_hash);

--   (subject_kind, subject_id, id): the history of one thing
CREATE TABLE IF NOT EXISTS audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL DEFAULT 0,
    action TEXT NOT NULL DEFAULT '',
    subject_kind TEXT NOT NULL DEFAULT '',
    subject_id INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS audit_entries_subject_kind_subject_id_id ON audit_entries (subject_kind, subject_id, id);

-- +goose Down
DROP TABLE IF EXISTS audit_entries;
DROP TABLE IF EXISTS api_tokens;
DROP TABLE IF EXISTS login_tries;
DROP TABLE IF EXISTS login_sessions;
DROP TABLE IF EXISTS user_teams;
DROP TABLE IF EXISTS teams;
DROP TABLE IF EXISTS users;
DROP TABLE IF EXISTS settings;
