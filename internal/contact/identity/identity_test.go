package identity_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

var supervisor = account.Viewer{UserID: 7, Role: account.Supervisor}

// held is who is being called, as a feature would know it.
type held map[int64]clock.Instant

func (h held) LockCalls(database.Tx, ...int64) error { return nil }

func (h held) HeldUntil(_ database.Tx, personIDs []int64, now clock.Instant) (until clock.Instant, _ error) {
	for _, id := range personIDs {
		if h[id].After(now) {
			until = max(until, h[id])
		}
	}
	return until, nil
}

// town is a centre whose clock the test moves, with somebody who can hold persons and touches that follow them.
type town struct {
	*identity.Service
	contacts *contact.Service
	db       *database.DB
	source   int64
	at       *atomic.Int64
	held     held
}

var noon = clock.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))

func newTown(t testing.TB, db *database.DB) town {
	t.Helper()
	w := town{db: db, at: new(atomic.Int64), held: held{}}
	w.at.Store(int64(noon))
	w.contacts = contact.New(db, w.now, contact.Options{})
	w.Service = identity.New(db, w.contacts, w.now, identity.Options{Holds: w.held, Movers: []identity.PersonMover{newPermit(db, w.now)}})
	w.source = w.addSource(t, "helpdesk")
	return w
}

func (w town) addSource(t testing.TB, name string) int64 {
	t.Helper()
	source := contacttest.Source(t, w.contacts, name)
	return source.ID
}

func (w town) now() clock.Instant { return clock.Instant(w.at.Load()) }

func (w town) takeOne(t testing.TB, in contact.Input) contact.Outcome {
	t.Helper()
	return contacttest.Take(t, w.contacts, w.source, in)[0]
}

func (w town) contact(t testing.TB, id int64) contact.Contact {
	t.Helper()
	found, err := contact.ContactsByID(w.db.View(context.Background()), []int64{id})
	if err != nil {
		t.Fatal(err)
	}
	return found[id]
}

// count returns the rows of a table that match a condition.
func (w town) count(t testing.TB, table, where string, args ...any) int {
	t.Helper()
	return dbtest.Count(t, w.db, table, where, args...)
}

// customer takes a contact of a customer in, as the source would send it, and returns the customer's id.
func (w town) customer(t testing.TB, reference string, phones, emails []string) int64 {
	t.Helper()
	in := contact.Input{
		ExternalID: fmt.Sprintf("%s-%d", reference, w.at.Add(1)), Status: contact.Open, Channel: contact.Phone,
		Customer: contact.InputCustomer{Reference: reference, Phones: phones, Emails: emails},
	}
	id := w.contact(t, w.takeOne(t, in).ContactID).CustomerID
	if w.count(t, "touches", "customer_id = ?", id) == 0 { // one touch each, to see them follow
		touch := permission.Touch{
			CustomerID: id, PersonID: w.person(t, id), Kind: permission.Attempt, Channel: permission.ByPhone, At: w.now(),
		}
		if err := w.db.View(context.Background()).Gorm().Create(&touch).Error; err != nil {
			t.Fatal(err)
		}
	}
	return id
}

func (w town) person(t testing.TB, customer int64) int64 {
	t.Helper()
	found, err := contact.CustomersByID(w.db.View(context.Background()), []int64{customer})
	if err != nil {
		t.Fatal(err)
	}
	return found[customer].PersonID
}

// same reports whether all customers are one person.
func (w town) same(t testing.TB, customers ...int64) bool {
	t.Helper()
	persons := map[int64]bool{}
	for _, c := range customers {
		persons[w.person(t, c)] = true
	}
	return len(persons) == 1
}

// settle lets the scan see every address and works the jobs it adds, as the queue would, until nothing is due.
func (w town) settle(t testing.TB) {
	t.Helper()
	for range 2 { // what is new is noted first, and looked at when it has settled
		w.at.Add(int64(time.Minute / time.Microsecond))
		if err := w.ScanPersons(context.Background(), outbox.Ticket{}, 0); err != nil {
			t.Fatal(err)
		}
	}
	for {
		var jobs []outbox.Job
		g := w.db.View(context.Background()).Gorm()
		err := g.Where("kind = ? AND state = ? AND run_at <= ?", identity.JobIdentify, outbox.Due, w.now()).Order("id").Find(&jobs).Error
		if err != nil {
			t.Fatal(err)
		}
		if len(jobs) == 0 {
			return
		}
		for _, job := range jobs {
			if err := g.Exec("UPDATE jobs SET state = 'queued' WHERE id = ?", job.ID).Error; err != nil {
				t.Fatal(err)
			}
			ticket := outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, Fence: job.Fence, At: w.now()}
			if err := w.Identify(context.Background(), ticket, job.Ref); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (w town) merge(t testing.TB, into, from int64) identity.PersonChange {
	t.Helper()
	change, err := w.Merge(context.Background(), supervisor, w.person(t, into), w.person(t, from), "同一户主")
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func (w town) split(t testing.TB, customers ...int64) identity.PersonChange {
	t.Helper()
	change, err := w.Split(context.Background(), supervisor, customers, "并非本人")
	if err != nil {
		t.Fatal(err)
	}
	return change
}

// log returns the kinds of change of a customer's person, the newest first.
func (w town) log(t testing.TB, customer int64) []identity.ChangeKind {
	t.Helper()
	v, err := w.Person(context.Background(), supervisor, customer)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []identity.ChangeKind
	for _, c := range v.Log {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// persons returns the person of each customer.
func (w town) persons(t testing.TB, customers []int64) map[int64]int64 {
	t.Helper()
	found, err := contact.CustomersByID(w.db.View(context.Background()), customers)
	if err != nil {
		t.Fatal(err)
	}
	persons := map[int64]int64{}
	for _, id := range slices.Sorted(slices.Values(customers)) {
		persons[id] = found[id].PersonID
	}
	return persons
}

func newPermit(db *database.DB, now clock.Now) *permission.Service {
	return permission.New(db, []byte("0123456789abcdef0123456789abcdef"), now, contact.Directory{})
}

func TestKnownCustomerWhoGetsAnothersNumberBecomesTheSamePerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		a := w.customer(t, "A", []string{"13911110001"}, nil)
		b := w.customer(t, "B", []string{"13911110002"}, []string{"b@example.com"})
		w.settle(t)
		if w.same(t, a, b) {
			t.Fatal("two strangers are one person")
		}
		w.customer(t, "B", []string{"13911110001"}, nil)
		w.settle(t)
		if !w.same(t, a, b) || w.count(t, "touches", "person_id = ?", w.person(t, a)) != 2 {
			t.Error("the customer with the number of a known one is not the same person with all touches")
		}
		if diff := cmp.Diff([]identity.ChangeKind{identity.ChangeAutoMerge}, w.log(t, a)); diff != "" {
			t.Error(diff)
		}
		w.customer(t, "B", []string{"13911110003"}, nil)
		w.settle(t)
		if !w.same(t, a, b) {
			t.Error("a number that changes later makes somebody another person")
		}
		c := w.customer(t, "C", []string{"13911110004"}, []string{"c@example.com"})
		d := w.customer(t, "D", []string{"13911110004"}, []string{"B@example.com"}) // C's number and B's e-mail
		w.settle(t)
		if !w.same(t, a, b, c, d) {
			t.Error("a new customer with the number of one person and the e-mail of another does not connect them")
		}
	})
}

// Who only shared a switchboard is no longer one person, and their touches go with them.
func TestSixthCustomerOnANumberSeparatesWhoSharedIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		switchboard := "01065551234"
		var all []int64
		for i := range 5 {
			all = append(all, w.customer(t, fmt.Sprint("S", i), []string{switchboard}, []string{fmt.Sprintf("s%d@example.com", i/2)}))
		}
		if !w.same(t, all...) {
			t.Fatal("five customers with one number are not one person")
		}
		w.merge(t, all[0], w.customer(t, "M", []string{"13911110009"}, nil))
		w.split(t, all[4])
		w.merge(t, all[0], all[4]) // somebody knows that these are the same
		sixth := w.customer(t, "S5", []string{switchboard}, nil)
		w.settle(t)
		if w.same(t, sixth, all[0]) || w.same(t, all[0], all[2]) {
			t.Error("a switchboard makes its customers one person")
		}
		if !w.same(t, all[0], all[1], all[4]) || !w.same(t, all[2], all[3]) {
			t.Error("who shares an e-mail, or was merged by hand, was separated too")
		}
		if w.count(t, "customers", "updated_at <> created_at") != 0 {
			t.Error("being the same person changes what a source said of a customer")
		}
		for _, c := range all {
			if w.count(t, "touches", "customer_id = ? AND person_id = ?", c, w.person(t, c)) != 1 {
				t.Errorf("the touch of customer %d did not follow", c)
			}
		}
		v, err := w.Person(t.Context(), supervisor, all[2])
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Lines) != 2 || !v.Lines[0].Shared || v.Lines[0].Customers != 6 || v.Lines[1].Shared ||
			v.Log[0].Kind != identity.ChangeAutoSplit {
			t.Errorf("the page does not say why: %+v", v)
		}
	})
}

func TestSameNewNumberFromTwoSourcesAtOnceIsOnePersonInTheEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		sources := []int64{w.source, w.addSource(t, "pbx")}
		errs := make(chan error, len(sources))
		for _, source := range sources {
			go func() {
				_, err := w.contacts.Take(context.Background(), source, []contact.Input{{
					ExternalID: "T-1", Customer: contact.InputCustomer{Reference: "C-1", Phones: []string{"13911110001"}},
				}})
				errs <- err
			}()
		}
		for range sources {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		w.settle(t)
		var persons []int64
		err := db.View(t.Context()).Gorm().Model(&contact.Customer{}).Distinct("person_id").Pluck("person_id", &persons).Error
		if err != nil {
			t.Fatal(err)
		}
		if len(persons) != 1 || w.count(t, "customers", "1 = 1") != 2 {
			t.Errorf("%d persons of two customers with one number", len(persons))
		}
	})
}
