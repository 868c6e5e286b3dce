package survey_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

// Whatever happens to some surveys, in whatever order, the entries in force are those recomputed from the rows, the evaluation
// rate does not exceed 1, and no resolution is covered twice.
func TestEntriesReconcileWhateverHappens(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		life := &life{centre: c, rapid: t}
		for i := range 2 {
			life.resolutions = append(life.resolutions,
				c.resolved(fmt.Sprintf("%d-%d", round, i), fmt.Sprintf("p%d-%d@example.com", round, i)))
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			life.step()
		}
		c.reconcile()
		delivered, _, _, _ := c.sums(figures.Delivered)
		evaluated, _, _, _ := c.sums(figures.Evaluated)
		covered, _, _, _ := c.sums(figures.Covered)
		if evaluated > delivered || covered > 2*round {
			t.Fatalf("%d evaluated of %d delivered, %d covered of %d", evaluated, delivered, covered, 2*round)
		}
	})
}

// life does random things to a few resolutions.
type life struct {
	centre      *centre
	rapid       *rapid.T
	resolutions []contact.Resolution
	outgoing    []survey.Outgoing
	calls       int64
}

func (l *life) step() {
	c, ctx := l.centre, l.centre.t.Context()
	r := rapid.SampledFrom(l.resolutions).Draw(l.rapid, "resolution")
	rating := rapid.IntRange(1, 5).Draw(l.rapid, "rating")
	var err error
	actions := []string{"invite", "sent", "refused", "lost", "rate", "call", "cancel", "wait"}
	switch action := rapid.SampledFrom(actions).Draw(l.rapid, "action"); action {
	case "invite":
		if out, send := c.invite(r); send {
			l.outgoing = append(l.outgoing, out)
		}
	case "sent", "refused", "lost", "rate":
		if len(l.outgoing) > 0 {
			err = l.carry(action, rapid.SampledFrom(l.outgoing).Draw(l.rapid, "outgoing"), rating)
		}
	case "call":
		l.calls++
		err = c.surveys.RecordCall(ctx, outbox.Ticket{}, survey.CallAnswers{
			AttemptID: r.ID*100 + l.calls%3, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Rating: &rating,
		})
	case "cancel":
		err = c.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			return c.surveys.CancelContact(tx, r.ContactID, survey.ReasonReopened)
		})
	case "wait":
		c.now = c.now.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(l.rapid, "hours")) * time.Hour)
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		l.rapid.Fatal(err)
	}
}

// carry lets something become of a message.
func (l *life) carry(action string, out survey.Outgoing, rating int) error {
	ctx := l.centre.t.Context()
	switch action {
	case "sent":
		return l.centre.surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil)
	case "refused":
		return l.centre.surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{}, fault.New(fault.Invalid, "x", "no such mailbox"))
	case "lost":
		return l.centre.surveys.Sent(ctx, out.Ticket, out.InvitationID, survey.Receipt{}, context.DeadlineExceeded)
	}
	return l.centre.rate(tokenOf(out), rating)
}
