package incident_test

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/tasks/incident"
)

// came takes in contacts that began at an instant and are open.
func (o *office) came(at clock.Instant, category string, n int) {
	o.t.Helper()
	batch := make([]contact.Input, n)
	for k := range batch {
		o.made++
		in := o.fault(fmt.Sprint("X-", o.made), category, o.made)
		in.Status, in.ResolvedAt, in.OpenedAt, in.ChangedAt = contact.Open, 0, at, at
		in.Product = "宽带"
		batch[k] = in
	}
	if n > 0 {
		o.take(batch...)
	}
}

// look lets the alarm look.
func (o *office) look() []incident.Incident {
	o.t.Helper()
	o.at = o.at.Add(2 * time.Minute)
	must(o.t, o.Incidents.Bursts(o.t.Context(), noTicket))
	all, err := o.Incidents.List(o.t.Context(), lead)
	must(o.t, err)
	return all
}

// A burst is proposed once, pauses nothing by itself, and does not come again when it was dismissed; the next one does.
func TestABurstIsProposedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		now := o.at
		for week := 1; week <= 4; week++ {
			o.came(now.Add(-time.Duration(week)*7*24*time.Hour), "断网", 3)
			o.came(now.Add(-time.Duration(week)*7*24*time.Hour), "资费", 12)
		}
		o.came(now, "资费", 12)
		if all := o.look(); len(all) != 0 {
			t.Fatalf("usual traffic is proposed: %+v", all)
		}
		o.came(now, "断网", 30)
		all := o.look()
		if len(all) != 1 {
			t.Fatalf("%d proposals: %+v", len(all), all)
		}
		i := all[0]
		if i.State != incident.Proposed || i.Value != "断网" || i.Seen != 30 || i.Usual != 3 || len(i.Filter()) != 1 {
			t.Errorf("proposed %+v", i)
		}
		must(t, o.Incidents.Dismiss(t.Context(), lead, i.ID, "培训数据"))
		o.came(o.at, "断网", 20)
		if all := o.look(); len(all) != 1 {
			t.Errorf("it comes again: %+v", all)
		}
		o.at = o.at.Add(26 * time.Hour)
		o.came(o.at, "断网", 40)
		if all := o.look(); len(all) != 2 || all[0].State != incident.Proposed {
			t.Errorf("the next day's is not proposed: %+v", all)
		}
	})
}

// All is what is tied and what is not, also for one incident of two, and after a contact was removed.
func TestFiguresAddUpWithAndWithoutIncidents(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		var batch []contact.Input
		for n := range 12 {
			in := o.fault(fmt.Sprint("A-", n), []string{"断网", "停电", "资费"}[n%3], n+1)
			in.Answers = []contact.InputAnswer{{Metric: "csat", Value: &[]int{1, 2, 5}[n%3]}}
			batch = append(batch, in)
		}
		contacts := o.take(batch...)
		o.work(contact.JobRecordAnswers)
		o.work(everything()...)
		first := o.begin("断网", nil)
		o.begin("停电", nil)
		o.work(everything()...)
		score := func(scope figures.IncidentScope, id int64) (n, high int64) {
			day := clock.DayOf(o.at, time.UTC)
			f, err := o.Figures.Score(t.Context(), figures.Query{
				Metric: figures.CSAT, From: day - 1, To: day + 1, Viewer: lead, Incidents: scope, IncidentID: id,
			})
			must(t, err)
			return f.N, f.High
		}
		for _, c := range []struct{ id, only int64 }{{0, 8}, {first.ID, 4}} {
			n, high := score(figures.WithIncidents, c.id)
			with, withHigh := score(figures.OnlyIncidents, c.id)
			without, withoutHigh := score(figures.WithoutIncidents, c.id)
			if n != 12 || with != c.only || with+without != n || withHigh+withoutHigh != high {
				t.Errorf("%d: %d of %d, without %d; satisfied %d, %d, %d", c.id, with, n, without, high, withHigh, withoutHigh)
			}
		}
		must(t, o.Incidents.Remove(t.Context(), lead, first.ID, contacts[0], "不是"))
		if n, _ := score(figures.OnlyIncidents, first.ID); n != 3 {
			t.Errorf("after one was removed %d answers are left", n)
		}
	})
}
