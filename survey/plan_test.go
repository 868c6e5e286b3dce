package survey_test

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

func TestAReminderComesBeforeTheExpiry(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct{ expiry, after, due, ends time.Duration }{
		"as usual":              {0, 0, 3 * day, 14 * day},
		"as the plan says":      {10 * day, 5 * day, 5 * day, 10 * day},
		"usual one too late":    {2 * day, 0, day, 2 * day},
		"planned one too late":  {4 * day, 6 * day, 2 * day, 4 * day},
		"at the very last time": {3 * day, 3 * day, 36 * time.Hour, 3 * day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			centre := newCentre(t, dbtest.SQLite(t))
			r := centre.resolved("1", "zhang@example.com")
			out := centre.planned(survey.Plan{Resolution: r, Reminders: 1, Expiry: c.expiry, RemindAfter: c.after})
			i := centre.asked(tokenOf(out)).Invitation
			if due, ends := i.Reminder.DueAt.Sub(centre.now), i.ExpiresAt.Sub(centre.now); due != c.due || ends != c.ends {
				t.Errorf("due after %s of %s, want %s of %s", due, ends, c.due, c.ends)
			}
		})
	}
}

func TestAPlanNamesItsChannelsInOrder(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	n := 0
	someone := func() contact.Resolution { // with both kinds of address
		n++
		id := string(rune('0' + n))
		return c.take(contact.Input{
			ExternalID: id, Status: contact.Resolved, ResolvedAt: c.now,
			Customer: contact.InputCustomer{
				Reference: id, Phones: []string{"+86 139 1234 800" + id}, Emails: []string{id + "@example.com"},
			},
		})
	}
	for _, test := range []struct {
		channels []permission.Channel
		want     permission.Channel
		reason   string
	}{
		{nil, permission.ByEmail, ""},
		{[]permission.Channel{permission.BySMS, permission.ByEmail}, permission.BySMS, ""},
		{[]permission.Channel{permission.ByPhone, permission.BySMS}, permission.BySMS, ""}, // nothing carries a survey by phone
		{[]permission.Channel{permission.ByPhone}, "", survey.ReasonNoSender},
	} {
		c.run(fmt.Sprint(test.channels), func(t *testing.T) {
			plan := survey.Plan{Resolution: someone(), Channels: test.channels}
			out, _, err := c.surveys.Invite(t.Context(), outbox.Ticket{At: c.now}, plan)
			if err != nil || out.Channel != test.want || out.Reason != test.reason {
				t.Errorf("%v: %q %q %v", test.channels, out.Channel, out.Reason, err)
			}
		})
	}
}

func TestAPlanNamesASurveyThereIs(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	r := c.resolved("1", "zhang@example.com")
	_, _, err := c.surveys.Invite(t.Context(), outbox.Ticket{At: c.now}, survey.Plan{Resolution: r, Survey: "nps-2"})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown survey: %v", err)
	}
	names, err := c.surveys.Names(t.Context())
	if err != nil || len(names) != 1 || names[0] != survey.BuiltIn {
		t.Fatalf("names %v, %v", names, err)
	}
	c.planned(survey.Plan{Resolution: r, Survey: names[0]})
}

func TestTheFamilyOfAPlanHasItsOwnCooldown(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.sent(c.resolved("1", "zhang@example.com"))
	c.now = c.now.Add(2 * 24 * time.Hour)
	if out, send := c.invite(c.resolved("2", "zhang@example.com")); send || out.Reason != string(permission.SurveyCooldown) {
		t.Fatalf("the same family: %v %q", send, out.Reason)
	}
	c.planned(survey.Plan{Resolution: c.resolved("3", "zhang@example.com"), Family: "installation"})
}
