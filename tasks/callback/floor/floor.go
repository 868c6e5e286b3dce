// Package floor is what a supervisor sees of a centre at work: what there is to call and why not more, what every caller does just now,
// what was promised and is late, and how the day goes. It reads what callback keeps, which does not know it, and writes nothing but when
// the desk of a caller was last heard of.
//
// Who watches shares one picture with everybody who sees the same teams. It is made only when somebody asks, and not more often than once a
// second, or a tenth of the time where making it takes long.
package floor

import (
	"context"
	"sync"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// Options are what the floor is told by others.
type Options struct {
	Zone     *time.Location // of the centre, for days and hours; required
	Sources  Sources        // what comes before the queue; nothing is told of it when nil
	Handoffs Handoffs       // what was sent back inside; nothing is told of it when nil
}

// Sources tells what the queue lives on. What it is made of belongs to several features: internal/flow implements it.
type Sources interface {
	// Upstream returns what came in today and what became of it, for a viewer.
	Upstream(ctx context.Context, viewer account.Viewer) (Upstream, error)
}

// Handoffs tells how what was sent back inside stands. Package handoff keeps that: this package does not import it.
type Handoffs interface {
	// Near counts the open handoffs that a viewer sees: those past their deadline, and those whose deadline is near.
	Near(ctx context.Context, viewer account.Viewer) (overdue, soon int, err error)
}

// Service shows the floor.
type Service struct {
	db        *database.DB
	callbacks *callback.Service
	worklist  *worklist.Service
	now       clock.Now
	opts      Options

	mu     sync.Mutex
	scopes map[string]*scope // by the teams that are seen

	beats sync.Map // of caller: the beat that this process wrote last
}

// New returns a service.
func New(db *database.DB, callbacks *callback.Service, lists *worklist.Service, now clock.Now, opts Options) *Service {
	return &Service{db: db, callbacks: callbacks, worklist: lists, now: now, opts: opts, scopes: map[string]*scope{}}
}
