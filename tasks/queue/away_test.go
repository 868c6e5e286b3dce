package queue

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

func TestALaneWhoseNeedIsAwayWaitsAloneAndCountsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		var away atomic.Bool
		away.Store(true)
		var tries atomic.Int32
		log := &dbtest.Journal{}
		q := e.queue(map[string]Handler{
			"effect": e.effect,
			"post": func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
				ticket, err := ticket.Begin(ctx, e.db, time.Minute)
				if err != nil {
					return err
				}
				if away.Load() {
					tries.Add(1)
					return outbox.ErrLaneAway
				}
				return e.effect(ctx, ticket, ref)
			},
		}, func(o *Options) {
			o.Log = slog.New(slog.NewTextHandler(log, nil))
			o.Needs = map[outbox.Lane]func(context.Context) error{outbox.Sending: func(context.Context) error {
				if away.Load() {
					return errors.New("refused")
				}
				return nil
			}}
		})
		e.start(q)
		e.addFrom("post", 100, 100, outbox.Sending)
		until(t, "the lane is known to wait", func() bool { return q.lanes[2].away.Load() })
		e.add("effect", 100, outbox.Normal)
		until(t, "the other lane's work is done", func() bool {
			var left int64
			err := e.db.View(t.Context()).Gorm().Model(&outbox.Job{}).Where("kind = 'effect' AND state <> ?", outbox.Done).
				Count(&left).Error
			return err == nil && left == 0
		})
		if n := tries.Load(); n > 16 {
			t.Errorf("%d jobs were tried while the sender was away", n)
		}
		away.Store(false)
		e.waitIdle(q)
		e.wantEffects(200)
		e.wantUntried(e.db)
		if lines := log.Lines(); len(lines) != 2 {
			t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
		}
	})
}

func TestARedisThatIsAwayIsSaidOnce(t *testing.T) {
	t.Parallel()
	server := startRedis(t)
	e := newEnv(t, dbtest.SQLite(t), "redis://"+server.address)
	log := &dbtest.Journal{}
	q := e.queue(map[string]Handler{"effect": e.effect}, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(log, nil)) })
	e.start(q)
	server.kill()
	e.add("effect", 20, outbox.Normal)
	until(t, "it is said", func() bool { return strings.Contains(strings.Join(log.Lines(), ""), "Redis cannot be reached") })
	until(t, "a few rounds were made in vain", rounds(200))
	server.start()
	e.waitIdle(q)
	e.wantEffects(20)
	said := 0
	for _, line := range log.Lines() {
		if strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
			said++
		}
	}
	if said > 10 { // asynq's own, before it is known
		t.Errorf("%d lines:\n%s", said, strings.Join(log.Lines(), "\n"))
	}
}
