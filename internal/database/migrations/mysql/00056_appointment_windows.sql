-- +goose NO TRANSACTION
-- +goose Up

-- callbacks: until when, where the customer named a span of time for the next call; 0 where they named one time. It says nothing of them
-- that appointment_at does not say, and is cleared with it. And how long what is kept for one caller stays so, from when it is ready: half
-- an hour for what is kept by now, as it was; a centre says it of its appointments.
--   (team_id, appointment_at): how many appointments of a team begin in a quarter of an hour, counted when one more is made and for the
--   times the desk proposes. Nearly every callback has the appointment 0, so that planning adds at one place for each team, and neither a
--   claim nor its end writes it
ALTER TABLE callbacks
    ADD COLUMN appointment_until BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN kept_minutes BIGINT NOT NULL DEFAULT 30,
    ADD KEY callbacks_team_id_appointment_at (team_id, appointment_at);

-- +goose Down
ALTER TABLE callbacks
    DROP KEY callbacks_team_id_appointment_at,
    DROP COLUMN kept_minutes,
    DROP COLUMN appointment_until;
