package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	"aftercall/internal/clock"
)

// act is one disturbance. It returns when it is over.
type act struct {
	name   string
	weight int
	do     func(ctx context.Context, t *trial, r *rand.Rand) error
}

// acts are what may happen to a centre. Pauses of servers are shorter than what clients wait; those of a worker may be longer.
func acts() []act {
	return []act{
		{"worker killed", 6, func(_ context.Context, t *trial, r *rand.Rand) error {
			t.workers[r.IntN(len(t.workers))].signal(syscall.SIGKILL)
			return nil
		}},
		{"web killed", 4, func(_ context.Context, t *trial, r *rand.Rand) error {
			t.webs[r.IntN(len(t.webs))].signal(syscall.SIGKILL)
			return nil
		}},
		{"worker paused", 4, func(ctx context.Context, t *trial, r *rand.Rand) error {
			t.workers[r.IntN(len(t.workers))].pauseFor(ctx, between(r, time.Second, 6*time.Second))
			return nil
		}},
		{"web paused", 2, func(ctx context.Context, t *trial, r *rand.Rand) error {
			t.webs[r.IntN(len(t.webs))].pauseFor(ctx, between(r, time.Second, 4*time.Second))
			return nil
		}},
		{"worker told to stop", 2, func(_ context.Context, t *trial, r *rand.Rand) error {
			t.workers[r.IntN(len(t.workers))].signal(syscall.SIGTERM)
			return nil
		}},
		{"Redis emptied", 3, func(ctx context.Context, t *trial, _ *rand.Rand) error { return flush(ctx, t.redis) }},
		{
			"connections to the database dropped", 3,
			func(ctx context.Context, t *trial, _ *rand.Rand) error { return dropConnections(ctx, t.db) },
		},
		{"server paused", 3, pauseServer},
		{"relay refuses for now", 2, func(ctx context.Context, t *trial, r *rand.Rand) error { return t.moody(ctx, r, notNow) }},
		{"relay falls silent", 3, func(ctx context.Context, t *trial, r *rand.Rand) error { return t.moody(ctx, r, silent) }},
		{"relay drops connections", 1, func(ctx context.Context, t *trial, r *rand.Rand) error { return t.moody(ctx, r, closing) }},
	}
}

// disturb does one act after the other, with a breath between them, until the time is over.
func (t *trial) disturb(ctx context.Context) error {
	r := rand.New(rand.NewPCG(t.seed, 1)) //nolint:gosec // to be repeated, not to be secret
	bag := []act{}
	for _, a := range acts() {
		for range a.weight {
			bag = append(bag, a)
		}
	}
	ends := time.NewTimer(t.length)
	defer ends.Stop()
	for {
		select {
		case <-ends.C:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(between(r, 300*time.Millisecond, 2*time.Second)):
		}
		a := bag[r.IntN(len(bag))]
		if err := a.do(ctx, t, r); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		t.done[a.name]++
	}
}

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

func pauseServer(ctx context.Context, t *trial, r *rand.Rand) error {
	if len(t.servers) == 0 {
		return nil
	}
	pid := t.servers[r.IntN(len(t.servers))]
	server, err := os.FindProcess(pid)
	if err == nil {
		err = server.Signal(syscall.SIGSTOP)
	}
	if err != nil {
		return err
	}
	pause(ctx, between(r, 500*time.Millisecond, 3*time.Second))
	return server.Signal(syscall.SIGCONT)
}

// moody lets the relay be in a mood for a while.
func (t *trial) moody(ctx context.Context, r *rand.Rand, m mood) error {
	t.relay.feel(m)
	pause(ctx, between(r, time.Second, 3*time.Second))
	t.relay.feel(kind)
	return nil
}

// flush empties a Redis by its own protocol.
func flush(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	c, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(clock.System().Add(10 * time.Second).Time()); err != nil {
		return err
	}
	if _, err := c.Write([]byte("FLUSHALL\r\n")); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 16))
	return err
}
