-- +goose NO TRANSACTION
-- +goose Up

CREATE TABLE IF NOT EXISTS settings (
    name VARCHAR(191) NOT NULL DEFAULT '',
    value MEDIUMTEXT NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (login): a login names one user
CREATE TABLE IF NOT EXISTS users (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    login VARCHAR(191) NOT NULL DEFAULT '',
    name VARCHAR(191) NOT NULL DEFAULT '',
    password_hash VARCHAR(512) NOT NULL DEFAULT '',
    role VARCHAR(40) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    disabled_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY users_login (login)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (name): teams are interned by name at intake
CREATE TABLE IF NOT EXISTS teams (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(191) NOT NULL DEFAULT '',
    UNIQUE KEY teams_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS user_teams (
    user_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, team_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (user_id): list and revoke the sessions of a user
--   (expires_at): housekeeping
CREATE TABLE IF NOT EXISTS login_sessions (
    token_hash VARCHAR(191) NOT NULL DEFAULT '',
    user_id BIGINT NOT NULL DEFAULT 0,
    ip VARCHAR(60) NOT NULL DEFAULT '',
    user_agent VARCHAR(300) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    last_seen_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (token_hash),
    KEY login_sessions_user_id (user_id),
    KEY login_sessions_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- tries to log in, by hashed login and by hashed IP address
CREATE TABLE IF NOT EXISTS login_tries (
    try_key VARCHAR(191) NOT NULL DEFAULT '',
    count BIGINT NOT NULL DEFAULT 0,
    since BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (try_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   unique (token_hash): every API request looks its token up
CREATE TABLE IF NOT EXISTS api_tokens (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    token_hash VARCHAR(191) NOT NULL DEFAULT '',
    name VARCHAR(191) NOT NULL DEFAULT '',
    role VARCHAR(40) NOT NULL DEFAULT '',
    source_id BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    revoked_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY api_tokens_token_hash (token_hash)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

--   (subject_kind, subject_id, id): the history of one thing
CREATE TABLE IF NOT EXISTS audit_entries (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    action VARCHAR(40) NOT NULL DEFAULT '',
    subject_kind VARCHAR(40) NOT NULL DEFAULT '',
    subject_id BIGINT NOT NULL DEFAULT 0,
    detail MEDIUMTEXT NOT NULL,
    KEY audit_entries_subject_kind_subject_id_id (subject_kind, subject_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS audit_entries;
DROP TABLE IF EXISTS api_tokens;
DROP TABLE IF EXISTS login_tries;
DROP TABLE IF EXISTS login_sessions;
DROP TABLE IF EXISTS user_teams;
DROP TABLE IF EXISTS teams;
DROP TABLE IF EXISTS users;
DROP TABLE IF EXISTS settings;
