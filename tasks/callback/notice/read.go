package notice

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Row is a notice in the list of those who pin, with how many have read its newest wording.
type Row struct {
	Notice
	Teams     []string // by name; none: everybody's desk
	Read, Of  int      // callers whose desk it is on
	Up        bool
	MayChange bool // the viewer may change it
}

// Reader is a caller on whose desk a notice is.
type Reader struct {
	UserID int64
	Name   string
	Read   clock.Instant // when they read the newest wording; none: they have not
}

// Version is a wording of a notice.
type Version struct {
	NoticeID  int64
	Version   int
	Body      string
	ChangedBy int64
	ChangedAt clock.Instant
}

// TableName names the table.
func (Version) TableName() string { return "notice_versions" }

// Whole is a notice with everything about it.
type Whole struct {
	Row
	TeamIDs  []int64
	Readers  []Reader         // those who have not read it come first
	Versions []Version        // the newest first, at most MostRows
	Names    map[int64]string // of who pinned and changed it
}

// Shown is a notice on somebody's desk.
type Shown struct {
	ID       int64
	Kind     Kind
	Category string
	Body     string
	Version  int
	By       string // who worded it
	At       clock.Instant
	EndsAt   clock.Instant
	Read     bool // this wording
}

// OnDesk returns the notices that are up on the desk of a viewer: what they have not read first, and the newest first.
func (s *Service) OnDesk(ctx context.Context, viewer account.Viewer) ([]Shown, error) {
	tx := s.db.View(ctx)
	shown, err := s.onDesk(tx, viewer)
	if err != nil {
		return nil, fmt.Errorf("read the notices of a desk: %w", err)
	}
	return shown, nil
}

func (s *Service) onDesk(tx database.Tx, viewer account.Viewer) ([]Shown, error) {
	st := store{tx}
	up, err := st.up(s.now())
	if err != nil || len(up) == 0 {
		return nil, err
	}
	up, _, err = st.seenBy(viewer, up)
	if err != nil || len(up) == 0 {
		return nil, err
	}
	read, err := st.readBy(viewer.UserID, idsOf(up))
	if err != nil {
		return nil, err
	}
	names, err := account.UserNames(tx, changers(up))
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, len(up))
	for i, n := range up {
		shown[i] = Shown{
			ID: n.ID, Kind: n.Kind, Category: n.Category, Body: n.Body, Version: n.Version, By: names[n.ChangedBy], At: n.ChangedAt,
			EndsAt: n.EndsAt, Read: read[n.ID] >= n.Version,
		}
	}
	slices.SortStableFunc(shown, func(a, b Shown) int {
		switch {
		case a.Read == b.Read:
			return 0
		case b.Read:
			return -1
		}
		return 1
	})
	return shown, nil
}

// Read notes that the viewer has read a wording of a notice. Where it was worded anew meanwhile, that is to be read.
func (s *Service) Read(ctx context.Context, viewer account.Viewer, id int64, version int) error {
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		n, err := st.notice(id)
		if err != nil {
			return err
		}
		seen, _, err := st.seenBy(viewer, []Notice{n})
		switch {
		case err != nil:
			return err
		case len(seen) == 0:
			return errUnknown
		case !n.Up(now):
			return errDown
		case n.Version != version:
			return errChanged
		}
		return st.read(read{NoticeID: id, UserID: viewer.UserID, Version: version, ReadAt: now})
	})
	if err != nil {
		return fmt.Errorf("read notice %d: %w", id, err)
	}
	return nil
}

// List returns the notices on desks that the viewer sees, the newest first: those that are up, or those that are not any more with ids
// below before (0: from the newest).
func (s *Service) List(ctx context.Context, viewer account.Viewer, up bool, before int64, limit int) ([]Row, error) {
	tx, now := s.db.View(ctx), s.now()
	st := store{tx}
	list := func() ([]Notice, error) { return st.up(now) }
	if !up {
		list = func() ([]Notice, error) { return st.down(viewer, now, before, min(limit, MostRows)) }
	}
	found, err := list()
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	rows, err := s.rows(tx, viewer, found, now)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return rows, nil
}

func (s *Service) rows(tx database.Tx, viewer account.Viewer, found []Notice, now clock.Instant) ([]Row, error) {
	st := store{tx}
	found, teams, err := st.seenBy(viewer, found)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	callers, err := callers(tx)
	if err != nil {
		return nil, err
	}
	reads, err := st.reads(idsOf(found))
	if err != nil {
		return nil, err
	}
	var all []int64
	for _, ids := range teams {
		all = append(all, ids...)
	}
	names, err := account.TeamNames(tx, database.Distinct(all))
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(found))
	for i, n := range found {
		rows[i] = Row{Notice: n, Up: n.Up(now), MayChange: mayChange(viewer, teams[n.ID])}
		for _, id := range teams[n.ID] {
			rows[i].Teams = append(rows[i].Teams, names[id])
		}
		slices.Sort(rows[i].Teams)
		for _, r := range readersOf(viewer, callers, teams[n.ID], reads[n.ID], n.Version) {
			rows[i].Of++
			if !r.Read.IsZero() {
				rows[i].Read++
			}
		}
	}
	return rows, nil
}

// ByID returns a notice with who has read it and what it said before. It returns fault.NotFound for one that is on no desk the viewer sees.
func (s *Service) ByID(ctx context.Context, viewer account.Viewer, id int64) (Whole, error) {
	w, err := s.whole(s.db.View(ctx), viewer, id)
	if err != nil {
		return Whole{}, fmt.Errorf("read notice %d: %w", id, err)
	}
	return w, nil
}

func (s *Service) whole(tx database.Tx, viewer account.Viewer, id int64) (w Whole, err error) {
	st := store{tx}
	n, err := st.notice(id)
	if err != nil {
		return w, err
	}
	rows, err := s.rows(tx, viewer, []Notice{n}, s.now())
	if err != nil {
		return w, err
	}
	if len(rows) == 0 {
		return w, errUnknown
	}
	w.Row = rows[0]
	teams, err := st.teams([]int64{id})
	if err != nil {
		return w, err
	}
	w.TeamIDs = teams[id]
	callers, err := callers(tx)
	if err != nil {
		return w, err
	}
	reads, err := st.reads([]int64{id})
	if err != nil {
		return w, err
	}
	w.Readers = readersOf(viewer, callers, w.TeamIDs, reads[id], n.Version)
	if w.Versions, err = st.versions(id, MostRows); err != nil {
		return w, err
	}
	users := []int64{n.PinnedBy, n.ChangedBy, n.UnpinnedBy}
	for _, v := range w.Versions {
		users = append(users, v.ChangedBy)
	}
	w.Names, err = account.UserNames(tx, database.DistinctNonzero(users))
	return w, err
}

// callers returns the callers who may log in.
func callers(tx database.Tx) ([]account.Viewer, error) {
	all, err := account.Colleagues(tx)
	if err != nil {
		return nil, fmt.Errorf("read callers: %w", err)
	}
	return slices.DeleteFunc(all, func(v account.Viewer) bool { return v.Role != account.Caller }), nil
}

// readersOf returns the callers on whose desk a notice is and whom the viewer sees, those who have not read it first.
func readersOf(viewer account.Viewer, callers []account.Viewer, teams []int64, reads map[int64]read, version int) []Reader {
	var unread, have []Reader
	for _, c := range callers {
		seen := viewer.SeesAllTeams() || c.SeesAllTeams() || slices.ContainsFunc(c.TeamIDs, viewer.SeesTeam)
		if !seen || !onDesk(c, teams) {
			continue
		}
		if r := reads[c.UserID]; r.Version >= version {
			have = append(have, Reader{UserID: c.UserID, Name: c.Name, Read: r.ReadAt})
		} else {
			unread = append(unread, Reader{UserID: c.UserID, Name: c.Name})
		}
	}
	return append(unread, have...)
}

func idsOf(notices []Notice) []int64 {
	ids := make([]int64, len(notices))
	for i, n := range notices {
		ids[i] = n.ID
	}
	return ids
}

func changers(notices []Notice) []int64 {
	ids := make([]int64, len(notices))
	for i, n := range notices {
		ids[i] = n.ChangedBy
	}
	return ids
}
