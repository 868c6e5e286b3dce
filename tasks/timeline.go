package tasks

import (
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
)

// EventsOfContact returns what was decided about a contact and what came of it, in no particular order. The codes are translated
// under "timeline.<code>"; args that are codes themselves say of what in their names: kind, reason, call_result, business_result.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	st := store{tx}
	decisions, err := st.decisionsOfContact(contactID)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, d := range decisions {
		events = append(events, decisionEvents(d)...)
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

func decisionEvents(d Decision) []contact.Event {
	if d.State == Skipped {
		return []contact.Event{{At: d.DecidedAt, Code: "follow_up_skipped", Args: map[string]any{"kind": string(d.Kind), "reason": string(d.Reason)}}}
	}
	events := []contact.Event{{At: d.DecidedAt, Code: "follow_up_planned", Args: map[string]any{"kind": string(d.Kind), "rule": string(d.Rule), "due": d.DueAt}}}
	if !d.CancelledAt.IsZero() {
		events = append(events, contact.Event{
			At: d.CancelledAt, Code: "follow_up_cancelled", Args: map[string]any{"kind": string(d.Kind), "reason": string(d.CancelReason)},
		})
	}
	return events
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
