package survey_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/survey"
)

// settings is where a customer stands, in the order of the page.
func (c *centre) settings(token string) []survey.Setting {
	c.t.Helper()
	p, err := c.surveys.Preferences(c.t.Context(), token)
	if err != nil {
		c.t.Fatal(err)
	}
	var list []survey.Setting
	for _, topic := range survey.Topics() {
		list = append(list, p.Settings[topic])
	}
	return list
}

// say posts choices such as "surveys no".
func (c *centre) say(token string, choices ...string) {
	c.t.Helper()
	for _, text := range choices {
		topic, say, _ := strings.Cut(text, " ")
		choice, ok := survey.ParseChoice(topic, say)
		if !ok {
			c.t.Fatalf("%q is no choice", text)
		}
		c.now++ // nobody taps twice in a microsecond
		if err := c.surveys.Choose(c.t.Context(), token, survey.Chinese, choice); err != nil {
			c.t.Fatal(err)
		}
	}
}

func TestEachChoiceHoldsAtOnceAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	const yes, no, unasked = survey.Yes, survey.No, survey.Unasked
	cases := map[string]struct {
		said []string
		want []survey.Setting // surveys, calls, messages, contact
	}{
		"nothing":                         {nil, []survey.Setting{yes, unasked, unasked, yes}},
		"no surveys":                      {[]string{"surveys no"}, []survey.Setting{no, unasked, unasked, yes}},
		"surveys after all":               {[]string{"surveys no", "surveys yes"}, []survey.Setting{yes, unasked, unasked, yes}},
		"offers by phone":                 {[]string{"calls yes"}, []survey.Setting{yes, yes, unasked, yes}},
		"offers by phone no more":         {[]string{"calls yes", "calls no"}, []survey.Setting{yes, no, unasked, yes}},
		"no offers by phone, never asked": {[]string{"calls no"}, []survey.Setting{yes, no, unasked, yes}},
		"offers by message":               {[]string{"messages yes"}, []survey.Setting{yes, unasked, yes, yes}},
		"offers by message no more":       {[]string{"messages yes", "messages no"}, []survey.Setting{yes, unasked, no, yes}},
		"no contact":                      {[]string{"calls yes", "contact no"}, []survey.Setting{no, no, no, no}},
		"contact after all, and no more":  {[]string{"calls yes", "contact no", "contact yes"}, []survey.Setting{no, no, no, yes}},
		"contact after all, and surveys":  {[]string{"contact no", "contact yes", "surveys yes"}, []survey.Setting{yes, no, no, yes}},
		"a yes while there is no contact": {[]string{"contact no", "surveys yes", "calls yes"}, []survey.Setting{no, no, no, no}},
		"no surveys, then no contact at all": {
			said: []string{"surveys no", "contact no", "contact yes", "surveys yes"}, want: []survey.Setting{yes, no, no, yes},
		},
		"over and over": {
			said: []string{"surveys no", "surveys yes", "surveys no", "surveys yes", "surveys no"},
			want: []survey.Setting{no, unasked, unasked, yes},
		},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, test := range cases {
			c.run(name, func(t *testing.T) {
				token := c.sent(c.resolved(name, strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "")+"@example.com"))
				c.say(token, test.said...)
				if diff := cmp.Diff(test.want, c.settings(token)); diff != "" {
					t.Errorf("%s:\n%s", name, diff)
				}
			})
		}
	})
}

func TestAChoiceIsKeptWithItsEvidenceAndItsWording(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		out := c.planned(survey.Plan{Resolution: r})
		c.say(tokenOf(out), "calls yes", "messages no")
		var events []permission.ConsentEvent
		if err := db.View(t.Context()).Gorm().Order("id").Find(&events).Error; err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range events {
			if e.CustomerID != r.CustomerID || e.Source != "preferences" || e.Evidence != strings.ReplaceAll(out.MessageID, "-", " ") ||
				e.Wording != survey.PreferenceWording(survey.Chinese) {
				t.Errorf("%+v", e)
			}
			given := " no"
			if e.Given {
				given = " yes"
			}
			got = append(got, string(e.Purpose)+" "+string(e.Channel)+given)
		}
		diff := cmp.Diff([]string{"marketing_call phone yes", "marketing_message sms no", "marketing_message email no"}, got)
		if diff != "" {
			t.Error(diff)
		}
	})
}

func TestSayingItAgainWritesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		for _, choice := range []string{"surveys no", "surveys yes", "calls yes", "calls no", "contact no"} {
			c.run(choice, func(t *testing.T) {
				c.say(token, choice)
				before := c.count("consent_events", "1 = 1") + c.count("suppressions", "1 = 1")
				var wg sync.WaitGroup
				errs := make([]error, 3)
				topic, say, _ := strings.Cut(choice, " ")
				parsed, _ := survey.ParseChoice(topic, say)
				for i := range errs {
					wg.Go(func() { errs[i] = c.surveys.Choose(t.Context(), token, survey.English, parsed) })
				}
				wg.Wait()
				if err := errors.Join(errs...); err != nil {
					t.Fatal(err)
				}
				if n := c.count("consent_events", "1 = 1") + c.count("suppressions", "1 = 1"); n != before {
					t.Errorf("%s: %d rows more", choice, n-before)
				}
			})
		}
	})
}

func TestOnlyTheCustomersOwnRefusalIsTakenBack(t *testing.T) {
	t.Parallel()
	cases := map[string]permission.Suppression{
		"said in a call":     {Evidence: "attempt 7", Reason: "customer_request", Scope: permission.SurveysOnly},
		"on a list":          {Evidence: "import 1", Reason: "import", Scope: permission.Everything},
		"somebody else's":    {Evidence: "invitation 1", Reason: "customer_request", Scope: permission.SurveysOnly},
		"of no invitation":   {Evidence: "invitation 4711", Reason: "customer_request", Scope: permission.SurveysOnly},
		"of strange digits":  {Evidence: "invitation 9x", Reason: "customer_request", Scope: permission.SurveysOnly},
		"of another purpose": {Evidence: "invitation 2", Reason: "complaint", Scope: permission.Everything},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.sent(c.resolved("first", "first@example.com")) // invitation 1 is not the customer's
		for name, suppression := range cases {
			c.run(name, func(t *testing.T) {
				address := strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), "'", "") + "@example.com"
				token := c.sent(c.resolved(name, address))
				c.say(token, "surveys no")
				dbtest.InTx(t, db, func(tx database.Tx) error {
					return tx.Gorm().Create(&permission.Suppression{
						AddressHash: c.permission.HashAddress(permission.EmailAddress, address), Kind: permission.EmailAddress,
						Scope: suppression.Scope, Reason: suppression.Reason, Evidence: suppression.Evidence, At: c.now,
					}).Error
				})
				c.say(token, "surveys yes")
				if got := c.settings(token)[0]; got == survey.Yes {
					t.Error("surveys are allowed again")
				}
			})
		}
	})
}

func TestTakingBackOneRefusalLeavesTheOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		c.say(token, "surveys no", "contact no", "contact yes")
		for scope, want := range map[permission.Scope]int{permission.SurveysOnly: 1, permission.Everything: 0} {
			if n := c.count("suppressions", "scope = ? AND lifted_at = 0", scope); n != want {
				t.Errorf("%d suppressions of %s in force, want %d", n, scope, want)
			}
		}
		if n := c.count("suppressions", "lifted_at > 0 AND lift_reason <> ''"); n != 1 {
			t.Errorf("%d lifted with a reason", n)
		}
	})
}

func TestARefusalHoldsForEveryRecordOfThePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		shared := func(id string) contact.Resolution {
			return c.take(contact.Input{
				ExternalID: id, Status: contact.Resolved, ResolvedAt: c.now,
				Customer: contact.InputCustomer{Reference: id, Phones: []string{"+8613912348000"}, Emails: []string{id + "@example.com"}},
			})
		}
		one, two := shared("1"), shared("2")
		token := c.sent(one)
		c.now = c.now.Add(31 * 24 * time.Hour)
		other := c.sent(two)
		c.say(token, "surveys no")
		if got := c.settings(other)[0]; got == survey.Yes {
			t.Errorf("the other record may still be asked: %s", got)
		}
		c.say(token, "surveys yes")
		if got := c.settings(other)[0]; got != survey.Yes {
			t.Errorf("the other record is still %s", got)
		}
	})
}

// A person must be able to say no at any time, whatever became of the survey.
func TestThePreferencePageOutlivesItsSurvey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		expired, reopened := c.resolved("1", "zhang@example.com"), c.resolved("2", "li@example.com")
		tokens := []string{c.sent(expired), c.sent(reopened)}
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return c.surveys.CancelContact(tx, reopened.ContactID, survey.ReasonReopened)
		})
		c.now = c.now.Add(400 * 24 * time.Hour)
		for _, token := range tokens {
			if got := c.asked(token).LinkState; got == survey.Open {
				t.Fatalf("the survey is %s", got)
			}
			c.say(token, "contact no")
			if diff := cmp.Diff([]survey.Setting{survey.No, survey.No, survey.No, survey.No}, c.settings(token)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestALinkNobodyWasSentHasNoPreferences(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	for _, token := range []string{"", "0123456789abcdefghijkl", "' OR 1=1 --"} {
		t.Run(token, func(t *testing.T) {
			if _, err := c.surveys.Preferences(t.Context(), token); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", token, err)
			}
			err := c.surveys.Choose(t.Context(), token, survey.Chinese, survey.Choice{Topic: survey.OfContact})
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", token, err)
			}
		})
	}
}

// withdrawn takes in what another system says a customer does not want, over one channel or, for none, over every channel.
func (c *centre) withdrawn(customerID int64, ways ...permission.ConsentEvent) {
	c.t.Helper()
	c.now++
	ways = slices.Clone(ways)
	for i := range ways {
		ways[i].CustomerID, ways[i].Basis, ways[i].Source = customerID, permission.ByOwnRequest, "api"
	}
	dbtest.InTx(c.t, c.db, func(tx database.Tx) error { return c.permission.RecordConsent(tx, ways...) })
}

// reachable takes in a contact of a customer with a phone and an e-mail address.
func (c *centre) reachable(externalID, reference, phone string) contact.Resolution {
	c.t.Helper()
	return c.take(contact.Input{
		ExternalID: externalID, Status: contact.Resolved, ResolvedAt: c.now,
		Customer: contact.InputCustomer{Reference: reference, Phones: []string{phone}, Emails: []string{reference + "@example.com"}},
	})
}

// A no ends all of its topic, also when a part of it was ended elsewhere before.
func TestANoIsNeverTakenForSaidBecauseAPartOfItWas(t *testing.T) {
	t.Parallel()
	const yes, no, unasked = survey.Yes, survey.No, survey.Unasked
	callbacks := permission.ConsentEvent{Purpose: permission.ServiceCallback}
	calls := permission.ConsentEvent{Purpose: permission.MarketingCall}
	messages := permission.ConsentEvent{Purpose: permission.MarketingMessage}
	surveys := permission.ConsentEvent{Purpose: permission.Survey}
	byEmail := permission.ConsentEvent{Purpose: permission.Survey, Channel: permission.ByEmail}
	bySMS := permission.ConsentEvent{Purpose: permission.MarketingMessage, Channel: permission.BySMS}
	type said = []permission.ConsentEvent
	type stands = []survey.Setting // surveys, calls, messages, contact
	usual, noSurveys, nothing := stands{yes, unasked, unasked, yes}, stands{no, unasked, unasked, yes}, stands{no, no, no, no}
	cases := map[string]struct {
		withdrawn     said
		before        stands
		say           string
		after         stands
		writesNothing bool
	}{
		"surveys by mail only":   {said{byEmail}, usual, "surveys no", noSurveys, false},
		"callbacks only":         {said{callbacks}, usual, "contact no", nothing, false},
		"callbacks, then survey": {said{callbacks}, usual, "surveys no", noSurveys, false},
		"all that was permitted": {said{callbacks, surveys}, noSurveys, "contact no", nothing, false},
		"all but surveys":        {said{callbacks, calls, messages}, stands{yes, no, no, yes}, "contact no", nothing, false},
		"offers by text only":    {said{bySMS}, usual, "messages no", stands{yes, unasked, no, yes}, false},
		"callbacks taken back":   {said{callbacks}, usual, "contact yes", usual, false},
		"every survey":           {said{surveys}, noSurveys, "surveys no", noSurveys, true},
		"everything":             {said{callbacks, surveys, calls, messages}, nothing, "contact no", nothing, true},
	}
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		written := func() int { return c.count("consent_events", "1 = 1") + c.count("suppressions", "1 = 1") }
		n := 0
		for name, test := range cases {
			c.run(name, func(t *testing.T) {
				n++
				r := c.reachable(name, strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", ""), "+861391234801"+string(rune('0'+n)))
				token := c.sent(r)
				c.withdrawn(r.CustomerID, test.withdrawn...)
				if diff := cmp.Diff(test.before, c.settings(token)); diff != "" {
					t.Errorf("before\n%s", diff)
				}
				before := written()
				c.say(token, test.say)
				if wrote := written() != before; wrote == test.writesNothing {
					t.Errorf("%q wrote: %v", test.say, wrote)
				}
				if diff := cmp.Diff(test.after, c.settings(token)); diff != "" {
					t.Errorf("after %q\n%s", test.say, diff)
				}
				before = written()
				c.say(token, test.say)
				if more := written() - before; more != 0 {
					t.Errorf("%q said again wrote %d rows", test.say, more)
				}
			})
		}
	})
}

func TestNoSurveyComesByTextAfterANoThatMailHadAlready(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.reachable("1", "zhang", "+8613912348000")
		token := c.sent(r)
		c.withdrawn(r.CustomerID, permission.ConsentEvent{Purpose: permission.Survey, Channel: permission.ByEmail})
		c.now = c.now.Add(31 * 24 * time.Hour)
		if out, _ := c.invite(c.reachable("2", "zhang", "+8613912348000")); out.Channel != permission.BySMS {
			t.Fatalf("with only mail withdrawn, asked by %q: %q", out.Channel, out.Reason)
		}
		c.say(token, "surveys no")
		c.now = c.now.Add(31 * 24 * time.Hour)
		if out, send := c.invite(c.reachable("3", "zhang", "+8613912348000")); send || out.Reason != string(permission.Suppressed) {
			t.Errorf("asked %v by %q: %q", send, out.Channel, out.Reason)
		}
	})
}

func TestTakingBackWritesEachPurposeOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		for i, topic := range []string{"surveys", "contact"} {
			c.say(token, topic+" no", topic+" yes")
			if n := c.count("consent_events", "given = 1 AND channel = ''"); n != i+1 {
				t.Errorf("%s: %d words of yes in all", topic, n)
			}
		}
	})
}
