package contact_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// who is a record without a reference.
type who struct {
	ID, Name       string
	Emails, Phones []string
}

func (w who) input() contact.Input {
	return contact.Input{
		ExternalID: w.ID, Status: contact.Resolved, ResolvedAt: ago(time.Hour),
		Customer: contact.InputCustomer{Name: w.Name, Emails: w.Emails, Phones: w.Phones},
	}
}

func inputsOf(rows []who) []contact.Input {
	inputs := make([]contact.Input, len(rows))
	for i, w := range rows {
		inputs[i] = w.input()
	}
	return inputs
}

// settle works the jobs about contested addresses.
func (c centre) settle(t testing.TB) {
	t.Helper()
	var ids []int64
	g := c.db.View(context.Background()).Gorm()
	if err := g.Table("contested_addresses").Where("source_id = ?", c.source).Pluck("id", &ids).Error; err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if err := c.SettleAddress(context.Background(), outbox.Ticket{}, id); err != nil {
			t.Fatal(err)
		}
	}
}

// whose returns the reference of each contact's customer.
func (c centre) whose(t testing.TB) map[string]string {
	t.Helper()
	var rows []struct{ ExternalID, Reference string }
	err := c.db.View(context.Background()).Gorm().Table("contacts").Joins("LEFT JOIN customers ON customers.id = contacts.customer_id").
		Where("contacts.source_id = ?", c.source).Select("external_id, COALESCE(reference, '') AS reference").Find(&rows).Error
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string, len(rows))
	for _, r := range rows {
		found[r.ExternalID] = r.Reference
	}
	return found
}

// another returns the centre with another, empty source.
func (c centre) another(t testing.TB, name string) centre {
	t.Helper()
	source := contacttest.Source(t, c.Service, name)
	c.source = source.ID
	return c
}

// naive says whose each row is, as the rule is written down, from all rows at once.
func naive(rows []who) map[string]string {
	address := func(w who) string {
		if len(w.Emails) > 0 {
			return w.Emails[0]
		}
		return "+86" + w.Phones[0]
	}
	others := func(w who) []string {
		var all []string
		all = append(all, w.Emails...)
		for _, p := range w.Phones {
			all = append(all, "+86"+p)
		}
		return slices.DeleteFunc(all, func(a string) bool { return a == address(w) })
	}
	name := func(w who) string { return strings.ToLower(strings.TrimSpace(w.Name)) }
	contested := map[string]bool{}
	for _, a := range rows {
		for _, b := range rows {
			isCommon := func(o string) bool { return slices.Contains(others(b), o) }
			if address(a) == address(b) && name(a) != "" && name(b) != "" && name(a) != name(b) &&
				len(others(a)) > 0 && len(others(b)) > 0 && !slices.ContainsFunc(others(a), isCommon) {
				contested[address(a)] = true
			}
		}
	}
	of := map[string]string{}
	for _, w := range rows {
		of[w.ID] = address(w)
		switch {
		case !contested[address(w)]:
		case name(w) != "":
			of[w.ID] += " · " + name(w)
		case len(others(w)) > 0:
			of[w.ID] += " · " + others(w)[0]
		}
	}
	return of
}

func drawRows(rt *rapid.T) []who {
	rows := make([]who, rapid.IntRange(2, 9).Draw(rt, "rows"))
	pick := func(list []string, most int, what string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, most, rapid.ID[string]).Draw(rt, what)
	}
	for i := range rows {
		w := who{
			ID: "T-" + strconv.Itoa(i), Name: rapid.SampledFrom([]string{"", "Ann", " ANN", "Ben", "ben", "Cat"}).Draw(rt, "name"),
			Emails: pick([]string{"a@example.com", "b@example.com"}, 2, "e-mails"),
			Phones: pick([]string{"13911110001", "13911110002", "13911110003"}, 2, "phones"),
		}
		if len(w.Emails)+len(w.Phones) == 0 {
			w.Emails = []string{"a@example.com"}
		}
		rows[i] = w
	}
	return rows
}

// Whose a record without a reference is depends on what was said, and not on the order of rows, nor on how they were cut into batches.
func TestWhoIsWhoNeverDependsOnTheOrderOfRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, life := newCentre(t, db), 0
		rapid.Check(t, func(rt *rapid.T) {
			if life++; life%5 != 0 && db.Dialect() == database.MySQL {
				return // every commit waits for its disk
			}
			rows := drawRows(rt)
			want := naive(rows)
			for round := range 2 {
				of := c.another(t, fmt.Sprint("life ", life, " round ", round))
				for rest := rapid.Permutation(rows).Draw(rt, "order"); len(rest) > 0; {
					n := rapid.IntRange(1, len(rest)).Draw(rt, "batch")
					of.take(t, inputsOf(rest[:n])...)
					rest = rest[n:]
					if rapid.Bool().Draw(rt, "settle") {
						of.settle(t)
					}
				}
				of.settle(t)
				if diff := cmp.Diff(want, of.whose(t)); diff != "" {
					rt.Fatalf("round %d: %s", round, diff)
				}
				for _, o := range of.take(t, inputsOf(rows)...) {
					if o.Status != contact.Duplicate {
						rt.Fatalf("again: %+v", o)
					}
				}
				of.checkCustomers(rt, rows, want)
			}
		})
	})
}

// The same holds where contacts are delivered several times and say something else each time, and come in any order among each other.
func TestWhoIsWhoNeverDependsOnTheOrderOfOtherContacts(t *testing.T) {
	t.Parallel()
	c, life := newCentre(t, dbtest.SQLite(t)), 0
	rapid.Check(t, func(rt *rapid.T) {
		life++
		queues := map[string][]who{}
		for _, w := range drawRows(rt) {
			w.ID = rapid.SampledFrom([]string{"T-1", "T-2", "T-3"}).Draw(rt, "contact")
			queues[w.ID] = append(queues[w.ID], w)
		}
		var before map[string]string
		for round := range 2 {
			of := c.another(t, fmt.Sprint("life ", life, " round ", round))
			var rows []who
			rest := maps.Clone(queues)
			for len(rest) > 0 {
				id := rapid.SampledFrom(slices.Sorted(maps.Keys(rest))).Draw(rt, "next")
				rows = append(rows, rest[id][0])
				if rest[id] = rest[id][1:]; len(rest[id]) == 0 {
					delete(rest, id)
				}
			}
			for len(rows) > 0 {
				n := rapid.IntRange(1, len(rows)).Draw(rt, "batch")
				of.take(t, inputsOf(rows[:n])...)
				rows = rows[n:]
				if rapid.Bool().Draw(rt, "settle") {
					of.settle(t)
				}
			}
			of.settle(t)
			if after := of.whose(t); round == 1 && !maps.Equal(before, after) {
				rt.Fatal(cmp.Diff(before, after))
			}
			before = of.whose(t)
		}
	})
}

// checkCustomers checks that nobody who shares an address has the name or an address of somebody else.
func (c centre) checkCustomers(rt *rapid.T, rows []who, whose map[string]string) {
	said := map[string]map[string]bool{} // by reference: names and addresses
	for _, w := range rows {
		of := said[whose[w.ID]]
		if of == nil {
			of = map[string]bool{"": true}
			said[whose[w.ID]] = of
		}
		of[strings.ToLower(strings.TrimSpace(w.Name))] = true
		for _, a := range w.Emails {
			of[a] = true
		}
		for _, a := range w.Phones {
			of["+86"+a] = true
		}
	}
	var customers []contact.Customer
	g := c.db.View(context.Background()).Gorm()
	if err := g.Where("source_id = ?", c.source).Find(&customers).Error; err != nil {
		rt.Fatal(err)
	}
	if len(customers) != len(slices.Compact(slices.Sorted(maps.Values(whose)))) {
		rt.Fatalf("%d customers: %+v of %v", len(customers), customers, whose)
	}
	for _, customer := range customers {
		addresses, err := contact.AddressesOf(c.db.View(context.Background()), []int64{customer.ID})
		if err != nil {
			rt.Fatal(err)
		}
		of := said[customer.Reference]
		for _, a := range addresses[customer.ID] {
			if !of[a.Normalised] {
				rt.Fatalf("%s has %s", customer.Reference, a.Normalised)
			}
		}
		if !of[strings.ToLower(customer.Name)] {
			rt.Fatalf("%s is called %s", customer.Reference, customer.Name)
		}
	}
}

func people(n int) []who {
	rows := make([]who, n)
	for i := range rows {
		rows[i] = who{
			ID: fmt.Sprint("P-", i), Name: fmt.Sprint("客户", i), Emails: []string{"reception@example.com"},
			Phones: []string{strconv.Itoa(13912340000 + i)},
		}
	}
	return rows
}

// case 40: eight people, one mailbox.
func TestEightPeopleWithOneMailboxAreEightCustomers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		first := c.take(t, inputsOf(people(8)[:1])...)
		if len(first[0].Warnings) > 0 {
			t.Errorf("one of them alone: %+v", first[0].Warnings)
		}
		for _, o := range c.take(t, inputsOf(people(8)[1:])...) {
			if len(o.Warnings) != 1 || o.Warnings[0].Code != "customer_shared_address" || o.Warnings[0].Name != "customer.emails" ||
				o.Warnings[0].Value != "reception@example.com" {
				t.Errorf("not reported: %+v", o.Warnings)
			}
		}
		c.settle(t)
		if n := c.count(t, "customers", "1 = 1"); n != 8 {
			t.Errorf("%d customers", n)
		}
		if n := c.count(t, "customer_addresses", "kind = 'phone'"); n != 8 {
			t.Errorf("%d numbers", n)
		}
		if n := c.count(t, "customer_addresses", "normalised = 'reception@example.com'"); n != 8 {
			t.Errorf("%d have the mailbox", n)
		}
		if n := c.count(t, "contact_corrections", "1 = 1"); n != 0 {
			t.Errorf("%d corrections: nobody had to move", n)
		}
	})
}

func TestWhoJoinsUnderOneAddressAndWhoDoesNot(t *testing.T) {
	t.Parallel()
	box, a, b := []string{"box@example.com"}, []string{"13911110001"}, []string{"13911110002"}
	for name, tt := range map[string]struct {
		rows []who
		want int
	}{
		"the same name, another number":       {[]who{{"1", "Ann", box, a}, {"2", "ann", box, b}}, 1},
		"another name, the same number":       {[]who{{"1", "Ann", box, a}, {"2", "Ben", box, a}}, 1},
		"another name, no number":             {[]who{{"1", "Ann", box, a}, {"2", "Ben", box, nil}}, 1},
		"no name, another number":             {[]who{{"1", "Ann", box, a}, {"2", "", box, b}}, 1},
		"a family of two":                     {[]who{{"1", "Ann", box, a}, {"2", "Ben", box, b}}, 2},
		"a switchboard without anything else": {[]who{{"1", "Ann", nil, a}, {"2", "Ben", nil, a}}, 1},
		"a number, and other numbers of two": {[]who{
			{"1", "Ann", nil, []string{a[0], "13911110003"}}, {"2", "Ben", nil, []string{a[0], b[0]}},
		}, 2},
		"a bare record beside two":               {[]who{{"1", "Ann", box, a}, {"2", "Ben", box, b}, {"3", "", box, nil}}, 3},
		"an address that cannot be used is none": {[]who{{"1", "Ann", box, []string{"12"}}, {"2", "Ben", box, []string{"34"}}}, 1},
		"a name alone":                           {[]who{{"1", "Ann", nil, nil}, {"2", "Ann", nil, nil}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCentre(t, dbtest.SQLite(t))
			for _, w := range tt.rows {
				c.takeOne(t, w.input())
			}
			c.settle(t)
			if n := c.count(t, "customers", "1 = 1"); n != tt.want {
				t.Errorf("%d customers: %v", n, c.whose(t))
			}
		})
	}
}

// A reference of the source is who the customer is, whatever else is said.
func TestAReferenceOfTheSourceIsNeverTakenApart(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	for i, w := range people(3) {
		in := w.input()
		in.Customer.Reference = "reception@example.com"
		if o := c.takeOne(t, in); len(o.Warnings) > 0 {
			t.Errorf("row %d: %+v", i, o.Warnings)
		}
	}
	if n := c.count(t, "customers", "1 = 1"); n != 1 {
		t.Errorf("%d customers", n)
	}
}

// Who came before the others goes with them, as if the source had corrected it.
func TestContactsFromBeforeAContestGoToTheirCustomers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		box, a, b := []string{"box@example.com"}, []string{"13911110001"}, []string{"13911110002"}
		c.takeOne(t, who{"1", "Ann", box, a}.input())
		c.takeOne(t, who{"2", "Ann", box, a}.input())
		renamed := c.takeOne(t, who{"3", "Bea", box, a}.input()) // the same number: the same customer, for all we know
		before := c.contact(t, renamed.ContactID).CustomerID
		c.takeOne(t, who{"4", "Cat", box, b}.input())
		c.settle(t)
		c.settle(t) // again: nothing
		want := map[string]string{
			"1": "box@example.com · ann", "2": "box@example.com · ann", "3": "box@example.com · bea", "4": "box@example.com · cat",
		}
		if diff := cmp.Diff(want, c.whose(t)); diff != "" {
			t.Fatal(diff)
		}
		after := c.contact(t, renamed.ContactID).CustomerID
		if after == before || c.resolutions(t, renamed)[0].CustomerID != before {
			t.Errorf("customer %d before, %d after; the resolution keeps whose it was", before, after)
		}
		if n := c.count(t, "contact_corrections", "field = 'customer' AND contact_id = ?", renamed.ContactID); n != 1 {
			t.Errorf("%d corrections", n)
		}
		if n := c.count(t, "contact_corrections", "1 = 1"); n != 1 {
			t.Errorf("%d corrections: most stay where they are", n)
		}
		if n := c.count(t, "jobs", "kind = ? AND ref = ?", contact.JobCorrected, renamed.ContactID); n != 1 {
			t.Errorf("%d jobs to decide again", n)
		}
		if n := c.count(t, "customers", "id = ? AND name = 'Ann' AND reference = 'box@example.com · ann'", before); n != 1 {
			t.Error("the customer of the address is not Ann")
		}
	})
}

// A later delivery of a contact that leaves out the name is about the same customer.
func TestAPartialUpdateUnderASharedAddressStaysWithItsCustomer(t *testing.T) {
	t.Parallel()
	box := []string{"reception@example.com"}
	for name, early := range map[string]bool{"before it was shared": true, "afterwards": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCentre(t, dbtest.SQLite(t))
			rows := people(3)
			c.takeOne(t, rows[0].input())
			update := func(emails, phones []string) {
				in := who{ID: "P-0", Emails: emails, Phones: phones}.input()
				in.Category = fmt.Sprint(phones)
				c.takeOne(t, in)
			}
			if early {
				update(box, nil)
			}
			c.take(t, inputsOf(rows[1:])...)
			if !early {
				update(box, nil)
				update(box, []string{"13911119999"})
				update(nil, nil)
			}
			c.settle(t)
			if got := c.whose(t)["P-0"]; got != "reception@example.com · 客户0" {
				t.Errorf("it is of %q", got)
			}
		})
	}
}

// What was taken in before descriptions were kept stays with its customer, and somebody else does not join it.
func TestCustomersFromBeforeAreNotJoinedBySomebodyElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		rows := people(4)
		c.takeOne(t, rows[0].input())
		for _, forget := range []string{"DELETE FROM customer_descriptions", "UPDATE contacts SET description_id = NULL"} {
			if err := db.View(t.Context()).Gorm().Exec(forget).Error; err != nil {
				t.Fatal(err)
			}
		}
		same := rows[0]
		same.ID = "P-0b"
		c.takeOne(t, same.input())
		c.takeOne(t, rows[1].input())
		same.ID = "P-0c"
		c.takeOne(t, same.input())
		c.settle(t)
		first := "reception@example.com · 客户0"
		want := map[string]string{"P-0": first, "P-0b": first, "P-0c": first, "P-1": "reception@example.com · 客户1"}
		if diff := cmp.Diff(want, c.whose(t)); diff != "" {
			t.Error(diff)
		}
	})
}

// Two processes that take two people in at the same moment tell them apart in the end.
func TestTwoProcessesTellPeopleApartAtTheSameTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		rows := people(24)
		done := make(chan error)
		for half := range 2 {
			go func() {
				s := contact.New(db, clocktest.Fixed(noon), contact.Options{})
				for i := half; i < len(rows); i += 2 {
					if _, err := s.Take(context.Background(), c.source, inputsOf(rows[i:i+1])); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		c.settle(t)
		if diff := cmp.Diff(naive(rows), c.whose(t)); diff != "" {
			t.Error(diff)
		}
	})
}

// Two thousand people with one mailbox cost the same for each.
func TestManyPeopleWithOneMailboxCostTheSameForEach(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	rows, batch := people(2000), 100
	var costs []int
	for i := 0; i < len(rows); i += batch {
		watch := dbtest.WatchDeadlock(t, c.db)
		c.take(t, inputsOf(rows[i:i+batch])...)
		costs = append(costs, watch.Seen())
	}
	if last := costs[len(costs)-1]; last > costs[1] {
		t.Errorf("statements of each batch: %v", costs)
	}
	if n := c.count(t, "customers", "1 = 1"); n != 2000 {
		t.Errorf("%d customers", n)
	}
	if n := c.count(t, "customer_descriptions", "1 = 1"); n > 50 {
		t.Errorf("%d descriptions are kept", n)
	}
}
