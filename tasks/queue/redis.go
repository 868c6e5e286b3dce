package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"aftercall/internal/fault"
)

// Embedded is the address of the Redis inside this process.
const Embedded = "embedded"

// Redis is a connection to a Redis, or a Redis inside this process.
type Redis struct {
	client redis.UniversalClient
	inside *miniredis.Miniredis // nil for a real one
	ageing sync.WaitGroup       // the embedded one's goroutine
	end    context.CancelFunc   // of it
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
		return openEmbedded() //nolint:contextcheck // its clock runs as long as the process does
	}
	client, err := newClient(address)
	if err != nil {
		return nil, err
	}
	r := &Redis{client: client}
	if err := r.Ping(ctx); err != nil {
		return nil, errors.Join(fault.Wrap(err, fault.Unavailable, "redis_unreachable", "Redis cannot be reached"), r.Close())
	}
	return r, nil
}

// quietRedis ends what go-redis writes by itself, a line for every connection it cannot open: its errors say the same.
var quietRedis = sync.OnceFunc(func() { redis.SetLogger(noLog{}) })

type noLog struct{}

func (noLog) Printf(context.Context, string, ...any) {}

// openEmbedded starts a Redis on a free loopback port with a password only this process knows. It keeps nothing: the queue
// fills it again from the jobs table.
func openEmbedded() (*Redis, error) {
	inside := miniredis.NewMiniRedis()
	password := rand.Text()
	inside.RequireAuth(password)
	if err := inside.Start(); err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	r := &Redis{client: redis.NewClient(&redis.Options{Addr: inside.Addr(), Password: password, Protocol: protocol}), inside: inside}
	ctx, end := context.WithCancel(context.Background())
	r.end = end
	r.ageing.Go(func() { r.age(ctx) })
	return r, nil
}

// age lets keys expire, which they do not do by themselves. Letting the embedded Redis look at its clock at every command
// instead would cost more than the commands.
func (r *Redis) age(ctx context.Context) {
	const second = time.Second
	ticker := time.NewTicker(second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.inside.FastForward(second)
		}
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
		r.end()
		r.ageing.Wait()
		r.inside.Close()
	}
	if err != nil && !errors.Is(err, redis.ErrClosed) {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}
