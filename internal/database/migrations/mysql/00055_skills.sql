-- +goose NO TRANSACTION
-- +goose Up

-- skills: what callers can be good at, by names the centre chose. caller_skills says who has which: it names users, never a customer, and
-- goes with the skill; a user is never deleted, only disabled. skill_rules say which callbacks need which, the first that matches by
-- position; '' is any. They are the centre's words: neither erasure nor retention has anything to look for in the three.
--   unique (name): a name is one skill
--   primary key (user_id, skill_id): a claim asks what its caller has
--   (skill_id): who has a skill, on its page and when it is removed
--   skill_rules needs no index: they are a hundred at most, and always read whole
CREATE TABLE IF NOT EXISTS skills (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(191) NOT NULL DEFAULT '',
    UNIQUE KEY skills_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS caller_skills (
    user_id BIGINT NOT NULL DEFAULT 0,
    skill_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, skill_id),
    KEY caller_skills_skill_id (skill_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS skill_rules (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    position INT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    skill_id BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- pools: what callbacks are for was called their skill. Now it is the kind, and skill_id is what a caller must be good at, 0 for nothing.
--   unique (team_id, kind, skill_id, zone): interned, as before. It takes the place of (team_id, skill, zone)
ALTER TABLE pools
    CHANGE skill kind VARCHAR(40) NOT NULL DEFAULT '',
    ADD COLUMN skill_id BIGINT NOT NULL DEFAULT 0,
    DROP KEY pools_team_id_skill_zone,
    ADD UNIQUE KEY pools_team_id_kind_skill_id_zone (team_id, kind, skill_id, zone);

-- +goose Down
UPDATE callbacks SET pool_id = (
    SELECT MIN(same.id) FROM pools JOIN pools AS same ON same.team_id = pools.team_id AND same.kind = pools.kind AND same.zone = pools.zone
    WHERE pools.id = callbacks.pool_id)
WHERE pool_id IN (SELECT id FROM pools);
DELETE FROM pools WHERE id NOT IN (SELECT id FROM (SELECT MIN(id) AS id FROM pools GROUP BY team_id, kind, zone) AS kept);
ALTER TABLE pools
    DROP KEY pools_team_id_kind_skill_id_zone,
    DROP COLUMN skill_id,
    CHANGE kind skill VARCHAR(40) NOT NULL DEFAULT '',
    ADD UNIQUE KEY pools_team_id_skill_zone (team_id, skill, zone);
DROP TABLE IF EXISTS skill_rules;
DROP TABLE IF EXISTS caller_skills;
DROP TABLE IF EXISTS skills;
