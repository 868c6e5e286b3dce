package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

var supervisor = account.Viewer{UserID: 7, Role: account.Supervisor}

// held is who is being called, as a feature would know it.
type held map[int64]clock.Instant

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
	centre
	at   *atomic.Int64
	held held
}

func newTown(t testing.TB, db *database.DB) town {
	t.Helper()
	w := town{centre: centre{db: db}, at: new(atomic.Int64), held: held{}}
	w.at.Store(int64(noon))
	w.Service = contact.New(db, w.now, contact.Options{Holds: w.held, Followers: []contact.Follower{newPermit(db, w.now)}})
	w.source = w.addSource(t, "helpdesk")
	return w
}

func (w town) addSource(t testing.TB, name string) int64 {
	t.Helper()
	source, err := w.EnsureSource(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return source.ID
}

func (w town) now() clock.Instant { return clock.Instant(w.at.Load()) }

// customer takes a contact of a customer in, as the source would send it, and returns the customer's id.
func (w town) customer(t testing.TB, reference string, phones, emails []string) int64 {
	t.Helper()
	in := contact.Input{
		ExternalID: fmt.Sprintf("%s-%d", reference, w.at.Add(1)), Status: contact.Open, Channel: contact.Phone,
		Customer: contact.InputCustomer{Reference: reference, Phones: phones, Emails: emails},
	}
	id := w.contact(t, w.takeOne(t, in).ContactID).CustomerID
	if w.count(t, "touches", "customer_id = ?", id) == 0 { // one touch each, to see them follow
		touch := permission.Touch{CustomerID: id, PersonID: w.person(t, id), Kind: permission.Attempt, Channel: permission.ByPhone, At: w.now()}
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
		err := g.Where("kind = ? AND state = ? AND run_at <= ?", contact.JobIdentify, outbox.Due, w.now()).Order("id").Find(&jobs).Error
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

func (w town) merge(t testing.TB, into, from int64) contact.PersonChange {
	t.Helper()
	change, err := w.Merge(context.Background(), supervisor, w.person(t, into), w.person(t, from), "同一户主")
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func (w town) split(t testing.TB, customers ...int64) contact.PersonChange {
	t.Helper()
	change, err := w.Split(context.Background(), supervisor, customers, "并非本人")
	if err != nil {
		t.Fatal(err)
	}
	return change
}

// log returns the kinds of change of a customer's person, the newest first.
func (w town) log(t testing.TB, customer int64) []contact.ChangeKind {
	t.Helper()
	v, err := w.Person(context.Background(), customer)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []contact.ChangeKind
	for _, c := range v.Log {
		kinds = append(kinds, c.Kind)
	}
	return kinds
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
		if diff := cmp.Diff([]contact.ChangeKind{contact.ChangeAutoMerge}, w.log(t, a)); diff != "" {
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

func TestWhoIsBeingCalledStaysWhoTheyAreUntilTheCallIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		a, b := w.customer(t, "A", []string{"13911110001"}, nil), w.customer(t, "B", []string{"13911110002"}, nil)
		c := w.customer(t, "C", []string{"13911110002"}, nil)
		into, from := w.person(t, a), w.person(t, b)
		for _, person := range []int64{into, from} {
			w.held[person] = w.now().Add(10 * time.Minute)
			_, err := w.Merge(t.Context(), supervisor, into, from, "同一户主")
			if f, _ := fault.Of(err); f == nil || f.Code != "person_held" {
				t.Errorf("merging somebody who is being called: %v", err)
			}
			delete(w.held, person)
		}
		w.held[from] = w.now().Add(10 * time.Minute)
		_, err := w.Split(t.Context(), supervisor, []int64{c}, "并非本人")
		if f, _ := fault.Of(err); f == nil || f.Code != "person_held" {
			t.Errorf("splitting somebody who is being called: %v", err)
		}
		w.customer(t, "A", []string{"13911110002"}, nil)
		w.settle(t)
		if w.same(t, a, b) {
			t.Error("merged under a call")
		}
		w.at.Add(int64(15 * time.Minute / time.Microsecond))
		w.settle(t)
		if !w.same(t, a, b, c) {
			t.Error("not merged when the call was over")
		}
	})
}

func TestSixthCustomerOnANumberSeparatesWhoOnlySharedTheSwitchboard(t *testing.T) {
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
		v, err := w.Person(t.Context(), all[2])
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Lines) != 2 || !v.Lines[0].Shared || v.Lines[0].Customers != 6 || v.Lines[1].Shared || v.Log[0].Kind != contact.ChangeAutoSplit {
			t.Errorf("the page does not say why: %+v", v)
		}
	})
}

func TestWholeSharedLineInOneBatchMergesNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		var batch []contact.Input
		for i := range 6 {
			in := resolved(fmt.Sprint("T-", i), ago(time.Hour))
			in.Customer.Phones = []string{"01065551234", "010-6555 1234"} // the same twice
			batch = append(batch, in)
		}
		c.take(t, batch...)
		if n := c.count(t, "persons", "1 = 1"); n != 6 {
			t.Errorf("%d persons, want 6", n)
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
				_, err := w.Take(context.Background(), source, []contact.Input{{
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
		if err := db.View(t.Context()).Gorm().Model(&contact.Customer{}).Distinct("person_id").Pluck("person_id", &persons).Error; err != nil {
			t.Fatal(err)
		}
		if len(persons) != 1 || w.count(t, "customers", "1 = 1") != 2 {
			t.Errorf("%d persons of two customers with one number", len(persons))
		}
	})
}

func TestSeparatedByHandStaysSeparated(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		father, son := w.customer(t, "F", []string{"13911110001"}, nil), w.customer(t, "S", []string{"13911110001"}, nil)
		change := w.split(t, son)
		if change.Moved != 1 || change.Stayed != 1 || w.same(t, father, son) {
			t.Fatalf("%+v", change)
		}
		w.settle(t)
		w.customer(t, "S", []string{"13911110001", "13911110002"}, nil) // the same number comes again
		w.settle(t)
		if w.same(t, father, son) {
			t.Error("merged again")
		}
		if _, err := w.Undo(t.Context(), supervisor, change.ID); err != nil || !w.same(t, father, son) {
			t.Errorf("taking the separation back: %v", err)
		}
		if diff := cmp.Diff([]contact.ChangeKind{contact.ChangeMerge, contact.ChangeSplit}, w.log(t, son)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUndoingAMergeRestoresWhatWas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		a, b := w.customer(t, "A", []string{"13911110001"}, nil), w.customer(t, "B", []string{"13911110001"}, nil)
		c, d := w.customer(t, "C", []string{"13911110002"}, nil), w.customer(t, "D", []string{"13911110002"}, nil)
		all := []int64{a, b, c, d}
		before := w.persons(t, all)
		change := w.merge(t, a, c)
		if change.Moved != 2 || change.Stayed != 2 || !w.same(t, all...) {
			t.Fatalf("%+v", change)
		}
		if _, err := w.Undo(t.Context(), supervisor, change.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, w.persons(t, all)); diff != "" {
			t.Errorf("who is whom (-before +after): %s", diff)
		}
		for _, id := range all {
			if w.count(t, "touches", "customer_id = ? AND person_id = ?", id, before[id]) != 1 {
				t.Errorf("the touch of customer %d did not come back", id)
			}
		}
		_, err := w.Undo(t.Context(), supervisor, change.ID)
		if f, _ := fault.Of(err); f == nil || f.Kind != fault.Conflict {
			t.Errorf("taking it back twice: %v", err)
		}
		later := w.merge(t, a, c)
		w.split(t, d)
		_, err = w.Undo(t.Context(), supervisor, later.ID)
		if f, _ := fault.Of(err); f == nil || f.Code != "person_changed" {
			t.Errorf("taking back what has changed since: %v", err)
		}
	})
}

func TestMergingAndSplittingNeedsASupervisorAReasonAndSomebody(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.SQLite(t))
	a, b := w.customer(t, "A", []string{"13911110001"}, nil), w.customer(t, "B", nil, nil)
	pa, pb := w.person(t, a), w.person(t, b)
	merge := func(viewer account.Viewer, into, from int64, reason string) error {
		_, err := w.Merge(t.Context(), viewer, into, from, reason)
		return err
	}
	split := func(viewer account.Viewer, reason string, customers ...int64) error {
		_, err := w.Split(t.Context(), viewer, customers, reason)
		return err
	}
	_, undone := w.Undo(t.Context(), account.Viewer{Role: account.Caller}, 1)
	_, unknown := w.Undo(t.Context(), supervisor, 99)
	for want, errs := range map[fault.Kind][]error{
		fault.Forbidden: {merge(account.Viewer{Role: account.Caller}, pa, pb, "因为"), split(account.Viewer{Role: account.Handler}, "因为", a), undone},
		fault.Invalid:   {merge(supervisor, pa, pb, " x "), split(supervisor, "", a), split(supervisor, "因为"), split(supervisor, "因为", a)},
		fault.Conflict:  {merge(supervisor, pa, pa, "因为"), split(supervisor, "因为", a, b)},
		fault.NotFound:  {merge(supervisor, pa, 999, "因为"), split(supervisor, "因为", 999), unknown},
	} {
		for i, err := range errs {
			if !fault.Is(err, want) {
				t.Errorf("%s, no. %d: %v", want, i+1, err)
			}
		}
	}
	if w.count(t, "person_changes", "1 = 1") != 0 || w.same(t, a, b) {
		t.Error("something was changed")
	}
}

func TestPersonIsShownWithTheSameQueriesWhateverThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		show := func(customer int64) (queries int, v contact.PersonView) {
			queries = dbtest.CountQueries(t, db, func() {
				var err error
				if v, err = w.Person(t.Context(), customer); err != nil {
					t.Fatal(err)
				}
			})
			return queries, v
		}
		a := w.customer(t, "A", []string{"13911110001"}, []string{"a@example.com"})
		w.merge(t, a, w.customer(t, "B", []string{"13911110002"}, nil))
		few, v := show(a)
		if v.Total != 2 || len(v.Records) != 2 || v.Records[0].ID != a || len(v.Records[1].Common) != 0 || len(v.Lines) != 0 {
			t.Errorf("%+v", v)
		}
		for i := range 12 {
			c := w.customer(t, fmt.Sprint("C", i), []string{"13911110001", strconv.Itoa(13922220000 + i)}, []string{"a@example.com"})
			if !w.same(t, a, c) {
				w.merge(t, a, c)
			}
		}
		many, v := show(a)
		if many > few || v.Total != 14 || len(v.Log) < 5 || len(v.Lines) != 2 || !v.Lines[0].Shared || len(v.Records[2].Common) != 2 {
			t.Errorf("%d queries for 2 records, %d for %d with %d changes: %+v", few, many, v.Total, len(v.Log), v.Lines)
		}
		found, err := w.Candidates(t.Context(), w.customer(t, "Z", nil, nil), "13911110001")
		if err != nil || len(found) != 1 || found[0].Total != 14 || len(found[0].Found) != 13 {
			t.Errorf("%+v %v", found, err)
		}
		if found, err = w.Candidates(t.Context(), a, "13911110001"); err != nil || len(found) != 0 {
			t.Errorf("a person is a candidate to be merged with themselves: %+v %v", found, err)
		}
	})
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
