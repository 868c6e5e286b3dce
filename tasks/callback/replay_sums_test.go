package callback_test

import (
	"maps"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// checkAttempts compares what is stored with the file: attempts by outcome, customers by attempts, and how long was talked.
func (r *replay) checkAttempts(calls []realCall) {
	want, byAttempts := map[string]int{}, map[int]int{}
	var talk time.Duration
	short := 0
	for _, call := range calls {
		if call.talk < leastTalk {
			short++
		}
		byAttempts[call.attempts]++
		want["no_answer "] += call.attempts - 1
		if call.yes {
			want["reached solved"]++
		} else {
			want["reached declined"]++
		}
		if (call.attempts-1)/callback.MaxAttempts > 0 {
			want["unreachable"] += (call.attempts - 1) / callback.MaxAttempts
		}
		talk += max(call.talk, leastTalk)
	}
	r.compare(want, byAttempts, talk)
	if r.short != short {
		r.t.Errorf("%d talks were refused as too short, want %d", r.short, short)
	}
}

// compare compares what is stored with what was counted in the file.
func (r *replay) compare(want map[string]int, byAttempts map[int]int, talk time.Duration) {
	var attempts []struct {
		ContactID                  int64
		CallResult, BusinessResult string
		StartedAt, EndedAt         clock.Instant
	}
	r.read(&attempts, `SELECT c.contact_id, a.call_result, a.business_result, a.started_at, a.ended_at
		FROM attempts a JOIN callbacks c ON c.id = a.callback_id`)
	got, tried := map[string]int{}, map[int64]int{}
	for _, a := range attempts {
		got[a.CallResult+" "+a.BusinessResult]++
		tried[a.ContactID]++
		if a.BusinessResult != "" {
			talk -= a.EndedAt.Sub(a.StartedAt)
		}
	}
	if n := r.Count(r.t, "callbacks", "close_reason = ?", callback.ReasonUnreachable); n > 0 {
		got["unreachable"] = n
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		r.t.Errorf("outcomes (-file +stored):\n%s", diff)
	}
	stored := map[int]int{}
	for n := range maps.Values(tried) {
		stored[n]++
	}
	if diff := gocmp.Diff(byAttempts, stored); diff != "" {
		r.t.Errorf("customers by attempts (-file +stored):\n%s", diff)
	}
	if talk != 0 {
		r.t.Errorf("the talks of the file lasted %s longer", talk)
	}
	if r.Count(r.t, "callbacks", "state <> ?", callback.Finished) != 0 {
		r.t.Error("callbacks are open or cancelled")
	}
}

// checkCaps looks that nobody was called at night, twice in an hour, or more than three times in 24 hours.
func (r *replay) checkCaps() {
	var calls []struct {
		CustomerID int64
		StartedAt  clock.Instant
	}
	r.read(&calls, "SELECT customer_id, started_at FROM attempts ORDER BY customer_id, started_at")
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	for i, call := range calls {
		if hour := call.StartedAt.In(zone).Hour(); hour < 9 || hour >= 20 {
			r.t.Errorf("customer %d is called at %s", call.CustomerID, call.StartedAt)
		}
		if i >= 1 && calls[i-1].CustomerID == call.CustomerID && call.StartedAt.Sub(calls[i-1].StartedAt) < time.Hour {
			r.t.Errorf("customer %d is called twice within an hour, at %s", call.CustomerID, call.StartedAt)
		}
		if i >= 3 && calls[i-3].CustomerID == call.CustomerID && call.StartedAt.Sub(calls[i-3].StartedAt) < 24*time.Hour {
			r.t.Errorf("customer %d is called four times within a day, at %s", call.CustomerID, call.StartedAt)
		}
	}
}

// checkDays adds up what callers see of their own days.
func (r *replay) checkDays(calls []realCall) {
	var dialled, reached, finished, unanswered, wantDialled int
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	for _, s := range r.seats {
		for day := clock.DayOf(taskstest.Morning, zone); day <= clock.DayOf(r.Now(), zone); day++ {
			seen, err := r.Worklist.MyDay(r.t.Context(), s.viewer, day)
			if err != nil {
				r.t.Fatal(err)
			}
			dialled, reached, finished = dialled+seen.Dialled, reached+seen.Reached, finished+seen.Finished
			for _, result := range seen.Results {
				if result.Result == callback.NoAnswer {
					unanswered += result.Count
				}
			}
		}
	}
	for _, call := range calls {
		wantDialled += call.attempts
	}
	if dialled != wantDialled || reached != len(calls) || finished != len(calls) || unanswered != wantDialled-len(calls) {
		r.t.Errorf("by their days they dialled %d, reached %d, finished %d, and nobody answered %d; the file has %d calls of %d customers",
			dialled, reached, finished, unanswered, wantDialled, len(calls))
	}
}

// checkDecisions looks that each customer has one decision, however often a callback was planned.
func (r *replay) checkDecisions(calls []realCall) {
	summary, err := r.Decisions.Summary(r.t.Context(), taskstest.Admin, 0, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, k := range summary.Kinds {
		if k.Kind == policy.FollowUpCallback && (k.Resolved != len(calls) || k.Planned != len(calls) || k.Undecided != 0) {
			r.t.Errorf("%d resolved, %d planned, %d undecided, of %d customers", k.Resolved, k.Planned, k.Undecided, len(calls))
		}
	}
}

func (r *replay) read(rows any, query string) {
	r.t.Helper()
	if err := r.DB.View(r.t.Context()).Gorm().Raw(query).Scan(rows).Error; err != nil {
		r.t.Fatal(err)
	}
}
