package survey_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
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

// reopen cancels what is under way about a contact, as the job of a reopening does.
func (c *centre) reopen(t *testing.T, contactID int64) {
	t.Helper()
	dbtest.InTx(t, c.db, func(tx database.Tx) error {
		return c.surveys.CancelContact(tx, contactID, survey.ReasonReopened)
	})
}

func TestWhatMayHaveGoneOutStaysUncertainWhenItsContactIsReopened(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, before := range map[string]func(r contact.Resolution, out survey.Outgoing){
			"on its way": func(contact.Resolution, survey.Outgoing) {},
			"its sender stopped": func(r contact.Resolution, _ survey.Outgoing) {
				c.invite(r)
			},
			"no answer": func(_ contact.Resolution, out survey.Outgoing) {
				err := c.surveys.Sent(t.Context(), out.Ticket, out.InvitationID, survey.Receipt{}, errors.New("connection lost"))
				if err != nil {
					t.Fatal(err)
				}
			},
		} {
			c.run(name, func(t *testing.T) {
				r := c.resolved(name, name[:2]+"@example.com")
				out, _, err := c.surveys.Invite(t.Context(), outbox.Ticket{At: c.now},
					survey.Plan{DecisionID: r.ID, Resolution: r, Reminders: 1})
				if err != nil {
					t.Fatal(err)
				}
				before(r, out)
				c.reopen(t, r.ContactID)
				c.reopen(t, r.ContactID) // once more
				asked := c.asked(tokenOf(out))
				i := asked.Invitation
				if i.State != survey.Uncertain || i.Reason != survey.ReasonReopened || i.Reminder.State != survey.Cancelled {
					t.Errorf("%s %s, reminder %s", i.State, i.Reason, i.Reminder.State)
				}
				if asked.LinkState != survey.Closed {
					t.Errorf("the link is %s", asked.LinkState)
				}
				if err := c.rate(tokenOf(out), 5); !fault.Is(err, fault.Conflict) {
					t.Errorf("answered: %v", err)
				}
				if got := c.story(r.ContactID); got != "survey_uncertain_closed" {
					t.Errorf("the story is %s", got)
				}
				if n := c.count("touches", "person_id = ?", r.PersonID); n != 1 {
					t.Errorf("%d touches", n)
				}
				if again, send := c.invite(r); send || again.Reason != "" {
					t.Errorf("sent again: %v, %s", send, again.Reason)
				}
				other, send := c.invite(c.resolved(name+" again", name[:2]+"@example.com"))
				if send || other.Reason != string(permission.SurveyCooldown) {
					t.Errorf("it does not count: %v, %s", send, other.Reason)
				}
			})
		}
		c.reconcile()
	})
}

// The contact was reopened while the message was on its way.
func TestWhatBecameOfASendingIsKeptThoughItWasReopened(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err     error
		state   survey.State
		sent    bool
		touches int
	}{
		"accepted":         {nil, survey.Cancelled, true, 1},
		"nobody knows":     {errors.New("connection lost"), survey.Uncertain, false, 1},
		"refused for good": {fault.New(fault.Invalid, "x", "no such mailbox"), survey.Failed, false, 0},
		"refused for now":  {fault.New(fault.Unavailable, "x", "relay is down"), survey.Failed, false, 0},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, want := range cases {
			c.run(name, func(t *testing.T) {
				r := c.resolved(name, name[:2]+name[len(name)-2:]+"@example.com")
				out, _ := c.invite(r)
				c.reopen(t, r.ContactID)
				_ = c.surveys.Sent(t.Context(), out.Ticket, out.InvitationID, survey.Receipt{}, want.err)
				if i := c.asked(tokenOf(out)).Invitation; i.State != want.state || i.SentAt.IsZero() == want.sent {
					t.Errorf("%s %s, sent %s", i.State, i.Reason, i.SentAt)
				}
				if n := c.count("touches", "person_id = ?", r.PersonID); n != want.touches {
					t.Errorf("%d touches", n)
				}
			})
		}
		c.reconcile()
	})
}

func TestAPlanThatIsNotWantedAnyMoreStillEndsWhatWasBegun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		unwanted := func(r contact.Resolution) survey.Outgoing {
			t.Helper()
			out, send, err := c.surveys.Invite(t.Context(), outbox.Ticket{At: c.now},
				survey.Plan{DecisionID: r.ID, Resolution: r, Unwanted: "too_old"})
			if err != nil || send {
				t.Fatalf("send %v, %v", send, err)
			}
			return out
		}
		fresh := c.resolved("1", "zhang@example.com")
		if out := unwanted(fresh); out.Reason != "too_old" || c.count("invitations", "1 = 1") != 0 {
			t.Errorf("never begun: %q, %d invitations", out.Reason, c.count("invitations", "1 = 1"))
		}
		crashed, later := c.resolved("2", "li@example.com"), c.resolved("3", "wang@example.com")
		first, _ := c.invite(crashed)
		if out := unwanted(crashed); out.Reason != "" || c.asked(tokenOf(first)).Invitation.State != survey.Uncertain {
			t.Errorf("left by a crash: %q, %s", out.Reason, c.asked(tokenOf(first)).Invitation.State)
		}
		second, _ := c.invite(later)
		_ = c.surveys.Sent(t.Context(), second.Ticket, second.InvitationID, survey.Receipt{},
			fault.New(fault.Unavailable, "x", "relay is down"))
		if got := c.story(later.ContactID); got != "survey_not_taken" {
			t.Errorf("the story is %s", got)
		}
		for range 2 { // the try that dies before the decision is written, and the next
			out := unwanted(later)
			if i := c.asked(tokenOf(second)).Invitation; out.Reason != "too_old" || i.State != survey.Cancelled || i.Reason != "too_old" {
				t.Errorf("refused for now: %q, %s %s", out.Reason, i.State, i.Reason)
			}
		}
	})
}

// Two workers carry one reminder; the invitation is reopened while the gateway says "not now".
func TestAReminderOfAReopenedContactDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		first := c.reminded(r)
		c.now = c.now.Add(3 * 24 * time.Hour)
		out, _ := c.remind(first.InvitationID)
		c.reopen(t, r.ContactID)
		_ = c.surveys.Reminded(t.Context(), out.Ticket, out.InvitationID, fault.New(fault.Unavailable, "x", "relay is down"))
		if _, send := c.remind(first.InvitationID); send {
			t.Fatal("reminded of a reopened contact")
		}
		if got := c.reminder(first); got.State != survey.Cancelled || got.Reason != survey.ReasonReopened {
			t.Errorf("reminder %+v", got)
		}
	})
}

// An earlier version wrote an invitation that was being sent as cancelled when its contact was reopened.
func TestADoubtThatWasWrittenAsCancelledIsShownAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		doubtful, certain := c.resolved("1", "zhang@example.com"), c.resolved("2", "li@example.com")
		sent := c.resolved("3", "wang@example.com")
		first, _ := c.invite(doubtful)
		second, _ := c.invite(certain)
		_ = c.surveys.Sent(t.Context(), second.Ticket, second.InvitationID, survey.Receipt{},
			fault.New(fault.Unavailable, "x", "relay is down"))
		third := c.sent(sent)
		folder := "../internal/database/migrations/" + string(db.Dialect())
		migration, err := os.ReadFile(filepath.Join(folder, "00024_unsettled_surveys.sql"))
		if err != nil {
			t.Fatal(err)
		}
		_, repair, _ := strings.Cut(string(migration), "\nUPDATE invitations")
		repair, _, _ = strings.Cut(repair, ";")
		const reopened = "UPDATE invitations SET state = 'cancelled', reason = 'reopened'"
		for _, statement := range []string{reopened, "UPDATE invitations" + repair} {
			dbtest.InTx(t, db, func(tx database.Tx) error { return tx.Gorm().Exec(statement).Error })
		}
		for token, want := range map[string]survey.State{
			tokenOf(first): survey.Uncertain, tokenOf(second): survey.Cancelled, third: survey.Cancelled,
		} {
			if i := c.asked(token).Invitation; i.State != want || i.Reason != survey.ReasonReopened {
				t.Errorf("invitation %d: %s %s, want %s", i.ID, i.State, i.Reason, want)
			}
		}
	})
}
