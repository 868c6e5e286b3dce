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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    team_id INTEGER NOT NULL DEFAULT 0,
    rule TEXT NOT NULL DEFAULT '',
    from_at INTEGER NOT NULL DEFAULT 0,
    until_at INTEGER NOT NULL DEFAULT 0,
    notify INTEGER NOT NULL DEFAULT 0,
    notice_zh TEXT NOT NULL DEFAULT '',
    notice_en TEXT NOT NULL DEFAULT '',
    per_hour INTEGER NOT NULL DEFAULT 0,
    origin TEXT NOT NULL DEFAULT '',
    field TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL DEFAULT '',
    seen INTEGER NOT NULL DEFAULT 0,
    usual INTEGER NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0,
    begun_at INTEGER NOT NULL DEFAULT 0,
    scan_at INTEGER NOT NULL DEFAULT 0,
    scan_id INTEGER NOT NULL DEFAULT 0,
    scanned_at INTEGER NOT NULL DEFAULT 0,
    released_at INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS incident_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT '',
    count INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS incident_events_incident_id_id ON incident_events (incident_id, id);
CREATE TABLE IF NOT EXISTS incident_contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    by_hand INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL DEFAULT 0,
    tied_at INTEGER NOT NULL DEFAULT 0,
    freed_at INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS incident_contacts_contact_id_incident_id ON incident_contacts (contact_id, incident_id);
CREATE INDEX IF NOT EXISTS incident_contacts_incident_id_state_id ON incident_contacts (incident_id, state, id);
CREATE TABLE IF NOT EXISTS suspended_callbacks (
    callback_id INTEGER PRIMARY KEY,
    since INTEGER NOT NULL DEFAULT 0,
    ready_at INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    wait_reason TEXT NOT NULL DEFAULT ''
);

-- +goose Down
DROP TABLE IF EXISTS suspended_callbacks;
DROP TABLE IF EXISTS incident_contacts;
DROP TABLE IF EXISTS incident_events;
DROP TABLE IF EXISTS incidents;
