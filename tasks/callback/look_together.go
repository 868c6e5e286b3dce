package callback

import (
	"context"
	"errors"
	"slices"
	"sync"

	"aftercall/internal/account"
	"aftercall/internal/clock"
)

// looks answers together what several ask at the same time: it takes as many queries for a hundred of them as for one. A look begins after
// everybody whom it answers has asked.
type looks struct {
	mu      sync.Mutex
	waiting []*look
	turns   chan struct{}
}

// look is somebody who asks for a callback.
type look struct {
	viewer account.Viewer
	round  int
	single bool // asks alone: what is not for them is left out by the database
	found  *seen
	err    error
	done   chan struct{}
}

const (
	looksAtOnce = 2   // in this process: the fewer, the more are answered by each
	mostLooks   = 100 // are answered by one
)

var (
	errLookBroken = errors.New("the look for a callback broke off")
	errLookSingle = errors.New("some of the callbacks are not for who asked")
)

// look returns the most urgent callback that the viewer might claim and that nobody in this process is just reaching for, nil when there
// are only such, and ErrNothingReady. Others who ask at the same time are answered with them.
func (s *Service) look(ctx context.Context, viewer account.Viewer, round int, now clock.Instant) (*seen, error) {
	mine := &look{viewer: viewer, round: round, err: errLookBroken, done: make(chan struct{})}
	tx := s.db.View(ctx)
	if tx.Lanes() == 1 { // part of a larger transaction, of which nobody else knows
		s.answer(tx, []*look{mine}, now)
		return mine.found, mine.err
	}
	l := &s.looks
	l.mu.Lock()
	l.waiting = append(l.waiting, mine)
	l.mu.Unlock()
	for gone, answered := ctx.Done(), false; !answered; { // a look may be full without this one
		select {
		case <-mine.done:
			answered = true
		case l.turns <- struct{}{}:
			s.lookTogether(context.WithoutCancel(ctx), now)
		case <-gone:
			if l.leave(mine) {
				return nil, ctx.Err()
			}
			gone = nil // is just being answered
		}
	}
	if errors.Is(mine.err, errLookSingle) {
		mine.single = true
		s.answer(tx, []*look{mine}, now)
	}
	return mine.found, mine.err
}

// leave ends the waiting of who has gone, and reports whether they were still waiting.
func (l *looks) leave(gone *look) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, gone)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	return i >= 0
}

// lookTogether answers all who wait, and gives the turn back, also when a look breaks off.
func (s *Service) lookTogether(ctx context.Context, now clock.Instant) {
	l := &s.looks
	defer func() { <-l.turns }()
	l.mu.Lock()
	asked := slices.Clone(l.waiting[:min(len(l.waiting), mostLooks)])
	l.waiting = slices.Delete(l.waiting, 0, len(asked))
	l.mu.Unlock()
	defer func() {
		for _, a := range asked {
			close(a.done)
		}
	}()
	if len(asked) > 0 {
		s.answer(s.db.View(ctx), asked, now)
	}
}
