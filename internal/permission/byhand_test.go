package permission_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

func TestARefusalTakenBackLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		var customer int64
		for id, subject := range c.subjects(t) {
			if len(subject.Phones) > 0 && (customer == 0 || id < customer) {
				customer = id
			}
		}
		record := func(e permission.ConsentEvent) {
			e.CustomerID, e.Basis, e.At = customer, permission.ByConsent, c.at.Add(-time.Hour)
			c.do(t, func(tx database.Tx) error { return c.s.RecordConsent(tx, e) })
		}
		record(permission.ConsentEvent{Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, Wording: "v3"})
		record(permission.ConsentEvent{Purpose: permission.Survey, Channel: permission.BySMS})
		codes := func() []permission.Code {
			var list []permission.Code
			for _, q := range []permission.Question{
				callback,
				{Purpose: permission.Survey, Channel: permission.ByPhone},
				{Purpose: permission.Survey, Channel: permission.BySMS},
				{Purpose: permission.MarketingCall, Channel: permission.ByPhone},
			} {
				list = append(list, c.asked(t, customer, q).First)
			}
			return list
		}
		before := codes()
		c.at = c.at.Add(time.Second)
		at, err := c.s.RefuseByHand(t.Context(), supervisor, customer, permission.Everything, "letter")
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(codes(), func(code permission.Code) bool { return code != permission.Suppressed }) {
			t.Errorf("after a refusal of everything: %v", codes())
		}
		c.at = c.at.Add(time.Second)
		somebody := supervisor
		somebody.UserID++
		if err := c.s.TakeBackRefusal(t.Context(), somebody, customer, at); !fault.Is(err, fault.NotFound) {
			t.Errorf("taken back by somebody else: %v", err)
		}
		if err := c.s.TakeBackRefusal(t.Context(), supervisor, customer, at); err != nil {
			t.Fatal(err)
		}
		if after := codes(); !slices.Equal(after, before) {
			t.Errorf("%v, before the refusal %v", after, before)
		}
		c.rowsAreTheEvaluator(t)
		if err := c.s.TakeBackRefusal(t.Context(), supervisor, customer, at.Add(-2*time.Hour)); !fault.Is(err, fault.Conflict) {
			t.Errorf("hours later: %v", err)
		}
	})
}

func TestAnAddressIsJudgedWhoeverHasIt(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		nobody := permission.Named{Kind: permission.PhoneAddress, Address: "+8613700137000"}
		known := permission.Named{Kind: permission.PhoneAddress, Address: ownPhone}
		found, err := c.s.Who(t.Context(), supervisor, []permission.Named{
			nobody, known, {Reference: permission.Reference{Source: "x", Reference: "y"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(found[0]) != 0 || len(found[1]) == 0 || len(found[2]) != 0 {
			t.Errorf("found %d, %d and %d customers", len(found[0]), len(found[1]), len(found[2]))
		}
		for _, subject := range found[1] {
			if !slices.Contains(subject.Phones, ownPhone) {
				t.Errorf("customer %d has %v", subject.CustomerID, subject.Phones)
			}
		}
		more := []permission.Suppression{
			{Kind: permission.PhoneAddress, Address: ownPhone, Scope: permission.SurveysOnly, Reason: "import"},
			{
				Kind: permission.PhoneAddress, Address: ownPhone, Scope: permission.SurveysOnly, Reason: "import",
				UntilAt: c.at.Add(time.Hour),
			},
			{Kind: permission.PhoneAddress, Address: ownPhone, Scope: permission.MarketingOnly, Reason: "import"},
		}
		added, err := c.s.TakeSuppressions(t.Context(), supervisor, more)
		if err != nil || !slices.Equal(added, []bool{true, false, true}) {
			t.Errorf("added %v: %v", added, err)
		}
		again, err := c.s.TakeSuppressions(t.Context(), supervisor, more)
		if err != nil || slices.Contains(again, true) || len(c.list(t, permission.SuppressionFilter{}, 9)) != 2 {
			t.Errorf("added again: %v %v", again, err)
		}
	})
}

func TestWhatACustomerSaidSinceOutlivesARefusalTakenBack(t *testing.T) {
	t.Parallel()
	const machines = "to a machine, which suppresses"
	refuse := func(r permission.Refusal) func(t *testing.T, c *centre) {
		return func(t *testing.T, c *centre) {
			r.Subject, r.Scope = c.subjects(t)[1], permission.MarketingOnly
			c.do(t, func(tx database.Tx) error { return c.s.Refuse(tx, r) })
		}
	}
	for name, sayAgain := range map[string]func(t *testing.T, c *centre){
		"on the preference page":       refuse(permission.Refusal{Source: "preferences", Evidence: "response 3"}),
		"to the same colleague, again": refuse(permission.Refusal{Source: "desk", Evidence: "user 4", UserID: 4}),
		machines: func(t *testing.T, c *centre) {
			list := []permission.Suppression{{
				Kind: permission.PhoneAddress, Address: ownPhone, Scope: permission.MarketingOnly, Reason: "customer_request",
			}}
			if added, err := c.s.TakeSuppressions(t.Context(), machine, list); err != nil || !added[0] {
				t.Errorf("a suppression beside the refusal: %v %v", added, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachCentre(t, func(t *testing.T, c *centre) {
				c.do(t, func(tx database.Tx) error {
					return c.s.RecordConsent(tx, permission.ConsentEvent{
						CustomerID: 1, Purpose: permission.MarketingCall, Given: true, At: c.at.Add(-time.Hour),
					})
				})
				at, err := c.s.RefuseByHand(t.Context(), supervisor, 1, permission.MarketingOnly, "")
				if err != nil {
					t.Fatal(err)
				}
				c.at = c.at.Add(time.Minute)
				sayAgain(t, c)
				c.at = c.at.Add(time.Minute)
				if err := c.s.TakeBackRefusal(t.Context(), supervisor, 1, at); err != nil {
					t.Fatal(err)
				}
				q := offer
				q.Subject, q.At = c.subjects(t)[1], c.at
				got := codes(judge(t, c.db, c.s, q)[0])
				if len(got) == 0 || got[0] != permission.Suppressed || (name != machines && !slices.Contains(got, permission.Refused)) {
					t.Errorf("the customer's own no is gone: %v", got)
				}
				c.rowsAreTheEvaluator(t)
			})
		})
	}
}
