package bulk_test

import (
	"context"
	"maps"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/internal/taskstest"
)

func ids(t *testing.T, c taskstest.Centre) []int64 {
	t.Helper()
	var all []int64
	if err := c.DB.View(t.Context()).Gorm().Table("callbacks").Order("id").Pluck("id", &all).Error; err != nil {
		t.Fatal(err)
	}
	return all
}

// another is an empty database like one.
func another(t *testing.T, db *database.DB) *database.DB {
	t.Helper()
	if db.Dialect() == database.MySQL {
		return dbtest.MySQL(t)
	}
	return dbtest.SQLite(t)
}

func begin(t *testing.T, c taskstest.Centre, viewer account.Viewer, ids []int64, act callback.Act) bulk.Act {
	t.Helper()
	begun, err := c.Bulk.Begin(t.Context(), viewer, ids, act)
	if err != nil {
		t.Fatal(err)
	}
	return begun
}

func report(t *testing.T, c taskstest.Centre, actID int64) bulk.Report {
	t.Helper()
	r, err := c.Bulk.Report(t.Context(), taskstest.Admin, actID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finish runs the job of an act until it is over; now and then a worker dies, and one comes late.
func finish(t *testing.T, c taskstest.Centre, actID int64) bulk.Report {
	t.Helper()
	for range 20 {
		for _, job := range c.Jobs(t, bulk.JobAct) {
			ticket := c.Queued(t, job)
			dead, die := context.WithCancel(t.Context())
			die()
			if err := c.Bulk.Work(dead, ticket, job.Ref); err == nil {
				t.Fatal("a dead worker went on")
			}
			if err := c.Bulk.Work(t.Context(), ticket, job.Ref); err != nil {
				t.Fatal(err)
			}
			if err := c.Bulk.Work(t.Context(), ticket, job.Ref); !fault.Is(err, fault.Conflict) {
				t.Errorf("the same try once more: %v", err)
			}
		}
	}
	r := report(t, c, actID)
	if !r.Act.Over() {
		t.Fatalf("it is never done: %+v", r)
	}
	return r
}

// As a job, with workers that die: each callback is handled once, and put back once, but for what was touched since.
func TestManyCallbacksAreHandledOnceAndPutBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		const n = 2*100 + 50
		c := taskstest.Planned(t, db, taskstest.Severes(n)...)
		all := ids(t, c)
		if len(all) != n {
			t.Fatalf("%d callbacks", len(all))
		}
		act := begin(t, c, taskstest.Supervisor, all, callback.Act{Kind: callback.ActCancel, Why: "活动取消"})
		if act.State != bulk.Running || len(c.Jobs(t, bulk.JobAct)) != 1 {
			t.Fatalf("%d callbacks are no job: %+v", n, act)
		}
		if r := finish(t, c, act.ID); r.Counts[bulk.RowDone] != n || r.Act.State != bulk.Done || r.Handled() != n {
			t.Errorf("done: %+v", r)
		}
		if got := c.Count(t, "callback_changes", "kind = 'cancelled' AND detail = '活动取消' AND user_id = 900"); got != n {
			t.Errorf("%d stories say who and why", got)
		}
		if got := c.Count(t, "decisions", "kind = 'callback' AND cancelled_at > 0"); got != n {
			t.Errorf("%d decisions know", got)
		}
		touched := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET changed_at = changed_at + 1 WHERE id = ?", all[3])
		if touched.Error != nil {
			t.Fatal(touched.Error)
		}
		c.Pass(time.Minute)
		if _, err := c.Bulk.Undo(t.Context(), taskstest.Supervisor, act.ID); err != nil {
			t.Fatal(err)
		}
		r := finish(t, c, act.ID)
		if r.Counts[bulk.RowUndone] != n-1 || r.Counts[bulk.RowKept] != 1 || r.Kept[0].Code != "callback_moved_on" {
			t.Errorf("put back: %+v", r)
		}
		if c.Count(t, "callbacks", "state = 'cancelled' AND id = ?", all[3]) != 1 || c.Count(t, "callbacks", "closed_at = 0") != n-1 {
			t.Error("they are not what they were")
		}
		if got := c.Count(t, "decisions", "kind = 'callback' AND cancelled_at > 0"); got != 1 {
			t.Errorf("%d decisions are still given up", got)
		}
		if _, err := c.Bulk.Undo(t.Context(), taskstest.Supervisor, act.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("put back twice: %v", err)
		}
		c.Claim(t, taskstest.Caller(1)) // there is work again
	})
}

// What is counted first is what is done and refused, by the same reasons.
func TestWhatIsCountedFirstIsWhatIsDone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for _, act := range []callback.Act{
			{Kind: callback.ActReassign, CallerID: 2},
			{Kind: callback.ActReassign, CallerID: 77},
			{Kind: callback.ActReassign, Free: true},
			{Kind: callback.ActRelease},
			{Kind: callback.ActRelease, Free: true},
			{Kind: callback.ActPriority, Priority: 3},
			{Kind: callback.ActPriority, Priority: 2},
			{Kind: callback.ActCancel},
			{Kind: callback.ActPause, At: taskstest.Morning.Add(time.Hour)},
			{Kind: callback.ActMove, At: taskstest.Morning.Add(3 * time.Hour)},
			{Kind: callback.ActMove, At: taskstest.Morning.Add(15 * time.Hour)}, // at night
		} {
			fresh := taskstest.Planned(t, another(t, db), taskstest.Severes(6)...)
			fresh.Hire(t, 1, 2)
			all := ids(t, fresh)
			fresh.Claim(t, taskstest.Caller(1))
			for _, change := range []string{
				"reserved_for = 1 WHERE id = 2", "state = 'done', closed_at = 1 WHERE id = 3",
				"state = 'waiting', wait_reason = 'appointment', appointment_at = ready_at WHERE id = 4", "not_for = 2 WHERE id = 5",
			} {
				if err := fresh.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET " + change).Error; err != nil {
					t.Fatal(err)
				}
			}
			act.Why = "调整"
			weighed, err := fresh.Bulk.Weigh(t.Context(), taskstest.Supervisor, append(all, 999), act)
			if err != nil {
				t.Fatal(err)
			}
			r := report(t, fresh, begin(t, fresh, taskstest.Supervisor, append(all, 999), act).ID)
			refused := map[string]int{}
			for _, reason := range r.Refused {
				refused[reason.Code] += reason.Count
			}
			if diff := gocmp.Diff(weighed.Refused, refused); diff != "" || weighed.Would != r.Counts[bulk.RowDone] {
				t.Errorf("%+v: counted %d, done %d (-counted +refused):\n%s", act, weighed.Would, r.Counts[bulk.RowDone], diff)
			}
			if !maps.Equal(weighed.Refused, refused) || weighed.Total != 7 {
				t.Errorf("%+v: %+v", act, weighed)
			}
		}
	})
}

// What is held together is freed together: each of it counts as given back, whichever of it comes first.
func TestAConversationThatIsFreedIsDoneAsAWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1), taskstest.ComplaintOf(1))
		if desk := c.Claim(t, taskstest.Caller(1)); len(desk.Others) != 1 {
			t.Fatalf("held together: %d", len(desk.Others))
		}
		act := begin(t, c, taskstest.Supervisor, ids(t, c), callback.Act{Kind: callback.ActRelease, Free: true, Why: "下班了"})
		if r := report(t, c, act.ID); r.Counts[bulk.RowDone] != 2 {
			t.Errorf("given back: %+v", r)
		}
		if _, err := c.Bulk.Undo(t.Context(), taskstest.Supervisor, act.ID); err != nil {
			t.Fatal(err)
		}
		if r := report(t, c, act.ID); r.Counts[bulk.RowKept] != 2 || r.Kept[0].Code != "callback_was_held" {
			t.Errorf("taken back: %+v", r)
		}
	})
}

// Every act on a callback nobody has is put back to what it was, but for when it became ready.
func TestEveryActIsPutBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		c.Hire(t, 1, 2)
		if err := c.Callbacks.Reassign(t.Context(), taskstest.Supervisor, 1, 1, "熟悉客户"); err != nil {
			t.Fatal(err)
		}
		for _, act := range []callback.Act{
			{Kind: callback.ActReassign, CallerID: 2},
			{Kind: callback.ActRelease},
			{Kind: callback.ActPriority, Priority: 1},
			{Kind: callback.ActMove, At: taskstest.Morning.Add(3 * time.Hour)},
			{Kind: callback.ActPause, At: taskstest.Morning.Add(time.Hour)},
			{Kind: callback.ActCancel},
		} {
			act.Why = "试一下"
			before := c.Callback(t)
			begun := begin(t, c, taskstest.Supervisor, []int64{1}, act)
			if changed := c.Callback(t); gocmp.Equal(before, changed, gocmp.AllowUnexported(callback.Callback{})) {
				t.Errorf("%s changed nothing", act.Kind)
			}
			if _, err := c.Bulk.Undo(t.Context(), taskstest.Supervisor, begun.ID); err != nil {
				t.Fatal(err)
			}
			after := c.Callback(t)
			after.ReadyAt, after.ChangedAt = before.ReadyAt, before.ChangedAt
			if diff := gocmp.Diff(before, after, gocmp.AllowUnexported(callback.Callback{})); diff != "" {
				t.Errorf("%s is not put back (-before +after):\n%s", act.Kind, diff)
			}
		}
	})
}

// Who may not log in any more does nothing, and another supervisor's act is not theirs.
func TestAnActIsOfWhoAskedForIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(201)...)
		c.Hire(t, 900)
		act := begin(t, c, taskstest.Supervisor, ids(t, c), callback.Act{Kind: callback.ActCancel, Why: "x"})
		if err := db.View(t.Context()).Gorm().Exec("UPDATE users SET disabled_at = 1 WHERE id = 900").Error; err != nil {
			t.Fatal(err)
		}
		if r := finish(t, c, act.ID); r.Counts[bulk.RowRefused] != 201 || r.Refused[0].Code != "act_right" {
			t.Errorf("who left did %+v", r)
		}
		other := account.Viewer{UserID: 901, Role: account.Supervisor}
		if _, err := c.Bulk.Report(t.Context(), other, act.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another supervisor reads it: %v", err)
		}
		if _, err := c.Bulk.Undo(t.Context(), other, act.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another supervisor takes it back: %v", err)
		}
		_, err := c.Bulk.Begin(t.Context(), taskstest.Caller(1), []int64{1}, callback.Act{Kind: callback.ActCancel, Why: "x"})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller: %v", err)
		}
	})
}
