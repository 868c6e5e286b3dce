package flow_test

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback/floor"
)

// upstream is what the queue lives on, as somebody is told.
func (o *office) upstream(viewer account.Viewer) floor.Upstream {
	o.t.Helper()
	up, err := flow.Upstream{
		Contacts: o.Contacts, Decisions: o.Decisions, Jobs: o.Jobs, Now: o.Now, Zone: time.FixedZone("Asia/Shanghai", 8*60*60),
	}.Upstream(o.t.Context(), viewer)
	if err != nil {
		o.t.Fatal(err)
	}
	return up
}

// A source is silent when nothing came for much longer than usual: a daily file is not after an hour, one that sends all the time is.
func TestASilentSourceIsToldFromAQuietOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		if up := o.upstream(supervisor); len(up.Sources) != 1 || !up.Sources[0].Silent || !up.Sources[0].Last.IsZero() {
			t.Fatalf("before anything came: %+v", up.Sources)
		}
		for i := range 12 {
			o.takeAs(fmt.Sprint("T-", i), fmt.Sprint("C-", i), fmt.Sprintf("1391234%04d", i))
			o.at = o.at.Add(5 * time.Minute)
		}
		came := o.at.Add(-5 * time.Minute)
		up := o.upstream(supervisor)
		if s := up.Sources[0]; s.Silent || s.Last != came || s.Usual != 5*time.Minute || s.Today != 12 {
			t.Errorf("while it sends: %+v", s)
		}
		o.at = came.Add(30 * time.Minute)
		if s := o.upstream(supervisor).Sources[0]; s.Silent {
			t.Errorf("after half an hour: %+v", s)
		}
		o.at = o.at.Add(time.Minute)
		if s := o.upstream(supervisor).Sources[0]; !s.Silent {
			t.Errorf("after more: %+v", s)
		}
		o.at = o.at.Add(24 * time.Hour)
		if s := o.upstream(supervisor).Sources[0]; s.Today != 0 || s.Last != came {
			t.Errorf("on the next day: %+v", s)
		}
	})
}

// What came in today is planned, skipped by reason, or not decided yet: nothing is left over.
func TestWhatCameInTodayAddsUpUpstream(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		o.takeAs("T-2", "LI", "13912348002")
		up := o.upstream(supervisor)
		skipped := 0
		for _, s := range up.Skipped {
			skipped += s.Count
		}
		if up.Resolved != 2 || up.Planned != 1 || up.Open != 1 || up.Planned+skipped+up.Open != up.Resolved {
			t.Errorf("today is %+v", up)
		}
		other := o.upstream(account.Viewer{Role: account.Machine, SourceID: o.source + 1})
		if len(other.Sources) != 0 || other.Resolved != 0 {
			t.Errorf("another source is told %+v", other)
		}
	})
}

func TestJobsThatNobodyWorksAreToldUpstream(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		g := db.View(t.Context()).Gorm()
		for _, statement := range []string{
			"DELETE FROM jobs", "INSERT INTO worker_beats (worker, started_at, seen_at) VALUES ('a', 1, 1), ('b', 1, 2)",
		} {
			if err := g.Exec(statement).Error; err != nil {
				t.Fatal(err)
			}
		}
		late := outbox.New("callback.offer", 1, outbox.Urgent, o.at.Add(-time.Minute))
		dead := outbox.New("callback.offer", 2, outbox.Urgent, o.at)
		dead.State = outbox.Dead
		soon := outbox.New("callback.offer", 3, outbox.Urgent, o.at.Add(-time.Second)) // whoever works has a moment
		if err := database.Insert(db.View(t.Context()), "jobs", []outbox.Job{late, dead, soon}); err != nil {
			t.Fatal(err)
		}
		if j := o.upstream(supervisor).Jobs; j.Waiting != 1 || j.Oldest != late.RunAt || j.Dead != 1 || !j.Stopped || j.Worker != 2 {
			t.Errorf("told is %+v", j)
		}
		if err := g.Exec("UPDATE worker_beats SET seen_at = ? WHERE worker = 'b'", o.at.Add(-time.Minute)).Error; err != nil {
			t.Fatal(err)
		}
		if j := o.upstream(supervisor).Jobs; j.Stopped {
			t.Errorf("a minute after its beat: %+v", j)
		}
	})
}
