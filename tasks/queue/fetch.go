package queue

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// fetchPause is what asynq sleeps on top, after an answer that was kept back.
	fetchPause = 100 * time.Microsecond
	// fetchInterval bounds how long a task waits that another process pushed.
	fetchInterval = 500 * time.Millisecond
	// embeddedFetchInterval is fetchInterval where there is no other process, so that nothing should ever wait for it.
	embeddedFetchInterval = time.Minute
)

// fetcher is the client of one asynq server. Such a server asks Redis for a task again and again, with pauses from which nothing can
// wake it. So its client keeps the answer "none" back until this process pushed a task: a server that has nothing to do asks nothing,
// and what was pushed is fetched at once. It cannot ask again by itself, as the lease of the task began with asynq's question.
type fetcher struct {
	*wakingClient
	pending, scheduled, retry string

	shared bool          // others push to this Redis too
	every  time.Duration // how long an answer is kept back at most
	wakeup *wakeup
	woken  <-chan struct{}
	ended  chan struct{}
	end    func() // no answer is kept back any more
}

func newFetcher(r *Redis, queue string) *fetcher {
	f := &fetcher{
		wakingClient: r.client, pending: pendingKey(queue), scheduled: scheduledKey(queue), retry: retryKey(queue),
		shared: !r.Embedded(), every: fetchInterval, wakeup: r.client.wakeup(queue), ended: make(chan struct{}),
	}
	if !f.shared {
		f.every = embeddedFetchInterval
	}
	woken, leave := f.wakeup.listen()
	f.woken = woken
	f.end = sync.OnceFunc(func() {
		close(f.ended)
		leave()
	})
	return f
}

// EvalSha is part of redis.Scripter.
func (f *fetcher) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return f.run(ctx, keys, func(c redis.Scripter) *redis.Cmd { return c.EvalSha(ctx, sha1, keys, args...) })
}

// Eval is part of redis.Scripter.
func (f *fetcher) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return f.run(ctx, keys, func(c redis.Scripter) *redis.Cmd { return c.Eval(ctx, script, keys, args...) })
}

// run runs a script of the server, which its first key tells.
func (f *fetcher) run(ctx context.Context, keys []string, script func(redis.Scripter) *redis.Cmd) *redis.Cmd {
	switch keys[0] {
	case f.pending:
		return f.fetch(script)
	case f.scheduled:
		return nothing(ctx) // jobs for a later time wait in the database
	case f.retry:
		return f.forward(ctx, script)
	}
	if !f.shared && strings.HasPrefix(keys[0], serversKey) {
		return nothing(ctx) // a server tells of itself every five seconds, to tools that cannot reach this Redis
	}
	return script(f.wakingClient)
}

// fetch asks for a task. Where there is none, or Redis cannot be asked, it returns when it is worth asking again.
func (f *fetcher) fetch(script func(redis.Scripter) *redis.Cmd) *redis.Cmd {
	cmd := script(f.UniversalClient)
	switch err := cmd.Err(); {
	case err == nil, errors.Is(err, redis.ErrNoScript): // it is sent in full next
	case errors.Is(err, redis.Nil):
		f.wait(f.every, f.woken)
	default:
		f.wait(errorPause, nil) // asynq asks again without a pause
	}
	return cmd
}

func (f *fetcher) wait(d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-f.ended:
	case <-timer.C:
	case <-wake:
	}
}

// forward moves the tasks to the queue whose time to be retried has come.
func (f *fetcher) forward(ctx context.Context, script func(redis.Scripter) *redis.Cmd) *redis.Cmd {
	if !f.shared && !f.wakeup.retrying.Load() {
		return nothing(ctx)
	}
	cmd := script(f.UniversalClient)
	n, err := cmd.Int()
	switch {
	case err != nil:
	case n > 0:
		f.wakeup.wake()
	default: // none whose time has come; is there one at all?
		f.wakeup.retrying.Store(false)
		if waiting, err := f.ZCard(ctx, f.retry).Result(); err != nil || waiting > 0 {
			f.wakeup.retrying.Store(true)
		}
	}
	return cmd
}

// nothing is the answer that nothing was done.
func nothing(ctx context.Context) *redis.Cmd {
	cmd := redis.NewCmd(ctx)
	cmd.SetVal(int64(0))
	return cmd
}
