-- +goose Up

-- The scan for persons begins again: it brings those addresses in their normal form that were stored before there was the third one.
UPDATE person_scan SET reached_id = 0, seen_id = 0, seen_at = 0;

-- +goose Down
-- Nothing: a scan changes what is found, not what there is.
