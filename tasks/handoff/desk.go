package handoff

import (
	"context"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
)

// OfSecondCall returns the handoff whose reply a second call is about, and whether there is one, for the desk of a viewer who has the call.
// Of several it is the newest.
func (s *Service) OfSecondCall(ctx context.Context, c callback.Callback) (Sheet, bool, error) {
	if c.Kind != callback.SecondKind {
		return Sheet{}, false, nil
	}
	tx := s.db.View(ctx)
	found, err := store{tx}.aboutCall(c.ID)
	if err != nil || len(found) == 0 {
		return Sheet{}, false, err
	}
	named, err := s.rows(tx, found[:1])
	if err != nil {
		return Sheet{}, false, err
	}
	sheet := Sheet{Row: named[0]}
	sheet.Log, err = logOf(tx, found[0].ID)
	return sheet, err == nil, err
}

// Destination is where a handoff would go: who would owe the reply, and by when.
type Destination struct {
	TeamID   int64
	Team     string // empty where the contact is of no team
	Severity Severity
	DueAt    clock.Instant
}

// WouldGo returns where it would go if the customer of a callback said now that it is not solved.
func (s *Service) WouldGo(ctx context.Context, viewer account.Viewer, c callback.Callback) (Destination, error) {
	tx := s.db.View(ctx)
	r, err := contact.ResolutionByID(tx, c.ResolutionID)
	if err != nil {
		return Destination{}, err
	}
	h := Handoff{Round: 1}
	if c.Kind == callback.SecondKind {
		h.Round = 2
	}
	o := Opening{Kind: Unsolved}
	if len(viewer.TeamIDs) > 0 {
		o.FromTeamID = viewer.TeamIDs[0]
	}
	if err := s.reckon(tx, &h, o, r, s.now()); err != nil {
		return Destination{}, err
	}
	names, err := account.TeamNames(tx, []int64{h.TeamID})
	return Destination{TeamID: h.TeamID, Team: names[h.TeamID], Severity: h.Severity, DueAt: h.DueAt}, err
}
