package decision

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
	"aftercall/tasks/policy"
)

// EventsOfContact returns what was decided about a contact. The codes are translated under "timeline.<code>"; args that are codes
// themselves say of what in their names: kind, rule, reason. A rule and a reason of a policy's own come in its words, with its version.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	st := store{tx}
	decisions, err := st.decisionsOfContact(contactID)
	if err != nil {
		return nil, err
	}
	return st.eventsOfDecisions(decisions)
}

// PastDecisions returns what was decided about the contacts of customers.
func PastDecisions(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	st := store{tx}
	decisions, err := st.pastDecisions(p)
	if err != nil {
		return nil, err
	}
	return st.eventsOfDecisions(decisions)
}

// eventsOfDecisions returns for each decision, in this order: what it was first, why it was made again, and what it is now.
func (s store) eventsOfDecisions(decisions []Decision) ([]contact.Event, error) {
	ids, numbers := make([]int64, len(decisions)), make([]int, len(decisions))
	for i, d := range decisions {
		ids[i], numbers[i] = d.ID, d.PolicyVersion
	}
	changes, err := s.changesOf(ids)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(changes))
	history := make(map[int64][]Change, len(decisions))
	for i, c := range changes {
		users[i], numbers = c.UserID, append(numbers, c.PolicyVersion)
		history[c.DecisionID] = append(history[c.DecisionID], c)
	}
	names, err := account.UserNames(s.Tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who decided: %w", err)
	}
	versions, err := policy.VersionsOf(s.Tx, numbers)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, d := range decisions {
		from := len(events)
		for _, c := range history[d.ID] {
			events = append(append(events, decisionEvents(c.before(d.Kind), versions)...), c.event(d.Kind, names[c.UserID]))
		}
		events = append(events, decisionEvents(d, versions)...)
		for i := range events[from:] {
			e := &events[from+i]
			e.Row, e.ContactID, e.About = d.ID, d.ContactID, contact.Object{Kind: contact.AboutDecision, ID: d.ID}
		}
	}
	return events, nil
}

// event tells why a decision was made again.
func (c Change) event(kind policy.Kind, by string) contact.Event {
	e := contact.Event{At: c.ChangedAt, Code: "follow_up_again_" + string(c.Cause), Actor: by, Args: map[string]any{"kind": string(kind)}}
	if c.Note != "" {
		e.Args["note"] = c.Note
	}
	return e
}

// before is what the decision was.
func (c Change) before(kind policy.Kind) Decision {
	return Decision{
		ID: c.DecisionID, Kind: kind, State: c.State, Reason: c.Reason, Rule: c.Rule, PolicyVersion: c.PolicyVersion, Revision: c.Revision,
		DueAt: c.DueAt, AllowedFrom: c.AllowedFrom, ReasonSince: c.ReasonSince, DecidedAt: c.DecidedAt, CancelledAt: c.CancelledAt,
		CancelReason: c.CancelReason,
	}
}

func decisionEvents(d Decision, versions policy.Versions) []contact.Event {
	if d.State == Skipped {
		return []contact.Event{skippedEvent(d, versions)}
	}
	planned := contact.Event{At: d.DecidedAt, Code: "follow_up_planned", Args: decidedBy(d, versions)}
	planned.Args["due"] = d.DueAt
	if d.WaitReason != "" {
		planned.Code, planned.Args["reason"] = "follow_up_planned_later", string(d.WaitReason)
	}
	events := []contact.Event{planned}
	if !d.CancelledAt.IsZero() {
		events = append(events, contact.Event{
			At: d.CancelledAt, Code: "follow_up_cancelled", Args: map[string]any{"kind": string(d.Kind), "reason": string(d.CancelReason)},
		})
	}
	return events
}

// decidedBy names what was decided about, the rule, and the version of the policy. What decides outside every policy is told by its
// reason, or by who did it.
func decidedBy(d Decision, versions policy.Versions) map[string]any {
	args := map[string]any{"kind": string(d.Kind)}
	if d.Rule == policy.RuleByHand || d.PolicyVersion == 0 {
		return args
	}
	args["version"] = d.PolicyVersion
	if !slices.Contains(policy.OutsideRules(), d.Rule) {
		args["rule"] = cmp.Or(versions.Rule(d.PolicyVersion, d.Rule), string(d.Rule))
	}
	return args
}

// skippedEvent tells why there was no follow-up, since when that held, and from when it is allowed.
func skippedEvent(d Decision, versions policy.Versions) contact.Event {
	e := contact.Event{At: d.DecidedAt, Code: "follow_up_skipped", Args: decidedBy(d, versions)}
	e.Args["reason"] = cmp.Or(versions.Reason(d.PolicyVersion, d.Reason), string(d.Reason))
	days := int(d.DecidedAt.Sub(d.ReasonSince) / (24 * time.Hour))
	if !d.ReasonSince.IsZero() {
		e.Args["since"], e.Args["count"] = d.ReasonSince, days
	}
	if !d.AllowedFrom.IsZero() {
		e.Args["allowed_from"] = d.AllowedFrom
	}
	asked := d.Reason == policy.Reason(permission.SurveyCooldown) && !d.ReasonSince.IsZero() && days > 0
	switch {
	case asked && !d.AllowedFrom.IsZero():
		e.Code = "follow_up_skipped_asked"
	case !d.AllowedFrom.IsZero():
		e.Code = "follow_up_skipped_until"
	case !d.ReasonSince.IsZero():
		e.Code = "follow_up_skipped_since"
	}
	return e
}
