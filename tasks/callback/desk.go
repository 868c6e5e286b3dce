package callback

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/history"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/tasks/callback/script"
)

// Desk is a callback as the desk shows it to the caller who has it: everything they need to know before they dial.
type Desk struct {
	Callback   Callback
	Customer   contact.Customer
	Phone      string // E.164, whole: the claim is the audit; empty when the customer has none any more
	Extension  string // of the phone
	PhoneNote  string // what the source wrote beside the phone, such as whose it is
	AskFor     string // whom to ask for at that phone, where that is not the customer: the contact's own contact person
	Contact    contact.Contact
	Resolution contact.Resolution
	Resolver   string  // name of the agent who resolved it
	Others     []Other // of the same person, held together with it; each gets an outcome of its own
	Attempts   []Attempt
	Callers    map[int64]string  // names of whoever made the attempts
	Recordings map[int64]bool    // the attempts of which the viewer may hear the recording
	Window     hours.Window      // calling hours of the number
	Times      []clock.Instant   // proposals for an appointment
	Newer      []contact.Contact // what the person has reported since and is open, the newest first: it is spoken of first
	Answered   *Answered         // the customer has rated this resolution already: it is shown, and not asked; nil when it may be asked
	Draft      Outcome           // what was typed and not finished
	DraftAt    clock.Instant     // none when there is no draft
	Needs      SkillNeed         // the skill it needs; read by ByID alone, as whoever has it in hand asks no more
	At         clock.Instant     // the instant this was read at
}

// Rings returns how often a call was asked for under this claim.
func (d *Desk) Rings() int {
	if len(d.Attempts) == 0 || d.Attempts[0].Fence != d.Callback.Fence {
		return 0
	}
	return d.Attempts[0].Rings
}

// Current returns the callback the viewer has claimed, without claiming one. It returns ErrNothingReady when there is none.
func (s *Service) Current(ctx context.Context, viewer account.Viewer) (Desk, error) {
	now := s.now()
	held, err := s.Held(s.db.View(ctx), viewer, now)
	if err != nil {
		return Desk{}, err
	}
	if held == nil {
		return Desk{}, ErrNothingReady
	}
	return s.show(ctx, viewer, *held, now)
}

// ByID returns one callback as the desk would show it, without claiming it. It returns fault.NotFound for a callback that does
// not exist, that a caller has nothing to do with, or whose team anybody else does not see.
func (s *Service) ByID(ctx context.Context, viewer account.Viewer, id int64) (Desk, error) {
	now, tx := s.now(), s.db.View(ctx)
	c, err := store{tx}.callback(id)
	if err != nil {
		return Desk{}, err
	}
	may, err := mayOpen(tx, viewer, c)
	switch {
	case err != nil:
		return Desk{}, fmt.Errorf("open callback %d: %w", id, err)
	case !may:
		return Desk{}, errNoCallback
	}
	desk, err := s.show(ctx, viewer, c, now)
	if err != nil {
		return Desk{}, err
	}
	needs, err := SkillNeeds(tx, []Callback{desk.Callback})
	desk.Needs = needs[id]
	return desk, err
}

// mayOpen reports whether a viewer may read a callback. A caller reads what they have or had, what is kept for them, and the recoveries
// that my tasks shows them: what colleagues work on tells of customers whom they have no reason to know.
func mayOpen(tx database.Tx, viewer account.Viewer, c Callback) (bool, error) {
	if viewer.Role != account.Caller {
		return viewer.SeesTeam(c.TeamID), nil
	}
	switch {
	case viewer.UserID == 0:
		return false, nil
	case c.owner() == viewer.UserID:
		return true, nil
	case viewer.SeesTeam(c.TeamID) && (c.ReservedFor == viewer.UserID || isMyRecovery(c, viewer.UserID)):
		return true, nil
	}
	return store{tx}.everHad(c.ID, viewer.UserID)
}

func isMyRecovery(c Callback, callerID int64) bool {
	return c.Kind == RecoveryKind && !c.closed() && c.NotFor != callerID
}

// show gathers what the desk shows about a callback.
func (s *Service) show(ctx context.Context, viewer account.Viewer, c Callback, now clock.Instant) (Desk, error) {
	tx := s.db.View(ctx)
	shown, err := s.gather(tx, viewer, c, now)
	if err != nil {
		return Desk{}, fmt.Errorf("show callback %d: %w", c.ID, err)
	}
	return shown, nil
}

func (s *Service) gather(tx database.Tx, viewer account.Viewer, c Callback, now clock.Instant) (Desk, error) {
	shown := Desk{Callback: c, At: now}
	customers, err := contact.CustomersByID(tx, []int64{c.CustomerID})
	if err != nil {
		return Desk{}, err
	}
	subject, err := s.whom(tx, c)
	if err != nil {
		return Desk{}, err
	}
	together, err := store{tx}.together(c, now)
	if err != nil {
		return Desk{}, err
	}
	contacts, err := contact.ContactsByID(tx, contactsOf(append(together, c)))
	if err != nil {
		return Desk{}, err
	}
	for _, other := range together {
		shown.Others = append(shown.Others, Other{Callback: other, Contact: contacts[other.ContactID]})
	}
	if shown.Resolution, err = contact.ResolutionByID(tx, c.ResolutionID); err != nil {
		return Desk{}, err
	}
	agents, err := contact.AgentNames(tx, []int64{shown.Resolution.AgentID})
	if err != nil {
		return Desk{}, err
	}
	written := beside(subject)
	shown.Phone, shown.Extension, shown.PhoneNote = subject.To(permission.ByPhone), written.Extension, written.Note
	shown.AskFor = askFor(contacts[c.ContactID], subject)
	shown.Customer, shown.Contact, shown.Resolver = customers[c.CustomerID], contacts[c.ContactID], agents[shown.Resolution.AgentID]
	shown.Window = s.permit.Rules().CallWindow(subject, "", now)
	if shown.Times, err = s.appointmentTimes(tx, c, subject, now); err != nil {
		return Desk{}, err
	}
	newer, err := history.Newer(tx, c.since(shown.Resolution))
	if err != nil {
		return Desk{}, err
	}
	shown.Newer = newer[0]
	if shown.Answered, err = s.answered(tx, c); err != nil {
		return Desk{}, err
	}
	err = s.gatherOwn(tx, viewer, &shown)
	return shown, err
}

// answered returns the answer that makes asking in this call pointless. A recovery asks how it is now, which counts nowhere.
func (s *Service) answered(tx database.Tx, c Callback) (*Answered, error) {
	if s.opts.Scores == nil || c.mends() {
		return nil, nil //nolint:nilnil // that nothing was answered is usual
	}
	given, found, err := s.opts.Scores.ScoreOf(tx, c.ResolutionID)
	if err != nil || !found {
		return nil, err
	}
	return &given, nil
}

// gatherOwn adds what this package keeps: the attempts, with the callers' names, and the draft.
func (s *Service) gatherOwn(tx database.Tx, viewer account.Viewer, shown *Desk) error {
	st := store{tx}
	var err error
	if shown.Attempts, err = st.attemptsOf(shown.Callback.ID); err != nil {
		return err
	}
	hideNotes(viewer, shown.Attempts)
	if shown.Recordings, err = hideRecordings(tx, viewer, shown.Callback, shown.Attempts); err != nil {
		return err
	}
	ids := make([]int64, 0, len(shown.Attempts))
	for _, a := range shown.Attempts {
		ids = append(ids, a.CallerID)
	}
	if shown.Callers, err = account.UserNames(tx, ids); err != nil {
		return err
	}
	shown.Draft, shown.DraftAt, err = st.draft(shown.Callback.ID, viewer.UserID)
	return err
}

// beside returns what was written with the number that is called.
func beside(subject permission.Subject) address.Number {
	return subject.Beside[subject.Address(permission.ByPhone)]
}

func contactsOf(callbacks []Callback) []int64 {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ContactID
	}
	return ids
}

// MayHear returns whether a viewer may hear the recording of an attempt on a callback.
func MayHear(tx database.Tx, viewer account.Viewer, c Callback) (func(Attempt) bool, error) {
	if !viewer.SeesTeam(c.TeamID) {
		return func(Attempt) bool { return false }, nil
	}
	if viewer.Is(account.Supervisor) {
		return func(Attempt) bool { return true }, nil
	}
	own, err := script.CallersHearTheirOwn(tx)
	return func(a Attempt) bool { return own && viewer.Role == account.Caller && a.CallerID == viewer.UserID }, err
}

// hideRecordings takes the addresses of recordings out of attempts that are about to be shown, and returns which of them the viewer may
// hear.
func hideRecordings(tx database.Tx, viewer account.Viewer, c Callback, attempts []Attempt) (map[int64]bool, error) {
	hears, err := MayHear(tx, viewer, c)
	if err != nil {
		return nil, err
	}
	heard := map[int64]bool{}
	for i := range attempts {
		a := &attempts[i]
		if a.RecordingURL != "" && hears(*a) {
			heard[a.ID] = true
		}
		a.RecordingURL = ""
	}
	return heard, nil
}
