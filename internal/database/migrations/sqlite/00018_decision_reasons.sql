-- +goose Up

-- Since when and by which row a reason holds, the probability of a sample, and how often something was decided again.
ALTER TABLE decisions ADD COLUMN reason_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN reason_evidence TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN probability_ppm INTEGER NOT NULL DEFAULT 1000000;
ALTER TABLE decisions ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE decisions DROP COLUMN revision;
ALTER TABLE decisions DROP COLUMN probability_ppm;
ALTER TABLE decisions DROP COLUMN reason_evidence;
ALTER TABLE decisions DROP COLUMN reason_since;
