-- +goose NO TRANSACTION
-- +goose Up

-- Since when and by which row a reason holds, the probability of a sample, and how often something was decided again.
ALTER TABLE decisions
    ADD COLUMN reason_since BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN reason_evidence VARCHAR(191) NOT NULL DEFAULT '',
    ADD COLUMN probability_ppm INT NOT NULL DEFAULT 1000000,
    ADD COLUMN revision INT NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE decisions DROP COLUMN revision, DROP COLUMN probability_ppm, DROP COLUMN reason_evidence, DROP COLUMN reason_since;
