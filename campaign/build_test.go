package campaign_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
)

// plainCrowd are people about whom nothing changes when their records are split or merged: some are satisfied, all may be called.
func plainCrowd(n int) []person {
	people := make([]person, n)
	for i := range people {
		id := int64(i + 1)
		people[i] = person{id: id, phone: fmt.Sprintf("+86139%08d", id), band: figures.High}
		if i%5 == 4 {
			people[i].band = figures.Low
		}
	}
	return people
}

// between answers as answers do, and lets something happen before every page.
type between struct {
	answers
	happens func(page int)
	pages   int
}

func (b *between) LastScores(tx database.Tx, ids []int64) (map[int64]campaign.Score, error) {
	b.pages++
	b.happens(b.pages)
	return b.answers.LastScores(tx, ids)
}

// People are split and merged between every two pages of a snapshot, in both directions across its cursor: everybody is in it once, as
// in one that is made when all is over.
func TestASnapshotIsRightWhileRecordsAreSplitAndMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(plainCrowd(3300)...)
		a := c.create(everybodySatisfied())
		persons := identity.New(db, contact.New(db, clocktest.Fixed(now), contact.Options{}), clocktest.Fixed(now), identity.Options{})
		supervisor := account.Viewer{UserID: 1, Role: account.Supervisor}
		person := func(customer int64) int64 {
			persons, err := contact.PersonsOf(db.View(t.Context()), []int64{customer})
			if err != nil {
				t.Fatal(err)
			}
			return persons[customer]
		}
		merge := func(into, from int64) {
			if person(into) == person(from) {
				return
			}
			if _, err := persons.Merge(t.Context(), supervisor, person(into), person(from), "the same"); err != nil {
				t.Fatal(err)
			}
		}
		happens := func(page int) {
			near, far := int64(10*page), int64(3290-10*page)
			merge(near, far)
			merge(far+1, near+1)
			merge(near+2, near+3)
			merge(far+2, far+3)
			if _, err := persons.Split(t.Context(), supervisor, []int64{near + 3}, "two people"); err != nil {
				t.Fatal(err)
			}
			if page > 1 {
				if _, err := persons.Split(t.Context(), supervisor, []int64{3290 - int64(10*(page-1))}, "two people"); err != nil {
					t.Fatal(err)
				}
			}
		}
		made, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "a list")
		if err != nil {
			t.Fatal(err)
		}
		disturbed := campaign.New(db, c.permission, &between{answers: c.answers, happens: happens}, clocktest.Fixed(now), t.TempDir())
		if err := disturbed.Build(t.Context(), outbox.Ticket{}, made.ID); err != nil {
			t.Fatal(err)
		}
		naive := c.snapshot(a.ID)
		if made, err = c.campaigns.SnapshotByID(t.Context(), made.ID); err != nil || made.State != campaign.Built {
			t.Fatal(err, made.State)
		}
		if made.Base != 3300 || made.Eligible != naive.Eligible {
			t.Errorf("%d of %d are eligible, want %d of 3300", made.Eligible, made.Base, naive.Eligible)
		}
		if diff := cmp.Diff(c.members(naive.ID), c.members(made.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(waterfall(t, naive), waterfall(t, made)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(waterfall(t, naive), c.count(a.ID)); diff != "" {
			t.Error(diff)
		}
	})
}

func waterfall(t *testing.T, s campaign.Snapshot) campaign.Waterfall {
	t.Helper()
	w, err := s.Waterfall()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (c *centre) members(snapshotID int64) []int64 {
	c.t.Helper()
	members, err := c.campaigns.Members(c.t.Context(), snapshotID, 0, 5000)
	if err != nil {
		c.t.Fatal(err)
	}
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.CustomerID
	}
	return ids
}

// ticket is the right to do the waiting job of a snapshot.
func (c *centre) ticket(snapshotID int64) outbox.Ticket {
	c.t.Helper()
	var jobs []outbox.Job
	g := c.db.View(c.t.Context()).Gorm()
	due := g.Where("kind = ? AND ref = ? AND state = ?", campaign.JobBuild, snapshotID, outbox.Due)
	if err := due.Order("id DESC").Limit(1).Find(&jobs).Error; err != nil || len(jobs) == 0 {
		c.t.Fatal("no job of the snapshot waits", err)
	}
	if err := g.Model(&outbox.Job{}).Where("id = ?", jobs[0].ID).Update("state", outbox.Queued).Error; err != nil {
		c.t.Fatal(err)
	}
	return outbox.Ticket{JobID: jobs[0].ID, Attempt: jobs[0].Attempt, Fence: jobs[0].Fence, At: now}
}

// A snapshot that cannot be made says so, keeps nobody's address, and does not stand in the way of the next one.
func TestASnapshotThatFailsForEverMakesWayForTheNext(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(crowd(2300)...)
		a := c.create(everybodySatisfied())
		s, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "a list")
		if err != nil {
			t.Fatal(err)
		}
		broken := campaign.New(db, c.permission, &failing{answers: c.answers}, clocktest.Fixed(now), t.TempDir())
		ticket := c.ticket(s.ID)
		for try := 1; try < outbox.MaxAttempts; try++ {
			if err := broken.Build(t.Context(), ticket, s.ID); err == nil {
				t.Fatal("the build did not fail")
			}
		}
		if err := broken.Build(t.Context(), ticket, s.ID); err != nil {
			t.Fatalf("the last try: %v", err)
		}
		if s, err = c.campaigns.SnapshotByID(t.Context(), s.ID); err != nil || s.State != campaign.Failed || s.Error != "internal" {
			t.Fatalf("%v: %s, %q", err, s.State, s.Error)
		}
		if err := c.campaigns.Build(t.Context(), c.ticket(s.ID), s.ID); err != nil {
			t.Fatal(err)
		}
		if left := c.members(s.ID); len(left) != 0 {
			t.Errorf("%d members are left", len(left))
		}
		if _, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "another"); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}

func TestASnapshotIsCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(crowd(2300)...)
		a := c.create(everybodySatisfied())
		s, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "a list")
		if err != nil {
			t.Fatal(err)
		}
		stopped := campaign.New(db, c.permission, &failing{answers: c.answers}, clocktest.Fixed(now), t.TempDir())
		if err := stopped.Build(t.Context(), outbox.Ticket{}, s.ID); err == nil || len(c.members(s.ID)) == 0 {
			t.Fatal("the build was not stopped in its middle")
		}
		if err := c.campaigns.CancelSnapshot(t.Context(), viewer, s.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.campaigns.CancelSnapshot(t.Context(), viewer, s.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("cancelled twice: %v", err)
		}
		if err := c.campaigns.Build(t.Context(), c.ticket(s.ID), s.ID); err != nil {
			t.Fatal(err)
		}
		s, err = c.campaigns.SnapshotByID(t.Context(), s.ID)
		if err != nil || s.State != campaign.Cancelled || len(c.members(s.ID)) != 0 {
			t.Errorf("%v: %s with %d members", err, s.State, len(c.members(s.ID)))
		}
		if _, err := c.campaigns.Snapshot(t.Context(), viewer, a.ID, "another"); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}

// Eighty changes at once by people who each saw the newest audience: every one that was taken counts, and none is lost under another.
func TestNoChangeOfAnAudienceIsLostUnderAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		a := c.create(everybodySatisfied())
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				for n := range 10 {
					for done := false; !done; {
						seen, err := c.campaigns.Audience(t.Context(), a.ID)
						if err != nil {
							t.Error(err)
							return
						}
						d := everybodySatisfied()
						d.Rule.All[0].Days = 1 + 10*worker + n
						err = c.campaigns.Change(t.Context(), viewer, a.ID, seen.Revision, d)
						if done = err == nil; !done && !fault.Is(err, fault.Conflict) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		group.Wait()
		if a, err := c.campaigns.Audience(t.Context(), a.ID); err != nil || a.Version != 81 || a.Revision != 81 {
			t.Errorf("%v: after 80 changes version %d, revision %d", err, a.Version, a.Revision)
		}
		d := everybodySatisfied()
		d.Name = "by a form that was opened before"
		if err := c.campaigns.Change(t.Context(), viewer, a.ID, 40, d); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale form: %v", err)
		}
	})
}
