package tasks

import (
	"cmp"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// EventsOfContact returns what was decided about a contact and what came of it; of what happened at the same time, the cause comes
// before its effect. The codes are translated under "timeline.<code>"; args that are codes themselves say of what in their names:
// kind, rule, reason, call_result, business_result. A rule and a reason of a policy's own come in its words, with its version.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	st := store{tx}
	decisions, err := st.decisionsOfContact(contactID)
	if err != nil {
		return nil, err
	}
	events, err := st.eventsOfDecisions(decisions)
	if err != nil {
		return nil, err
	}
	callbacks, err := st.callbacksOfContact(contactID)
	if err != nil {
		return nil, err
	}
	for _, c := range callbacks {
		events = append(events, callbackEvents(c)...)
	}
	calls, err := callEvents(tx, callbacks)
	return append(events, calls...), err
}

// eventsOfDecisions tells of each decision what it was at first, why it was made again, and what it is now, in this order.
func (s store) eventsOfDecisions(decisions []Decision) ([]contact.Event, error) {
	ids, decidedBy := make([]int64, len(decisions)), make([]int, len(decisions))
	for i, d := range decisions {
		ids[i], decidedBy[i] = d.ID, d.PolicyVersion
	}
	changes, err := s.changesOf(ids)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(changes))
	history := make(map[int64][]DecisionChange, len(decisions))
	for i, c := range changes {
		users[i], decidedBy = c.UserID, append(decidedBy, c.PolicyVersion)
		history[c.DecisionID] = append(history[c.DecisionID], c)
	}
	names, err := account.UserNames(s.Tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who decided: %w", err)
	}
	words, err := s.policyVersions(decidedBy)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, d := range decisions {
		for _, c := range history[d.ID] {
			events = append(append(events, decisionEvents(c.before(d.Kind), words)...), c.event(d.Kind, names[c.UserID]))
		}
		events = append(events, decisionEvents(d, words)...)
	}
	return events, nil
}

// event tells why a decision was made again.
func (c DecisionChange) event(kind Kind, by string) contact.Event {
	e := contact.Event{At: c.ChangedAt, Code: "follow_up_again_" + string(c.Cause), Actor: by, Args: map[string]any{"kind": string(kind)}}
	if c.Note != "" {
		e.Args["note"] = c.Note
	}
	return e
}

// before is what the decision was.
func (c DecisionChange) before(kind Kind) Decision {
	return Decision{
		ID: c.DecisionID, Kind: kind, State: c.State, Reason: c.Reason, Rule: c.Rule, PolicyVersion: c.PolicyVersion, Revision: c.Revision,
		DueAt: c.DueAt, AllowedFrom: c.AllowedFrom, ReasonSince: c.ReasonSince, DecidedAt: c.DecidedAt, CancelledAt: c.CancelledAt,
		CancelReason: c.CancelReason,
	}
}

func decisionEvents(d Decision, words versions) []contact.Event {
	if d.State == Skipped {
		return []contact.Event{skippedEvent(d, words)}
	}
	planned := contact.Event{At: d.DecidedAt, Code: "follow_up_planned", Args: words.decidedBy(d)}
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
func (v versions) decidedBy(d Decision) map[string]any {
	args := map[string]any{"kind": string(d.Kind)}
	if d.Rule == RuleByHand || d.PolicyVersion == 0 {
		return args
	}
	args["version"] = d.PolicyVersion
	if !slices.Contains(OutsideRules(), d.Rule) {
		args["rule"] = cmp.Or(v.rule(d), string(d.Rule))
	}
	return args
}

// skippedEvent tells why there was no follow-up, since when that held, and from when it is allowed.
func skippedEvent(d Decision, words versions) contact.Event {
	e := contact.Event{At: d.DecidedAt, Code: "follow_up_skipped", Args: words.decidedBy(d)}
	e.Args["reason"] = cmp.Or(words.reason(d), string(d.Reason))
	days := int(d.DecidedAt.Sub(d.ReasonSince) / day)
	if !d.ReasonSince.IsZero() {
		e.Args["since"], e.Args["count"] = d.ReasonSince, days
	}
	if !d.AllowedFrom.IsZero() {
		e.Args["allowed_from"] = d.AllowedFrom
	}
	asked := d.Reason == reasonOf(permission.SurveyCooldown) && !d.ReasonSince.IsZero() && days > 0
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

// callbackEvents tells what a callback's decision does not tell already.
func callbackEvents(c Callback) []contact.Event {
	var events []contact.Event
	if c.DecisionID == nil {
		events = append(events, contact.Event{At: c.CreatedAt, Code: "recovery_planned", Args: map[string]any{"value": c.OriginValue, "due": c.DueAt}})
	}
	if c.State == Cancelled && c.DecisionID == nil || c.State == Finished && c.CloseReason == ReasonUnreachable {
		events = append(events, contact.Event{
			At: c.ClosedAt, Code: "callback_closed", Args: map[string]any{"callback_kind": string(c.Kind), "reason": string(c.CloseReason)},
		})
	}
	return events
}

func callEvents(tx database.Tx, callbacks []Callback) ([]contact.Event, error) {
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ID
	}
	attempts, err := store{tx}.attemptsOfCallbacks(ids)
	if err != nil {
		return nil, err
	}
	callers := make([]int64, len(attempts))
	for i, a := range attempts {
		callers[i] = a.CallerID
	}
	names, err := account.UserNames(tx, callers)
	if err != nil {
		return nil, fmt.Errorf("name callers: %w", err)
	}
	var events []contact.Event
	for _, a := range attempts {
		e := contact.Event{At: a.StartedAt, Code: "call_made", Actor: names[a.CallerID], Args: map[string]any{"no": a.No}}
		if a.CallResult != "" {
			e.At, e.Code = a.EndedAt, "call_"+string(a.CallResult)
		}
		if a.BusinessResult != "" {
			e.Args["business_result"] = string(a.BusinessResult)
		}
		if a.Note != "" {
			e.Args["note"] = a.Note
		}
		events = append(events, e)
	}
	return events, nil
}
