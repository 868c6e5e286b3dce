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
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

// reminded sends an invitation that is to be reminded of, and returns it as it was sent.
func (c *centre) reminded(r contact.Resolution) survey.Outgoing {
	c.t.Helper()
	return c.planned(survey.Plan{DecisionID: r.ID, Resolution: r, Reminders: 1})
}

// planned sends the invitation of a plan.
func (c *centre) planned(plan survey.Plan) survey.Outgoing {
	c.t.Helper()
	out, send, err := c.surveys.Invite(c.t.Context(), outbox.Ticket{At: c.now}, plan)
	if err != nil || !send {
		c.t.Fatalf("nothing was sent: %s, %v", out.Reason, err)
	}
	if err := c.surveys.Sent(c.t.Context(), out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil); err != nil {
		c.t.Fatal(err)
	}
	return out
}

// job returns the waiting job that is to remind of an invitation.
func (c *centre) job(invitationID int64) (outbox.Job, bool) {
	c.t.Helper()
	var jobs []outbox.Job
	err := c.db.View(c.t.Context()).Gorm().Where("kind = ? AND ref = ?", survey.JobRemind, invitationID).Find(&jobs).Error
	if err != nil || len(jobs) > 1 {
		c.t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	if len(jobs) == 0 {
		return outbox.Job{}, false
	}
	return jobs[0], true
}

// remind does what the job does when it is due.
func (c *centre) remind(invitationID int64) (survey.Outgoing, bool) {
	c.t.Helper()
	out, send, err := c.surveys.Remind(c.t.Context(), outbox.Ticket{At: c.now}, invitationID)
	if err != nil {
		c.t.Fatal(err)
	}
	return out, send
}

// reminder returns what is known of the reminder of an invitation.
func (c *centre) reminder(out survey.Outgoing) survey.Reminder {
	c.t.Helper()
	return c.asked(tokenOf(out)).Invitation.Reminder
}

// comment answers the last page with a comment, and leaves the rating out.
func (c *centre) comment(t *testing.T, token string) {
	t.Helper()
	err := c.surveys.Submit(t.Context(), token, survey.Chinese, survey.Submission{
		Screen: 2, Given: map[string]survey.Given{survey.KeyComment: {Text: "等了三天"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unfinish takes back that responses without a rating went through all pages.
func (c *centre) unfinish(t *testing.T) {
	t.Helper()
	dbtest.InTx(t, c.db, func(tx database.Tx) error {
		return tx.Gorm().Exec("UPDATE responses SET finished_at = 0 WHERE score_metric = ''").Error
	})
}

// story returns the codes of a contact's events.
func (c *centre) story(contactID int64) string {
	c.t.Helper()
	events, err := survey.EventsOfContact(c.db.View(c.t.Context()), contactID)
	if err != nil {
		c.t.Fatal(err)
	}
	var codes []string
	for _, e := range events {
		codes = append(codes, e.Code)
	}
	return strings.Join(codes, " ")
}

func TestAnUnansweredInvitationIsRemindedOfOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		first := c.reminded(r)
		job, ok := c.job(first.InvitationID)
		if !ok || job.RunAt != c.now.Add(3*24*time.Hour) || job.Lane != outbox.Sending {
			t.Fatalf("job %+v", job)
		}
		c.now = job.RunAt
		again, send := c.remind(first.InvitationID)
		if !send || again.URL != first.URL || again.To != first.To || again.Channel != first.Channel || again.MessageID == first.MessageID {
			t.Fatalf("send %v: %+v", send, again)
		}
		if err := c.surveys.Reminded(t.Context(), again.Ticket, again.InvitationID, nil); err != nil {
			t.Fatal(err)
		}
		if got := c.reminder(first); got.State != survey.Sent || got.SentAt != c.now {
			t.Errorf("reminder %+v", got)
		}
		if _, send := c.remind(first.InvitationID); send {
			t.Error("a second reminder")
		}
		if n := c.count("touches", "kind = ? AND person_id = ?", permission.Reminder, r.PersonID); n != 1 {
			t.Errorf("%d touches", n)
		}
		if got := c.story(r.ContactID); got != "survey_sent_email survey_reminded_email" {
			t.Errorf("the story is %s", got)
		}
		c.mustRate(tokenOf(first), 5)
		c.reconcile() // a reminder is no second invitation
	})
}

func TestOnlyAPlanWithAReminderHasOne(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	r := c.resolved("1", "zhang@example.com")
	out := c.planned(survey.Plan{Resolution: r})
	if job, ok := c.job(out.InvitationID); ok {
		t.Errorf("job %+v", job)
	}
	if _, send := c.remind(out.InvitationID); send {
		t.Error("reminded")
	}
}

func TestWhatEndsAReminder(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		happens func(t *testing.T, c *centre, r contact.Resolution, token string)
		reason  string // none: the reminder is sent
	}{
		"nothing": {func(*testing.T, *centre, contact.Resolution, string) {}, ""},
		"begun without the rating": {func(t *testing.T, c *centre, _ contact.Resolution, token string) {
			c.comment(t, token)
			c.unfinish(t) // as a survey with a third page would leave it
		}, ""},
		"a rating": {func(_ *testing.T, c *centre, _ contact.Resolution, token string) { c.mustRate(token, 4) }, survey.ReasonAnswered},
		"finished without a rating": {func(t *testing.T, c *centre, _ contact.Resolution, token string) {
			c.comment(t, token)
		}, survey.ReasonAnswered},
		"a rating in a call": {func(t *testing.T, c *centre, r contact.Resolution, _ string) {
			err := c.surveys.RecordCall(t.Context(), outbox.Ticket{},
				survey.CallAnswers{AttemptID: r.ID, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Rating: ptr(3)})
			if err != nil {
				t.Fatal(err)
			}
		}, survey.ReasonInCall},
		"a reopening": {func(_ *testing.T, c *centre, _ contact.Resolution, _ string) {
			c.take(contact.Input{ExternalID: "a reopening", Status: contact.Reopened})
		}, survey.ReasonReopened},
		"a reopening that was acted on": {func(t *testing.T, c *centre, r contact.Resolution, _ string) {
			dbtest.InTx(t, c.db, func(tx database.Tx) error {
				return c.surveys.CancelContact(tx, r.ContactID, survey.ReasonReopened)
			})
		}, survey.ReasonReopened},
		"a correction of whose contact it is": {func(_ *testing.T, c *centre, _ contact.Resolution, _ string) {
			c.take(contact.Input{ExternalID: "a correction of whose contact it is", Customer: contact.InputCustomer{Reference: "another"}})
		}, survey.ReasonCorrected},
		"a refusal": {func(t *testing.T, c *centre, _ contact.Resolution, token string) {
			if err := c.surveys.Choose(t.Context(), token, survey.Chinese, survey.Choice{Topic: survey.OfSurveys}); err != nil {
				t.Fatal(err)
			}
		}, string(permission.Suppressed)},
		"the expiry": {func(_ *testing.T, c *centre, _ contact.Resolution, _ string) {
			c.now = c.now.Add(30 * 24 * time.Hour)
		}, survey.ReasonExpired},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, want := range cases {
			c.run(name, func(t *testing.T) {
				r := c.resolved(name, strings.ReplaceAll(name, " ", "-")+"@example.com")
				out := c.reminded(r)
				c.now = c.now.Add(time.Hour)
				want.happens(t, c, r, tokenOf(out))
				c.now = c.now.Add(3 * 24 * time.Hour)
				_, send := c.remind(out.InvitationID)
				got := c.reminder(out)
				if send != (want.reason == "") || got.Reason != want.reason || !send && got.State != survey.Cancelled {
					t.Errorf("send %v, %s for %q, want %q", send, got.State, got.Reason, want.reason)
				}
			})
		}
		c.reconcile()
	})
}

func TestWhatBecameOfAReminder(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err      error
		state    survey.State
		returned bool // the error goes back to the queue, which tries again
		touched  bool // it counts against what else is sent
	}{
		"accepted":           {nil, survey.Sent, false, true},
		"refused for good":   {fault.New(fault.Invalid, "x", "no such mailbox"), survey.Failed, false, false},
		"refused for now":    {fault.New(fault.Unavailable, "x", "relay is down"), survey.Planned, true, false},
		"nobody knows":       {errors.New("connection lost"), survey.Uncertain, false, true},
		"deadline while out": {context.DeadlineExceeded, survey.Uncertain, false, true},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, want := range cases {
			c.run(name, func(t *testing.T) {
				r := c.resolved(name, strings.ReplaceAll(name, " ", "-")+"@example.com")
				first := c.reminded(r)
				out, _ := c.remind(first.InvitationID)
				err := c.surveys.Reminded(t.Context(), out.Ticket, out.InvitationID, want.err)
				if (err != nil) != want.returned {
					t.Errorf("returned %v", err)
				}
				if got := c.reminder(first); got.State != want.state {
					t.Errorf("state %s, want %s", got.State, want.state)
				}
				touches := c.count("touches", "kind = ? AND person_id = ?", permission.Reminder, r.PersonID)
				if (touches == 1) != want.touched {
					t.Errorf("%d touches", touches)
				}
				if _, send := c.remind(first.InvitationID); send != want.returned {
					t.Errorf("the next try sends %v", send)
				}
			})
		}
	})
}

func TestAfterACrashWhileRemindingNobodyIsRemindedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		first := c.reminded(r)
		out, _ := c.remind(first.InvitationID) // and the process dies here
		if _, send := c.remind(first.InvitationID); send {
			t.Fatal("reminded again")
		}
		if got := c.reminder(first); got.State != survey.Uncertain || got.Reason != survey.ReasonCrashed {
			t.Fatalf("reminder %+v", got)
		}
		if got := c.story(r.ContactID); got != "survey_sent_email survey_reminder_uncertain" {
			t.Errorf("the story is %s", got)
		}
		if err := c.surveys.Reminded(t.Context(), out.Ticket, out.InvitationID, nil); err != nil { // it was alive after all
			t.Fatal(err)
		}
		if got := c.reminder(first); got.State != survey.Sent {
			t.Errorf("reminder %+v", got)
		}
	})
}

func TestManyWorkersSendOneReminder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		out := c.reminded(c.resolved("1", "zhang@example.com"))
		var wg sync.WaitGroup
		sends := make([]bool, 4)
		errs := make([]error, len(sends))
		for i := range sends {
			wg.Go(func() {
				_, sends[i], errs[i] = c.surveys.Remind(t.Context(), outbox.Ticket{At: c.now}, out.InvitationID)
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, sent := range sends {
			if sent {
				n++
			}
		}
		if n != 1 || c.count("touches", "kind = ?", permission.Reminder) != 1 {
			t.Errorf("%d reminders of one invitation", n)
		}
	})
}

func TestTheReminderSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	sms := func(externalID, language string) contact.Resolution {
		return c.take(contact.Input{
			ExternalID: externalID, Status: contact.Resolved, ResolvedAt: c.now,
			Customer: contact.InputCustomer{Reference: externalID, Phones: []string{"+86 139 1234 800" + externalID}, Language: language},
		})
	}
	english := c.take(contact.Input{
		ExternalID: "9", Status: contact.Resolved, ResolvedAt: c.now,
		Customer: contact.InputCustomer{Emails: []string{"ann@example.com"}, Language: "en"},
	})
	for name, test := range map[string]struct {
		resolution contact.Resolution
		word       string
	}{
		"Chinese e-mail": {c.resolved("1", "zhang@example.com"), "只提醒这一次"},
		"Chinese SMS":    {sms("2", "zh-CN"), "只提醒这一次"},
		"English e-mail": {english, "only reminder"},
		"English SMS":    {sms("3", "en"), "reminder"},
	} {
		c.run(name, func(t *testing.T) {
			first := c.reminded(test.resolution)
			again, _ := c.remind(first.InvitationID)
			for part, texts := range map[string][2]string{"text": {first.Text, again.Text}, "html": {first.HTML, again.HTML}} {
				if texts[0] == "" && texts[1] == "" && part == "html" && again.Channel == permission.BySMS {
					continue
				}
				if strings.Contains(texts[0], test.word) || !strings.Contains(texts[1], test.word) ||
					!strings.Contains(texts[1], first.URL) || !strings.Contains(texts[1], first.OptOutURL) {
					t.Errorf("%s, %s: first %q, then %q", name, part, texts[0], texts[1])
				}
			}
			if again.Channel == permission.ByEmail && again.Subject == first.Subject {
				t.Errorf("the subject is still %q", again.Subject)
			}
		})
	}
}
