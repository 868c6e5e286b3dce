package worklist

import (
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// maxEvents bounds how much of what happened to a contact is read.
const maxEvents = 200

// EventsOfContact returns what came of the callbacks of a contact. The codes are translated under "timeline.<code>"; args that are
// codes themselves say of what in their names: reason, skip_reason, became, call_result, business_result.
func EventsOfContact(tx database.Tx, contactID int64) ([]contact.Event, error) {
	st := store{tx}
	callbacks, err := st.callbacksOfContact(contactID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.ID
	}
	changes, err := st.changesOfCallbacks(ids, toldChanges())
	if err != nil {
		return nil, err
	}
	attempts, err := st.attemptsOfCallbacks(ids)
	if err != nil {
		return nil, err
	}
	acts, err := actEvents(tx, changes, callbacks)
	if err != nil {
		return nil, err
	}
	calls, err := callEvents(tx, attempts, callbacks)
	return slices.Concat(callbacksEvents(callbacks), acts, calls), err
}

// PastCallbacks returns when recoveries of customers were planned, and how callbacks ended without a call.
func PastCallbacks(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	callbacks, err := store{tx}.pastCallbacks(p)
	return callbacksEvents(callbacks), err
}

// PastCalls returns the calls that were made for callbacks of customers.
func PastCalls(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	st := store{tx}
	attempts, err := st.pastAttempts(p)
	if err != nil || len(attempts) == 0 {
		return nil, err
	}
	callbacks, err := st.callbacksByID(nil, idsBy(attempts, func(a callback.Attempt) int64 { return a.CallbackID }))
	if err != nil {
		return nil, err
	}
	return callEvents(tx, attempts, callbacks)
}

// PastActs returns what people did with callbacks of customers besides calling: whom they gave them to, and why.
func PastActs(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	return pastChanges(tx, p, actKinds)
}

// PastOutcomes returns how outcomes of calls were corrected, by whom and why.
func PastOutcomes(tx database.Tx, p contact.Past) ([]contact.Event, error) {
	return pastChanges(tx, p, correctedKinds)
}

func pastChanges(tx database.Tx, p contact.Past, kinds []callback.ChangeKind) ([]contact.Event, error) {
	st := store{tx}
	changes, err := st.pastChanges(p, kinds)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	callbacks, err := st.callbacksByID(nil, idsBy(changes, func(c callback.Change) int64 { return c.CallbackID }))
	if err != nil {
		return nil, err
	}
	return actEvents(tx, changes, callbacks)
}

func idsBy[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// What people do with a callback that a timeline tells: what calls and decisions tell already is not among it, nor what the service does.
var (
	actKinds = []callback.ChangeKind{
		callback.ChangeSkipped, callback.ChangeTransferred, callback.ChangePaused, callback.ChangeResumed, callback.ChangeReserved,
		callback.ChangeCancelled,
	}
	correctedKinds = []callback.ChangeKind{callback.ChangeCorrected}
	keptKinds      = []callback.ChangeKind{callback.ChangeTransferred, callback.ChangePaused, callback.ChangeReserved} // for somebody
)

// plannedKinds are the kinds of callback that no decision plans.
var plannedKinds = []callback.Kind{callback.RecoveryKind, callback.SecondKind}

func toldChanges() []callback.ChangeKind { return slices.Concat(actKinds, correctedKinds) }

// eventOf is an event of a callback.
func eventOf(c callback.Callback, code string, row int64, args map[string]any) contact.Event {
	args["callback_kind"] = string(c.Kind)
	return contact.Event{
		Code: code, Args: args, Row: row, ContactID: c.ContactID, About: contact.Object{Kind: contact.AboutCallback, ID: c.ID},
	}
}

// callbacksEvents tells what the decisions of callbacks do not tell already. What somebody cancelled is told by who did.
func callbacksEvents(callbacks []callback.Callback) []contact.Event {
	var events []contact.Event
	for _, c := range callbacks {
		if slices.Contains(plannedKinds, c.Kind) {
			e := eventOf(c, string(c.Kind)+"_planned", c.ID, map[string]any{"value": c.OriginValue, "due": c.DueAt})
			e.At = c.CreatedAt
			events = append(events, e)
		}
		cancelled := c.State == callback.Cancelled && c.DecisionID == nil && c.CloseReason != callback.ReasonByHand
		if cancelled || c.State == callback.Finished && c.CloseReason == callback.ReasonUnreachable {
			e := eventOf(c, "callback_closed", c.ID, map[string]any{"reason": string(c.CloseReason)})
			e.At = c.ClosedAt
			events = append(events, e)
		}
	}
	return events
}

func byID(callbacks []callback.Callback) map[int64]callback.Callback {
	found := make(map[int64]callback.Callback, len(callbacks))
	for _, c := range callbacks {
		found[c.ID] = c
	}
	return found
}

func callEvents(tx database.Tx, attempts []callback.Attempt, callbacks []callback.Callback) ([]contact.Event, error) {
	names, err := account.UserNames(tx, idsBy(attempts, func(a callback.Attempt) int64 { return a.CallerID }))
	if err != nil {
		return nil, fmt.Errorf("name callers: %w", err)
	}
	of := byID(callbacks)
	events := make([]contact.Event, len(attempts))
	for i, a := range attempts {
		e := eventOf(of[a.CallbackID], "call_made", a.ID, map[string]any{"no": a.No})
		e.At, e.Actor = a.StartedAt, names[a.CallerID]
		if a.CallResult != "" {
			e.At, e.Code = a.EndedAt, "call_"+string(a.CallResult)
		}
		if a.BusinessResult != "" {
			e.Args["business_result"] = string(a.BusinessResult)
		}
		if a.Note != "" {
			e.Args["note"] = a.Note
		}
		events[i] = e
	}
	return events, nil
}

// actEvents tells who did what with callbacks, for whom and why. A correction says what an outcome was and, where that is known, what it
// became.
func actEvents(tx database.Tx, changes []callback.Change, callbacks []callback.Callback) ([]contact.Event, error) {
	users := make([]int64, 0, 2*len(changes))
	for _, c := range changes {
		users = append(users, c.UserID, c.ForUserID)
	}
	names, err := account.UserNames(tx, users)
	if err != nil {
		return nil, fmt.Errorf("name who changed callbacks: %w", err)
	}
	of := byID(callbacks)
	events := make([]contact.Event, len(changes))
	for i, c := range changes {
		args := map[string]any{"reason": c.Reason}
		e := eventOf(of[c.CallbackID], "callback_"+string(c.Kind), c.ID, args)
		e.At, e.Actor = c.At, names[c.UserID]
		switch {
		case c.Kind == callback.ChangeSkipped:
			args["skip_reason"] = c.Reason
			delete(args, "reason")
		case c.Kind == callback.ChangeCorrected && c.Became != "":
			e.Code, args["became"] = e.Code+"_to", c.Became
		case names[c.ForUserID] != "" && slices.Contains(keptKinds, c.Kind):
			e.Code, args["name"] = e.Code+"_for", names[c.ForUserID]
		}
		if c.Detail != "" {
			args["note"] = c.Detail
		}
		events[i] = e
	}
	return events, nil
}
