package callback_test

import (
	"encoding/json"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

func (w *modelWorld) find(into any, sql string, args ...any) {
	if err := w.DB.View(w.t.Context()).Gorm().Raw(sql, args...).Scan(into).Error; err != nil {
		w.t.Fatal(err)
	}
}

func (w *modelWorld) rows() (rows []*callback.Callback) {
	w.find(&rows, "SELECT * FROM callbacks ORDER BY id")
	return rows
}

func (w *modelWorld) held() (held []paperHold) {
	var rows []struct {
		PersonID, CallerID, CallbackID, Fence int64
		Slot                                  callback.Slot
		UntilAt                               clock.Instant
	}
	w.find(&rows, "SELECT * FROM holds WHERE until_at > ? ORDER BY person_id", w.Now())
	for _, r := range rows {
		held = append(held, paperHold{r.PersonID, r.CallerID, r.CallbackID, r.Fence, r.Slot, r.UntilAt})
	}
	return held
}

func (w *modelWorld) attempts() (rows []callback.Attempt) {
	w.find(&rows, "SELECT * FROM attempts ORDER BY id")
	return rows
}

// number gives the attempts on paper the ids that the database gave them.
func (w *modelWorld) number() {
	for _, a := range w.attempts() {
		for _, on := range w.paper.attempts {
			if on.CallbackID == a.CallbackID && on.No == a.No {
				on.ID = a.ID
			}
		}
	}
}

func (w *modelWorld) made() (lines []string) {
	for _, a := range w.attempts() {
		lines = append(lines, attemptLine(a))
	}
	return lines
}

func attemptLine(a callback.Attempt) string {
	return fmt.Sprintf("%d.%d by %d under %d of %v, from %v to %v: %s %s %s",
		a.CallbackID, a.No, a.CallerID, a.Fence, a.ClaimedAt, a.StartedAt, a.EndedAt, a.CallResult, a.BusinessResult, a.Note)
}

func (w *modelWorld) typed() map[[2]int64]string {
	var rows []struct {
		CallbackID, CallerID int64
		Body                 string
	}
	w.find(&rows, "SELECT * FROM drafts")
	typed := map[[2]int64]string{}
	for _, r := range rows {
		var o callback.Outcome
		if err := json.Unmarshal([]byte(r.Body), &o); err != nil {
			w.t.Fatal(err)
		}
		typed[[2]int64{r.CallbackID, r.CallerID}] = o.Note
	}
	return typed
}

// looks is when the job of each callback comes; that there is one at most is checked on the way.
func (w *modelWorld) looks() map[int64]clock.Instant {
	var jobs []outbox.Job
	w.find(&jobs, "SELECT * FROM jobs WHERE kind = ? AND state IN ?", callback.JobOffer, outbox.OpenStates())
	at := map[int64]clock.Instant{}
	for _, job := range jobs {
		if _, twice := at[job.Ref]; twice {
			w.t.Fatalf("callback %d has two jobs", job.Ref)
		}
		at[job.Ref] = job.RunAt
	}
	return at
}
