package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// bell tells the fetchers of one queue in Redis what this process did there.
type bell struct {
	mu       sync.Mutex
	ears     []chan struct{}
	retrying atomic.Bool // a task may be waiting to be retried
}

// ring wakes the fetchers that wait for a task.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ear := range b.ears {
		select {
		case ear <- struct{}{}:
		default: // it has not come to hear the last one yet
		}
	}
}

// listen returns a channel that receives when the bell rings, and what ends that.
func (b *bell) listen() (heard <-chan struct{}, leave func()) {
	ear := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ears = append(b.ears, ear)
	return ear, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ears = slices.DeleteFunc(b.ears, func(c chan struct{}) bool { return c == ear })
	}
}

// The keys of a queue in asynq.
func pendingKey(queue string) string   { return "asynq:{" + queue + "}:pending" }
func activeKey(queue string) string    { return "asynq:{" + queue + "}:active" }
func scheduledKey(queue string) string { return "asynq:{" + queue + "}:scheduled" }
func retryKey(queue string) string     { return "asynq:{" + queue + "}:retry" }

// serversKey begins the key under which a server of asynq tells of itself.
const serversKey = "asynq:servers:"

// ringer is a client that rings the bell of every queue to which it pushes a task. All that pushes in asynq is scripts that name the
// list of pending tasks among their keys.
type ringer struct {
	redis.UniversalClient

	mu             sync.RWMutex
	pending, retry map[string]*bell // by key
}

func newRinger(client redis.UniversalClient) *ringer {
	return &ringer{UniversalClient: client, pending: map[string]*bell{}, retry: map[string]*bell{}}
}

// bell returns the bell of a queue.
func (r *ringer) bell(queue string) *bell {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.pending[pendingKey(queue)]
	if b == nil {
		b = &bell{}
		r.pending[pendingKey(queue)], r.retry[retryKey(queue)] = b, b
	}
	return b
}

// EvalSha is part of redis.Scripter.
func (r *ringer) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return r.note(keys, r.UniversalClient.EvalSha(ctx, sha1, keys, args...))
}

// Eval is part of redis.Scripter.
func (r *ringer) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return r.note(keys, r.UniversalClient.Eval(ctx, script, keys, args...))
}

// note takes in what a script was run on.
func (r *ringer) note(keys []string, cmd *redis.Cmd) *redis.Cmd {
	if errors.Is(cmd.Err(), redis.ErrNoScript) { // it is sent in full next; any other may have been run, though its answer was lost
		return cmd
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, key := range keys {
		if b := r.pending[key]; b != nil {
			b.ring()
		} else if b := r.retry[key]; b != nil {
			b.retrying.Store(true)
		}
	}
	return cmd
}
