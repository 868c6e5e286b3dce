package survey_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

func TestAnInvitationIsSentOnceWhateverTheNumberOfDeliveries(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		c.sent(r)
		for range 2 {
			if out, send := c.invite(r); send || out.Reason != "" {
				t.Fatalf("the event delivered again: send %v, reason %q", send, out.Reason)
			}
		}
		if n := c.count("invitations", "1 = 1"); n != 1 {
			t.Fatalf("%d invitations", n)
		}
		for _, m := range []figures.Metric{figures.Invited, figures.Delivered} {
			if n, _, _, _ := c.sums(m); n != 1 {
				t.Errorf("%s: %d", m, n)
			}
		}
		c.reconcile()
	})
}

func TestReopenedInsideTheDelaySendsOneInvitation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		first := c.resolved("1", "zhang@example.com")
		c.now = c.now.Add(10 * time.Minute)
		c.take(contact.Input{ExternalID: "1", Status: contact.Reopened})
		c.now = c.now.Add(10 * time.Minute)
		second := c.take(contact.Input{ExternalID: "1", Status: contact.Resolved, ResolvedAt: c.now})
		if second.No != 2 {
			t.Fatalf("resolution number %d", second.No)
		}
		if out, send := c.invite(first); send || out.Reason != survey.ReasonReopened {
			t.Fatalf("for the first resolution: send %v, reason %q", send, out.Reason)
		}
		c.sent(second)
		if n := c.count("invitations", "1 = 1"); n != 1 {
			t.Fatalf("%d invitations", n)
		}
	})
}

func TestAfterACrashWhileSendingTheMessageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		out, _ := c.invite(r) // and the process dies here
		if again, send := c.invite(r); send || again.Reason != "" {
			t.Fatalf("send %v, reason %q", send, again.Reason)
		}
		if got := c.asked(tokenOf(out)).Invitation; got.State != survey.Uncertain || got.Reason != survey.ReasonCrashed {
			t.Fatalf("state %s, reason %s", got.State, got.Reason)
		}
		if n, _, _, _ := c.sums(figures.Invited); n != 0 {
			t.Errorf("%d counted as sent", n)
		}
		c.mustRate(tokenOf(out), 4) // it had gone out after all
		if got := c.asked(tokenOf(out)).Invitation; got.State != survey.Delivered {
			t.Errorf("state %s after an answer", got.State)
		}
		for _, m := range []figures.Metric{figures.Invited, figures.Delivered, figures.Evaluated} {
			if n, _, _, _ := c.sums(m); n != 1 {
				t.Errorf("%s: %d", m, n)
			}
		}
		c.reconcile()
	})
}

func TestWhatBecameOfASending(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err        error
		state      survey.State
		returned   bool // the error goes back to the queue, which tries again
		mayAskSoon bool // the person's allowance is not spent
	}{
		"accepted":           {nil, survey.Delivered, false, false},
		"refused for good":   {fault.New(fault.Invalid, "x", "no such mailbox"), survey.Failed, false, true},
		"refused for now":    {fault.New(fault.Unavailable, "x", "relay is down"), survey.Planned, true, true},
		"nobody knows":       {errors.New("connection lost"), survey.Uncertain, false, false},
		"deadline while out": {context.DeadlineExceeded, survey.Uncertain, false, false},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, want := range cases {
			c.run(name, func(t *testing.T) {
				r := c.resolved(name, strings.ReplaceAll(name, " ", "-")+"@example.com")
				out, _ := c.invite(r)
				err := c.surveys.Sent(t.Context(), out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, want.err)
				if (err != nil) != want.returned {
					t.Errorf("returned %v", err)
				}
				if got := c.asked(tokenOf(out)).Invitation.State; got != want.state {
					t.Errorf("state %s, want %s", got, want.state)
				}
				touched := c.count("touches", "person_id = ?", r.PersonID) > 0
				if touched == want.mayAskSoon {
					t.Errorf("touched %v", touched)
				}
			})
		}
		c.reconcile()
	})
}

// The contact was reopened while the message was on its way.
func TestWhatWasNotSentAfterAllDoesNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		out, _ := c.invite(r)
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return c.surveys.CancelContact(tx, r.ContactID, survey.ReasonReopened)
		})
		err := c.surveys.Sent(t.Context(), out.Ticket, out.InvitationID, survey.Receipt{}, fault.New(fault.Invalid, "x", "no such mailbox"))
		if err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(3 * 24 * time.Hour)
		if again, send := c.invite(c.resolved("2", "zhang@example.com")); !send {
			t.Errorf("never asked, and not asked now: %s", again.Reason)
		}
	})
}

func TestRefusedForNowIsSentByTheNextTry(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	r := c.resolved("1", "zhang@example.com")
	first, _ := c.invite(r)
	_ = c.surveys.Sent(t.Context(), first.Ticket, first.InvitationID, survey.Receipt{}, fault.New(fault.Unavailable, "x", "relay is down"))
	second, send := c.invite(r)
	if !send || second.InvitationID != first.InvitationID || second.MessageID != first.MessageID {
		t.Fatalf("send %v, %d then %d", send, first.InvitationID, second.InvitationID)
	}
}

// The gateway is down for a minute; meanwhile the source corrects the contact from Zhang to Li.
func TestAnInvitationRefusedForNowIsOfTheCorrectedCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r, li := c.resolved("1", "zhang@example.com"), c.resolved("2", "li@example.com")
		first, _ := c.invite(r)
		_ = c.surveys.Sent(t.Context(), first.Ticket, first.InvitationID, survey.Receipt{},
			fault.New(fault.Unavailable, "x", "relay is down"))
		c.take(contact.Input{ExternalID: "1", Customer: contact.InputCustomer{Reference: "li@example.com"}})
		if out, send := c.invite(r); send || out.Reason != survey.ReasonCorrected {
			t.Fatalf("by the plan for Zhang: send %v to %s, %q", send, out.To, out.Reason)
		}
		r.CustomerID, r.PersonID = li.CustomerID, li.PersonID // as it is decided again
		out := c.planned(survey.Plan{DecisionID: r.ID, Resolution: r, Reminders: 1})
		if out.To != "li@example.com" || out.InvitationID != first.InvitationID {
			t.Errorf("sent to %s as invitation %d", out.To, out.InvitationID)
		}
		n := c.count("touches", "customer_id = ? AND person_id = ?", li.CustomerID, li.PersonID)
		if n != 1 || c.count("touches", "1 = 1") != 1 {
			t.Errorf("%d touches of Li's record, want the only one", n)
		}
		c.now = c.now.Add(4 * 24 * time.Hour)
		if again, send := c.remind(out.InvitationID); !send || again.To != out.To {
			t.Errorf("reminded %v, at %s", send, again.To)
		}
		c.mustRate(tokenOf(out), 2)
		if n := c.count("responses", "customer_id = ?", li.CustomerID); n != 1 {
			t.Errorf("%d responses of Li", n)
		}
		if err := c.surveys.Choose(t.Context(), tokenOf(out), survey.Chinese, survey.Choice{Topic: survey.OfContact}); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(40 * 24 * time.Hour)
		if _, send := c.invite(c.resolved("3", "li@example.com")); send {
			t.Error("Li said never to be contacted, and is")
		}
		if out, send := c.invite(c.resolved("4", "zhang@example.com")); !send {
			t.Errorf("Zhang said nothing, and is not asked: %s", out.Reason)
		}
		c.reconcile()
	})
}

func TestAskedAgainBeforeSending(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		reason := func(r contact.Resolution, want string) {
			t.Helper()
			if out, send := c.invite(r); send || out.Reason != want {
				t.Errorf("send %v, reason %q, want %q", send, out.Reason, want)
			}
		}
		token := c.sent(c.resolved("1", "zhang@example.com"))
		reason(c.resolved("2", "zhang@example.com"), string(permission.SurveyCooldown))
		reason(c.take(contact.Input{ExternalID: "3", Status: contact.Resolved, ResolvedAt: c.now}), string(permission.NoAddress))

		c.now = c.now.Add(31 * 24 * time.Hour)
		if err := c.surveys.Choose(t.Context(), token, survey.Chinese, survey.Choice{Topic: survey.OfSurveys}); err != nil {
			t.Fatal(err)
		}
		reason(c.resolved("4", "zhang@example.com"), string(permission.Suppressed))

		r := c.resolved("5", "li@example.com")
		if err := c.surveys.RecordCall(t.Context(), outbox.Ticket{}, survey.CallAnswers{
			AttemptID: 1, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Rating: ptr(5),
		}); err != nil {
			t.Fatal(err)
		}
		reason(r, survey.ReasonAnswered)
		if n := c.count("invitations", "1 = 1"); n != 1 {
			t.Errorf("%d invitations", n)
		}
	})
}

func TestTwoPlannersCannotBothSpendTheLastAllowance(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var resolutions []contact.Resolution
		for _, id := range []string{"1", "2", "3", "4"} {
			resolutions = append(resolutions, c.resolved(id, "zhang@example.com"))
		}
		var wg sync.WaitGroup
		errs := make([]error, len(resolutions))
		for i, r := range resolutions {
			wg.Go(func() {
				_, _, errs[i] = c.surveys.Invite(t.Context(), outbox.Ticket{At: c.now}, survey.Plan{Resolution: r})
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if n := c.count("invitations", "state = ?", survey.Sending); n != 1 {
			t.Fatalf("%d invitations for one person within the cooldown", n)
		}
	})
}

func TestTheMessageSaysWhoAsksAndHowToStop(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	out, _ := c.invite(c.resolved("1", "zhang@example.com"))
	for name, text := range map[string]string{"text": out.Text, "html": out.HTML} {
		t.Run(name, func(t *testing.T) {
			for _, want := range []string{"示例宽带", "张伟", "11 月 20 日", out.URL, out.OptOutURL} {
				if !strings.Contains(text, want) {
					t.Errorf("the %s lacks %q:\n%s", name, want, text)
				}
			}
		})
	}
	if out.Channel != permission.ByEmail || out.To != "zhang@example.com" || out.Language != survey.Chinese {
		t.Errorf("%s to %s in %s", out.Channel, out.To, out.Language)
	}
	english := c.take(contact.Input{
		ExternalID: "2", Status: contact.Resolved, ResolvedAt: c.now,
		Customer: contact.InputCustomer{Phones: []string{"+86 139 1234 8000"}, Language: "de"},
	})
	short, _ := c.invite(english)
	if short.Channel != permission.BySMS || short.To != "+8613912348000" || short.Language != survey.English || short.Subject != "" {
		t.Errorf("%s to %s in %s", short.Channel, short.To, short.Language)
	}
	if !strings.Contains(short.Text, short.URL) || strings.Contains(short.Text, "。") {
		t.Errorf("the message is %q", short.Text)
	}
}

func TestAReopenedContactClosesItsSurveyUnlessItWasAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		open, answered := c.resolved("1", "zhang@example.com"), c.resolved("2", "li@example.com")
		openToken, answeredToken := c.sent(open), c.sent(answered)
		c.mustRate(answeredToken, 5)
		dbtest.InTx(t, db, func(tx database.Tx) error {
			for _, r := range []contact.Resolution{open, answered} {
				if err := c.surveys.CancelContact(tx, r.ContactID, survey.ReasonReopened); err != nil {
					return err
				}
			}
			return nil
		})
		if got := c.asked(openToken).LinkState; got != survey.Closed {
			t.Errorf("the open one is %s", got)
		}
		if err := c.rate(openToken, 5); !fault.Is(err, fault.Conflict) {
			t.Errorf("answering a closed survey: %v", err)
		}
		if got := c.asked(answeredToken).LinkState; got != survey.Open {
			t.Errorf("the answered one is %s", got)
		}
		c.reconcile() // it was sent, and stays counted as sent
	})
}
