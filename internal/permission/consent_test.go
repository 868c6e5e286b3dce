package permission_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

var (
	machine = account.Viewer{Role: account.Machine, Scopes: account.Scopes()}
	offer   = permission.Question{Purpose: permission.MarketingCall, Channel: permission.ByPhone}
)

func TestAConsentThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		for code, e := range map[string]permission.ConsentEvent{
			"purpose unknown_value":    {Purpose: "fun"},
			"channel unknown_value":    {Channel: "pigeon"},
			"basis unknown_value":      {Basis: "silence"},
			"at in_the_future":         {At: c.at.Add(6 * time.Minute)},
			"expires_at expires_early": {ExpiresAt: c.at.Add(-time.Hour)},
			"wording too_long":         {Wording: strings.Repeat("长", 192)},
		} {
			t.Run(code, func(t *testing.T) {
				if e.Purpose == "" {
					e.Purpose = permission.Survey
				}
				err := c.db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return c.s.RecordConsent(tx, e) })
				f, ok := fault.Of(err)
				if !ok || len(f.Fields) != 1 || f.Fields[0].Name+" "+f.Fields[0].Code != code {
					t.Errorf("%s: %v", code, err)
				}
			})
		}
	})
}

func TestAYesByAFastClockDoesNotOverruleTheNoThatFollows(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		said := func(given bool, at clock.Instant) {
			t.Helper()
			c.do(t, func(tx database.Tx) error {
				return c.s.RecordConsent(tx, permission.ConsentEvent{
					CustomerID: 2, Purpose: permission.MarketingCall, Given: given, At: at,
				})
			})
		}
		said(true, c.at.Add(4*time.Minute))
		c.at = c.at.Add(time.Minute)
		said(false, 0)
		c.at = c.at.Add(31 * 24 * time.Hour)
		if v := c.asked(t, 2, offer); v.First != permission.Refused {
			t.Errorf("a month after the no: %+v", v)
		}
	})
}

func TestARefusalHoldsForEveryRecordOfThePerson(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		c.do(t, func(tx database.Tx) error {
			return c.s.RecordConsent(tx,
				permission.ConsentEvent{CustomerID: 2, Purpose: permission.MarketingCall, Given: true, At: c.at.Add(-time.Hour)},
				permission.ConsentEvent{CustomerID: 3, Purpose: permission.MarketingCall, Given: true, At: c.at.Add(-time.Hour)},
			)
		})
		if v := c.asked(t, 2, offer); !v.Allowed {
			t.Fatalf("before: %+v", v)
		}
		c.do(t, func(tx database.Tx) error { // of the other record, which has another number
			return c.s.RecordConsent(tx, permission.ConsentEvent{CustomerID: 1, Purpose: permission.MarketingCall})
		})
		if v := c.asked(t, 2, offer); v.First != permission.Refused {
			t.Errorf("the other record: %+v", v)
		}
		if v := c.asked(t, 3, offer); !v.Allowed {
			t.Errorf("another person: %+v", v)
		}
	})
}

func TestConsentIsTakenByReferenceOrAddressOnce(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		given := permission.ConsentInput{Purpose: permission.MarketingCall, Word: permission.WordGiven, At: c.at.Add(-time.Hour)}
		with := func(change func(*permission.ConsentInput)) permission.ConsentInput {
			in := given
			change(&in)
			return in
		}
		inputs := []permission.ConsentInput{
			with(func(in *permission.ConsentInput) { in.Source, in.Reference, in.Key = "desk", "1", "k1" }),
			with(func(in *permission.ConsentInput) { in.Email, in.Key = "A@example.com", "k2" }),
			with(func(in *permission.ConsentInput) { in.Source, in.Reference, in.Key = "desk", "1", "k1" }),
			with(func(in *permission.ConsentInput) { in.Email = "nobody@example.com" }),
			with(func(in *permission.ConsentInput) { in.Reference = "1" }),
			with(func(in *permission.ConsentInput) { in.Phone = "12" }),
			with(func(in *permission.ConsentInput) { in.Word = "" }),
		}
		take := func() []permission.ConsentResult {
			results, err := c.s.TakeConsents(t.Context(), machine, "api", "CN", inputs)
			if err != nil {
				t.Fatal(err)
			}
			return results
		}
		want := []permission.ConsentResult{
			{Status: permission.ConsentRecorded, Customers: 1},
			{Status: permission.ConsentRecorded, Customers: 2},
			{Status: permission.ConsentKnown},
			{Status: permission.ConsentNobody},
			{Status: permission.ConsentRejected},
			{Status: permission.ConsentRejected},
			{Status: permission.ConsentRejected},
		}
		ignored := cmpopts.IgnoreFields(permission.ConsentResult{}, "Problems")
		if diff := gocmp.Diff(want, take(), ignored); diff != "" {
			t.Error(diff)
		}
		for i := range 2 {
			want[i] = permission.ConsentResult{Status: permission.ConsentKnown}
		}
		if diff := gocmp.Diff(want, take(), ignored); diff != "" {
			t.Error("delivered again:", diff)
		}
		for _, customer := range []int64{1, 2} {
			if v := c.asked(t, customer, offer); !v.Allowed {
				t.Errorf("customer %d: %+v", customer, v)
			}
		}
	})
}

func TestAnImportedConsentKeepsItsEvidence(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		file := "source,reference,purpose,channel,word,wording,evidence,at,expires_at,key\n" +
			"desk,3,marketing_call,phone,given,form-2,page 4,2026-11-01,2027-11-01T00:00:00Z,a\n" +
			"desk,3,marketing_message,sms,withdrawn,,,2026-11-02,,b\n" +
			"desk,nobody,survey,,given,,,2026-11-02,,c\n" +
			"desk,3,survey,,given,,,soon,,d\n" +
			"desk,3,fun,,given,,,2026-11-02,,e\n" +
			"desk,3,survey,,given,,,,,f\n"
		report, err := c.lists.ImportConsents(t.Context(), supervisor, strings.NewReader(file), reading)
		if err != nil {
			t.Fatal(err)
		}
		var issues []string
		for _, f := range report.Issues {
			issues = append(issues, fmt.Sprintln(f.Line, f.Name, f.Code))
		}
		wrong := []string{"5 at not_a_date\n", "4 reference customer_unknown\n", "6 purpose unknown_value\n", "7 at required\n"}
		if diff := gocmp.Diff(wrong, issues); diff != "" {
			t.Error(diff)
		}
		if report.Rows != 6 || report.Added != 2 || report.Bad != 4 {
			t.Errorf("%+v", report)
		}
		v := c.asked(t, 3, offer)
		events, err := permission.ConsentsByID(c.db.View(t.Context()), []int64{v.ConsentID})
		if err != nil || !v.Allowed {
			t.Fatal(err, v)
		}
		key := "a"
		want := permission.ConsentEvent{
			ID: v.ConsentID, CustomerID: 3, Purpose: permission.MarketingCall,
			Channel: permission.ByPhone, Given: true, Basis: permission.ByConsent,
			Wording: "form-2", Source: "import", Evidence: "page 4", UserID: 4, RecordedAt: morning, DedupeKey: &key,
			At:        clock.At(time.Date(2026, 11, 1, 0, 0, 0, 0, shanghai)),
			ExpiresAt: clock.At(time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC)),
		}
		if diff := gocmp.Diff(want, events[v.ConsentID]); diff != "" {
			t.Error(diff)
		}
		again, err := c.lists.ImportConsents(t.Context(), supervisor, strings.NewReader(file), reading)
		if err != nil || again.Added != 0 || again.Covered != 2 {
			t.Errorf("again: %+v %v", again, err)
		}
	})
}

func TestFactsAreAsTheyWereKnown(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		begin := c.at
		record := func(fn func(tx database.Tx) error) clock.Instant {
			c.at = c.at.Add(time.Hour)
			c.do(t, fn)
			return c.at
		}
		given := record(func(tx database.Tx) error {
			return c.s.RecordConsent(tx, permission.ConsentEvent{CustomerID: 3, Purpose: permission.MarketingCall, Given: true, At: begin})
		})
		suppressed := record(func(tx database.Tx) error {
			return c.s.Suppress(tx, permission.Suppression{Address: line, Kind: permission.PhoneAddress, Scope: permission.SurveysOnly})
		})
		withdrawn := record(func(tx database.Tx) error {
			return c.s.RecordConsent(tx, permission.ConsentEvent{
				CustomerID: 3, Purpose: permission.MarketingCall, At: begin.Add(time.Minute),
			})
		})
		id := c.list(t, permission.SuppressionFilter{}, 1)[0].ID
		lifted := record(func(tx database.Tx) error { return c.s.Lift(tx, id, 1, "mistake") })
		touched := record(func(tx database.Tx) error {
			return c.s.Touch(tx, permission.Touch{
				PersonID: 2, CustomerID: 3, Address: line, Kind: permission.Attempt, Channel: permission.ByPhone,
			})
		})
		before := map[clock.Instant][3]int{ // consents, suppressions, touches of the person before the end
			begin: {0, 0, 0}, given: {1, 0, 0}, suppressed: {1, 1, 0}, withdrawn: {2, 1, 0}, lifted: {2, 0, 0}, touched: {2, 0, 0},
		}
		for at, want := range before {
			q := offer
			q.Subject, q.At = c.subjects(t)[3], at
			for until, touches := range map[clock.Instant]int{touched: 0, touched.Add(time.Second): 1} {
				facts, err := c.s.FactsAsOf(c.db.View(t.Context()), []permission.Question{q}, until)
				if err != nil {
					t.Fatal(err)
				}
				want[2] = touches
				got := [3]int{len(facts[0].Consents), len(facts[0].Suppressions), len(facts[0].ByPerson)}
				if got != want || len(facts[0].ByAddress) != touches {
					t.Errorf("as of %s, touches before %s: %v, want %v", at, until, got, want)
				}
			}
		}
		q := permission.Question{Subject: c.subjects(t)[3], Purpose: permission.Survey, Channel: permission.BySMS, At: withdrawn}
		facts, err := c.s.FactsAsOf(c.db.View(t.Context()), []permission.Question{q}, begin)
		if v := c.s.Evaluate(facts[0], q); err != nil || v.First != permission.Suppressed {
			t.Errorf("a suppression lifted later did not hold: %+v %v", v, err)
		}
	})
}
