// Package notice is what supervisors pin on every desk of their teams: announcements, and what all say about one matter. It is read on the
// desk, and who has read it is known; a new wording is to be read again. Every wording is kept. It knows nothing of callbacks.
package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Kind is what a notice is for. It is translated under "notice_kind.<code>".
type Kind string

// The kinds of notice.
const (
	Announcement Kind = "announcement"
	Wording      Kind = "wording" // what all say, to whoever calls about one category
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{Announcement, Wording} }

// The limits of notices.
const (
	MostBody = 2000 // characters
	mostUp   = 50   // that are up at once: more are read by nobody
	MostRows = 200  // of a list
)

// Notice is pinned on the desks of teams until it is taken down, or ends.
type Notice struct {
	ID         int64
	Kind       Kind
	Category   string // of a Wording: of the contacts it is said about
	Body       string
	Version    int // of the wording, from 1
	PinnedBy   int64
	PinnedAt   clock.Instant
	ChangedBy  int64
	ChangedAt  clock.Instant // also where only its end or its teams were changed; who edits says which they saw
	EndsAt     clock.Instant // none: it is up until somebody takes it down
	UnpinnedBy int64
	UnpinnedAt clock.Instant // none while it is up
}

// Up reports whether the notice is on desks at an instant.
func (n Notice) Up(now clock.Instant) bool {
	return n.UnpinnedAt.IsZero() && (n.EndsAt.IsZero() || n.EndsAt.After(now))
}

// Text is what somebody pins.
type Text struct {
	Kind     Kind
	Category string
	Body     string
	Teams    []int64 // whose desks; none: all that the viewer sees
	EndsAt   clock.Instant
}

// Refusals.
var (
	errUnknown   = fault.New(fault.NotFound, "notice_unknown", "there is no such notice")
	errForbidden = fault.New(fault.Forbidden, "notice_of_others", "this notice is also pinned for teams that are not yours")
	errChanged   = fault.New(fault.Conflict, "notice_changed", "the notice was changed meanwhile; look at it again")
	errDown      = fault.New(fault.Conflict, "notice_down", "the notice is not pinned any more")
)

// Service pins notices and shows them.
type Service struct {
	db  *database.DB
	now clock.Now
}

// New returns a service.
func New(db *database.DB, now clock.Now) *Service { return &Service{db: db, now: now} }

// Pin pins a notice on the desks of teams: of the viewer's own, or of any for who sees all. It returns fault.Invalid with the wrong fields.
func (s *Service) Pin(ctx context.Context, viewer account.Viewer, t Text) (pinned Notice, err error) {
	if err := mayPin(viewer); err != nil {
		return Notice{}, err
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		if err := database.Guard(tx, "notices"); err != nil {
			return err
		}
		up, err := st.countUp(now)
		if err != nil {
			return err
		}
		clean, err := t.clean(tx, viewer, now)
		if err != nil {
			return err
		}
		if up >= mostUp {
			return fault.New(fault.Conflict, "notices_many", "too many notices are pinned; take one down first").With("most", mostUp)
		}
		n := Notice{
			Kind: clean.Kind, Category: clean.Category, Body: clean.Body, Version: 1, PinnedBy: viewer.UserID, PinnedAt: now,
			ChangedBy: viewer.UserID, ChangedAt: now, EndsAt: clean.EndsAt,
		}
		if err := st.insert(&n, clean.Teams); err != nil {
			return err
		}
		pinned = n
		return account.Audit(tx, now, viewer, "notice.pinned", "notice", n.ID, "")
	})
	if err != nil {
		return Notice{}, fmt.Errorf("pin a notice: %w", err)
	}
	return pinned, nil
}

func mayPin(viewer account.Viewer) error {
	if !viewer.Is(account.Supervisor) {
		return fault.New(fault.Forbidden, "forbidden", "only a supervisor may pin notices")
	}
	return nil
}

// Edit changes a notice that the viewer saw as it was at seen. Another wording, kind or category is to be read again by all.
func (s *Service) Edit(ctx context.Context, viewer account.Viewer, id int64, seen clock.Instant, t Text) (Notice, error) {
	return s.change(ctx, viewer, id, "notice.edited", func(st store, n *Notice, now clock.Instant) error {
		clean, err := t.clean(st.Tx, viewer, now)
		switch {
		case err != nil:
			return err
		case n.ChangedAt != seen:
			return errChanged
		case !n.UnpinnedAt.IsZero():
			return errDown
		}
		if n.Kind != clean.Kind || n.Category != clean.Category || n.Body != clean.Body {
			n.Version++
		}
		n.Kind, n.Category, n.Body, n.EndsAt = clean.Kind, clean.Category, clean.Body, clean.EndsAt
		return st.setTeams(n.ID, clean.Teams)
	})
}

// Unpin takes a notice down. Down already, it changes nothing.
func (s *Service) Unpin(ctx context.Context, viewer account.Viewer, id int64) error {
	_, err := s.change(ctx, viewer, id, "notice.unpinned", func(_ store, n *Notice, now clock.Instant) error {
		if n.UnpinnedAt.IsZero() {
			n.UnpinnedBy, n.UnpinnedAt = viewer.UserID, now
		}
		return nil
	})
	return err
}

// PinAgain puts a notice back that was taken down, as it was: who had read it has read it.
func (s *Service) PinAgain(ctx context.Context, viewer account.Viewer, id int64) error {
	_, err := s.change(ctx, viewer, id, "notice.pinned_again", func(_ store, n *Notice, _ clock.Instant) error {
		n.UnpinnedBy, n.UnpinnedAt = 0, 0
		return nil
	})
	return err
}

// change changes a notice that is the viewer's to change.
func (s *Service) change(
	ctx context.Context, viewer account.Viewer, id int64, action string, do func(st store, n *Notice, now clock.Instant) error,
) (changed Notice, err error) {
	if err := mayPin(viewer); err != nil {
		return Notice{}, err
	}
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		n, err := st.lock(id)
		if err != nil {
			return err
		}
		teams, err := st.teams([]int64{id})
		switch {
		case err != nil:
			return err
		case !onDesk(viewer, teams[id]):
			return errUnknown
		case !mayChange(viewer, teams[id]):
			return errForbidden
		}
		before := n
		if err := do(st, &n, now); err != nil {
			return err
		}
		n.ChangedBy, n.ChangedAt = viewer.UserID, max(now, before.ChangedAt+1) // two changes of one instant are two
		if err := st.update(n, n.Version != before.Version); err != nil {
			return err
		}
		changed = n
		return account.Audit(tx, now, viewer, action, "notice", id, fmt.Sprintf(`{"version":%d}`, n.Version))
	})
	if err != nil {
		return Notice{}, fmt.Errorf("change notice %d: %w", id, err)
	}
	return changed, nil
}

// onDesk reports whether a notice for the teams is on the desk of a viewer.
func onDesk(viewer account.Viewer, teams []int64) bool {
	return len(teams) == 0 || viewer.SeesAllTeams() || slices.ContainsFunc(teams, viewer.SeesTeam)
}

// mayChange reports whether the viewer may change a notice for the teams: it is on no desk but of their teams.
func mayChange(viewer account.Viewer, teams []int64) bool {
	if viewer.SeesAllTeams() {
		return true
	}
	return len(teams) > 0 && !slices.ContainsFunc(teams, func(id int64) bool { return !slices.Contains(viewer.TeamIDs, id) })
}

// clean returns the text as it is kept, with the teams it is for.
func (t Text) clean(tx database.Tx, viewer account.Viewer, now clock.Instant) (Text, error) {
	var fields []fault.Field
	wrong := func(name, code, problem, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	}
	if !slices.Contains(Kinds(), t.Kind) {
		wrong("kind", "choose", "choose what it is", string(t.Kind))
	}
	t.Body = strings.TrimSpace(text.Lines(t.Body))
	switch n := utf8.RuneCountInString(t.Body); {
	case n == 0:
		wrong("body", "required", "is required", "")
	case n > MostBody:
		wrong("body", "too_long", fmt.Sprintf("is too long: at most %d characters", MostBody), "")
	}
	t.Category = text.Name(t.Category)
	switch {
	case t.Kind != Wording:
		t.Category = ""
	case t.Category == "":
		wrong("category", "required", "is required", "")
	case utf8.RuneCountInString(t.Category) > 100:
		wrong("category", "too_long", "is too long: at most 100 characters", "")
	}
	if !t.EndsAt.IsZero() && !t.EndsAt.After(now) {
		wrong("ends_at", "in_the_past", "is over already", "")
	}
	var err error
	if t.Teams, err = teamsOf(tx, viewer, t.Teams); err != nil {
		return t, err
	}
	if slices.Contains(t.Teams, 0) {
		wrong("teams", "unknown_value", "names a team that is not there, or not yours", "")
	}
	if len(fields) > 0 {
		return t, fault.InvalidFields(fields...)
	}
	return t, nil
}

// teamsOf returns whose desks are meant, with a 0 among them where one is not there or not the viewer's.
func teamsOf(tx database.Tx, viewer account.Viewer, chosen []int64) ([]int64, error) {
	if len(chosen) == 0 {
		if viewer.SeesAllTeams() {
			return nil, nil
		}
		return database.DistinctNonzero(viewer.TeamIDs), nil
	}
	chosen = database.Distinct(chosen)
	known, err := account.TeamNames(tx, chosen)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	for i, id := range chosen {
		if _, there := known[id]; !there || !viewer.SeesTeam(id) {
			chosen[i] = 0
		}
	}
	return chosen, nil
}
