package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"aftercall/internal/database"
	"aftercall/tasks/queue"
)

// bareQueue is asynq alone, with as many servers and workers as the queue has for a lane. Its handler commits one one-row update, of
// the row that the task names.
type bareQueue struct {
	client  redis.UniversalClient
	servers []*asynq.Server
	close   func()
}

// startBare starts it. Each task that is done is told to done.
func startBare(db *database.DB, address string, poll time.Duration, done func(id int64)) (_ *bareQueue, err error) {
	b := &bareQueue{}
	if b.client, b.close, err = bareRedis(address); err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, task *asynq.Task) error {
		id, err := strconv.ParseInt(string(task.Payload()), 10, 64)
		if err == nil {
			err = updateOne(ctx, db, id)
		}
		if err == nil {
			done(id)
		}
		return err
	}
	servers := 1
	if address != queue.Embedded {
		servers = 2
	}
	for range servers {
		s := asynq.NewServerFromRedisClient(b.client, asynq.Config{
			Concurrency: concurrency / servers, Queues: map[string]int{bareName: 1}, TaskCheckInterval: poll, LogLevel: asynq.FatalLevel,
		})
		if err := s.Start(asynq.HandlerFunc(handler)); err != nil {
			b.stop()
			return nil, fmt.Errorf("start asynq: %w", err)
		}
		b.servers = append(b.servers, s)
	}
	return b, nil
}

const bareName = "bare"

func (b *bareQueue) stop() {
	for _, s := range b.servers {
		s.Shutdown()
	}
	b.close()
}

func (b *bareQueue) enqueue(ctx context.Context, client *asynq.Client, id int64) error {
	task := asynq.NewTask("update", strconv.AppendInt(nil, id, 10))
	if _, err := client.EnqueueContext(ctx, task, asynq.Queue(bareName)); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// bareRate is how many of these tasks a second are done, enqueued meanwhile from as many goroutines as the queue's relay has.
func bareRate(ctx context.Context, db *database.DB, address string) (float64, error) {
	var left atomic.Int64
	left.Store(jobCount)
	done := make(chan struct{})
	b, err := startBare(db, address, 200*time.Millisecond, func(int64) {
		if left.Add(-1) == 0 {
			close(done)
		}
	})
	if err != nil {
		return 0, err
	}
	defer b.stop()
	client := asynq.NewClientFromRedisClient(b.client)
	pushing, failed := errgroup.WithContext(ctx)
	began := time.Now()
	const pushers = 8
	for p := range pushers {
		pushing.Go(func() error {
			for i := p; i < jobCount; i += pushers {
				if err := b.enqueue(failed, client, int64(i+1)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := pushing.Wait(); err != nil {
		return 0, err
	}
	select {
	case <-done:
		return jobCount / time.Since(began).Seconds(), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("%d bare tasks are not done after %s", left.Load(), patience)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// bareLatency is the 99th percentile from an enqueue to the commit, in milliseconds, where asynq asks every millisecond whether there
// is a task.
func bareLatency(ctx context.Context, db *database.DB, address string) (_ float64, err error) {
	l := newLatencies()
	b, err := startBare(db, address, time.Millisecond, l.done)
	if err != nil {
		return 0, err
	}
	defer b.stop()
	client := asynq.NewClientFromRedisClient(b.client)
	return l.measure(ctx, func(id int64) error { return b.enqueue(ctx, client, id) })
}

// bareRedis opens the Redis at an address, or a new one in this process.
func bareRedis(address string) (redis.UniversalClient, func(), error) {
	if address != queue.Embedded {
		options, err := redis.ParseURL(address)
		if err != nil {
			return nil, nil, fmt.Errorf("read the address of Redis: %w", err)
		}
		options.Protocol = 2 // as the queue does
		client := redis.NewClient(options)
		return client, func() { _ = client.Close() }, nil
	}
	inside := miniredis.NewMiniRedis()
	dial := func(context.Context, string, string) (net.Conn, error) { return inside.Dial() }
	client := redis.NewClient(&redis.Options{Dialer: dial, Protocol: 2})
	return client, func() { _ = client.Close(); inside.Close() }, nil
}
