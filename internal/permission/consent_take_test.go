package permission_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
)

// takeOne takes one input and returns what became of it, and its problems as "field code".
func (c *centre) takeOne(t *testing.T, viewer account.Viewer, in permission.ConsentInput) (permission.ConsentResult, string) {
	t.Helper()
	results, err := c.s.TakeConsents(t.Context(), viewer, "api", "CN", []permission.ConsentInput{in})
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	for _, p := range results[0].Problems {
		problems = append(problems, p.Name+" "+p.Code)
	}
	return results[0], strings.Join(problems, ", ")
}

func TestAYesByAnAddressOfSeveralPeopleIsNobodys(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		yes := permission.ConsentInput{Phone: line, Purpose: permission.MarketingCall, Word: permission.WordGiven, At: c.at.Add(-time.Hour)}
		if r, problems := c.takeOne(t, machine, yes); r.Status != permission.ConsentRejected || problems != "phone shared_address" {
			t.Errorf("on a line of two: %+v", r)
		}
		no := yes
		no.Word = permission.WordWithdrawn
		if r, problems := c.takeOne(t, machine, no); r.Status != permission.ConsentRecorded || r.Customers != 2 {
			t.Errorf("a no on a line of two: %+v %s", r, problems)
		}
		for _, customer := range []int64{3, 4} {
			if v := c.asked(t, customer, offer); v.First != permission.Refused {
				t.Errorf("customer %d: %+v", customer, v)
			}
		}
	})
}

func TestANoOnASharedLineIsOfTheLine(t *testing.T) {
	t.Parallel()
	for purpose, scope := range map[permission.Purpose]permission.Scope{
		permission.MarketingMessage: permission.MarketingOnly,
		permission.Survey:           permission.SurveysOnly, permission.ServiceCallback: permission.Everything,
	} {
		t.Run(string(purpose), func(t *testing.T) {
			t.Parallel()
			eachCentre(t, func(t *testing.T, c *centre) {
				c.shareLine(t, 4) // with the two it has
				events := func() int { return dbtest.Count(t, c.db, "consent_events", "1 = 1") }
				before := events()
				in := permission.ConsentInput{Phone: line, Purpose: purpose, Word: permission.WordGiven, At: c.at.Add(-time.Hour)}
				if r, problems := c.takeOne(t, machine, in); r.Status != permission.ConsentRejected || problems != "phone shared_address" {
					t.Errorf("a yes: %+v", r)
				}
				in.Word, in.Evidence = permission.WordWithdrawn, "letter"
				if r, problems := c.takeOne(t, machine, in); r.Status != permission.ConsentRecorded || r.Customers != 6 {
					t.Errorf("a no: %+v %s", r, problems)
				}
				if r, problems := c.takeOne(t, machine, in); r.Status != permission.ConsentKnown || r.Customers != 0 {
					t.Errorf("the same again: %+v %s", r, problems)
				}
				rows := c.list(t, permission.SuppressionFilter{Kind: permission.PhoneAddress, Address: line}, 9)
				if len(rows) != 1 || rows[0].Scope != scope || rows[0].Evidence != "letter" || rows[0].Reason != "customer_request" ||
					events() != before {
					t.Errorf("%d new events, suppressions %+v", events()-before, rows)
				}
				if v := c.asked(t, 3, permission.Question{Purpose: purpose, Channel: permission.BySMS}); v.First != permission.Suppressed {
					t.Errorf("%+v", v)
				}
				c.rowsAreTheEvaluator(t)
			})
		})
	}
}

func TestAnUndatedYesDoesNotOverruleANo(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		in := permission.ConsentInput{Source: "desk", Reference: "3", Purpose: permission.MarketingCall, Word: permission.WordWithdrawn}
		if r, problems := c.takeOne(t, machine, in); r.Status != permission.ConsentRecorded {
			t.Errorf("a no without its time, which is now: %+v %s", r, problems)
		}
		c.at = c.at.Add(time.Hour)
		in.Word = permission.WordGiven
		if r, problems := c.takeOne(t, machine, in); r.Status != permission.ConsentRejected || problems != "at required" {
			t.Errorf("a yes without its time: %+v", r)
		}
		in.At = c.at.Add(-2 * time.Hour)
		if r, problems := c.takeOne(t, machine, in); r.Status != permission.ConsentRecorded {
			t.Errorf("a yes older than the no: %+v %s", r, problems)
		}
		if v := c.asked(t, 3, offer); v.First != permission.Refused {
			t.Errorf("%+v", v)
		}
	})
}

func TestMarketingTakesAYesForMarketingOnlyAndANoForAnything(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		marketing := account.Viewer{UserID: 6, Role: account.Marketing}
		admin := account.Viewer{UserID: 1, Role: account.Admin}
		for _, purpose := range permission.Purposes() {
			for _, viewer := range []account.Viewer{marketing, supervisor, admin, machine} {
				for _, word := range []permission.Word{permission.WordGiven, permission.WordWithdrawn} {
					t.Run(fmt.Sprintf("%s for %s by %s", word, purpose, viewer.Role), func(t *testing.T) {
						in := permission.ConsentInput{
							Source: "desk", Reference: "3", Purpose: purpose, Word: word, At: c.at.Add(-time.Hour),
						}
						want := ""
						if viewer.Role == account.Marketing && word == permission.WordGiven && !purpose.Marketing() {
							want = "purpose purpose_of_others"
						}
						if _, problems := c.takeOne(t, viewer, in); problems != want {
							t.Errorf("%s for %s by %s: %q, want %q", word, purpose, viewer.Role, problems, want)
						}
					})
				}
			}
		}
		file := "source,reference,purpose,word,at\ndesk,3,survey,given,2026-11-01\ndesk,3,marketing_call,given,2026-11-01\n"
		report, err := c.lists.ImportConsents(t.Context(), marketing, strings.NewReader(file), reading)
		if err != nil || report.Added != 1 || report.Bad != 1 || report.Issues[0].Code != "purpose_of_others" {
			t.Errorf("a file: %+v %v", report, err)
		}
		var notes []string
		entries := c.db.View(t.Context()).Gorm().Table("audit_entries").Where("action = ? AND user_id = 6", "consent.import")
		if err := entries.Pluck("detail", &notes).Error; err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff([]string{`{"added":1,"rows":2}`}, notes); diff != "" {
			t.Error("the audit:", diff)
		}
	})
}
