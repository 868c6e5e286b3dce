package permission

import (
	"cmp"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Event is one line of a customer's story: what they said about being contacted.
type Event struct {
	At     clock.Instant
	Code   string         // consent_given, consent_withdrawn, suppressed; translated under "timeline.<code>"
	Args   map[string]any // purpose, channel, scope, source, evidence
	UserID int64          // who recorded it; 0 for the customer or a machine
}

// ConsentsByID returns events by their ids, for the receipt of a list that names them.
func ConsentsByID(tx database.Tx, ids []int64) (map[int64]ConsentEvent, error) {
	return store{tx}.consentsByID(ids)
}

// eventLimit bounds a story; nobody says yes or no more often than that.
const eventLimit = 100

// Events returns what is recorded about contact with the subject, newest first. Touches are not among them: attempts and
// invitations tell their own story.
func (s *Service) Events(tx database.Tx, subject Subject) ([]Event, error) {
	consents, err := store{tx}.consentsOf(subject.CustomerID, eventLimit)
	if err != nil {
		return nil, err
	}
	suppressions, err := store{tx}.suppressions(s.hashesOf(subject), true)
	if err != nil {
		return nil, err
	}
	events := make([]Event, 0, len(consents)+len(suppressions))
	for _, c := range consents {
		events = append(events, c.told())
	}
	for _, of := range suppressions {
		for _, sup := range of {
			events = append(events, sup.told()...)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(b.At, a.At) })
	return events, nil
}

// told returns the line that tells of a consent event.
func (e ConsentEvent) told() Event {
	code := "consent_withdrawn"
	if e.Given {
		code = "consent_given"
	}
	return Event{At: e.At, Code: code, UserID: e.UserID, Args: map[string]any{
		"purpose": string(e.Purpose), "channel": string(e.Channel), "source": e.Source, "evidence": e.Evidence,
	}}
}

// told returns the lines that tell of a suppression: that it was recorded, and that it was lifted.
func (s Suppression) told() []Event {
	events := []Event{{At: s.At, Code: "suppressed", UserID: s.UserID, Args: map[string]any{
		"scope": string(s.Scope), "reason": s.Reason, "evidence": s.Evidence,
	}}}
	if s.LiftedAt.IsZero() {
		return events
	}
	return append(events, Event{At: s.LiftedAt, Code: "suppression_lifted", UserID: s.LiftedBy, Args: map[string]any{
		"scope": string(s.Scope), "reason": s.LiftReason,
	}})
}
