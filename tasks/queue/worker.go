package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/hibiken/asynq"

	"aftercall/internal/outbox"
)

// handle runs the job a task names. An error means that the row could not be brought up to date; asynq then tries again.
func (q *Queue) handle(ctx context.Context, task *asynq.Task) error {
	q.handlings.Add(1)
	defer q.handlings.Done()
	var m message
	if err := json.Unmarshal(task.Payload(), &m); err != nil {
		return fmt.Errorf("read task: %w: %w", err, asynq.SkipRetry)
	}
	job := outbox.Job{ID: m.Job, Kind: task.Type(), Ref: m.Ref, Attempt: m.Attempt, Fence: m.Fence}
	err := q.settle(ctx, job, q.call(ctx, job))
	q.wakeRelays()
	return err
}

// asynqLog passes asynq's log on.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.log.Debug("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLog) Info(args ...any)  { l.log.Info("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLog) Warn(args ...any)  { l.log.Warn("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLog) Error(args ...any) { l.log.Error("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLog) Fatal(args ...any) { l.log.Error("asynq", "message", fmt.Sprint(args...)) }
