package permission_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// shareLine gives n more customers the centre's line, and each a row.
func (c *centre) shareLine(t *testing.T, n int) []int64 {
	t.Helper()
	persons, customers := make([]contact.Person, n), make([]contact.Customer, n)
	addresses, consents := make([]contact.Address, n), make([]permission.ConsentEvent, n)
	ids := make([]int64, n)
	for i := range n {
		id := int64(i + 100)
		ids[i], persons[i] = id, contact.Person{ID: id}
		customers[i] = contact.Customer{
			ID: id, SourceID: c.source, Reference: strconv.FormatInt(id, 10), PersonID: id, Tags: "[]", Attributes: "{}",
		}
		addresses[i] = contact.Address{CustomerID: id, Kind: contact.PhoneAddress, Normalised: line}
		consents[i] = permission.ConsentEvent{CustomerID: id, Purpose: permission.MarketingCall, Given: true}
	}
	c.do(t, func(tx database.Tx) error {
		for _, err := range []error{
			database.Insert(tx, "persons", persons),
			database.Insert(tx, "customers", customers), database.Insert(tx, "addresses", addresses),
		} {
			if err != nil {
				return err
			}
		}
		return c.s.RecordConsent(tx, consents...)
	})
	return ids
}

func TestALineOfManyIsMarkedAndComputedLater(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		ids := c.shareLine(t, 600)
		c.do(t, func(tx database.Tx) error {
			return c.s.Suppress(tx, permission.Suppression{Address: line, Kind: permission.PhoneAddress, Scope: permission.Everything})
		})
		stored := func(where string) (n int64) {
			t.Helper()
			err := c.db.View(t.Context()).Gorm().Table("permission_standings").Where("customer_id >= 100 AND " + where).
				Distinct("customer_id").Count(&n).Error
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := stored("rules_version > 0"); n != 0 {
			t.Errorf("%d of 600 were computed while somebody waited", n)
		}
		rows, err := c.s.Standings(c.db.View(t.Context()), ids, permission.ServiceCallback, permission.ByPhone, c.at)
		if err != nil || len(rows) != 600 ||
			slices.ContainsFunc(ids, func(id int64) bool { return rows[id].First != permission.Suppressed }) {
			t.Errorf("before the refresh: %v %+v", err, rows[100])
		}
		if err := c.s.Refresh(t.Context(), outbox.Ticket{}); err != nil {
			t.Fatal(err)
		}
		c.nothingIsDue(t)
		if n := stored("first = 'suppressed'"); n != 600 {
			t.Errorf("%d of 600 are suppressed after the refresh", n)
		}
	})
}

func TestRowsOfOlderRulesAreNotBelievedAndComputedAgain(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		if err := c.s.EnsureBuiltIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.do(t, func(tx database.Tx) error {
			return c.s.Touch(tx, permission.Touch{
				PersonID: 1, CustomerID: 1, Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.ByEmail,
			})
		})
		rules := c.s.Rules()
		rules.Caps.MarketingQuietDays = 60
		admin := account.Viewer{UserID: 1, Role: account.Admin}
		if _, err := c.s.Publish(t.Context(), admin, rules, rules.Version, "longer quiet"); err != nil {
			t.Fatal(err)
		}
		c.rowsAreTheEvaluator(t)
		if err := c.s.Refresh(t.Context(), outbox.Ticket{}); err != nil {
			t.Fatal(err)
		}
		c.nothingIsDue(t)
		c.rowsAreTheEvaluator(t)
	})
}

func TestCountsAreOfTheStoredRows(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			return c.s.RecordConsent(tx, permission.ConsentEvent{CustomerID: 3, Purpose: permission.Survey, At: c.at.Add(-time.Hour)})
		})
		counts, _, err := c.s.StandingCounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, n := range counts {
			got[fmt.Sprint(n.Purpose, " ", n.Channel, " ", n.First)] = n.Customers
		}
		want := map[string]int{
			"service_callback phone ": 1, "survey phone refused": 1, "survey sms refused": 1, "survey email no_address": 1,
			"marketing_call phone no_consent": 1, "marketing_message sms no_consent": 1, "marketing_message email no_address": 1,
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRowsOfErasedCustomersAreForgotten(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			if err := c.s.RecordConsent(tx, permission.ConsentEvent{CustomerID: 3, Purpose: permission.Survey}); err != nil {
				return err
			}
			if err := permission.Outdate(tx, []int64{2}, []int64{3}); err != nil {
				return err
			}
			return tx.Gorm().Exec("DELETE FROM customers WHERE id = 3").Error
		})
		if err := c.s.Refresh(context.Background(), outbox.Ticket{}); err != nil {
			t.Fatal(err)
		}
		if counts, _, err := c.s.StandingCounts(t.Context()); err != nil || len(counts) != 0 {
			t.Errorf("%+v %v", counts, err)
		}
	})
}
