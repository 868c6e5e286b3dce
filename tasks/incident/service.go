package incident

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// Options are the settings of the centre.
type Options struct {
	Zone       *time.Location       // of the centre: hours of a week are its own; required
	CentreName string               // as customers know the centre
	Language   string               // for customers whose language is not known; zh-CN when empty
	Channels   []permission.Channel // those there is a sender for; texts and e-mail when nil
	Links      Links
}

// Links makes the link in a notice, by which the customer says that they do not want to be contacted.
type Links interface {
	// OfNotice returns the link of a notice, and the hash by which it is found again.
	OfNotice(noticeID int64) (url, tokenHash string)
}

// Service keeps incidents and what they hold.
type Service struct {
	db        *database.DB
	policies  *policy.Service
	callbacks *callback.Service
	decisions *decision.Service
	permit    *permission.Service
	now       clock.Now
	opts      Options
}

var _ decision.Incidents = (*Service)(nil)

// New returns a service. It panics without the centre's zone: hours would silently be those of UTC.
func New(
	db *database.DB, policies *policy.Service, callbacks *callback.Service, decisions *decision.Service, permit *permission.Service,
	now clock.Now, opts Options,
) *Service {
	if opts.Zone == nil {
		panic(errors.New("incident: the centre's zone is required"))
	}
	opts.Language = cmp.Or(opts.Language, "zh-CN")
	return &Service{db: db, policies: policies, callbacks: callbacks, decisions: decisions, permit: permit, now: now, opts: opts}
}

// List returns the incidents the viewer sees, those that are not over first, each the newest first. It returns fault.Forbidden for anybody
// but a supervisor or an administrator.
func (s *Service) List(ctx context.Context, viewer account.Viewer) ([]Incident, error) {
	if !viewer.Is(account.Supervisor) {
		return nil, errMayNot
	}
	return store{s.db.View(ctx)}.list(viewer.VisibleTeams(), maxIncident)
}

// Active returns the incidents under way to which the viewer may tie contacts.
func (s *Service) Active(ctx context.Context, viewer account.Viewer) ([]Incident, error) {
	if !viewer.Is(account.Supervisor) {
		return nil, errMayNot
	}
	all, err := store{s.db.View(ctx)}.inState(Active)
	var mine []Incident
	for _, i := range all {
		if mayChange(viewer, i) == nil {
			mine = append(mine, i)
		}
	}
	return mine, err
}

// ByID returns an incident the viewer sees. It returns fault.NotFound for any other.
func (s *Service) ByID(ctx context.Context, viewer account.Viewer, id int64) (Incident, error) {
	return seen(s.db.View(ctx), viewer, id)
}

func seen(tx database.Tx, viewer account.Viewer, id int64) (Incident, error) {
	if !viewer.Is(account.Supervisor) {
		return Incident{}, errMayNot
	}
	i, err := store{tx}.incident(id)
	if err == nil && !viewer.SeesTeam(i.TeamID) {
		err = errUnknown
	}
	return i, err
}

// MayChange reports whether the viewer may do something about an incident: one of the whole centre is for those who see all teams.
func (s *Service) MayChange(viewer account.Viewer, i Incident) bool {
	return mayChange(viewer, i) == nil
}

func mayChange(viewer account.Viewer, i Incident) error {
	switch {
	case !viewer.Is(account.Supervisor):
		return errMayNot
	case i.TeamID == 0 && !viewer.SeesAllTeams():
		return errNotTeam
	case !viewer.SeesTeam(i.TeamID):
		return errUnknown
	}
	return nil
}

// EventRow is an event with the name of who did it.
type EventRow struct {
	Event
	By string // empty for the service itself
}

// Events returns what was done with an incident, the newest first, up to 200. It returns fault.NotFound for one the viewer does not see.
func (s *Service) Events(ctx context.Context, viewer account.Viewer, id int64) ([]EventRow, error) {
	tx := s.db.View(ctx)
	if _, err := seen(tx, viewer, id); err != nil {
		return nil, err
	}
	events, err := store{tx}.events(id)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(events))
	for i, e := range events {
		users[i] = e.UserID
	}
	names, err := account.UserNames(tx, users)
	rows := make([]EventRow, len(events))
	for i, e := range events {
		rows[i] = EventRow{Event: e, By: names[e.UserID]}
	}
	return rows, err
}

// change lets fn change a locked incident that the viewer may change, if it is in one of the states, and writes what was done.
func (s *Service) change(
	ctx context.Context, viewer account.Viewer, id int64, kind EventKind, why string, from []State,
	fn func(tx database.Tx, i *Incident, e *Event, now clock.Instant) error,
) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		i, err := st.lock(id, now)
		if err != nil {
			return err
		}
		if err := mayChange(viewer, i); err != nil {
			return err
		}
		if !i.in(from) {
			return errState.With("state", string(i.State))
		}
		event := Event{IncidentID: id, At: now, UserID: viewer.UserID, Kind: kind, Detail: why}
		if err := fn(tx, &i, &event, now); err != nil {
			return err
		}
		i.ChangedAt = now
		if err := st.put(i); err != nil {
			return err
		}
		if err := st.addEvent(event); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "incident."+string(kind), "incident", id, "")
	})
	if err != nil {
		return fmt.Errorf("change incident %d: %w", id, err)
	}
	return nil
}

func (i *Incident) in(states []State) bool { return slices.Contains(states, i.State) }
