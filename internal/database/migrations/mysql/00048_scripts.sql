-- +goose NO TRANSACTION
-- +goose Up

-- scripts: what callers say, and the steps of help (kind help), by kind of callback, category, product and language; category and
-- product '' are any. version 0 is a draft, the others are published and never change; retired says that from this version on there is
-- none of its own. They are the centre's words: no personal data, so that neither erasure nor retention touches them; attempts name them.
--   unique (kind, language, category, product, version): the newest version that matches a callback, which the desk asks at every call;
--   and there is one draft of each
CREATE TABLE IF NOT EXISTS scripts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(20) NOT NULL DEFAULT '',
    language VARCHAR(20) NOT NULL DEFAULT '',
    category VARCHAR(191) NOT NULL DEFAULT '',
    product VARCHAR(191) NOT NULL DEFAULT '',
    version INT NOT NULL DEFAULT 0,
    body MEDIUMTEXT NOT NULL,
    short MEDIUMTEXT NOT NULL,
    retired TINYINT(1) NOT NULL DEFAULT 0,
    note VARCHAR(191) NOT NULL DEFAULT '',
    based_on INT NOT NULL DEFAULT 0,
    revision INT NOT NULL DEFAULT 0,
    updated_by BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY scripts_kind_language_category_product_version (kind, language, category, product, version)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- phrases: canned phrases, a line each: the centre's (owner_id 0) and each caller's own. Callers are told to keep customers out of them;
-- who erases a user deletes their row.
--   primary key (owner_id): read with every desk
CREATE TABLE IF NOT EXISTS phrases (
    owner_id BIGINT NOT NULL PRIMARY KEY,
    body MEDIUMTEXT NOT NULL,
    updated_by BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- attempts: script_id is the version that was shown; help_tried is JSON, the steps of help the customer was led through. When the phone
-- rang, was answered and hung up, and where the recording is, comes from what knows of the line: 0 and '' are unknown. A recording is
-- the customer's voice: who erases a customer clears recording_url here and deletes the file where it is, and both go with the attempt.
-- None of them needs an index: attempts are read by callback.
ALTER TABLE attempts
    ADD COLUMN script_id BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN help_tried MEDIUMTEXT NOT NULL,
    ADD COLUMN ringing_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN answered_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN hung_up_at BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN recording_url VARCHAR(1000) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE attempts
    DROP COLUMN recording_url, DROP COLUMN hung_up_at, DROP COLUMN answered_at, DROP COLUMN ringing_at, DROP COLUMN help_tried,
    DROP COLUMN script_id;
DROP TABLE IF EXISTS phrases;
DROP TABLE IF EXISTS scripts;
