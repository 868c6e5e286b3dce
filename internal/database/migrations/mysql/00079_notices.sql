-- +goose NO TRANSACTION
-- +goose Up

-- notices: what supervisors pin on every desk of their teams. notice_versions keeps each wording, for who asks later what was said by then;
-- notice_teams says whose desks, none for all; notice_reads says who has read which wording. They hold the centre's own words and name its
-- users: who erases a customer finds nothing here, unless somebody wrote one into a notice, which the page asks them not to; then
-- body is where to look, here and in notice_versions. They are few: retention has nothing to do.
--   notices (unpinned_at, ends_at): those that are up, as every desk asks; a few dozen at most are
--   notice_versions primary key (notice_id, version): a notice with its wordings
--   notice_teams primary key (notice_id, team_id): the desks of a notice
--   notice_reads primary key (notice_id, user_id): the newest wording a user has read; read for one notice, or for one user and those up
CREATE TABLE IF NOT EXISTS notices (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    body MEDIUMTEXT NOT NULL,
    version INT NOT NULL DEFAULT 0,
    pinned_by BIGINT NOT NULL DEFAULT 0,
    pinned_at BIGINT NOT NULL DEFAULT 0,
    changed_by BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0,
    unpinned_by BIGINT NOT NULL DEFAULT 0,
    unpinned_at BIGINT NOT NULL DEFAULT 0,
    KEY notices_unpinned_at_ends_at (unpinned_at, ends_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS notice_versions (
    notice_id BIGINT NOT NULL DEFAULT 0,
    version INT NOT NULL DEFAULT 0,
    body MEDIUMTEXT NOT NULL,
    changed_by BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (notice_id, version)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS notice_teams (
    notice_id BIGINT NOT NULL DEFAULT 0,
    team_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (notice_id, team_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS notice_reads (
    notice_id BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    version INT NOT NULL DEFAULT 0,
    read_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (notice_id, user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS notice_reads;
DROP TABLE IF EXISTS notice_teams;
DROP TABLE IF EXISTS notice_versions;
DROP TABLE IF EXISTS notices;
