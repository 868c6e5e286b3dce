-- +goose Up

-- skills: what callers can be good at, by names the centre chose. caller_skills says who has which: it names users, never a customer, and
-- goes with the skill; a user is never deleted, only disabled. skill_rules say which callbacks need which, the first that matches by
-- position; '' is any. They are the centre's words: neither erasure nor retention has anything to look for in the three.
--   unique (name): a name is one skill
--   primary key (user_id, skill_id): a claim asks what its caller has
--   (skill_id): who has a skill, on its page and when it is removed
--   skill_rules needs no index: they are a hundred at most, and always read whole
CREATE TABLE IF NOT EXISTS skills (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS skills_name ON skills (name);

CREATE TABLE IF NOT EXISTS caller_skills (
    user_id INTEGER NOT NULL DEFAULT 0,
    skill_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, skill_id)
);
CREATE INDEX IF NOT EXISTS caller_skills_skill_id ON caller_skills (skill_id);

CREATE TABLE IF NOT EXISTS skill_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    position INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    skill_id INTEGER NOT NULL DEFAULT 0
);

-- pools: what callbacks are for was called their skill. Now it is the kind, and skill_id is what a caller must be good at, 0 for nothing.
--   unique (team_id, kind, skill_id, zone): interned, as before. It takes the place of (team_id, skill, zone)
ALTER TABLE pools RENAME COLUMN skill TO kind;
ALTER TABLE pools ADD COLUMN skill_id INTEGER NOT NULL DEFAULT 0;
DROP INDEX IF EXISTS pools_team_id_skill_zone;
CREATE UNIQUE INDEX IF NOT EXISTS pools_team_id_kind_skill_id_zone ON pools (team_id, kind, skill_id, zone);

-- +goose Down
UPDATE callbacks SET pool_id = (
    SELECT MIN(same.id) FROM pools JOIN pools AS same ON same.team_id = pools.team_id AND same.kind = pools.kind AND same.zone = pools.zone
    WHERE pools.id = callbacks.pool_id)
WHERE pool_id IN (SELECT id FROM pools);
DELETE FROM pools WHERE id NOT IN (SELECT MIN(id) FROM pools GROUP BY team_id, kind, zone);
DROP INDEX IF EXISTS pools_team_id_kind_skill_id_zone;
ALTER TABLE pools DROP COLUMN skill_id;
ALTER TABLE pools RENAME COLUMN kind TO skill;
CREATE UNIQUE INDEX IF NOT EXISTS pools_team_id_skill_zone ON pools (team_id, skill, zone);
DROP TABLE IF EXISTS skill_rules;
DROP TABLE IF EXISTS caller_skills;
DROP TABLE IF EXISTS skills;
