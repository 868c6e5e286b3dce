-- +goose NO TRANSACTION
-- +goose Up

-- incidents: outages behind many contacts, a few a month; rule is JSON of conditions. Their lists are read whole, so there is no index.
-- incident_events: what was done with one, by whom and why. Words of supervisors; users are ids.
--   (incident_id, id): the log of one incident
-- incident_contacts: which contacts are tied to which incident, and whether their follow-up is held by it. Ids alone: nothing of the
-- customer is to be erased here, and retention removes the rows with their contact.
--   unique (contact_id, incident_id): a contact is tied to an incident once; every claim and every sending asks by contact, of which nearly
--   none has a row
--   (incident_id, state, id): what is still to be freed, in the order in which it was tied; what there is of each state
-- suspended_callbacks: what a callback that an incident holds was before, until it is freed. No personal data; the row goes with the
-- callback's hold. Found by its key alone.
CREATE TABLE IF NOT EXISTS incidents (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(190) NOT NULL DEFAULT '',
    state VARCHAR(40) NOT NULL DEFAULT '',
    team_id BIGINT NOT NULL DEFAULT 0,
    rule MEDIUMTEXT NOT NULL,
    from_at BIGINT NOT NULL DEFAULT 0,
    until_at BIGINT NOT NULL DEFAULT 0,
    notify BIGINT NOT NULL DEFAULT 0,
    notice_zh MEDIUMTEXT NOT NULL,
    notice_en MEDIUMTEXT NOT NULL,
    per_hour BIGINT NOT NULL DEFAULT 0,
    origin VARCHAR(40) NOT NULL DEFAULT '',
    field VARCHAR(190) NOT NULL DEFAULT '',
    value VARCHAR(190) NOT NULL DEFAULT '',
    seen BIGINT NOT NULL DEFAULT 0,
    usual BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    begun_at BIGINT NOT NULL DEFAULT 0,
    scan_at BIGINT NOT NULL DEFAULT 0,
    scan_id BIGINT NOT NULL DEFAULT 0,
    scanned_at BIGINT NOT NULL DEFAULT 0,
    released_at BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS incident_events (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    incident_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    count BIGINT NOT NULL DEFAULT 0,
    detail MEDIUMTEXT NOT NULL,
    KEY incident_events_incident_id_id (incident_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS incident_contacts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    incident_id BIGINT NOT NULL DEFAULT 0,
    contact_id BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(40) NOT NULL DEFAULT '',
    by_hand BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    tied_at BIGINT NOT NULL DEFAULT 0,
    freed_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY incident_contacts_contact_id_incident_id (contact_id, incident_id),
    KEY incident_contacts_incident_id_state_id (incident_id, state, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS suspended_callbacks (
    callback_id BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL DEFAULT 0,
    ready_at BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    wait_reason VARCHAR(40) NOT NULL DEFAULT ''
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS suspended_callbacks;
DROP TABLE IF EXISTS incident_contacts;
DROP TABLE IF EXISTS incident_events;
DROP TABLE IF EXISTS incidents;
