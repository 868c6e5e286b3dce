package floor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
)

// look makes the picture of a scope.
func (s *Service) look(ctx context.Context, viewer account.Viewer, sc *scope) (*Snapshot, error) {
	tx := s.db.View(ctx)
	p := &Snapshot{At: s.now()}
	if err := s.countQueue(ctx, viewer, sc); err != nil {
		return nil, err
	}
	p.Queue = sc.queue
	team, err := colleagues(tx, viewer)
	if err != nil {
		return nil, err
	}
	if err := s.countDay(tx, sc, team, p.At); err != nil {
		return nil, err
	}
	if p.Callers, p.Absent, err = s.callers(tx, viewer, team, sc.callers, p.At); err != nil {
		return nil, err
	}
	if err := s.promised(ctx, viewer, p); err != nil {
		return nil, err
	}
	if err := s.readUpstream(ctx, viewer, sc, p.At); err != nil {
		return nil, err
	}
	p.Upstream, p.Today = sc.upstream, sc.today.estimated(p.Queue, p.At)
	p.Tag, err = p.tag()
	return p, err
}

// promised reads appointments, recoveries and handoffs.
func (s *Service) promised(ctx context.Context, viewer account.Viewer, p *Snapshot) error {
	st := store{s.db.View(ctx)}
	pools, err := st.pools(viewer.VisibleTeams())
	if err != nil {
		return err
	}
	if p.Promises, err = st.promises(appointments(pools), p.At); err != nil {
		return err
	}
	if p.Recoveries, err = st.promises(recoveries(pools), p.At); err != nil {
		return err
	}
	if s.opts.Handoffs == nil {
		return nil
	}
	overdue, soon, err := s.opts.Handoffs.Near(ctx, viewer)
	if err != nil {
		return fmt.Errorf("count handoffs: %w", err)
	}
	p.Handoffs = &Handed{overdue, soon}
	return nil
}

// readUpstream looks again at what came in, when it is time.
func (s *Service) readUpstream(ctx context.Context, viewer account.Viewer, sc *scope, now clock.Instant) error {
	if s.opts.Sources == nil || now.Before(sc.sourceAt) {
		return nil
	}
	up, err := s.opts.Sources.Upstream(ctx, viewer)
	if err != nil {
		return fmt.Errorf("look at what came in: %w", err)
	}
	sc.upstream, sc.sourceAt = &up, now.Add(rest(sourceEvery, now, s.now()))
	return nil
}

// tag names what the picture shows, but for when it was made: the same floor has the same one in every process, and after a restart.
func (p *Snapshot) tag() (string, error) {
	shown := *p
	shown.At, shown.Tag, shown.Queue.At, shown.Queue.InHandNext = 0, "", 0, 0
	text, err := json.Marshal(shown)
	if err != nil {
		return "", fmt.Errorf("name the picture: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12]), nil
}

const minute = clock.Instant(time.Minute / time.Microsecond)

// estimated adds when what there is will be done.
func (t Today) estimated(queue callback.Supply, now clock.Instant) Today {
	t.Left = queue.Ready + queue.InHand
	for _, l := range queue.Lacking {
		t.Left += l.Count
	}
	if t.Left > 0 && t.PerHour > 0 {
		at := now.Add(time.Duration(float64(t.Left) / t.PerHour * float64(time.Hour)))
		if closes := queue.Closes; closes.IsZero() || !at.After(closes) {
			t.EmptyAt = (at + 5*minute - 1) / (5 * minute) * (5 * minute) // an estimate is no movement
		}
	}
	return t
}

// named adds the names to callbacks, and leaves of them what is shown: what else moves is no movement of the picture.
func named(tx database.Tx, callbacks []callback.Callback) ([]worklist.Row, error) {
	rows, err := worklist.Named(tx, callbacks)
	for i, row := range rows {
		c := row.Callback
		rows[i].Callback = callback.Callback{ID: c.ID, Kind: c.Kind, State: c.State, DueAt: c.DueAt, TeamID: c.TeamID}
	}
	return rows, err
}
