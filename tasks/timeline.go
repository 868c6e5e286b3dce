package tasks

import (
	"fmt"
	"maps"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// EventsOfContact returns what was decided about a contact and what came of it, in no particular order. The codes are translated
// under "timeline.<code>"; args that are codes themselves say of what in their names: kind, reason, call_result, business_result.
// A reason of a policy's own comes in its words.
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

// eventsOfDecisions tells what was decided, and what had been decided before.
func (s store) eventsOfDecisions(decisions []Decision) ([]contact.Event, error) {
	ids := make([]int64, len(decisions))
	byID := make(map[int64]Decision, len(decisions))
	told := slices.Clone(decisions)
	for i, d := range decisions {
		ids[i], byID[d.ID] = d.ID, d
	}
	changes, err := s.changesOf(ids)
	if err != nil {
		return nil, err
	}
	users := make([]int64, len(changes))
	for i, c := range changes {
		users[i] = c.UserID
		told = append(told, c.before(byID[c.DecisionID].Kind))
	}
	names, err := account.UserNames(s.Tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who decided: %w", err)
	}
	words, err := s.ownReasons(told)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, d := range told {
		events = append(events, decisionEvents(d, words)...)
	}
	for _, c := range changes {
		e := contact.Event{At: c.ChangedAt, Code: "follow_up_again_" + string(c.Cause), Actor: names[c.UserID], Args: map[string]any{
			"kind": string(byID[c.DecisionID].Kind),
		}}
		if c.Note != "" {
			e.Args["note"] = c.Note
		}
		events = append(events, e)
	}
	return events, nil
}

// before is what the decision was.
func (c DecisionChange) before(kind Kind) Decision {
	return Decision{
		ID: c.DecisionID, Kind: kind, State: c.State, Reason: c.Reason, Rule: c.Rule, PolicyVersion: c.PolicyVersion, Revision: c.Revision,
		DueAt: c.DueAt, AllowedFrom: c.AllowedFrom, ReasonSince: c.ReasonSince, DecidedAt: c.DecidedAt, CancelledAt: c.CancelledAt,
		CancelReason: c.CancelReason,
	}
}

// ownReasons returns the reasons that the policies gave in words of their own.
func (s store) ownReasons(decisions []Decision) (map[Reason]string, error) {
	own := map[Reason]string{}
	seen := map[int]bool{}
	for _, d := range decisions {
		if d.State != Skipped || seen[d.PolicyVersion] || slices.Contains(reservedReasons(), d.Reason) {
			continue
		}
		seen[d.PolicyVersion] = true
		row, err := s.policyVersion(d.PolicyVersion)
		if err != nil {
			return nil, err
		}
		p, err := row.policy()
		if err != nil {
			return nil, err
		}
		maps.Copy(own, p.Reasons)
	}
	return own, nil
}

func decisionEvents(d Decision, words map[Reason]string) []contact.Event {
	if d.State == Skipped {
		return []contact.Event{skippedEvent(d, words)}
	}
	events := []contact.Event{{At: d.DecidedAt, Code: "follow_up_planned", Args: map[string]any{"kind": string(d.Kind), "rule": string(d.Rule), "due": d.DueAt}}}
	if !d.CancelledAt.IsZero() {
		events = append(events, contact.Event{
			At: d.CancelledAt, Code: "follow_up_cancelled", Args: map[string]any{"kind": string(d.Kind), "reason": string(d.CancelReason)},
		})
	}
	return events
}

// skippedEvent tells why there was no follow-up, since when that held, and from when it is allowed.
func skippedEvent(d Decision, words map[Reason]string) contact.Event {
	e := contact.Event{At: d.DecidedAt, Code: "follow_up_skipped", Args: map[string]any{"kind": string(d.Kind), "reason": string(d.Reason)}}
	if text := words[d.Reason]; text != "" {
		e.Args["reason"] = text
	}
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
