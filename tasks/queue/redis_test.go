package queue

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestKeysOfTheEmbeddedRedisExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, err := OpenRedis(t.Context(), Embedded)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		if err := r.client.Set(t.Context(), "short", "lived", time.Minute).Err(); err != nil {
			t.Fatal(err)
		}
		<-time.After(50 * time.Second)
		if err := r.client.Get(t.Context(), "short").Err(); err != nil {
			t.Errorf("a key expired too soon: %v", err)
		}
		<-time.After(11 * time.Second)
		if err := r.client.Get(t.Context(), "short").Err(); !errors.Is(err, redis.Nil) {
			t.Errorf("a key that has expired is answered with %v", err)
		}
	})
}
