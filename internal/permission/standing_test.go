package permission_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
)

// centre is a small centre on a clock that the test moves: four customers, the first two one person, the last two strangers on one
// line.
type centre struct {
	db       *database.DB
	s        *permission.Service
	lists    *lists.Service
	contacts *contact.Service
	source   int64
	at       clock.Instant
	touches  []permission.Touch
	lines    int64 // suppressions there are
}

const ownPhone, otherPhone, line = "+8613912348000", "+8613912348001", "+8613912348002"

func newCentre(tb testing.TB, db *database.DB) *centre {
	tb.Helper()
	c := &centre{db: db, at: morning}
	now := func() clock.Instant { return c.at }
	c.s = permission.New(db, key, now, contact.Directory{})
	c.lists = lists.New(db, c.s, now)
	c.contacts = contact.New(db, now, contact.Options{})
	source := contacttest.Source(tb, c.contacts, "desk")
	c.source = source.ID
	return c
}

// reset empties the centre and adds its customers again.
func (c *centre) reset(tb rapid.TB) {
	c.at, c.touches, c.lines = morning, nil, 0
	c.do(tb, func(tx database.Tx) error {
		for _, table := range []string{
			"permission_standings", "consent_events", "suppressions", "touches", "address_guards", "contacts", "resolutions", "jobs",
			"customers", "customer_addresses", "persons",
		} {
			if err := tx.Gorm().Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
		persons := []contact.Person{{ID: 1}, {ID: 2}, {ID: 3}}
		customers := []contact.Customer{
			{ID: 1, SourceID: c.source, Reference: "1", PersonID: 1},
			{ID: 2, SourceID: c.source, Reference: "2", PersonID: 1},
			{ID: 3, SourceID: c.source, Reference: "3", PersonID: 2},
			{ID: 4, SourceID: c.source, Reference: "4", PersonID: 3},
		}
		addresses := []contact.Address{
			{CustomerID: 1, Kind: contact.PhoneAddress, Normalised: ownPhone},
			{CustomerID: 1, Kind: contact.EmailAddress, Normalised: "a@example.com"},
			{CustomerID: 2, Kind: contact.PhoneAddress, Normalised: otherPhone},
			{CustomerID: 2, Kind: contact.EmailAddress, Normalised: "a@example.com"},
			{CustomerID: 3, Kind: contact.PhoneAddress, Normalised: line},
			{CustomerID: 4, Kind: contact.PhoneAddress, Normalised: line},
			{CustomerID: 4, Kind: contact.PhoneAddress, Position: 1, Normalised: ownPhone},
		}
		for _, rows := range []any{&persons, &customers, &addresses} {
			if err := tx.Gorm().Create(rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *centre) do(tb rapid.TB, fn func(tx database.Tx) error) {
	tb.Helper()
	dbtest.InTx(tb, c.db, fn)
}

// take is what the help desk says about one contact of a customer.
func (c *centre) take(tb rapid.TB, in contact.Input) {
	tb.Helper()
	in.ChangedAt, in.OpenedAt = c.at, c.at.Add(-time.Hour)
	out, err := c.contacts.Take(context.Background(), c.source, []contact.Input{in})
	if err != nil || len(out[0].Problems) > 0 {
		tb.Fatal(err, out)
	}
}

func (c *centre) subjects(tb rapid.TB) map[int64]permission.Subject {
	tb.Helper()
	subjects, err := contact.Subjects(c.db.View(context.Background()), []int64{1, 2, 3, 4})
	if err != nil {
		tb.Fatal(err)
	}
	return subjects
}

var (
	allPurposes = permission.Purposes()
	ways        = []permission.Question{
		{Purpose: permission.ServiceCallback, Channel: permission.ByPhone},
		{Purpose: permission.Survey, Channel: permission.ByPhone},
		{Purpose: permission.Survey, Channel: permission.BySMS},
		{Purpose: permission.Survey, Channel: permission.ByEmail},
		{Purpose: permission.MarketingCall, Channel: permission.ByPhone},
		{Purpose: permission.MarketingMessage, Channel: permission.BySMS},
		{Purpose: permission.MarketingMessage, Channel: permission.ByEmail},
	}
)

// step does one thing that changes what may be done, or lets time pass.
func (c *centre) step(t *rapid.T) {
	customer := rapid.Int64Range(1, 4).Draw(t, "customer")
	subject := c.subjects(t)[customer]
	event := rapid.SampledFrom([]string{
		"consent", "suppress", "lift", "touch", "untouch", "complaint", "resolve", "move", "time", "refresh",
	}).Draw(t, "event")
	switch event {
	case "consent":
		c.consent(t, customer)
	case "suppress":
		c.suppress(t)
	case "lift":
		if c.lines > 0 {
			id := rapid.Int64Range(1, c.lines).Draw(t, "suppression")
			_ = c.db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
				return c.s.Lift(tx, c.firstSuppression(t)+id-1, 1, "mistake")
			})
		}
	case "touch":
		c.touch(t, subject)
	case "untouch":
		c.untouch(t)
	case "complaint", "resolve":
		in := contact.Input{
			ExternalID: fmt.Sprint("K-", customer), Status: contact.Open, Complaint: new(true),
			Customer: contact.InputCustomer{Reference: strconv.FormatInt(customer, 10)},
		}
		if event == "resolve" {
			in.Status, in.ResolvedAt = contact.Resolved, c.at
		}
		c.take(t, in)
	case "move":
		where := contact.InputCustomer{Reference: strconv.FormatInt(customer, 10)}
		where.Phones = []string{rapid.SampledFrom([]string{ownPhone, line, "+18005550100", "+3314015000x"}).Draw(t, "phone")}
		where.Region = rapid.SampledFrom([]string{"", "CN", "US"}).Draw(t, "region")
		c.take(t, contact.Input{ExternalID: fmt.Sprint("M-", customer), Customer: where})
	case "time":
		c.at = c.at.Add(rapid.SampledFrom([]time.Duration{
			time.Second, time.Hour, 26 * time.Hour, 10 * 24 * time.Hour, 31 * 24 * time.Hour,
		}).Draw(t, "later"))
	case "refresh":
		if err := c.s.Refresh(context.Background(), outbox.Ticket{}); err != nil {
			t.Fatal(err)
		}
		c.nothingIsDue(t)
	}
}

func (c *centre) firstSuppression(tb rapid.TB) int64 {
	var first int64
	if err := c.db.View(context.Background()).Gorm().Table("suppressions").Select("MIN(id)").Scan(&first).Error; err != nil {
		tb.Fatal(err)
	}
	return first
}

func (c *centre) consent(t *rapid.T, customer int64) {
	e := permission.ConsentEvent{
		CustomerID: customer, Purpose: rapid.SampledFrom(allPurposes).Draw(t, "purpose"), Given: rapid.Bool().Draw(t, "given"),
		Channel: rapid.SampledFrom([]permission.Channel{"", permission.ByPhone, permission.BySMS, permission.ByEmail}).Draw(t, "channel"),
	}
	if rapid.Bool().Draw(t, "expires") {
		e.ExpiresAt = c.at.Add(25 * time.Hour)
	}
	c.do(t, func(tx database.Tx) error { return c.s.RecordConsent(tx, e) })
}

func (c *centre) suppress(t *rapid.T) {
	sup := permission.Suppression{
		Kind: permission.PhoneAddress, Scope: rapid.SampledFrom(permission.Scopes()).Draw(t, "scope"),
	}
	sup.Address = rapid.SampledFrom([]string{ownPhone, otherPhone, line, "a@example.com"}).Draw(t, "address")
	if sup.Address == "a@example.com" {
		sup.Kind = permission.EmailAddress
	}
	if rapid.Bool().Draw(t, "ends") {
		sup.UntilAt = c.at.Add(48 * time.Hour)
	}
	c.do(t, func(tx database.Tx) error { return c.s.Suppress(tx, sup) })
	var n int64
	if err := c.db.View(context.Background()).Gorm().Table("suppressions").Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	c.lines = n
}

func (c *centre) touch(t *rapid.T, subject permission.Subject) {
	q := rapid.SampledFrom(ways).Draw(t, "way")
	touch := permission.Touch{
		PersonID: subject.PersonID, CustomerID: subject.CustomerID,
		Purpose: q.Purpose, Channel: q.Channel, At: c.at, Ref: int64(len(c.touches) + 1),
		Kind: rapid.SampledFrom([]permission.TouchKind{permission.Attempt, permission.Invitation, permission.Reminder, permission.Offer}).
			Draw(t, "kind"),
	}
	addresses := subject.Phones
	if q.Channel == permission.ByEmail {
		addresses = subject.Emails
	}
	if len(addresses) > 0 {
		touch.Address = addresses[0]
	}
	c.do(t, func(tx database.Tx) error { return c.s.Touch(tx, touch) })
	c.touches = append(c.touches, touch)
}

func (c *centre) untouch(t *rapid.T) {
	if len(c.touches) == 0 {
		return
	}
	touch := rapid.SampledFrom(c.touches).Draw(t, "touch")
	c.do(t, func(tx database.Tx) error { return c.s.Untouch(tx, touch.PersonID, touch.Kind, touch.Ref) })
}

// rowsAreTheEvaluator compares every stored row that is believed with the evaluator, and what audiences read with both.
func (c *centre) rowsAreTheEvaluator(t rapid.TB) {
	t.Helper()
	view := c.db.View(context.Background())
	var stored []permission.Standing
	if err := view.Gorm().Order("customer_id, purpose, channel").Find(&stored).Error; err != nil {
		t.Fatal(err)
	}
	subjects := c.subjects(t)
	for _, w := range ways {
		standings, err := c.s.Standings(view, []int64{1, 2, 3, 4}, w.Purpose, w.Channel, c.at)
		if err != nil {
			t.Fatal(err)
		}
		for id, subject := range subjects {
			q := permission.Question{Subject: subject, Purpose: w.Purpose, Channel: w.Channel, At: c.at}
			v, err := c.s.Judge(view, []permission.Question{q})
			if err != nil {
				t.Fatal(err)
			}
			lasting, err := standings[id].Lasting()
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(v[0].Lasting(), lasting, asSet); diff != "" {
				t.Fatalf("customer %d, %s by %s: the evaluator (-) and the row (+) differ:\n%s\n%+v",
					id, w.Purpose, w.Channel, diff, stored)
			}
			if standings[id].ConsentID != v[0].ConsentID {
				t.Fatalf("customer %d: consent %d, the evaluator says %d", id, standings[id].ConsentID, v[0].ConsentID)
			}
		}
	}
}

var asSet = gocmp.Transformer("set", func(r []permission.Reason) []permission.Reason { return append([]permission.Reason{}, r...) })

// nothingIsDue checks that every stored row is believed after a refresh.
func (c *centre) nothingIsDue(t rapid.TB) {
	t.Helper()
	var due int64
	err := c.db.View(context.Background()).Gorm().Table("permission_standings").
		Where("rules_version <> ? OR (next_change_at > 0 AND next_change_at <= ?)", c.s.Rules().Version, c.at).Count(&due).Error
	if err != nil || due > 0 {
		t.Fatal(due, err)
	}
}

func TestAStoredStandingIsWhatTheEvaluatorSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		rapid.Check(t, func(t *rapid.T) {
			c.reset(t)
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				c.step(t)
			}
			c.rowsAreTheEvaluator(t)
		})
	})
}

func TestTheOrderOfQuestionsDoesNotMatter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		var questions []permission.Question
		inTx(t, db, func(tx database.Tx) error {
			questions = fill(t, s, tx, 700)
			return nil
		})
		forward := judge(t, db, s, questions...)
		slices.Reverse(questions)
		backward := judge(t, db, s, questions...)
		slices.Reverse(backward)
		if diff := gocmp.Diff(forward, backward); diff != "" {
			t.Error(diff)
		}
	})
}
