package worklist

import (
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// maxEvents bounds how much of what happened to a contact is read.
const maxEvents = 200

// EventsOfContact returns what came of the callbacks of a contact. The codes are translated under "timeline.<code>"; args that are
// codes themselves say of what in their names: reason, call_result, business_result.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	callbacks, err := store{tx}.callbacksOfContact(contactID)
	if err != nil {
		return nil, err
	}
	var events []contact.Event
	for _, c := range callbacks {
		events = append(events, callbackEvents(c)...)
	}
	calls, err := callEvents(tx, callbacks)
	return append(events, calls...), err
}

// callbackEvents tells what a callback's decision does not tell already.
func callbackEvents(c callback.Callback) []contact.Event {
	var events []contact.Event
	switch c.Kind {
	case callback.RecoveryKind:
		events = append(events, contact.Event{
			At: c.CreatedAt, Code: "recovery_planned", Args: map[string]any{"value": c.OriginValue, "due": c.DueAt},
		})
	case callback.SecondKind:
		events = append(events, contact.Event{At: c.CreatedAt, Code: "second_planned", Args: map[string]any{"due": c.DueAt}})
	case callback.ConfirmKind, callback.ComplaintKind:
	}
	if c.State == callback.Cancelled && c.DecisionID == nil || c.State == callback.Finished && c.CloseReason == callback.ReasonUnreachable {
		events = append(events, contact.Event{
			At: c.ClosedAt, Code: "callback_closed", Args: map[string]any{"callback_kind": string(c.Kind), "reason": string(c.CloseReason)},
		})
	}
	return events
}

func callEvents(tx database.Tx, callbacks []callback.Callback) ([]contact.Event, error) {
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
