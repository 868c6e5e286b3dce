package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// noopRate is how many tasks a second asynq enqueues and processes by itself, with handlers that do nothing.
func noopRate(ctx context.Context, address string) (float64, error) {
	client, closeClient, err := bareRedis(address)
	if err != nil {
		return 0, err
	}
	defer closeClient()
	var left atomic.Int64
	left.Store(jobCount)
	done := make(chan struct{})
	finish := sync.OnceFunc(func() { close(done) })
	server := asynq.NewServerFromRedisClient(client, asynq.Config{
		Concurrency: concurrency, Queues: map[string]int{"bare": 1}, TaskCheckInterval: 200 * time.Millisecond, LogLevel: asynq.FatalLevel,
	})
	began := time.Now()
	err = server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if left.Add(-1) == 0 {
			finish()
		}
		return nil
	}))
	if err != nil {
		return 0, fmt.Errorf("start asynq: %w", err)
	}
	defer server.Shutdown()
	if err := enqueueNoops(ctx, client); err != nil {
		return 0, err
	}
	select {
	case <-done:
		return jobCount / time.Since(began).Seconds(), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// enqueueNoops enqueues from as many goroutines as the queue's relay does.
func enqueueNoops(ctx context.Context, client redis.UniversalClient) error {
	queue := asynq.NewClientFromRedisClient(client)
	const pushers = 8
	failed := make(chan error, pushers)
	for p := range pushers {
		go func() {
			for i := p; i < jobCount; i += pushers {
				if _, err := queue.EnqueueContext(ctx, asynq.NewTask("noop", nil), asynq.Queue("bare")); err != nil {
					failed <- fmt.Errorf("enqueue: %w", err)
					return
				}
			}
			failed <- nil
		}()
	}
	for range pushers {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

// bareRedis opens the Redis at an address, or a new one in this process.
func bareRedis(address string) (redis.UniversalClient, func(), error) {
	if address != "embedded" {
		options, err := redis.ParseURL(address)
		if err != nil {
			return nil, nil, fmt.Errorf("read the address of Redis: %w", err)
		}
		client := redis.NewClient(options)
		return client, func() { _ = client.Close() }, nil
	}
	inside := miniredis.NewMiniRedis()
	if err := inside.Start(); err != nil {
		return nil, nil, fmt.Errorf("start an embedded Redis: %w", err)
	}
	client := redis.NewClient(&redis.Options{Addr: inside.Addr()})
	return client, func() { _ = client.Close(); inside.Close() }, nil
}
