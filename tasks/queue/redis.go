package queue

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// Embedded is the address of the Redis inside this process.
const Embedded = "embedded"

// Redis is a connection to a Redis, or a Redis inside this process.
type Redis struct {
	client *wakingClient
	inside *miniredis.Miniredis // nil for a real one
}

// OpenRedis opens the Redis at an address and asks it for a sign of life:
//
//	embedded
//	redis://user:password@host:6379/0, rediss:// for TLS
//	redis-sentinel://user:password@host1:26379,host2:26379/0?master=name
//	redis-cluster://user:password@host1:6379,host2:6379
//
// The last two take ?tls=true. It returns fault.Invalid for an address it cannot read and fault.Unavailable for a Redis that does
// not answer.
func OpenRedis(ctx context.Context, address string) (*Redis, error) {
	quietRedis()
	if address == Embedded {
		return openEmbedded(), nil
	}
	client, err := newClient(address)
	if err != nil {
		return nil, err
	}
	r := &Redis{client: newWakingClient(client)}
	if err := r.Ping(ctx); err != nil {
		return nil, errors.Join(fault.Wrap(err, fault.Unavailable, "redis_unreachable", "Redis cannot be reached"), r.Close())
	}
	return r, nil
}

// quietRedis ends what go-redis writes by itself, a line for every connection it cannot open: its errors say the same.
var quietRedis = sync.OnceFunc(func() { redis.SetLogger(noLog{}) })

type noLog struct{}

func (noLog) Printf(context.Context, string, ...any) {}

// openEmbedded makes a Redis that is reached through memory: it has no port, so that nobody else can. It keeps nothing: the queue
// fills it again from the jobs table.
func openEmbedded() *Redis {
	inside := miniredis.NewMiniRedis()
	dial := func(context.Context, string, string) (net.Conn, error) { return inside.Dial() }
	// The address is nowhere: go-redis would look a name up to see whether it is a server's of its maker.
	client := redis.NewClient(&redis.Options{Addr: ":0", Dialer: dial, Protocol: protocol})
	ages := &ageing{inside: inside}
	ages.until.Store(int64(clock.System()))
	client.AddHook(ages)
	return &Redis{client: newWakingClient(client), inside: inside}
}

// ageing lets keys of the embedded Redis expire, which they do not do by themselves: at the first command of each second. While
// nobody asks, nothing has to expire. Letting miniredis look at its clock by itself (ClockTTL) would have it count down every key at
// every command, those within a script included.
type ageing struct {
	inside *miniredis.Miniredis
	until  atomic.Int64 // the clock.Instant to which its keys have aged
}

func (a *ageing) age() {
	now, until := clock.System(), clock.Instant(a.until.Load())
	if passed := now.Sub(until); passed >= time.Second && a.until.CompareAndSwap(int64(until), int64(now)) {
		a.inside.FastForward(passed)
	}
}

// DialHook is part of redis.Hook.
func (a *ageing) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook is part of redis.Hook.
func (a *ageing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		a.age()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook is part of redis.Hook.
func (a *ageing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		a.age()
		return next(ctx, cmds)
	}
}

// Embedded reports whether the Redis lives in this process.
func (r *Redis) Embedded() bool { return r.inside != nil }

// Ping asks Redis for a sign of life.
func (r *Redis) Ping(ctx context.Context) error {
	if err := r.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	return nil
}

// Close closes the connections, and ends the embedded Redis. Call it after Queue.Stop.
func (r *Redis) Close() error {
	err := r.client.Close()
	if r.inside != nil {
		r.inside.Close()
	}
	if err != nil && !errors.Is(err, redis.ErrClosed) {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}
