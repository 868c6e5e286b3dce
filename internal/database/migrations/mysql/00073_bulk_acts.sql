-- +goose NO TRANSACTION
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
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL DEFAULT 0,
    role VARCHAR(40) NOT NULL DEFAULT '',
    teams VARCHAR(4000) NOT NULL DEFAULT '',
    kind VARCHAR(40) NOT NULL DEFAULT '',
    caller_id BIGINT NOT NULL DEFAULT 0,
    priority INT NOT NULL DEFAULT 0,
    until_at BIGINT NOT NULL DEFAULT 0,
    free TINYINT(1) NOT NULL DEFAULT 0,
    why MEDIUMTEXT NOT NULL,
    state VARCHAR(40) NOT NULL DEFAULT '',
    row_count INT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    undone_by BIGINT NOT NULL DEFAULT 0,
    undone_at BIGINT NOT NULL DEFAULT 0,
    KEY bulk_acts_user_id_id (user_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS bulk_rows (
    act_id BIGINT NOT NULL DEFAULT 0,
    callback_id BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    refused VARCHAR(60) NOT NULL DEFAULT '',
    before_json MEDIUMTEXT NOT NULL,
    after_mark VARCHAR(60) NOT NULL DEFAULT '',
    PRIMARY KEY (act_id, callback_id),
    KEY bulk_rows_act_id_state_callback_id (act_id, state, callback_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS bulk_rows;
DROP TABLE IF EXISTS bulk_acts;
