package callback_test

import (
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// reopen lets the source say that a contact is open again; the job that cancels comes later.
func (w *modelWorld) reopen(contactID int64) {
	var external string
	w.find(&external, "SELECT external_id FROM contacts WHERE id = ?", contactID)
	n := 4 * w.draws
	for _, in := range []contact.Input{
		taskstest.Severe(n), taskstest.ComplaintOf(n), taskstest.Severe(n + 1), taskstest.Severe(n + 2), taskstest.Severe(n + 3),
	} {
		if in.ExternalID == external {
			in.Status, in.ResolvedAt = contact.Reopened, 0
			w.Take(w.t, in)
		}
	}
}

// drawSuppression lets a customer say that they are not to be called, for ever or for a time.
func (w *modelWorld) drawSuppression(rt *rapid.T, m *move, customer int64) {
	i := slices.IndexFunc(w.paper.rows, func(c *callback.Callback) bool { return c.CustomerID == customer })
	forTime := rapid.Bool().Draw(rt, "for a time")
	prepared := false
	prepare := func() { // permission knows it before either desk does
		if prepared {
			return
		}
		prepared = true
		dbtest.InTx(w.t, w.DB, func(tx database.Tx) error {
			_, subject, err := w.Callbacks.JudgeCall(tx, customer, w.paper.rows[i].ContactID, w.Now())
			if err != nil {
				return err
			}
			no := permission.Suppression{
				Address: subject.Address(permission.ByPhone), Kind: permission.PhoneAddress, Scope: permission.Everything,
				Reason: "customer_request",
			}
			if forTime {
				no.UntilAt = w.Now().Add(2 * time.Hour)
			}
			return w.Permit.Suppress(tx, no)
		})
	}
	m.paper = func(d *naive) (string, error) { prepare(); d.dropRefused(customer); return ok(nil) }
	m.real = func() (string, error) { return ok(w.Callbacks.DropRefused(context.Background(), customer)) }
}

// drawRegrouping lets a supervisor say that two customers are one person, or that one of several is not.
func (w *modelWorld) drawRegrouping(rt *rapid.T, m *move, customer int64) {
	of := func(person int64) (customers []int64) {
		for id, p := range w.paper.persons {
			if p == person {
				customers = append(customers, id)
			}
		}
		return customers
	}
	if m.name == "merge" {
		with := rapid.SampledFrom(w.paper.rows).Draw(rt, "with").CustomerID
		into, from := w.paper.persons[customer], w.paper.persons[with]
		if into == from {
			return
		}
		m.real = func() (string, error) {
			return ok(taskstest.Second(w.Identity.Merge(context.Background(), w.boss, into, from, "同一户主")))
		}
		m.paper = func(d *naive) (string, error) { return ok(d.regroup(of(from), from, into)) }
		return
	}
	for _, c := range w.paper.rows { // whoever is of several, the drawn one if they are
		if len(of(w.paper.persons[customer])) == 1 {
			customer = c.CustomerID
		}
	}
	from := w.paper.persons[customer]
	if len(of(from)) == 1 {
		return
	}
	var to int64
	m.later = true
	m.real = func() (string, error) {
		change, err := w.Identity.Split(context.Background(), w.boss, []int64{customer}, "不是一家")
		to = change.OtherPersonID
		return ok(err)
	}
	m.paper = func(d *naive) (string, error) { return ok(d.regroup([]int64{customer}, from, to)) }
}
