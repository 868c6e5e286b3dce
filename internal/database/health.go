package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"aftercall/internal/clock"
)

const (
	// lookEvery is how often the watch asks a server that works for a sign of life.
	lookEvery = time.Second
	// retryEvery is how often it tries one that does not, at first; at most retryAtMost.
	retryEvery, retryAtMost = 500 * time.Millisecond, 15 * time.Second
	// lookTimeout is how long the server may take for a sign of life.
	lookTimeout = 2 * time.Second
	// settled is how long the database has to work before its next outage is tried as often again.
	settled = 30 * time.Second
)

// health is what this process knows of its database.
type health struct {
	out     atomic.Pointer[outage] // nil while the database works, or nobody watches
	suspect chan struct{}          // something failed that the watch should look at

	mu      sync.Mutex
	watched bool
	changed chan struct{} // closed when out changes
	since   clock.Instant // of the last change
	now     clock.Now
	log     *slog.Logger
}

func newHealth() *health {
	return &health{suspect: make(chan struct{}, 1), changed: make(chan struct{})}
}

// note looks at the error of a statement. If it is an outage, note wakes the watch and returns it as an outage; any other error
// is returned as it is.
func (h *health) note(err error, several bool) error {
	o := outageOf(err, several)
	if o == nil || h.out.Load() != nil {
		return asOutage(err, o)
	}
	if o.sure {
		h.set(o)
	}
	select {
	case h.suspect <- struct{}{}:
	default:
	}
	return asOutage(err, o)
}

// set stores an outage, or nil when the database works again, and logs the change. If nothing changed it does nothing.
func (h *health) set(o *outage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.out.Load()
	if !h.watched || (o == nil) == (was == nil) {
		return
	}
	h.out.Store(o)
	close(h.changed)
	h.changed = make(chan struct{})
	now := h.now()
	if o != nil {
		h.log.Error("the database cannot be used; work waits for it", "reads", !o.unreadable, "error", o.cause)
	} else {
		h.log.Info("the database can be used again", "after", now.Sub(h.since).Round(time.Millisecond))
	}
	h.since = now
}

// refusal returns the outage for which a statement is not even tried, or nil. reading tells whether the statement only reads.
func (h *health) refusal(reading bool) error {
	if o := h.out.Load(); o != nil && (o.unreadable || !reading) {
		return o
	}
	return nil
}

// Outage returns nil while the database works as far as Watch knows, else an ErrUnavailable with the cause. The channel is
// closed when the answer changes.
func (db *DB) Outage() (<-chan struct{}, error) {
	db.health.mu.Lock()
	defer db.health.mu.Unlock()
	return db.health.changed, db.health.refusal(false)
}

// Await returns when the database works as far as Watch knows. It returns ctx's error when ctx ends first.
func (db *DB) Await(ctx context.Context) error {
	for {
		changed, err := db.Outage()
		if err == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the database: %w", ctx.Err())
		}
	}
}

// Watch watches the database until ctx ends, and logs each outage and each recovery once. It learns within about a second that
// a server is gone, and of any other outage from the first statement that fails. Until the database works again (it is tried
// every half second at first) no transaction is begun and none waits: all fail at once with ErrUnavailable.
func (db *DB) Watch(ctx context.Context, now clock.Now, log *slog.Logger) {
	h := db.health
	h.mu.Lock()
	h.watched, h.now, h.log, h.since = true, now, log, now()
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.watched = false
		if h.out.Swap(nil) != nil {
			close(h.changed)
			h.changed = make(chan struct{})
		}
	}()
	for pause := retryEvery; ctx.Err() == nil; {
		if h.out.Load() == nil {
			suspicious := wait(ctx, lookEvery, h.suspect)
			if now().Sub(h.lastChange()) > settled {
				pause = retryEvery
			}
			if o := db.look(ctx, suspicious); o != nil && ctx.Err() == nil {
				h.set(o)
			}
			continue
		}
		wait(ctx, pause, nil)
		if db.try(ctx) == nil && ctx.Err() == nil {
			pause = min(2*pause, retryAtMost) // an outage that comes back soon is tried less often
			h.set(nil)
		}
	}
}

func (h *health) lastChange() clock.Instant {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.since
}

// wait returns after d, when something arrives on wake, which it reports, or when ctx ends.
func wait(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
		return true
	}
	return false
}

// look asks a server that is thought to work for a sign of life, or, if something failed, to write; a second time where the
// connection had broken, or the server was slow for a moment: then over a new connection, to whichever server takes it. SQLite's
// file is looked at by those who use it, and each of their failures is sure.
func (db *DB) look(ctx context.Context, suspicious bool) *outage {
	if db.dialect == SQLite {
		return nil
	}
	ask := db.ping
	if suspicious {
		ask = db.try
	}
	err := ask(ctx)
	if err != nil {
		err = ask(ctx)
	}
	switch {
	case err == nil:
		db.nodes.lookAround(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return &outage{cause: errSilent, unreadable: true, sure: true}
	}
	return outageOf(err, false)
}

var errSilent = errors.New("it does not answer in time")

func (db *DB) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, db.lookTimeout())
	defer cancel()
	_, err := Setting(db.tx(db.probe.WithContext(ctx)), "") // of a table: a node without its cluster still answers SELECT 1
	return err
}

// lookTimeout gives each of several servers its time.
func (db *DB) lookTimeout() time.Duration { return lookTimeout * time.Duration(max(1, db.hosts)) }

// try writes as much as an ordinary transaction does, and deletes it: a server may take connections and no writes, and on a full disk
// there is often room for one row more.
func (db *DB) try(ctx context.Context) error {
	if db.dialect == MySQL { // SQLite waits for its lock as long as it is set up to
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, db.lookTimeout())
		defer cancel()
	}
	const name = "database.try"
	err := db.probe.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		return PutSetting(db.tx(g), name, strings.Repeat("x", 32<<10))
	})
	if err != nil {
		return err
	}
	return db.probe.WithContext(ctx).Where("name = ?", name).Delete(&setting{}).Error
}
