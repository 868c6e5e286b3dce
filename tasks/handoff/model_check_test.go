package handoff_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
)

// check holds every promise; settled says that no job is due.
func (w *world) check(settled bool) {
	open := map[string]int{}
	all := w.all()
	for _, h := range all {
		if h.State != handoff.Closed {
			open[fmt.Sprint(h.Kind, h.ContactID)]++
			w.checkOpen(h, settled)
		}
		w.checkLog(h)
		w.checkSteps(h, settled)
	}
	for which, n := range open {
		if n > 1 {
			w.fail("%d open handoffs of %s", n, which)
		}
	}
	w.checkCalls(all, settled)
}

// checkOpen holds that somebody owes the reply by some time, and that time will tell them.
func (w *world) checkOpen(h handoff.Handoff, settled bool) {
	if h.TeamID == 0 || h.DueAt.IsZero() || h.WarnAt > h.DueAt || h.OpenKey == nil || h.Result != "" || !h.ClosedAt.IsZero() {
		w.fail("nobody owes this by some time: %+v", h)
	}
	owned := h.OwnerID != 0 || h.OwnerName != ""
	if h.State == handoff.Taken && !owned || h.State == handoff.Open && owned {
		w.fail("whose is it: %+v", h)
	}
	var jobs []outbox.Job
	err := w.DB.View(context.Background()).Gorm().
		Where("kind = ? AND ref = ? AND state = ?", handoff.JobWatch, h.ID, outbox.Due).Find(&jobs).Error
	if err != nil {
		w.t.Fatal(err)
	}
	watched := len(jobs) == 1 && jobs[0].RunAt == h.LookAt
	if h.LookAt.IsZero() != (len(jobs) == 0) || !h.LookAt.IsZero() && !watched {
		w.fail("nobody watches %+v: %+v", h, jobs)
	}
	if settled && h.State == handoff.Replied {
		w.checkSecond(h)
	}
}

// checkSecond holds that after the reply there is a call to come, or what became of it is about to be told.
func (w *world) checkSecond(h handoff.Handoff) {
	var second callback.Callback
	if err := w.DB.View(context.Background()).Gorm().Where("id = ?", h.SecondCallID).Take(&second).Error; err != nil {
		w.fail("handoff %d has no second call: %v", h.ID, err)
	}
	telling := w.Count(w.t, "jobs", "kind = ? AND ref = ? AND state = ?", callback.JobClosed, second.ID, outbox.Due)
	if !slices.Contains(callback.OpenStates(), second.State) && telling != 1 {
		w.fail("the second call of handoff %d is over, and nobody tells: %+v", h.ID, second)
	}
	if second.DueAt.IsZero() || second.ContactID != h.ContactID {
		w.fail("the second call of handoff %d: %+v", h.ID, second)
	}
}

// checkLog holds that every word that was written is in the log, in its order, and that the log tells how the handoff came to be as it is.
func (w *world) checkLog(h handoff.Handoff) {
	var log []handoff.Entry
	if err := w.DB.View(context.Background()).Gorm().Where("handoff_id = ?", h.ID).Order("id").Find(&log).Error; err != nil {
		w.t.Fatal(err)
	}
	if len(log) == 0 || log[0].Act != handoff.ActOpened || log[len(log)-1].State != h.State {
		w.fail("the log of handoff %d: %+v", h.ID, log)
	}
	at := 0
	for i, e := range log {
		if i > 0 && e.FromState != log[i-1].State {
			w.fail("entry %d of handoff %d is out of order: %+v", i, h.ID, log)
		}
		if at < len(w.said[h.ID]) && e.Words == w.said[h.ID][at] {
			at++
		}
	}
	if at < len(w.said[h.ID]) {
		w.fail("handoff %d has lost %q", h.ID, w.said[h.ID][at:])
	}
}

// checkSteps holds that every step that is due was taken, each once, and told once.
func (w *world) checkSteps(h handoff.Handoff, settled bool) {
	for _, step := range handoff.Steps() {
		code := strconv.Itoa(int(step))
		taken := w.Count(w.t, "handoff_entries", "handoff_id = ? AND act = ? AND code = ?", h.ID, handoff.ActEscalated, code)
		told := w.Count(w.t, "handoff_notices", "handoff_id = ? AND code = ?", h.ID, "step_"+code)
		want := 0
		if int(step) <= h.Step {
			want = 1
		}
		if taken != want || told != want {
			w.fail("step %d of handoff %d was taken %d times and told %d times: %+v", step, h.ID, taken, told, h)
		}
	}
	if !settled || !h.Owed() || h.State == handoff.Suspended {
		return
	}
	now := w.Now()
	if h.WarnAt <= now && h.Step < int(handoff.StepWarned) || h.DueAt <= now && h.Step < int(handoff.StepLead) {
		w.fail("time has passed and nobody was told of %+v", h)
	}
	if h.LookAt != 0 && h.LookAt <= now {
		w.fail("nobody has looked at %+v", h)
	}
}

// checkCalls holds that nothing is offered about a contact whose reply is owed, and that no promise ends unkept: what was not solved in a
// second call has a next round.
func (w *world) checkCalls(all []handoff.Handoff, settled bool) {
	owed := map[int64]bool{}
	for _, h := range all {
		owed[h.ContactID] = owed[h.ContactID] || h.Owed()
		if h.Result == handoff.NotSolved && h.NextID == 0 {
			w.fail("handoff %d is not solved, and that is all", h.ID)
		}
	}
	if !settled {
		return
	}
	var ready []callback.Callback
	if err := w.DB.View(context.Background()).Gorm().Where("state = ?", callback.Ready).Find(&ready).Error; err != nil {
		w.t.Fatal(err)
	}
	for _, c := range ready {
		since := w.Count(w.t, "handoffs", "contact_id = ? AND created_at > ?", c.ContactID, c.ReadyAt)
		if owed[c.ContactID] && c.ReadyAt <= w.Now() && since > 0 {
			w.fail("callback %d is offered before the reply: %+v", c.ID, c)
		}
	}
	var open []callback.Callback
	err := w.DB.View(context.Background()).Gorm().
		Where("state IN ? AND kind = ?", callback.OpenStates(), callback.SecondKind).Find(&open).Error
	if err != nil {
		w.t.Fatal(err)
	}
	seconds := map[int64]int{}
	for _, c := range open {
		for _, h := range all {
			if h.SecondCallID == c.ID && h.Result == handoff.Solved && h.NextID == 0 && c.LeaseUntil <= w.Now() {
				w.fail("handoff %d is solved by a call that is still to be made: %+v", h.ID, c)
			}
		}
		if seconds[c.ContactID]++; seconds[c.ContactID] > 1 && c.LeaseUntil <= w.Now() {
			w.fail("two second calls about contact %d", c.ContactID)
		}
	}
}
