-- +goose NO TRANSACTION
-- +goose Up

-- callback_changes: everything that became of a callback after it was planned, by whom (0: the service itself) and why. A row is never
-- changed. detail is what somebody wrote: who erases a customer clears it, by the customer's callbacks; the rest names nobody but users.
-- The rows live as long as their callback.
--   (callback_id, id): a callback's story, and who ever had it
CREATE TABLE IF NOT EXISTS callback_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    callback_id BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    for_user_id BIGINT NOT NULL DEFAULT 0,
    kind VARCHAR(40) NOT NULL DEFAULT '',
    from_state VARCHAR(40) NOT NULL DEFAULT '',
    to_state VARCHAR(40) NOT NULL DEFAULT '',
    reason VARCHAR(40) NOT NULL DEFAULT '',
    detail MEDIUMTEXT NOT NULL,
    KEY callback_changes_callback_id_id (callback_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- What the audit knows of before: above all who had a callback, which is asked when a late draft comes in. Run again, it adds nothing.
INSERT INTO callback_changes (callback_id, at, user_id, kind, reason, detail)
SELECT a.subject_id, a.at, a.user_id,
    CASE a.action
        WHEN 'callback.claim' THEN 'claimed' WHEN 'callback.skip' THEN 'skipped' WHEN 'callback.release' THEN 'released'
        WHEN 'callback.reassign' THEN 'reserved' ELSE 'cancelled'
    END,
    CASE a.action WHEN 'callback.skip' THEN a.detail WHEN 'callback.cancel' THEN 'by_hand' ELSE '' END,
    CASE a.action WHEN 'callback.skip' THEN '' ELSE a.detail END
FROM audit_entries AS a
WHERE a.subject_kind = 'callback'
    AND a.action IN ('callback.claim', 'callback.skip', 'callback.release', 'callback.reassign', 'callback.cancel')
    AND NOT EXISTS (SELECT 1 FROM callback_changes)
ORDER BY a.id;

-- +goose Down
DROP TABLE IF EXISTS callback_changes;
