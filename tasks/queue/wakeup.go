package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// wakeup wakes the fetchers of one queue in Redis when this process pushed a task there.
type wakeup struct {
	mu        sync.Mutex
	listeners []chan struct{}
	retrying  atomic.Bool // a task may be waiting to be retried
}

// wake wakes the fetchers that wait for a task.
func (b *wakeup) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, listener := range b.listeners {
		select {
		case listener <- struct{}{}:
		default: // it has not come to hear the last one yet
		}
	}
}

// listen returns a channel that receives when a task was pushed, and what ends that.
func (b *wakeup) listen() (heard <-chan struct{}, leave func()) {
	listener := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = append(b.listeners, listener)
	return listener, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.listeners = slices.DeleteFunc(b.listeners, func(c chan struct{}) bool { return c == listener })
	}
}

// The keys of a queue in asynq.
func pendingKey(queue string) string   { return "asynq:{" + queue + "}:pending" }
func activeKey(queue string) string    { return "asynq:{" + queue + "}:active" }
func scheduledKey(queue string) string { return "asynq:{" + queue + "}:scheduled" }
func retryKey(queue string) string     { return "asynq:{" + queue + "}:retry" }

// serversKey begins the key under which a server of asynq tells of itself.
const serversKey = "asynq:servers:"

// wakingClient is a client that wakes the fetchers of every queue to which it pushes a task. All that pushes in asynq is scripts that
// name the list of pending tasks among their keys.
type wakingClient struct {
	redis.UniversalClient

	mu             sync.RWMutex
	pending, retry map[string]*wakeup // by key
}

func newWakingClient(client redis.UniversalClient) *wakingClient {
	return &wakingClient{UniversalClient: client, pending: map[string]*wakeup{}, retry: map[string]*wakeup{}}
}

// wakeup returns the wakeup of a queue.
func (r *wakingClient) wakeup(queue string) *wakeup {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.pending[pendingKey(queue)]
	if b == nil {
		b = &wakeup{}
		r.pending[pendingKey(queue)], r.retry[retryKey(queue)] = b, b
	}
	return b
}

// EvalSha is part of redis.Scripter.
func (r *wakingClient) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return r.note(keys, r.UniversalClient.EvalSha(ctx, sha1, keys, args...))
}

// Eval is part of redis.Scripter.
func (r *wakingClient) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return r.note(keys, r.UniversalClient.Eval(ctx, script, keys, args...))
}

// note takes in what a script was run on.
func (r *wakingClient) note(keys []string, cmd *redis.Cmd) *redis.Cmd {
	if errors.Is(cmd.Err(), redis.ErrNoScript) { // it is sent in full next; any other may have been run, though its answer was lost
		return cmd
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, key := range keys {
		if b := r.pending[key]; b != nil {
			b.wake()
		} else if b := r.retry[key]; b != nil {
			b.retrying.Store(true)
		}
	}
	return cmd
}
