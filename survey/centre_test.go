package survey_test

import (
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours/hourstest"
	"aftercall/survey"
)

// shanghai is the centre's zone in these tests.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// at returns an instant of the centre's zone.
func at(t *testing.T, text string) clock.Instant {
	t.Helper()
	parsed, err := time.ParseInLocation("2006-01-02 15:04:05", text, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return clock.At(parsed)
}

// centre is a service over a real database with a clock that the test moves.
type centre struct {
	t          *testing.T
	db         *database.DB
	now        clock.Instant
	contacts   *contact.Service
	permission *permission.Service
	surveys    *survey.Service
	figures    *figures.Service
	source     int64
}

func newCentre(t *testing.T, db *database.DB) *centre {
	t.Helper()
	c := &centre{t: t, db: db, now: at(t, "2026-11-20 12:00:00")}
	now := func() clock.Instant { return c.now }
	c.contacts = contact.New(db, now, contact.Options{})
	c.permission = permission.New(db, testKey, now, contact.Directory{})
	if err := c.permission.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	rules := c.permission.Rules()
	rules.Timetable = hourstest.Plain() // what is sent at noon is sent then
	if _, err := c.permission.Publish(t.Context(), account.Viewer{Role: account.Admin}, rules, rules.Version, ""); err != nil {
		t.Fatal(err)
	}
	c.figures = figures.New(db, shanghai, now)
	c.sendBy() // the service's own channels
	if err := c.surveys.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	source := contacttest.Source(t, c.contacts, "helpdesk")
	c.source = source.ID
	return c
}

// run is a subtest in the centre: what goes wrong fails that one.
func (c *centre) run(name string, test func(t *testing.T)) {
	whole := c.t
	defer func() { c.t = whole }()
	whole.Run(name, func(t *testing.T) {
		c.t = t
		test(t)
	})
}

var testKey = []byte("a key that is only used by tests")

// sendBy gives the centre senders for the channels.
func (c *centre) sendBy(channels ...permission.Channel) {
	c.surveys = survey.New(c.db, c.permission, testKey, func() clock.Instant { return c.now }, survey.Options{
		PublicURL: "https://cs.example.com", CentreName: "示例宽带", Zone: shanghai, Channels: channels,
	})
}

// resolved takes in a contact of a customer that was resolved an hour ago, and returns its newest resolution.
func (c *centre) resolved(externalID, email string) contact.Resolution {
	c.t.Helper()
	return c.take(contact.Input{
		ExternalID: externalID, Status: contact.Resolved, Channel: contact.Phone, Category: "报修", Product: "宽带",
		Customer:   contact.InputCustomer{Reference: email, Name: "张伟", Emails: []string{email}, Language: "zh-CN"},
		ResolvedAt: c.now.Add(-time.Hour), OpenedAt: c.now.Add(-2 * time.Hour),
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "二线"}},
	})
}

func (c *centre) take(in contact.Input) contact.Resolution {
	c.t.Helper()
	o := contacttest.Take(c.t, c.contacts, c.source, in)[0]
	if len(o.Problems) > 0 {
		c.t.Fatal(o.Problems)
	}
	if len(o.Resolutions) == 0 {
		return contact.Resolution{}
	}
	newest := o.Resolutions[len(o.Resolutions)-1]
	found, err := contact.ResolutionsByID(c.db.View(c.t.Context()), []int64{newest})
	if err != nil {
		c.t.Fatal(err)
	}
	return found[newest]
}

// invite re-checks and reserves an invitation, as the job at the due time does.
func (c *centre) invite(r contact.Resolution) (survey.Outgoing, bool) {
	c.t.Helper()
	out, send, err := c.surveys.Invite(c.t.Context(), outbox.Ticket{At: c.now}, survey.Plan{DecisionID: r.ID, Resolution: r})
	if err != nil {
		c.t.Fatal(err)
	}
	return out, send
}

// sent sends an invitation for the resolution and returns the token of its link.
func (c *centre) sent(r contact.Resolution) string {
	c.t.Helper()
	out, send := c.invite(r)
	if !send {
		c.t.Fatalf("nothing was sent: %s", out.Reason)
	}
	if err := c.surveys.Sent(c.t.Context(), out.Ticket, out.InvitationID, survey.Receipt{Delivered: true}, nil); err != nil {
		c.t.Fatal(err)
	}
	return tokenOf(out)
}

func tokenOf(out survey.Outgoing) string { return out.URL[strings.LastIndex(out.URL, "/")+1:] }

// rate answers the first page.
func (c *centre) rate(token string, value int) error {
	return c.surveys.Submit(c.t.Context(), token, survey.Chinese, survey.Submission{
		Screen: 1, Given: map[string]survey.Given{survey.KeyRating: {Value: &value}},
	})
}

func (c *centre) mustRate(token string, value int) {
	c.t.Helper()
	if err := c.rate(token, value); err != nil {
		c.t.Fatal(err)
	}
}

// standing returns what a link is good for.
func (c *centre) asked(token string) survey.Asked {
	c.t.Helper()
	asked, err := c.surveys.ByToken(c.t.Context(), token)
	if err != nil {
		c.t.Fatal(err)
	}
	return asked
}

// sums adds up the entries of a metric that are in force.
func (c *centre) sums(metric figures.Metric) (n, sum, low, high int) {
	c.t.Helper()
	var entries []figures.Entry
	if err := c.db.View(c.t.Context()).Gorm().Where("metric = ?", metric).Find(&entries).Error; err != nil {
		c.t.Fatal(err)
	}
	for _, e := range entries {
		sign := int(e.Sign)
		n += sign
		sum += sign * e.Value
		switch e.Band {
		case figures.Low:
			low += sign
		case figures.High:
			high += sign
		case figures.Mid:
		}
	}
	return n, sum, low, high
}

// reconcile fails the test when the entries in force are not those recomputed from the rows of surveys.
func (c *centre) reconcile() {
	c.t.Helper()
	net := map[figures.Entry]int{}
	key := func(e figures.Entry) figures.Entry {
		e.ID, e.Sign, e.RecordedAt, e.Folded = 0, 0, 0, false
		return e
	}
	var entries []figures.Entry
	if err := c.db.View(c.t.Context()).Gorm().Where("metric <> ?", figures.Resolved).Find(&entries).Error; err != nil {
		c.t.Fatal(err)
	}
	for _, e := range entries {
		net[key(e)] += int(e.Sign)
	}
	err := survey.RawEntries(c.db.View(c.t.Context()), func(e figures.Entry) error {
		net[key(e)] -= int(e.Sign)
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for e, n := range net {
		if n != 0 {
			c.t.Errorf("entries exceed raw rows by %d of %+v", n, e)
		}
	}
}

// count returns how many rows of a table match.
func (c *centre) count(table, condition string, args ...any) int {
	c.t.Helper()
	return dbtest.Count(c.t, c.db, table, condition, args...)
}

func ptr[T any](v T) *T { return &v }

// clock21 is 21 November 2026, and dayOf a number of days.
func clock21(t *testing.T) clock.Day { return clock.DayOf(at(t, "2026-11-21 12:00:00"), shanghai) }

func dayOf(n int) clock.Day { return clock.Day(n) } //nolint:gosec // a small number of a test
