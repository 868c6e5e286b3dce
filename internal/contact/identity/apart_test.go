package identity_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

// merged is a customer of before: the contacts of Ann, Ben and Cat, whom one mailbox made one.
type merged struct {
	town
	rows     []contact.Input
	contacts []int64
	customer int64
}

func newMerged(t *testing.T, db *database.DB, reference string) merged {
	t.Helper()
	m := merged{town: newTown(t, db)}
	for i, name := range []string{"Ann", "Ben", "Cat"} {
		in := contact.Input{
			ExternalID: "T-" + name, Status: contact.Resolved, ResolvedAt: noon.Add(-time.Hour),
			Customer: contact.InputCustomer{
				Reference: reference, Name: name, Emails: []string{"box@example.com"}, Phones: []string{strconv.Itoa(13911110000 + i)},
			},
		}
		before := in // as intake was before: one customer, however they differ
		if reference == "" {
			before.Customer.Reference = "box@example.com"
		}
		m.rows = append(m.rows, in)
		m.contacts = append(m.contacts, m.takeOne(t, before).ContactID)
	}
	m.customer = m.contact(t, m.contacts[0]).CustomerID
	if err := db.View(t.Context()).Gorm().Exec("UPDATE contacts SET description_id = NULL, content_hash = 'before'").Error; err != nil {
		t.Fatal(err)
	}
	return m
}

// named returns the name of each contact's customer.
func (m merged) named(t *testing.T) []string {
	t.Helper()
	names := make([]string, len(m.contacts))
	for i, id := range m.contacts {
		customer := m.contact(t, id).CustomerID
		found, err := contact.CustomersByID(m.db.View(t.Context()), []int64{customer})
		if err != nil {
			t.Fatal(err)
		}
		names[i] = found[customer].Name
	}
	return names
}

func (m merged) apart(name string, contacts ...int64) contact.Apart {
	return contact.Apart{CustomerID: m.customer, ContactIDs: contacts, Name: name}
}

func TestPeopleWhoWereOneCustomerAreTakenApartAndStayApart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		m := newMerged(t, db, "")
		phones, err := contact.AddressesOf(db.View(t.Context()), []int64{m.customer})
		if err != nil {
			t.Fatal(err)
		}
		ann := m.apart("Ann", m.contacts[0])
		ann.AddressIDs = []int64{phones[m.customer][1].ID} // whatever it is: it goes along
		change, err := m.TakeApart(t.Context(), supervisor, ann, "电话核实是两位客户")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.TakeApart(t.Context(), supervisor, m.apart("Ben", m.contacts[1]), "电话核实是两位客户"); err != nil {
			t.Fatal(err)
		}
		want := []string{"Ann", "Ben", "Cat"}
		if diff := cmp.Diff(want, m.named(t)); diff != "" {
			t.Fatal(diff)
		}
		own := m.contact(t, m.contacts[0])
		if m.same(t, own.CustomerID, m.customer) || change.Kind != identity.ChangeSplit || change.Moved != 1 {
			t.Errorf("Ann is the same person still: %+v", change)
		}
		if n := m.count(t, "customer_addresses", "customer_id = ? AND id <> ?", own.CustomerID, ann.AddressIDs[0]); n != 1 {
			t.Errorf("%d addresses went along", n)
		}
		if n := m.count(t, "contact_corrections", "contact_id = ? AND field = 'customer'", own.ID); n != 1 {
			t.Errorf("%d corrections", n)
		}
		if n := m.count(t, "audit_entries", "action = 'customer.take_apart'"); n != 2 {
			t.Errorf("%d audit entries", n)
		}
		for i, in := range m.rows { // the same file once more, with something else in it
			in.Category = "changed"
			if o := m.takeOne(t, in); o.Status != contact.Updated {
				t.Errorf("row %d: %+v", i, o)
			}
		}
		in := m.rows[1] // and another contact of one of them
		in.ExternalID = "T-Ben-2"
		m.contacts = append(m.contacts, m.takeOne(t, in).ContactID)
		m.settle(t)
		if diff := cmp.Diff(append(want, "Ben"), m.named(t)); diff != "" {
			t.Errorf("after the next import: %s", diff)
		}
		if m.same(t, m.contact(t, m.contacts[0]).CustomerID, m.contact(t, m.contacts[2]).CustomerID) {
			t.Error("the mailbox made them one person again")
		}
	})
}

func TestAReferenceOfTheSourceCanBeTakenApartAndSaysSoAfterwards(t *testing.T) {
	t.Parallel()
	m := newMerged(t, dbtest.SQLite(t), "C-1")
	if _, err := m.TakeApart(t.Context(), supervisor, m.apart("Ann", m.contacts[0]), "电话核实是两位客户"); err != nil {
		t.Fatal(err)
	}
	in := m.rows[0]
	in.Category, in.Customer.Phones = "changed", []string{"13911119999"}
	o := m.takeOne(t, in)
	if len(o.Warnings) != 1 || o.Warnings[0].Code != "customer_by_hand" || o.Warnings[0].Value != "C-1" {
		t.Errorf("%+v", o.Warnings)
	}
	if diff := cmp.Diff([]string{"Ann", "Cat", "Cat"}, m.named(t)); diff != "" {
		t.Error(diff)
	}
	ann := m.contact(t, m.contacts[0]).CustomerID
	if n := m.count(t, "customer_addresses", "customer_id = ? AND normalised = '+8613911119999'", ann); n != 1 {
		t.Error("what the source says of Ann is not said of her")
	}
	if n := m.count(t, "contested_addresses", "1 = 1"); n != 0 {
		t.Error("a reference of the source became a contested address")
	}
}

func TestTakingApartIsTakenBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		m := newMerged(t, db, "")
		addresses := m.count(t, "customer_addresses", "customer_id = ?", m.customer)
		ann := m.apart("Ann", m.contacts[0])
		all, err := contact.AddressesOf(db.View(t.Context()), []int64{m.customer})
		if err != nil {
			t.Fatal(err)
		}
		ann.AddressIDs = []int64{all[m.customer][0].ID}
		change, err := m.TakeApart(t.Context(), supervisor, ann, "电话核实是两位客户")
		if err != nil {
			t.Fatal(err)
		}
		if n := m.count(t, "customer_addresses", "customer_id = ?", m.customer); n != addresses-1 {
			t.Errorf("%d addresses of %d are left", n, addresses)
		}
		made := m.contact(t, m.contacts[0]).CustomerID
		if _, err := m.Undo(t.Context(), supervisor, change.ID); err != nil {
			t.Fatal(err)
		}
		back := m.contact(t, m.contacts[0])
		if back.CustomerID != m.customer || back.CustomerByHand || !m.same(t, made, m.customer) {
			t.Errorf("taken back: %+v", back)
		}
		if n := m.count(t, "customer_addresses", "customer_id = ?", m.customer); n != addresses {
			t.Errorf("%d addresses of %d are back", n, addresses)
		}
		if _, err := m.Undo(t.Context(), supervisor, change.ID); err == nil {
			t.Error("it is taken back twice")
		}
	})
}

func TestMoreContactsOfSomebodyTakenApartJoinThem(t *testing.T) {
	t.Parallel()
	m := newMerged(t, dbtest.SQLite(t), "C-1")
	for i, id := range m.contacts[:2] {
		change, err := m.TakeApart(t.Context(), supervisor, m.apart("Ann", id), "电话核实是两位客户")
		if err != nil || (change.ID == 0) != (i == 1) {
			t.Fatalf("contact %d: %+v %v", i, change, err)
		}
	}
	if a, b := m.contact(t, m.contacts[0]).CustomerID, m.contact(t, m.contacts[1]).CustomerID; a != b || a == m.customer {
		t.Errorf("of customers %d and %d", a, b)
	}
}

func TestTakingApartIsRefused(t *testing.T) {
	t.Parallel()
	m := newMerged(t, dbtest.SQLite(t), "C-1")
	other := m.customer
	m.customer = m.contact(t, m.contacts[0]).CustomerID
	foreign := m.takeOne(t, contact.Input{
		ExternalID: "F-1", Customer: contact.InputCustomer{Reference: "C-2", Phones: []string{"13911112222"}},
	}).ContactID
	for name, tt := range map[string]struct {
		viewer account.Viewer
		apart  contact.Apart
		reason string
		code   string
	}{
		"by a caller":                   {account.Viewer{Role: account.Caller}, m.apart("Ann", m.contacts[0]), "并非本人", "role_needed"},
		"without a reason":              {supervisor, m.apart("Ann", m.contacts[0]), "", "reason_length"},
		"without a name":                {supervisor, m.apart(" - ", m.contacts[0]), "并非本人", "required"},
		"under the name that they have": {supervisor, m.apart("CAT", m.contacts[0]), "并非本人", "apart_same_name"},
		"nothing":                       {supervisor, m.apart("Ann"), "并非本人", "apart_none"},
		"everything":                    {supervisor, m.apart("Ann", m.contacts...), "并非本人", "apart_all"},
		"a contact of somebody else":    {supervisor, m.apart("Ann", foreign), "并非本人", "person_changed"},
		"of a customer there is none of": {
			supervisor, contact.Apart{CustomerID: other + 1000, ContactIDs: m.contacts[:1], Name: "Ann"}, "并非本人", "no_customer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.TakeApart(t.Context(), tt.viewer, tt.apart, tt.reason)
			f, known := fault.Of(err)
			if !known || f.Code != tt.code && (len(f.Fields) == 0 || f.Fields[0].Code != tt.code) {
				t.Errorf("%v, want %s", err, tt.code)
			}
		})
	}
	m.held[m.person(t, m.customer)] = m.now().Add(time.Minute)
	_, err := m.TakeApart(t.Context(), supervisor, m.apart("Ann", m.contacts[0]), "并非本人")
	if f, _ := fault.Of(err); f == nil || f.Code != "person_held" {
		t.Errorf("during a call: %v", err)
	}
	if n := m.count(t, "customers", "name = 'Ann'"); n != 0 {
		t.Error("something was written")
	}
}
