package permission_test

import (
	"context"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/permission/lists"
)

var (
	supervisor = account.Viewer{UserID: 4, Role: account.Supervisor}
	shanghai   = time.FixedZone("Shanghai", 8*3600)
	reading    = lists.Reading{Region: "CN", Zone: shanghai}
)

// asked returns the verdict on a callback to a customer of the centre now.
func (c *centre) asked(tb testing.TB, customer int64, q permission.Question) permission.Verdict {
	tb.Helper()
	q.Subject, q.At = c.subjects(tb)[customer], c.at
	verdicts, err := c.s.Judge(c.db.View(tb.Context()), []permission.Question{q})
	if err != nil {
		tb.Fatal(err)
	}
	return verdicts[0]
}

func (c *centre) list(tb testing.TB, f permission.SuppressionFilter, limit int) []permission.Suppression {
	tb.Helper()
	rows, err := c.s.Suppressions(tb.Context(), f, limit)
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// eachCentre runs a test on every database, with a centre whose customers are there.
func eachCentre(t *testing.T, test func(t *testing.T, c *centre)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.reset(t)
		test(t, c)
	})
}

var callback = permission.Question{Purpose: permission.ServiceCallback, Channel: permission.ByPhone}

func TestWhatIsSuppressedIsNeverShortened(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		soon, later := c.at.Add(time.Hour), c.at.Add(2*time.Hour)
		for _, step := range []struct {
			until clock.Instant
			rows  int
		}{{soon, 1}, {soon, 1}, {later, 2}, {soon, 2}, {0, 3}, {later, 3}, {0, 3}} {
			c.do(t, func(tx database.Tx) error {
				return c.s.Suppress(tx, permission.Suppression{
					Address: ownPhone, Kind: permission.PhoneAddress, Scope: permission.Everything, UntilAt: step.until,
				})
			})
			if got := len(c.list(t, permission.SuppressionFilter{}, 10)); got != step.rows {
				t.Fatalf("until %s: %d rows, want %d", step.until, got, step.rows)
			}
		}
		if v := c.asked(t, 1, callback); v.First != permission.Suppressed || !v.AllowedFrom.IsZero() {
			t.Errorf("%+v", v)
		}
		err := c.db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			return c.s.Suppress(tx, permission.Suppression{Kind: permission.PhoneAddress, Scope: permission.Everything})
		})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("without an address: %v", err)
		}
	})
}

func TestASuppressionOutlivesTheCustomer(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			return c.s.Refuse(tx, permission.Refusal{Subject: c.subjects(t)[3], Scope: permission.Everything, Source: "call"})
		})
		c.do(t, func(tx database.Tx) error { // erased, and known again from another source
			for _, statement := range []string{
				"DELETE FROM customers WHERE id = 3",
				"DELETE FROM customer_addresses WHERE customer_id = 3", "DELETE FROM persons WHERE id = 2",
				"DELETE FROM permission_standings WHERE customer_id = 3",
			} {
				if err := tx.Gorm().Exec(statement).Error; err != nil {
					return err
				}
			}
			return nil
		})
		c.take(t, contact.Input{ExternalID: "again", Customer: contact.InputCustomer{Reference: "new", Phones: []string{line}}})
		found, err := contact.Directory{}.CustomersByReference(c.db.View(t.Context()),
			[]permission.Reference{{Source: "desk", Reference: "new"}})
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		id := found[permission.Reference{Source: "desk", Reference: "new"}]
		subjects, err := contact.Subjects(c.db.View(t.Context()), []int64{id})
		if err != nil {
			t.Fatal(err)
		}
		q := callback
		q.Subject, q.At = subjects[id], c.at
		if v := judge(t, c.db, c.s, q)[0]; v.First != permission.Suppressed {
			t.Errorf("the new customer may be called: %+v", v)
		}
		standings, err := c.s.Standings(c.db.View(t.Context()), []int64{id}, permission.ServiceCallback, permission.ByPhone, c.at)
		if err != nil || standings[id].First != permission.Suppressed {
			t.Errorf("lists would have them: %+v %v", standings, err)
		}
	})
}

func TestLiftingNeedsAReasonAndLeavesATrace(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			return c.s.Suppress(tx, permission.Suppression{
				Address: ownPhone, Kind: permission.PhoneAddress, Scope: permission.SurveysOnly, UserID: 3,
			})
		})
		id := c.list(t, permission.SuppressionFilter{}, 1)[0].ID
		if err := c.s.LiftSuppression(t.Context(), supervisor, id, "  "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		c.at = c.at.Add(time.Minute)
		if err := c.s.LiftSuppression(t.Context(), supervisor, id, "wrong number typed"); err != nil {
			t.Fatal(err)
		}
		if err := c.s.LiftSuppression(t.Context(), supervisor, id, "again"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second time: %v", err)
		}
		kept := c.list(t, permission.SuppressionFilter{}, 2)
		if len(kept) != 1 || kept[0].Scope != permission.SurveysOnly || kept[0].At != morning || kept[0].UserID != 3 ||
			kept[0].LiftedAt != c.at || kept[0].LiftedBy != 4 || kept[0].LiftReason != "wrong number typed" {
			t.Errorf("what is kept of it: %+v", kept)
		}
	})
}

func TestSuppressionsAreListedInPages(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			return c.s.Suppress(tx,
				permission.Suppression{Address: ownPhone, Kind: permission.PhoneAddress, Scope: permission.Everything},
				permission.Suppression{
					Address: ownPhone, Kind: permission.PhoneAddress, Scope: permission.MarketingOnly, UntilAt: c.at.Add(time.Hour),
				},
				permission.Suppression{Address: "a@example.com", Kind: permission.EmailAddress, Scope: permission.MarketingOnly},
			)
		})
		c.at = c.at.Add(2 * time.Hour)
		all := c.list(t, permission.SuppressionFilter{}, 2)
		rest := c.list(t, permission.SuppressionFilter{Before: all[1].ID}, 2)
		if len(all) != 2 || len(rest) != 1 || all[0].ID < all[1].ID || rest[0].ID >= all[1].ID {
			t.Errorf("pages %+v and %+v", all, rest)
		}
		for name, n := range map[string]int{
			"marketing":           len(c.list(t, permission.SuppressionFilter{Scope: permission.MarketingOnly}, 10)),
			"marketing, in force": len(c.list(t, permission.SuppressionFilter{Scope: permission.MarketingOnly, Active: true}, 10)) + 1,
			"of the number":       len(c.list(t, permission.SuppressionFilter{Kind: permission.PhoneAddress, Address: ownPhone}, 10)),
		} {
			if n != 2 {
				t.Errorf("%s: %d", name, n)
			}
		}
	})
}

func TestAnImportedListOnlyAdds(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			return c.s.Suppress(tx, permission.Suppression{Address: ownPhone, Kind: permission.PhoneAddress, Scope: permission.Everything})
		})
		file := "Phone,email,scope,until,reason,note\r\n" +
			"139 1234 8000,,everything,2026-12-31,,a row of its own beside the one for ever\n" +
			"13912348001,A@example.com,surveys,2026-12-24,customer_request,said so\n" +
			"12,b@example.com,marketing,,,half of it is good\n" +
			",,,,,nobody\n" +
			"13912348002,,nonsense,,,\n" +
			"13912348003,,,yesterday,,\n" +
			"13912348004,,,2020-01-01,,\n" +
			"13912348005,,campaign,,,\n"
		report, err := c.lists.ImportSuppressions(t.Context(), supervisor, strings.NewReader(file), reading)
		if err != nil {
			t.Fatal(err)
		}
		var issues []string
		for _, f := range report.Issues {
			issues = append(issues, strings.Join([]string{string(rune('0' + f.Line)), f.Name, f.Code}, " "))
		}
		want := []string{
			"4 phone phone_invalid", "5 phone required", "6 scope unknown_value",
			"7 until not_a_date", "8 until until_over", "9 scope unknown_value",
		}
		if diff := gocmp.Diff(want, issues); diff != "" {
			t.Error(diff)
		}
		if report.Rows != 8 || report.Added != 4 || report.Covered != 0 || report.Partly != 1 || report.Bad != 5 {
			t.Errorf("%+v", report)
		}
		survey := permission.Question{Purpose: permission.Survey, Channel: permission.BySMS}
		endOfDay := clock.At(time.Date(2026, 12, 25, 0, 0, 0, 0, shanghai))
		if v := c.asked(t, 2, survey); v.First != permission.Suppressed || v.All[0].From != endOfDay {
			t.Errorf("until the end of the day: %+v", v)
		}
		before := c.list(t, permission.SuppressionFilter{}, 100)
		again, err := c.lists.ImportSuppressions(t.Context(), supervisor, strings.NewReader(file), reading)
		if err != nil || again.Added != 0 || again.Covered != 4 {
			t.Errorf("again: %+v %v", again, err)
		}
		if diff := gocmp.Diff(before, c.list(t, permission.SuppressionFilter{}, 100)); diff != "" {
			t.Error("the second import changed something", diff)
		}
	})
}

func TestAStoredSuppressionOfACampaignChangesNothingElse(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			old := permission.Suppression{Address: ownPhone, Kind: permission.PhoneAddress, Scope: "campaign", CampaignID: 7}
			return c.s.Suppress(tx, old)
		})
		if v := c.asked(t, 1, callback); !v.Allowed {
			t.Errorf("a callback: %+v", v)
		}
		c.do(t, func(tx database.Tx) error {
			return c.s.Suppress(tx, permission.Suppression{Address: ownPhone, Kind: permission.PhoneAddress, Scope: permission.Everything})
		})
		if v := c.asked(t, 1, callback); v.First != permission.Suppressed || v.All[0].Evidence != "suppression 2" {
			t.Errorf("everything was suppressed beside it: %+v", v)
		}
		if rows := c.list(t, permission.SuppressionFilter{}, 9); len(rows) != 2 || rows[1].Scope != "campaign" || rows[1].CampaignID != 7 {
			t.Errorf("the old row is not as it was: %+v", rows)
		}
	})
}
