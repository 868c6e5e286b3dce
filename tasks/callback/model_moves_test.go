package callback_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/internal/taskstest"
)

// moves are the commands. What follows from others is drawn more often than what ends them.
var moves = []string{
	"claim", "prefetch", "pick", "draft", "dial", "skip", "release", "transfer to a colleague", "transfer to a team", "pause", "resume",
	"finish", "undo", "correct", "reopen", "suppress", "merge", "split", "pass time", "run jobs", "reassign", "free", "cancel",
	"say what needs a skill", "learn or forget a skill", "say how long a skill is waited for",
}

var often = slices.Concat(moves, []string{
	"claim", "claim", "claim", "claim", "prefetch", "dial", "dial", "finish", "finish", "finish", "finish", "undo", "undo",
	"pass time", "pass time", "run jobs", "run jobs", "resume", "resume", "draft",
	"correct", "correct", "correct", "split", "split", "merge",
})

// recordable are outcomes of every kind.
func (w *modelWorld) recordable(rt *rapid.T) callback.Outcome {
	at := w.Now().Add(time.Duration(rapid.SampledFrom([]int{1, 2, 5, 24}).Draw(rt, "appointed in")) * time.Hour)
	o := rapid.SampledFrom([]callback.Outcome{
		{CallResult: callback.NoAnswer},
		{CallResult: callback.NoAnswer},
		{CallResult: callback.Busy},
		{CallResult: callback.WrongNumber},
		{CallResult: callback.Reached, BusinessResult: callback.Solved},
		{CallResult: callback.Reached, BusinessResult: callback.NotSolved},
		{CallResult: callback.Reached, BusinessResult: callback.Declined},
		{CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at},
		{CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, AppointmentFor: callback.ForMe},
		{CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at, AppointmentUntil: at.Add(2 * time.Hour)},
		{CallResult: callback.Reached, BusinessResult: callback.NeverContact},
	}).Draw(rt, "outcome")
	o.Note = rapid.SampledFrom([]string{"仍慢", "已好"}).Draw(rt, "note")
	return o
}

// target draws a callback with who is to do something to it and under which fence: mostly who has it, now and then somebody else.
func (w *modelWorld) target(rt *rapid.T, which func(*callback.Callback) bool) (c *callback.Callback, v account.Viewer, fence int64) {
	rows := slices.DeleteFunc(slices.Clone(w.paper.rows), func(c *callback.Callback) bool { return !which(c) })
	astray := len(rows) == 0 || rapid.IntRange(0, 9).Draw(rt, "astray") == 0
	if astray {
		rows = w.paper.rows
	}
	c = rapid.SampledFrom(rows).Draw(rt, "callback")
	v, fence = rapid.SampledFrom(w.paper.staff).Draw(rt, "who"), c.Fence
	if astray {
		fence -= rapid.Int64Range(0, 1).Draw(rt, "old fence")
		return c, v, fence
	}
	for _, s := range w.paper.staff {
		if s.UserID == c.CallerID {
			v = s
		}
	}
	return c, v, fence
}

func ok(err error) (string, error) { return "ok", err }

// draw draws a command. One that has nothing to be done to is none.
func (w *modelWorld) draw(rt *rapid.T) move {
	m := move{name: rapid.SampledFrom(often).Draw(rt, "command")}
	ctx := context.Background()
	anybody := rapid.SampledFrom(append(slices.Clone(w.paper.staff), w.me, w.mate)).Draw(rt, "viewer")
	switch m.name {
	case "claim", "prefetch":
		m.commits, m.about = true, anybody.Name
		m.real = func() (string, error) {
			if m.name == "prefetch" {
				next, err := w.Callbacks.Prefetch(ctx, anybody)
				return deskOf(next.Desk), err
			}
			desk, err := w.Callbacks.Claim(ctx, anybody)
			return deskOf(desk), err
		}
		m.paper = func(d *naive) (string, error) {
			if m.name == "prefetch" {
				return d.prefetch(anybody)
			}
			return d.claim(anybody)
		}
	case "pick":
		c, _, _ := w.target(rt, open)
		m.about = about(c, anybody)
		m.real = func() (string, error) {
			desk, err := w.Callbacks.Pick(ctx, anybody, c.ID)
			return deskOf(desk), err
		}
		m.paper = func(d *naive) (string, error) { return d.pick(anybody, c.ID) }
	case "undo":
		c, v, _ := w.target(rt, func(c *callback.Callback) bool {
			return slices.ContainsFunc(w.paper.attempts, func(a *paperAttempt) bool { return a.CallbackID == c.ID && a.handOn })
		})
		m.about = about(c, v)
		m.real = func() (string, error) {
			desk, err := w.Callbacks.Undo(ctx, v, c.ID)
			return deskOf(desk), err
		}
		m.paper = func(d *naive) (string, error) { return d.undo(v, c.ID) }
	case "draft", "dial", "skip", "release", "transfer to a colleague", "transfer to a team", "pause", "finish":
		w.atWork(rt, &m)
	case "resume":
		c, v, _ := w.target(rt, func(c *callback.Callback) bool { return c.WaitReason == callback.ReasonPaused })
		m.about = about(c, v)
		m.real = func() (string, error) { return ok(taskstest.Second(w.Callbacks.Resume(ctx, v, c.ID))) }
		m.paper = func(d *naive) (string, error) { return ok(d.resume(v, c.ID)) }
	case "correct":
		w.drawCorrection(rt, &m)
	case "reassign":
		c, _, _ := w.target(rt, open)
		to := rapid.SampledFrom([]int64{0, w.me.UserID, w.mate.UserID, w.other.UserID}).Draw(rt, "for")
		m.about = about(c, w.boss)
		m.real = func() (string, error) { return ok(w.Callbacks.Reassign(ctx, w.boss, c.ID, to, "他认识客户")) }
		m.paper = func(d *naive) (string, error) { return ok(d.reassign(d.row(c.ID), to)) }
	case "free":
		c, _, _ := w.target(rt, func(c *callback.Callback) bool { return open(c) && (c.State == callback.Claimed || c.ReservedFor != 0) })
		m.about = about(c, w.boss)
		m.real = func() (string, error) {
			return ok(w.Callbacks.Do(ctx, w.boss, c.ID, callback.Act{Kind: callback.ActRelease, Free: true, Why: "她去开会了"}))
		}
		m.paper = func(d *naive) (string, error) { return ok(d.freeFrom(d.row(c.ID))) }
	case "cancel":
		c, _, _ := w.target(rt, func(c *callback.Callback) bool { return stillHeld(c) && open(c) })
		m.about = about(c, w.boss)
		m.real = func() (string, error) { return ok(w.Callbacks.CancelByHand(ctx, w.boss, c.ID, "不必再打")) }
		m.paper = func(d *naive) (string, error) { return ok(d.cancelByHand(d.row(c.ID))) }
	default:
		w.around(rt, &m)
	}
	return m
}

func about(c *callback.Callback, v account.Viewer) string {
	return fmt.Sprintf("%d by %s", c.ID, v.Name)
}

func deskOf(desk callback.Desk) string {
	var others []int64
	for _, o := range desk.Others {
		others = append(others, o.Callback.ID)
	}
	return deskReply(desk.Callback.ID, desk.Callback.Fence, others)
}

// atWork draws what a caller does under a claim.
func (w *modelWorld) atWork(rt *rapid.T, m *move) {
	ctx := context.Background()
	c, v, fence := w.target(rt, stillHeld)
	o := w.recordable(rt)
	m.about = about(c, v)
	if m.name == "finish" {
		m.about += fmt.Sprintf(" as %s %s", o.CallResult, o.BusinessResult)
	}
	until := w.Now().Add(time.Hour)
	to := callback.Handover{CallerID: rapid.SampledFrom(w.paper.staff).Draw(rt, "to").UserID, Words: "请接手"}
	if m.name == "transfer to a team" {
		to = callback.Handover{TeamID: rapid.SampledFrom([]int64{w.first, w.second}).Draw(rt, "to team"), Words: "请接手"}
	}
	both := map[string]struct {
		real  func() error
		paper func(*naive) error
	}{
		"draft": {
			func() error { return taskstest.Second(w.Callbacks.SaveDraft(ctx, v, c.ID, fence, o)) },
			func(d *naive) error { return d.saveDraft(v, c.ID, fence, o.Note) },
		},
		"dial": {
			func() error { return taskstest.Second(w.Callbacks.Dial(ctx, v, c.ID, fence)) },
			func(d *naive) error { return d.dial(v, c.ID, fence) },
		},
		"skip": {
			func() error { return taskstest.Second(w.Callbacks.Skip(ctx, v, c.ID, fence, callback.SkipLater)) },
			func(d *naive) error { return d.skip(v, c.ID, fence) },
		},
		"release": {
			func() error { return taskstest.Second(w.Callbacks.Release(ctx, v, c.ID, fence)) },
			func(d *naive) error { return d.release(v, c.ID, fence) },
		},
		"pause": {
			func() error { return taskstest.Second(w.Callbacks.Pause(ctx, v, c.ID, fence, until, "")) },
			func(d *naive) error { return d.pause(v, c.ID, fence, until) },
		},
		"finish": {
			func() error { return taskstest.Second(w.Callbacks.Finish(ctx, v, c.ID, fence, o)) },
			func(d *naive) error { return d.finish(v, c.ID, fence, o) },
		},
	}
	one, found := both[m.name]
	if !found {
		one.real = func() error { return taskstest.Second(w.Callbacks.Transfer(ctx, v, c.ID, fence, to)) }
		one.paper = func(d *naive) error { return d.transfer(v, c.ID, fence, to) }
	}
	m.later, m.commits = m.name == "finish", m.name == "finish" || m.name == "draft"
	m.real, m.paper = func() (string, error) { return ok(one.real()) }, func(d *naive) (string, error) { return ok(one.paper(d)) }
}

func (w *modelWorld) drawCorrection(rt *rapid.T, m *move) {
	if len(w.paper.attempts) == 0 {
		return
	}
	i := rapid.IntRange(0, len(w.paper.attempts)-1).Draw(rt, "attempt")
	a, v, o := w.paper.attempts[i], rapid.SampledFrom(w.paper.staff).Draw(rt, "who corrects"), w.recordable(rt)
	for _, s := range w.paper.staff {
		if s.UserID == a.CallerID && rapid.Bool().Draw(rt, "their own") {
			v = s
		}
	}
	m.later, m.about = true, fmt.Sprintf("%s, now %s %s", about(w.paper.row(a.CallbackID), v), o.CallResult, o.BusinessResult)
	m.real = func() (string, error) { return ok(w.Callbacks.Correct(context.Background(), v, a.ID, o, "听错了")) }
	m.paper = func(d *naive) (string, error) { return ok(d.correct(v, d.attempts[i], o)) }
}

// around draws what happens round the desk.
func (w *modelWorld) around(rt *rapid.T, m *move) {
	c := rapid.SampledFrom(w.paper.rows).Draw(rt, "about")
	m.about = fmt.Sprintf("%d of customer %d", c.ID, c.CustomerID)
	switch m.name {
	case "pass time":
		by := rapid.SampledFrom([]time.Duration{
			2 * time.Second, 6 * time.Second, time.Minute, time.Minute, 10 * time.Minute, 16 * time.Minute, 31 * time.Minute, time.Hour,
			2 * time.Hour, 5 * time.Hour, 24 * time.Hour, 72 * time.Hour,
		}).Draw(rt, "time")
		m.real = func() (string, error) { w.Pass(by); return "", nil }
		m.paper = func(*naive) (string, error) { return "", nil }
	case "run jobs":
		m.real = func() (string, error) { w.runJobs(); return "", nil }
		m.paper = func(d *naive) (string, error) { d.runJobs(); return "", nil }
	case "reopen":
		m.real = func() (string, error) { w.reopen(c.ContactID); return "", nil }
		m.paper = func(d *naive) (string, error) { d.reopen(c.ContactID); return "", nil }
	case "suppress":
		w.drawSuppression(rt, m, c.CustomerID)
	case "merge", "split":
		w.drawRegrouping(rt, m, c.CustomerID)
	case "say what needs a skill", "learn or forget a skill", "say how long a skill is waited for":
		w.drawSkill(rt, m)
	}
}

// runJobs runs what is due: callbacks are looked at, outcomes leave their callback, and reopened contacts take their follow-up along.
func (w *modelWorld) runJobs() {
	w.Work(w.t, contact.JobReopened, w.Decisions.CancelContact)
	w.Work(w.t, skill.JobSort, w.Callbacks.SortSkills)
	w.Work(w.t, callback.JobOffer, w.Callbacks.Offer)
	w.Work(w.t, callback.JobOutcome, func(ctx context.Context, ticket outbox.Ticket, _ int64) error {
		return w.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error { return ticket.Done(tx) })
	})
}

func (d *naive) runJobs() {
	for _, c := range d.rows {
		if d.reopened[c.ContactID] && open(c) {
			d.close(c, callback.Cancelled, callback.ReasonReopened)
			d.settle(c)
		}
	}
	for id := range d.reopened {
		d.reopened[id] = false
	}
	d.sortAll()
	for _, c := range d.rows {
		if at, due := d.look[c.ID]; due && at <= d.now {
			d.lookAt(c)
		}
	}
	for _, a := range d.attempts {
		a.handOn = a.handOn && a.leaveAt > d.now
	}
}

func (d *naive) reopen(contactID int64) {
	if _, again := d.reopened[contactID]; !again {
		d.reopened[contactID] = true
	}
}
