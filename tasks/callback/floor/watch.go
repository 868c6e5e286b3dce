package floor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
)

const (
	pictureEvery = time.Second      // at most
	queueEvery   = 2 * time.Second  // for an empty desk
	dayEvery     = 10 * time.Second // how the day goes
	sourceEvery  = 15 * time.Second // what came in
	lookedAfter  = time.Minute      // nobody asked for so long: nobody looks
	// What takes long is done less often, so that it takes at most a tenth of the time.
	share = 10
	// makeWithin is how long making a picture may take.
	makeWithin = 10 * time.Second
)

// scope is the picture of some teams, for everybody who sees the same. Who makes it anew has the lock; who comes meanwhile waits, and
// gets the same.
type scope struct {
	mu       sync.Mutex
	picture  *Snapshot
	next     clock.Instant // from when it is made anew
	asked    clock.Instant
	today    Today
	callers  map[int64]figures
	todayAt  clock.Instant // from when that is counted anew
	usual    usual
	upstream *Upstream
	sourceAt clock.Instant
	queue    callback.Supply
	queueAt  clock.Instant // from when that is counted anew, for who asks nothing else
}

// scopeOf returns the scope of a viewer, and forgets those at which nobody looks any more.
func (s *Service) scopeOf(viewer account.Viewer, now clock.Instant) *scope {
	key := fmt.Sprint(viewer.SourceID, slices.Sorted(slices.Values(viewer.VisibleTeams())))
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, sc := range s.scopes {
		if other != key && now.Sub(sc.asked) > lookedAfter {
			delete(s.scopes, other)
		}
	}
	sc := s.scopes[key]
	if sc == nil {
		sc = &scope{}
		s.scopes[key] = sc
	}
	sc.asked = now
	return sc
}

// Watch returns the floor of the viewer's teams, as it was a second ago at most, or a little longer where it takes long to see.
func (s *Service) Watch(ctx context.Context, viewer account.Viewer) (*Snapshot, error) {
	sc := s.scopeOf(viewer, s.now())
	sc.mu.Lock()
	defer sc.mu.Unlock()
	began := s.now()
	if sc.picture != nil && began.Before(sc.next) && !began.Before(sc.picture.At) {
		return sc.picture, nil
	}
	// Whoever asked may go away: the others wait for it too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeWithin)
	defer cancel()
	picture, err := s.look(ctx, viewer, sc)
	if err != nil {
		return nil, fmt.Errorf("look at the floor: %w", err)
	}
	sc.picture, sc.next = picture, began.Add(rest(pictureEvery, began, s.now()))
	return picture, nil
}

// Pulse is what an empty desk asks every few seconds.
type Pulse struct {
	Queue    callback.Supply // what somebody of the teams could claim, if not this caller
	Upstream *Upstream       // nil where nobody tells
}

// Pulse returns what there is to call for the viewer's teams, of a machine for its source, and what the queue lives on, as it was two
// seconds ago at most, or a little longer where it takes long to see.
func (s *Service) Pulse(ctx context.Context, viewer account.Viewer) (Pulse, error) {
	sc := s.scopeOf(viewer, s.now())
	sc.mu.Lock()
	defer sc.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeWithin)
	defer cancel()
	now := s.now()
	if !now.Before(sc.queueAt) {
		if err := s.countQueue(ctx, viewer, sc); err != nil {
			return Pulse{}, fmt.Errorf("look at the queue: %w", err)
		}
	}
	if err := s.readUpstream(ctx, viewer, sc, now); err != nil {
		return Pulse{}, err
	}
	return Pulse{sc.queue, sc.upstream}, nil
}

func (s *Service) countQueue(ctx context.Context, viewer account.Viewer, sc *scope) (err error) {
	began := s.now()
	if sc.queue, err = s.callbacks.Queue(ctx, viewer); err == nil {
		sc.queueAt = began.Add(rest(queueEvery, began, s.now()))
	}
	return err
}

// rest is how long what was just made is good for.
func rest(least time.Duration, began, ended clock.Instant) time.Duration {
	return max(least, share*ended.Sub(began))
}
