package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
)

// MostAhead is how many of each kind of thing that is open for a customer are told.
const MostAhead = 20

// Ahead is what is open for a person, of what a viewer sees, at most MostAhead of each.
type Ahead struct {
	Contacts    []contact.Contact   // not resolved: complaints first, then the newest
	Callbacks   []worklist.Row      // in the order in which they are due
	Handoffs    []handoff.Handoff   // what is owed first
	Surveys     []decision.Decision // that are planned and not due yet
	Invitations []survey.Invitation // that may still be answered
	Named       map[int64]contact.Contact
	Openable    map[int64]bool   // which of the handoffs the viewer may open
	Teams       map[int64]string // names of those whose they are
	Owners      map[int64]string // names of those who took them
}

// Nothing reports whether nothing is open.
func (a Ahead) Nothing() bool {
	return len(a.Contacts)+len(a.Callbacks)+len(a.Handoffs)+len(a.Surveys)+len(a.Invitations) == 0
}

// Next returns when the next thing is to happen that is planned with the customer, and what: a callback that may be made, a survey that
// goes out, a reminder. It reports false where nothing is planned.
func (a Ahead) Next(now clock.Instant) (Step, bool) {
	var steps []Step
	for _, row := range a.Callbacks {
		step := Step{Topic: OnCalls, At: max(row.Callback.ReadyAt, now), CallbackID: row.Callback.ID, Kind: row.Callback.Kind}
		if row.Callback.AppointmentAt > now {
			step.At = row.Callback.AppointmentAt
		}
		steps = append(steps, step)
	}
	for _, d := range a.Surveys {
		steps = append(steps, Step{Topic: OnSurveys, At: d.DueAt, ContactID: d.ContactID})
	}
	for _, i := range a.Invitations {
		if i.Reminder.State == survey.Planned && i.Reminder.DueAt > now {
			steps = append(steps, Step{Topic: OnSurveys, At: i.Reminder.DueAt, ContactID: i.ContactID, Reminder: true})
		}
	}
	if len(steps) == 0 {
		return Step{}, false
	}
	return slices.MinFunc(steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) }), true
}

// Step is something that is planned with a customer.
type Step struct {
	Topic      Topic
	At         clock.Instant // not before
	CallbackID int64
	Kind       callback.Kind // of the callback
	ContactID  int64
	Reminder   bool // of a survey that was sent
}

// Ahead returns what is open for the person of a customer. It returns fault.NotFound for a customer the viewer does not see.
func (c Customers) Ahead(ctx context.Context, viewer account.Viewer, customerID int64) (Ahead, error) {
	tx, now := c.db.View(ctx), c.now()
	p, err := c.whose(ctx, tx, viewer, customerID)
	if err != nil {
		return Ahead{}, err
	}
	p.Limit = MostAhead
	a, err := ahead(tx, p.Past, now)
	if err != nil {
		return Ahead{}, fmt.Errorf("what is open for customer %d: %w", customerID, err)
	}
	return a, nil
}

func ahead(tx database.Tx, p contact.Past, now clock.Instant) (a Ahead, err error) {
	if a.Contacts, err = contact.OpenOf(tx, p); err != nil {
		return a, err
	}
	open, err := worklist.OpenOf(tx, p.Viewer, p.Customers)
	if err != nil {
		return a, err
	}
	for _, rows := range open {
		a.Callbacks = append(a.Callbacks, rows...)
	}
	slices.SortFunc(a.Callbacks, func(x, y worklist.Row) int {
		return cmp.Or(cmp.Compare(x.Callback.DueAt, y.Callback.DueAt), cmp.Compare(x.Callback.ID, y.Callback.ID))
	})
	a.Callbacks = a.Callbacks[:min(len(a.Callbacks), MostAhead)]
	if a.Handoffs, err = handoff.OpenOf(tx, p); err != nil {
		return a, err
	}
	if a.Surveys, err = decision.ToCome(tx, p, now); err != nil {
		return a, err
	}
	if a.Invitations, err = survey.OpenOf(tx, p, now); err != nil {
		return a, err
	}
	var ids []int64
	for _, row := range a.Callbacks {
		ids = append(ids, row.Callback.ContactID)
	}
	for _, h := range a.Handoffs {
		ids = append(ids, h.ContactID)
	}
	for _, d := range a.Surveys {
		ids = append(ids, d.ContactID)
	}
	for _, i := range a.Invitations {
		ids = append(ids, i.ContactID)
	}
	if a.Named, err = contact.SeenByID(tx, p.Viewer, ids); err != nil {
		return a, err
	}
	err = a.open(tx, p)
	return a, err
}

// open finds which handoffs the viewer may open, and whose they are.
func (a *Ahead) open(tx database.Tx, p contact.Past) (err error) {
	var ids, teams, owners []int64
	for _, h := range a.Handoffs {
		ids, teams, owners = append(ids, h.ID), append(teams, h.TeamID), append(owners, h.OwnerID)
	}
	if a.Openable, err = handoff.SeenOf(tx, p.Viewer, ids); err != nil {
		return err
	}
	if a.Teams, err = account.TeamNames(tx, teams); err != nil {
		return err
	}
	a.Owners, err = account.UserNames(tx, owners)
	return err
}
