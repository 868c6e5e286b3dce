package taskstest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// ComplaintOf is a second contact of a severe one's customer, with a more urgent callback.
func ComplaintOf(number int) contact.Input {
	in := Severe(number)
	in.ExternalID += "-complaint"
	in.Complaint = new(true)
	return in
}

// Readdressed takes in that contact 1 is customer 2's. What follows from it is still to come.
func (c Centre) Readdressed(t testing.TB) {
	t.Helper()
	in := Severe(1)
	in.Customer = Severe(2).Customer
	c.Take(t, in)
}

// OneCallback is a centre in which contact 1 has a callback and contact 2, of another customer, has none.
func OneCallback(t testing.TB, db *database.DB) (c Centre, wrong, right int64) {
	t.Helper()
	quiet := Severe(2)
	quiet.Severity = contact.Low
	c = Planned(t, db, Severe(1), quiet)
	return c, c.DecisionOf(t, 1).CustomerID, c.DecisionOf(t, 2).CustomerID
}

// PassOn lets the caller skip a callback, and looks at it when the pause is over.
func (c Centre) PassOn(t testing.TB, viewer account.Viewer, desk callback.Desk) {
	t.Helper()
	if _, err := c.Callbacks.Skip(t.Context(), viewer, desk.Callback.ID, desk.Callback.Fence, callback.SkipLater); err != nil {
		t.Fatal(err)
	}
	c.Pass(31 * time.Minute)
	c.Work(t, callback.JobOffer, c.Callbacks.Offer)
}

// GoesTo checks that contact 1 has one open callback, that it is of the customer, and that every decision is still one.
func (c Centre) GoesTo(t testing.TB, customer int64) {
	t.Helper()
	of := c.Count(t, "callbacks", "state IN ? AND customer_id = ?",
		[]callback.State{callback.Waiting, callback.Ready, callback.Claimed}, customer)
	if of != 1 || c.OpenCallbacks(t) != 1 {
		t.Errorf("%d callbacks are open, %d of them of the right customer", c.OpenCallbacks(t), of)
	}
	if d := c.DecisionOf(t, 1); d.CustomerID != customer || d.State != decision.Planned || !d.CancelledAt.IsZero() {
		t.Errorf("decided %+v", d)
	}
	c.AddsUp(t)
}

// Corrected takes a contact in again with other content and works what follows.
func (c Centre) Corrected(t testing.TB, in contact.Input, change func(*contact.Input)) {
	t.Helper()
	change(&in)
	c.Take(t, in)
	c.Work(t, contact.JobCorrected, c.Decisions.Redecide)
}

// OpenCallbacks counts the callbacks that are not closed.
func (c Centre) OpenCallbacks(t testing.TB) int {
	t.Helper()
	return c.Count(t, "callbacks", "state IN ?", []callback.State{callback.Waiting, callback.Ready, callback.Claimed})
}

// AddsUp checks that one contact is still one resolution with one decision of each kind, and that every fate is told.
func (c Centre) AddsUp(t testing.TB) {
	t.Helper()
	summary, err := c.Decisions.Summary(t.Context(), Admin, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		fates := 0
		for _, f := range k.Fate {
			fates += f.Count
			if f.Reason == "" {
				t.Errorf("%s: a planned one has no fate", k.Kind)
			}
		}
		if k.Planned+k.SkippedTotal() != k.Resolved || k.Undecided != 0 || fates != k.Planned {
			t.Errorf("does not add up: %+v", k)
		}
	}
}

// DecisionOf returns the decision about a callback of contact number n.
func (c Centre) DecisionOf(t testing.TB, n int) decision.Decision {
	t.Helper()
	rows, err := c.Decisions.List(t.Context(), Admin, decision.Filter{Kind: policy.FollowUpCallback})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r decision.Row) bool { return r.ExternalID == fmt.Sprintf("T-%d", n) })
	if i < 0 {
		t.Fatalf("nothing is decided about contact %d", n)
	}
	return rows[i].Decision
}

// Dial lets a caller dial the callback they have.
func (c Centre) Dial(t testing.TB, callerID int64, desk callback.Desk) error {
	t.Helper()
	_, err := c.Callbacks.Dial(context.Background(), Caller(callerID), desk.Callback.ID, desk.Callback.Fence)
	return err
}
