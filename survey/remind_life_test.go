package survey_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

// Whatever happens to an invitation, in whatever order, its reminder is handed out once, unless the gateway certainly did not take
// it, and never after an answer, a reopening, a refusal or the expiry.
func TestNobodyIsRemindedTwiceOrAgainstTheirWill(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		r := c.resolved(fmt.Sprintf("r-%d", round), fmt.Sprintf("r%d@example.com", round))
		out := c.reminded(r)
		life := &reminding{centre: c, rapid: t, resolution: r, out: out, ends: c.now.Add(14 * 24 * time.Hour)}
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			life.step()
		}
		if n := c.count("touches", "kind = ? AND person_id = ?", permission.Reminder, r.PersonID); n > 1 {
			t.Fatalf("%d reminders count", n)
		}
	})
}

// reminding is what a test knows of one invitation.
type reminding struct {
	centre     *centre
	rapid      *rapid.T
	resolution contact.Resolution
	out        survey.Outgoing
	ends       clock.Instant
	handedOut  bool // and not certainly refused since
	over       bool // answered, reopened or refused
}

func (l *reminding) step() {
	c, ctx, token := l.centre, l.centre.t.Context(), tokenOf(l.out)
	var err error
	actions := []string{"remind", "remind", "remind", "report", "rate", "reopen", "refuse", "wait"}
	switch action := rapid.SampledFrom(actions).Draw(l.rapid, "action"); action {
	case "remind":
		var send bool
		if _, send, err = c.surveys.Remind(ctx, outbox.Ticket{At: c.now}, l.out.InvitationID); send {
			if l.handedOut || l.over || c.now > l.ends {
				l.rapid.Fatalf("reminded though handed out %v, over %v, expired %v", l.handedOut, l.over, c.now > l.ends)
			}
			l.handedOut = true
		}
	case "report":
		answer := rapid.SampledFrom([]error{
			nil, context.DeadlineExceeded, fault.New(fault.Invalid, "x", "no such mailbox"), fault.New(fault.Unavailable, "x", "not now"),
		}).Draw(l.rapid, "answer")
		before := c.reminder(l.out).State
		err = c.surveys.Reminded(ctx, outbox.Ticket{At: c.now}, l.out.InvitationID, answer)
		if fault.Is(answer, fault.Unavailable) && errors.Is(err, answer) {
			err = nil
			l.handedOut = l.handedOut && before != survey.Sending
		}
	case "rate":
		err = c.rate(token, 3)
		l.over = true
	case "reopen":
		err = c.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			return c.surveys.CancelContact(tx, l.resolution.ContactID, survey.ReasonReopened)
		})
		l.over = true
	case "refuse":
		err = c.surveys.Choose(ctx, token, survey.Chinese, survey.Choice{Topic: survey.OfSurveys})
		l.over = true
	case "wait":
		c.now = c.now.Add(time.Duration(rapid.IntRange(1, 10*24).Draw(l.rapid, "hours")) * time.Hour)
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		l.rapid.Fatal(err)
	}
}
