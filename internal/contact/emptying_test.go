package contact_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// full is a contact of which everything is known.
func full() contact.Input {
	in := resolved("T-1", ago(time.Hour))
	in.Channel, in.Category, in.Subcategory, in.Product, in.Severity = contact.Chat, "宽带", "断线", "500M", contact.High
	in.OrderRef, in.Resolution, in.RecordingURL = "O-1", "重启光猫", "https://pbx.example.com/1"
	in.ContactName, in.ContactPhone = "李阿姨", "13817772001"
	in.Complaint, in.AutoClosed, in.Tags = new(true), new(true), []string{"a", "b"}
	in.Participants = []contact.InputParticipant{{Agent: "李强", Team: "二线组"}}
	in.Customer = contact.InputCustomer{
		Reference: "C-1", Name: "张伟", Phones: []string{"13912348000", "13912348001"}, Emails: []string{"zhang@example.com"},
		Region: "CN", Language: "zh-CN", Zone: "Asia/Shanghai", Tags: []string{"vip"},
		Attributes: map[string]string{"tier": "gold", "plan": "129"},
	}
	return in
}

// known returns what is stored of a contact and its customer, by the names of fields.
func (c centre) known(t testing.TB, id int64) map[string]string {
	t.Helper()
	d, err := c.Contact(context.Background(), account.Viewer{Role: account.Admin}, id)
	if err != nil {
		t.Fatal(err)
	}
	var agents []string
	for _, p := range d.Participants {
		agents = append(agents, p.AgentName)
	}
	addresses := map[contact.AddressKind][]string{}
	for _, a := range d.Addresses {
		addresses[a.Kind] = append(addresses[a.Kind], a.Raw)
	}
	attributes := make([]string, 0, 2)
	for name, value := range d.Customer.AttributeMap() {
		attributes = append(attributes, name+"="+value)
	}
	slices.Sort(attributes)
	yes := map[bool]string{true: "yes"}
	return map[string]string{
		"channel": string(d.Channel), "category": d.Category, "subcategory": d.Subcategory, "product": d.Product,
		"severity": string(d.Severity), "order_reference": d.OrderReference, "contact_name": d.ContactName,
		"contact_phone": d.ContactPhone + d.ContactLine, "resolution_text": d.ResolutionText,
		"recording_url": d.RecordingURL, "complaint": yes[d.Complaint], "auto_closed": yes[d.AutoClosed],
		"tags": strings.Join(d.TagList(), " "), "participants": strings.Join(agents, " "), "customer.name": d.Customer.Name,
		"customer.region": d.Customer.Region, "customer.language": d.Customer.Language, "customer.zone": d.Customer.Zone,
		"customer.tags":       strings.Join(d.Customer.TagList(), " "),
		"customer.phones":     strings.Join(addresses[contact.PhoneAddress], " "),
		"customer.emails":     strings.Join(addresses[contact.EmailAddress], " "),
		"customer.attributes": strings.Join(attributes, " "),
	}
}

// emptyings say of each field that it is empty, as a source says it.
var emptyings = map[string]func(*contact.Input){
	"complaint":           func(in *contact.Input) { in.Complaint = new(false) },
	"auto_closed":         func(in *contact.Input) { in.AutoClosed = new(false) },
	"tags":                func(in *contact.Input) { in.Tags = []string{} },
	"participants":        func(in *contact.Input) { in.Participants = []contact.InputParticipant{} },
	"customer.phones":     func(in *contact.Input) { in.Customer.Phones = []string{} },
	"customer.emails":     func(in *contact.Input) { in.Customer.Emails = []string{} },
	"customer.tags":       func(in *contact.Input) { in.Customer.Tags = []string{} },
	"customer.attributes": func(in *contact.Input) { in.Customer.Attributes = map[string]string{} },
	"channel":             func(in *contact.Input) { in.Empty("channel") },
	"category":            func(in *contact.Input) { in.Empty("category") },
	"subcategory":         func(in *contact.Input) { in.Subcategory = " \u3000" }, // blanks say no more than nothing
	"product":             func(in *contact.Input) { in.Empty("product") },
	"severity":            func(in *contact.Input) { in.Empty("severity") },
	"order_reference":     func(in *contact.Input) { in.Empty("order_reference") },
	"contact_name":        func(in *contact.Input) { in.Empty("contact_name") },
	"contact_phone":       func(in *contact.Input) { in.ContactPhone = "　" },
	"resolution_text":     func(in *contact.Input) { in.Empty("resolution_text") },
	"recording_url":       func(in *contact.Input) { in.Empty("recording_url") },
	"customer.name":       func(in *contact.Input) { in.Empty("customer.name") },
	"customer.region":     func(in *contact.Input) { in.Empty("customer.region") },
	"customer.language":   func(in *contact.Input) { in.Empty("customer.language") },
	"customer.zone":       func(in *contact.Input) { in.Customer.Zone = " " },
}

// Each field, said to be empty alone, is empty afterwards, and nothing else has changed.
func TestAnEmptyFieldTakesAwayWhatIsKnownAndAnAbsentOneKeepsIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		before := c.known(t, c.takeOne(t, full()).ContactID)
		if len(before) != len(emptyings) {
			t.Errorf("%d fields and %d ways of emptying them", len(before), len(emptyings))
		}
		for name, empty := range emptyings {
			t.Run(name, func(t *testing.T) {
				if before[name] == "" {
					t.Errorf("%s was not known", name)
				}
				c.takeOne(t, full())
				in := contact.Input{ExternalID: "T-1", Customer: contact.InputCustomer{Reference: "C-1"}}
				o := c.takeOne(t, in)
				if len(o.Warnings) > 0 {
					t.Errorf("nothing but an id is warned of: %v", o.Warnings)
				}
				if diff := cmp.Diff(before, c.known(t, o.ContactID)); diff != "" {
					t.Errorf("absent takes away: %s", diff)
				}
				empty(&in)
				first, again := c.takeOne(t, in), c.takeOne(t, in)
				if first.Status != contact.Updated || again.Status != contact.Duplicate {
					t.Errorf("%s emptied is %s, then %s", name, first.Status, again.Status)
				}
				after := c.known(t, o.ContactID)
				want := cloneWithout(before, name)
				if diff := cmp.Diff(want, after); diff != "" {
					t.Errorf("%s emptied (-want +got): %s", name, diff)
				}
			})
		}
	})
}

func cloneWithout(known map[string]string, name string) map[string]string {
	rest := make(map[string]string, len(known))
	for k, v := range known {
		rest[k] = v
	}
	rest[name] = ""
	return rest
}

// Any fields emptied at once, over any others replaced, leave what a naive reading of the rules leaves.
func TestWhatASourceSaysIsWhatIsKnown(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	c := newCentre(t, db)
	id := c.takeOne(t, full()).ContactID
	rapid.Check(t, func(rt *rapid.T) {
		c.takeOne(t, full())
		want := c.known(t, id)
		in := contact.Input{ExternalID: "T-1", Customer: contact.InputCustomer{Reference: "C-1"}}
		for name, empty := range emptyings {
			if rapid.Bool().Draw(rt, name) {
				empty(&in)
				want[name] = ""
			}
		}
		if rapid.Bool().Draw(rt, "new phones") {
			in.Customer.Phones, want["customer.phones"] = []string{"", "13912348002"}, "13912348002"
		}
		if rapid.Bool().Draw(rt, "one attribute") {
			in.Customer.Attributes, want["customer.attributes"] = map[string]string{"tier": ""}, "plan=129"
		}
		c.takeOne(t, in)
		if diff := cmp.Diff(want, c.known(t, id)); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestAttributesAreReplacedByName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := full()
		for _, step := range []struct {
			given map[string]string
			want  string
		}{
			{in.Customer.Attributes, "plan=129 tier=gold"},
			{map[string]string{"tier": "silver"}, "plan=129 tier=silver"},
			{nil, "plan=129 tier=silver"},
			{map[string]string{"tier": "", "city": "上海", "unknown": ""}, "city=上海 plan=129"},
			{map[string]string{"plan": " "}, "city=上海"},
			{map[string]string{}, ""},
		} {
			in.Customer.Attributes = step.given
			if got := c.known(t, c.takeOne(t, in).ContactID)["customer.attributes"]; got != step.want {
				t.Errorf("%v leaves %q, want %q", step.given, got, step.want)
			}
		}
	})
}

// A template without a value sends blanks, and means nothing by them.
func TestAListOfNothingButBlanksTakesNothingAway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		before := c.known(t, c.takeOne(t, full()).ContactID)
		in := contact.Input{
			ExternalID: "T-1", Tags: []string{" "}, Participants: []contact.InputParticipant{{Agent: " "}},
			Customer: contact.InputCustomer{
				Reference: "C-1", Phones: []string{"", "\u3000"}, Emails: []string{""}, Tags: []string{""},
				Attributes: map[string]string{" ": "x"},
			},
		}
		o := c.takeOne(t, in)
		var warned []string
		for _, w := range o.Warnings {
			warned = append(warned, w.Name+" "+w.Code)
		}
		slices.Sort(warned)
		want := []string{
			"customer.attributes only_blanks", "customer.emails only_blanks", "customer.phones only_blanks", "customer.tags only_blanks",
			"participants only_blanks", "tags only_blanks",
		}
		if diff := cmp.Diff(want, warned); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, c.known(t, o.ContactID)); diff != "" {
			t.Error(diff)
		}
	})
}

// A complaint that its source takes back is written down, decided again, and held against nobody.
func TestAComplaintThatIsTakenBackIsACorrection(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := full()
		o := c.takeOne(t, in)
		in.Complaint = new(false)
		c.takeOne(t, in)
		takenBack := "contact_id = ? AND field = 'complaint' AND old_value = 'true' AND new_value = 'false'"
		if n := c.count(t, "contact_corrections", takenBack, o.ContactID); n != 1 {
			t.Errorf("%d corrections", n)
		}
		if n := c.count(t, "jobs", "kind = ? AND ref = ?", contact.JobCorrected, o.ContactID); n != 1 {
			t.Errorf("%d jobs", n)
		}
		r, _, err := contact.CorrectedResolution(db.View(context.Background()), o.ContactID)
		if err != nil || r.Complaint || !r.AutoClosed || !c.resolutions(t, o)[0].Complaint {
			t.Errorf("as corrected: %+v %v", r, err)
		}
		in.Complaint = nil
		c.takeOne(t, in)
		if c.contact(t, o.ContactID).Complaint {
			t.Error("a complaint that was taken back comes back by saying nothing")
		}
	})
}

func TestNothingIsTakenAwayFromACustomerWhomNothingIdentifies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		before := c.known(t, c.takeOne(t, full()).ContactID)
		for name, empty := range emptyings {
			if !strings.HasPrefix(name, "customer.") {
				continue
			}
			t.Run(name, func(t *testing.T) {
				in := contact.Input{ExternalID: "T-1"}
				empty(&in)
				o := c.takeOne(t, in)
				if len(o.Warnings) != 1 || o.Warnings[0].Code != "customer_unidentified" {
					t.Error(o.Warnings)
				}
				if diff := cmp.Diff(before, c.known(t, o.ContactID)); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}
