-- +goose NO TRANSACTION
-- +goose Up
-- handoff_contacts: who of a team gets links of its handoffs, who never logs in. sealed is their number, or the address of a robot, encrypted
-- with the installation's key; it is emptied when they are removed. shown is its last four digits, or the host. They are no customers:
-- removing a contact is the erasure of one.
--   (team_id, ended_at): the contacts of a team, a few; asked when a handoff is opened, goes to another team, or is late
CREATE TABLE IF NOT EXISTS handoff_contacts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    team_id BIGINT NOT NULL DEFAULT 0,
    name VARCHAR(190) NOT NULL DEFAULT '',
    way VARCHAR(40) NOT NULL DEFAULT '',
    sealed MEDIUMTEXT NOT NULL,
    shown VARCHAR(190) NOT NULL DEFAULT '',
    language VARCHAR(40) NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    KEY handoff_contacts_team_id_ended_at (team_id, ended_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS handoff_contacts;
