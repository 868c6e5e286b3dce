package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"aftercall/internal/fault"
	"aftercall/internal/outbox"
)

// message is the payload of a task in Redis: which try of which job, and nothing about anybody. The task's type is the kind.
type message struct {
	Job     int64 `json:"job"`
	Ref     int64 `json:"ref"`
	Attempt int   `json:"attempt"`
	Fence   int64 `json:"fence"`
}

// infrastructureRetries is asynq's MaxRetry. Never 0: asynq counts a worker's death as a try.
const infrastructureRetries = 5

// perTrip is how many tasks are pushed in one round trip. Others wait for Redis meanwhile.
const perTrip = 100

var errGaveUp = fault.New(fault.Unavailable, "gave_up", "the queue gave the job up after its workers died or could not write")

// push sends jobs to Redis. It returns those that were not sent, with the first error.
func (q *Queue) push(ctx context.Context, jobs []outbox.Job) ([]outbox.Job, error) {
	if q.redis.Embedded() || len(jobs) < 2 { // a connection through memory holds no more than one command
		return q.pushEach(ctx, jobs)
	}
	for len(jobs) > 0 {
		batch := jobs[:min(len(jobs), perTrip)]
		left, err := q.pushBatch(ctx, batch)
		if err != nil {
			return append(left, jobs[len(batch):]...), err
		}
		jobs = jobs[len(batch):]
	}
	return nil, nil
}

// pushEach pushes jobs one by one, over a few connections at once.
func (q *Queue) pushEach(ctx context.Context, jobs []outbox.Job) ([]outbox.Job, error) {
	var (
		group errgroup.Group
		mu    sync.Mutex
		left  []outbox.Job
	)
	const pushers = 8
	share := (len(jobs) + pushers - 1) / pushers
	for start := 0; start < len(jobs); start += share {
		part := jobs[start:min(start+share, len(jobs))]
		group.Go(func() error {
			for i, job := range part {
				if err := q.enqueue(ctx, job); err != nil {
					mu.Lock()
					defer mu.Unlock()
					left = append(left, part[i:]...)
					return err
				}
			}
			return nil
		})
	}
	return left, group.Wait()
}

// pushBatch pushes jobs in one round trip, and one by one those that were not taken so.
func (q *Queue) pushBatch(ctx context.Context, jobs []outbox.Job) ([]outbox.Job, error) {
	c := &collector{UniversalClient: q.redis.client, scripts: q.redis.client.Pipeline()}
	client := asynq.NewClientFromRedisClient(c)
	for _, job := range jobs {
		if err := q.enqueueBy(ctx, client, job); err != nil {
			return jobs, fmt.Errorf("push job %d: %w", job.ID, err)
		}
	}
	_, _ = c.scripts.Exec(ctx) // each script has its own answer, or error
	var again []outbox.Job
	for i, job := range jobs {
		if n, err := c.answers[i].Int(); err != nil || n == 0 {
			again = append(again, job)
		} else {
			q.redis.client.wakeup(q.queueName(job.Lane)).wake()
		}
	}
	return q.pushEach(ctx, again)
}

// collector is a client that keeps the scripts it is given, to be sent in one round trip, and answers each as if it had pushed a task.
type collector struct {
	redis.UniversalClient
	scripts redis.Pipeliner
	answers []*redis.Cmd
}

// EvalSha is part of redis.Scripter.
func (c *collector) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	c.answers = append(c.answers, c.scripts.EvalSha(ctx, sha1, keys, args...))
	pushed := redis.NewCmd(ctx)
	pushed.SetVal(int64(1))
	return pushed
}

// SAdd is part of redis.SetCmdable: the first task of a client names its queue.
func (c *collector) SAdd(ctx context.Context, key string, members ...any) *redis.IntCmd {
	return c.scripts.SAdd(ctx, key, members...)
}

// enqueue pushes one try of a job, unless Redis has it already.
func (q *Queue) enqueue(ctx context.Context, job outbox.Job) (err error) {
	for range 2 {
		err = q.enqueueBy(ctx, q.client, job)
		if !errors.Is(err, asynq.ErrTaskIDConflict) {
			break
		}
		var known bool
		if known, err = q.known(ctx, job); err != nil || known {
			break
		}
	}
	if errors.Is(err, errGaveUp) {
		return q.fail(ctx, job, err)
	}
	if err != nil {
		return fmt.Errorf("push job %d: %w", job.ID, err)
	}
	return nil
}

func (q *Queue) enqueueBy(ctx context.Context, client *asynq.Client, job outbox.Job) error {
	payload, err := json.Marshal(message{Job: job.ID, Ref: job.Ref, Attempt: job.Attempt, Fence: job.Fence})
	if err != nil {
		return err
	}
	_, err = client.EnqueueContext(ctx, asynq.NewTask(job.Kind, payload), asynq.Queue(q.queueName(job.Lane)), asynq.TaskID(taskID(job)),
		asynq.MaxRetry(infrastructureRetries), asynq.Timeout(jobTimeout+30*time.Second))
	return err
}

// known reports whether Redis has this try of the job and will run it. It removes one that has ended there: a task asynq put in
// its archive is errGaveUp.
func (q *Queue) known(ctx context.Context, job outbox.Job) (bool, error) {
	queue, id := q.queueName(job.Lane), taskID(job)
	info, err := q.inspector.GetTaskInfo(queue, id)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
		return false, nil
	case err != nil:
		return false, err
	case info.State != asynq.TaskStateArchived && info.State != asynq.TaskStateCompleted:
		return true, nil
	}
	if err := q.inspector.DeleteTask(queue, id); err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
		return false, err
	}
	if info.State == asynq.TaskStateArchived {
		q.log.WarnContext(ctx, "task found in the archive of asynq", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt)
		return false, errGaveUp
	}
	return false, nil
}

// worked reports whether a worker that lives has this try of a job, or will have it. asynq itself gives a dead one up after its lease
// of 30 s, half a minute for clocks that differ and its interval of a minute; the job's own lease, which has passed, stands for these.
func (q *Queue) worked(job outbox.Job) (bool, error) {
	active, err := q.inspector.ListActiveTasks(q.queueName(job.Lane), asynq.PageSize(1000))
	if err != nil {
		return false, err
	}
	id := taskID(job)
	return !slices.ContainsFunc(active, func(t *asynq.TaskInfo) bool { return t.ID == id && t.IsOrphaned }), nil
}

// taskID names one try of a job in Redis.
func taskID(job outbox.Job) string {
	return strconv.FormatInt(job.ID, 10) + ":" + strconv.Itoa(job.Attempt)
}
