package worklist_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

var (
	names   = []string{"张伟", "张伟强", "王伟", "欧阳伟强", "李娜", "Ann Smith"}
	reasons = []callback.Reason{callback.ReasonPlanned, callback.ReasonPaused, callback.ReasonSkipped}
)

// paper is a callback with what a list says of it.
type paper struct {
	callback.Callback

	source                        int64
	name, phone, ticket, category string
}

// drawn fills a centre with callbacks in every state and returns what they are.
func drawn(t *testing.T, db *database.DB) (taskstest.Centre, []paper) {
	t.Helper()
	batch := taskstest.Severes(40)
	for i := range batch {
		in := &batch[i]
		in.Customer.Name, in.Category = names[i%len(names)], []string{"宽带报修", "移机", "资费"}[i%3]
		in.Participants[0].Team = []string{"一线", "二线"}[i%2]
		in.ExternalID = fmt.Sprintf("%s-%d", []string{"T", "TK"}[i%2], i)
		in.Customer.Phones = []string{fmt.Sprintf("1391234%04d", 8000+i%20)}
		in.Complaint = new(i%4 == 0)
	}
	c := taskstest.New(t, db)
	c.Take(t, batch[:30]...)
	other, err := c.Contacts.EnsureSource(t.Context(), "pbx")
	if err != nil {
		t.Fatal(err)
	}
	first := c.Source
	c.Source = other.ID
	c.Take(t, batch[30:]...)
	c.Source = first
	c.Plan(t)
	set := func(values string, args ...any) {
		if err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET "+values, args...).Error; err != nil {
			t.Fatal(err)
		}
	}
	at := func(minutes string) string {
		return fmt.Sprintf("%d + (%s) * 60000000", c.Now(), minutes)
	}
	set("due_at = " + at("id * 37 % 13 * 30 - 120") + ", priority = 1 + id % 3, created_at = " + at("id - 100"))
	set("wait_reason = ?, state = 'waiting' WHERE id % 5 = 1", reasons[0])
	set("wait_reason = ?, state = 'waiting', reserved_for = 2 WHERE id % 7 = 1", reasons[1])
	set("state = 'claimed', wait_reason = '', caller_id = 3, lease_until = " + at("5") + " WHERE id % 9 = 1")
	set("state = 'done', wait_reason = '', caller_id = 2, close_reason = 'solved', closed_at = " + at("id % 4 - 10") + " WHERE id % 6 = 2")
	set("state = 'cancelled', wait_reason = '', close_reason = 'expired', closed_at = " + at("id % 3 - 10") + " WHERE id % 8 = 3")
	var all []paper
	var rows []callback.Callback
	if err := db.View(t.Context()).Gorm().Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		contacts, err := contact.ContactsByID(db.View(t.Context()), []int64{row.ContactID})
		if err != nil {
			t.Fatal(err)
		}
		about := contacts[row.ContactID]
		var n int
		if _, err := fmt.Sscanf(about.ExternalID[strings.Index(about.ExternalID, "-")+1:], "%d", &n); err != nil {
			t.Fatal(err)
		}
		all = append(all, paper{row, about.SourceID, batch[n].Customer.Name, batch[n].Customer.Phones[0], about.ExternalID, about.Category})
	}
	return c, all
}

// matches is the filter, read naively.
func (p paper) matches(f worklist.Filter, now clock.Instant) bool {
	set, _ := f.Effective()
	open := p.ClosedAt == 0
	in := func(at clock.Instant) bool { return at >= f.From && (f.To == 0 || at < f.To) }
	period := map[worklist.Period]clock.Instant{
		worklist.DueIn: p.DueAt, worklist.PlannedIn: p.CreatedAt, worklist.ClosedIn: p.ClosedAt, "": f.From,
	}
	found := strings.HasPrefix(p.name, f.Search) || strings.HasSuffix(p.name, f.Search) || strings.HasPrefix(p.ticket, f.Search) ||
		len(f.Search) >= 4 && strings.HasSuffix(p.phone, f.Search)
	return (set == worklist.Any || open == (set == worklist.Open)) && found &&
		(f.State == "" || p.State == f.State) && (f.Kind == "" || p.Kind == f.Kind) &&
		(f.Reason == "" || p.WaitReason == f.Reason || p.CloseReason == f.Reason) &&
		(f.CallerID == 0 || p.CallerID == f.CallerID || p.ReservedFor == f.CallerID) &&
		(f.TeamID == 0 || p.TeamID == f.TeamID) && (f.SourceID == 0 || p.source == f.SourceID) &&
		(f.Category == "" || p.category == f.Category) && (!f.Overdue || open && p.DueAt < now) &&
		(!f.Held || p.State == callback.Claimed && p.LeaseUntil > now) && (f.Of == "" || in(period[f.Of]))
}

// Whatever narrows and orders the list: page by page it has what a naive reading finds, in its order, each callback once.
func TestTheWorkListIsWhatANaiveReadingFinds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, all := drawn(t, db)
		team, total, found := all[0].TeamID, 0, 0
		rapid.Check(t, func(rt *rapid.T) {
			now := c.Now()
			f := drawFilter(rt, team, c.Source, now)
			viewer, sees := taskstest.Supervisor, func(paper) bool { return true }
			switch rapid.IntRange(0, 3).Draw(rt, "viewer") {
			case 0:
				viewer.TeamIDs = []int64{team}
				sees = func(p paper) bool { return p.TeamID == team }
			case 1:
				viewer = account.Viewer{Role: account.Machine, SourceID: c.Source}
				sees = func(p paper) bool { return p.source == c.Source }
			}
			var want []paper
			for _, p := range all {
				if sees(p) && p.matches(f, now) {
					want = append(want, p)
				}
			}
			set, sort := f.Effective()
			slices.SortFunc(want, func(a, b paper) int { return order(set, sort, a, b) })
			if total++; len(want) > 0 {
				found++
			}
			wanted := make([]int64, len(want))
			for i, p := range want {
				wanted[i] = p.ID
			}
			lists := c.Worklist
			if rapid.Bool().Draw(rt, "walking") {
				lists = lists.Walking()
			}
			if diff := gocmp.Diff(wanted, readAll(rt, lists, viewer, f)); diff != "" {
				rt.Errorf("%+v (-naive +list):\n%s", f, diff)
			}
		})
		if found < total/3 {
			t.Errorf("of %d lists only %d had anything in them", total, found)
		}
	})
}

func order(set worklist.Set, sort worklist.Sort, a, b paper) int {
	switch {
	case set == worklist.Any:
		return cmp.Compare(b.ID, a.ID)
	case set == worklist.Closed:
		return cmp.Or(cmp.Compare(b.ClosedAt, a.ClosedAt), cmp.Compare(b.ID, a.ID))
	case sort == worklist.ByAge:
		return cmp.Compare(a.ID, b.ID)
	case sort == worklist.ByPriority && a.Priority != b.Priority:
		return cmp.Compare(a.Priority, b.Priority)
	}
	return cmp.Or(cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID))
}

func readAll(rt *rapid.T, lists *worklist.Service, viewer account.Viewer, f worklist.Filter) []int64 {
	ids := []int64{}
	f.Limit = 3
	for {
		page, err := lists.List(rt.Context(), viewer, f)
		if err != nil {
			rt.Fatal(err)
		}
		for _, row := range page {
			ids = append(ids, row.Callback.ID)
			f.After = f.Key(row)
		}
		if len(page) < f.Limit {
			return ids
		}
	}
}

// drawFilter draws an order and up to three conditions: with more there is mostly nothing left.
func drawFilter(rt *rapid.T, team, source int64, now clock.Instant) (f worklist.Filter) {
	f.Sort = rapid.SampledFrom(append(worklist.Sorts(), "")).Draw(rt, "sort")
	conditions := []func(){
		func() { f.Set = rapid.SampledFrom(worklist.Sets()).Draw(rt, "set") },
		func() {
			f.Kind = rapid.SampledFrom([]callback.Kind{callback.ConfirmKind, callback.ComplaintKind}).Draw(rt, "kind")
		},
		func() { f.State = rapid.SampledFrom(callback.States()).Draw(rt, "state") },
		func() {
			f.Reason = rapid.SampledFrom(append(slices.Clone(reasons), "solved", "expired")).Draw(rt, "reason")
		},
		func() { f.CallerID = rapid.SampledFrom([]int64{2, 3}).Draw(rt, "caller") },
		func() { f.TeamID = rapid.SampledFrom([]int64{team, 99}).Draw(rt, "team") },
		func() { f.SourceID = source },
		func() {
			f.Category = rapid.SampledFrom([]string{"移机", "宽带报修", "没有"}).Draw(rt, "category")
		},
		func() { f.Overdue = true },
		func() { f.Held = true },
		func() {
			words := []string{"张", "伟", "伟强", "8003", "12348003", "TK", "T-1", "Smith", "%", "没有"}
			f.Search = rapid.SampledFrom(words).Draw(rt, "search")
		},
		func() {
			f.Of = rapid.SampledFrom(worklist.Periods()).Draw(rt, "period")
			f.From, f.To = now.Add(-90*time.Minute), now.Add(time.Duration(rapid.IntRange(-20, 200).Draw(rt, "to"))*time.Minute)
		},
	}
	for range rapid.IntRange(0, 3).Draw(rt, "conditions") {
		conditions[rapid.IntRange(0, len(conditions)-1).Draw(rt, "condition")]()
	}
	return f
}
