package handoff

import (
	"cmp"
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Opening is what somebody said is not solved, or complains about.
type Opening struct {
	Kind         Kind
	ResolutionID int64 // that does not hold
	CustomerID   int64 // who said so; 0: the one of the resolution
	CallbackID   int64 // in whose call it was said; 0 for none
	AttemptID    int64
	ResponseID   int64
	Via          Via
	OpenedBy     int64 // 0: the customer
	ForCaller    int64 // who makes the second call where they are there; 0: anybody
	FromTeamID   int64 // of whoever opens it; 0: the one that owes the reply
	TeamID       int64 // who owes the reply; 0: the team that resolved the contact, else DefaultTeam, else the one that opens it
	Severity     Severity
	Said         string
	Note         string
	Links        []string
	SaidAt       clock.Instant
	Round        int // 0: the first
	PreviousID   int64
}

// Open opens a handoff by hand. Where the contact has an open one of the kind already, what was said is added to its log, and that one is
// returned. It returns fault.Invalid with the wrong fields ("resolution", "said", "note", "severity", "team", "links"), and fault.Forbidden
// for who neither calls nor supervises.
func (s *Service) Open(ctx context.Context, viewer account.Viewer, o Opening) (opened Handoff, err error) {
	if !viewer.Is(account.Supervisor, account.Caller) {
		return Handoff{}, errRight
	}
	o.Via, o.OpenedBy = cmp.Or(o.Via, ViaHand), viewer.UserID
	if o.FromTeamID == 0 && len(viewer.TeamIDs) > 0 {
		o.FromTeamID = viewer.TeamIDs[0]
	}
	now := s.now()
	o.SaidAt = cmp.Or(o.SaidAt, now)
	if o, err = o.clean(); err != nil {
		return Handoff{}, err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		r, err := contact.ResolutionByID(tx, o.ResolutionID)
		if err == nil && !viewer.SeesTeam(r.TeamID) {
			err = fault.InvalidFields(fault.Field{Name: "resolution", Code: "handoff_resolution", Problem: "is none that you see"})
		}
		if err != nil {
			return err
		}
		if o.TeamID != 0 {
			if err := knownTeam(tx, o.TeamID); err != nil {
				return err
			}
		}
		opened, err = s.OpenIn(tx, ByUser(viewer), o, now)
		return err
	})
	if err != nil {
		return Handoff{}, fmt.Errorf("open a handoff: %w", err)
	}
	return opened, nil
}

// clean returns an opening with its texts in the form in which they are kept.
func (o Opening) clean() (Opening, error) {
	var err error
	if o.Said, err = wordsIfAny("said", o.Said); err != nil {
		return o, err
	}
	if o.Note, err = wordsIfAny("note", o.Note); err != nil {
		return o, err
	}
	if o.Said == "" && o.Note == "" {
		return o, fault.InvalidFields(fault.Field{Name: "said", Code: "required", Problem: "must not be empty"})
	}
	if o.Severity < 0 || o.Severity > Ordinary {
		return o, fault.InvalidFields(fault.Field{Name: "severity", Code: "choose", Problem: "choose how much it weighs"})
	}
	_, err = encodeLinks(o.Links)
	return o, err
}

// OpenIn opens a handoff in the transaction of what asks for it. Where the contact has an open one of the kind already, what was said is
// added to the log of that one, which is returned.
func (s *Service) OpenIn(tx database.Tx, by By, o Opening, now clock.Instant) (Handoff, error) {
	r, err := contact.ResolutionByID(tx, o.ResolutionID)
	if err != nil {
		return Handoff{}, err
	}
	links, err := encodeLinks(o.Links)
	if err != nil {
		return Handoff{}, err
	}
	st := store{tx}
	open, found, err := st.lockOpen(o.Kind, r.ContactID)
	switch {
	case err != nil:
		return Handoff{}, err
	case found:
		err = s.saidAgain(tx, &open, by, o, now)
		return open, err
	}
	h := Handoff{
		Kind: o.Kind, State: Open, OpenKey: openKey(o.Kind, r.ContactID), Version: 1, Round: max(1, o.Round), PreviousID: o.PreviousID,
		SourceID: r.SourceID, ContactID: r.ContactID, ResolutionID: r.ID, PersonID: r.PersonID,
		CustomerID: cmp.Or(o.CustomerID, r.CustomerID),
		CallbackID: o.CallbackID, AttemptID: o.AttemptID, ResponseID: o.ResponseID, Via: o.Via,
		OpenedBy: o.OpenedBy, ForCaller: o.ForCaller, Said: o.Said, Note: o.Note, Links: links, SaidAt: o.SaidAt,
		CreatedAt: now, ChangedAt: now,
	}
	if err := s.reckon(tx, &h, o, r, now); err != nil {
		return Handoff{}, err
	}
	if err := st.add(&h); database.IsTaken(err) { // by somebody who was faster, and has committed
		if open, _, err = st.lockOpen(o.Kind, r.ContactID); err == nil {
			err = s.saidAgain(tx, &open, by, o, now)
		}
		return open, err
	} else if err != nil {
		return Handoff{}, err
	}
	e := Entry{Act: ActOpened, Code: string(o.Via), Words: o.Note, TeamID: h.TeamID, ForUserID: o.ForCaller}
	if err := s.keep(tx, &h, "", by, e, now); err != nil {
		return Handoff{}, err
	}
	return h, contact.Tell(tx, contact.SourceEvent{
		SourceID: h.SourceID, Kind: contact.EventUnresolved, ContactID: h.ContactID, Ref: h.ID, At: now,
	})
}

// reckon says who owes the reply, how much it weighs, and by when it is owed.
func (s *Service) reckon(tx database.Tx, h *Handoff, o Opening, r contact.Resolution, now clock.Instant) error {
	h.TeamID, h.FromTeamID, h.Severity = cmp.Or(o.TeamID, r.TeamID), cmp.Or(o.FromTeamID, r.TeamID), o.Severity
	if h.TeamID == 0 {
		nobodys, err := defaultTeam(tx)
		if err != nil {
			return err
		}
		h.TeamID = cmp.Or(nobodys, o.FromTeamID)
	}
	if h.Severity == 0 {
		h.Severity = Weigh(o.Kind, h.Round, r.Complaint, r.Severity)
	}
	terms, err := termsOf(tx, h.TeamID)
	if err != nil {
		return err
	}
	h.due(s.clockOf(terms), terms.Span(h.Severity), now)
	return nil
}

// saidAgain adds what was said to the log of an open handoff.
func (s *Service) saidAgain(tx database.Tx, h *Handoff, by By, o Opening, now clock.Instant) error {
	e := Entry{Act: ActAgain, Code: string(o.Via), Ref: o.ref(), Words: joined(o.Said, o.Note)}
	return s.keep(tx, h, h.State, by, e, now)
}

// by is who opens it, as the log names them.
func (o Opening) by() By { return By{Viewer: account.Viewer{UserID: o.OpenedBy}} }

// ref is where it was said.
func (o Opening) ref() int64 { return cmp.Or(o.AttemptID, o.ResponseID) }

// saidBefore reports whether what was said is in the log of one of the handoffs already.
func (s store) saidBefore(about []Handoff, o Opening) (bool, error) {
	if o.ref() == 0 || len(about) == 0 {
		return false, nil
	}
	ids := make([]int64, len(about))
	for i, h := range about {
		ids[i] = h.ID
	}
	return s.saidAgain(ids, o.Via, o.ref())
}
