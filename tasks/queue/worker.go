package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/hibiken/asynq"

	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

// handle runs the job a task names. An error means that the row could not be brought up to date; asynq then tries again.
func (q *Queue) handle(ctx context.Context, l *lane, task *asynq.Task) error {
	q.handlings.Add(1)
	defer q.handlings.Done()
	if q.shut(l) {
		return errHandedBack
	}
	var m message
	if err := json.Unmarshal(task.Payload(), &m); err != nil {
		return fmt.Errorf("read task: %w: %w", err, asynq.SkipRetry)
	}
	job := outbox.Job{ID: m.Job, Kind: task.Type(), Ref: m.Ref, Attempt: m.Attempt, Fence: m.Fence}
	job.UpdatedAt = q.now() // as Begin stamps it
	failure := q.call(ctx, job, job.UpdatedAt)
	if errors.Is(failure, outbox.ErrLaneAway) {
		q.stand(ctx, l, failure)
		failure = q.putOff(ctx, job)
	}
	err := failure
	if !errors.Is(failure, database.ErrUnavailable) {
		err = q.settle(ctx, job, failure)
	}
	if errors.Is(err, database.ErrUnavailable) {
		q.hold(job)
		return errHandedBack
	}
	return err
}

// asynqLog passes asynq's log on.
type asynqLog struct {
	*Queue
	lane outbox.Lane
}

func (l asynqLog) Debug(args ...any) { l.say(slog.LevelDebug, args) }
func (l asynqLog) Info(args ...any)  { l.say(slog.LevelInfo, args) }
func (l asynqLog) Warn(args ...any)  { l.say(slog.LevelWarn, args) }
func (l asynqLog) Error(args ...any) { l.say(slog.LevelError, args) }
func (l asynqLog) Fatal(args ...any) { l.say(slog.LevelError, args) }

// say passes a line of asynq's log on. Warnings about a Redis that is known to be away are lowered to debug.
func (l asynqLog) say(level slog.Level, args []any) {
	ctx, message := context.Background(), fmt.Sprint(args...)
	if level >= slog.LevelWarn && strings.Contains(message, "redis") && l.redisGone(ctx, errors.New(message)) {
		level = slog.LevelDebug
	}
	l.log.Log(ctx, level, "asynq", "lane", string(l.lane), "message", message)
}
