package flow_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// moment is when rows are looked at. Once the periodic job has looked, what is on its way has a job; in the end nothing waits any more.
type moment struct {
	name         string
	taken, ended bool
}

// waitsWell reports whether jobs will end what is in a state that is no end.
func (m moment) waitsWell(state survey.State, live, dead int) bool {
	return !m.ended && (live > 0 || dead > 0 && (state == survey.Planned || !m.taken))
}

// check fails the test where a row says what is not so.
func (r *trial) check(t rapid.TB, when moment) {
	t.Helper()
	var decisions []decision.Decision // one for each time it was resolved
	err := r.DB.View(r.t.Context()).Gorm().Where("contact_id = ? AND kind = ?", r.contact, policy.FollowUpSurvey).Find(&decisions).Error
	if err != nil || len(decisions) == 0 {
		t.Fatal(decisions, err)
	}
	for _, d := range decisions {
		r.checkDecision(t, when, d)
	}
}

func (r *trial) checkDecision(t rapid.TB, when moment, d decision.Decision) {
	t.Helper()
	var invitations []survey.Invitation
	if err := r.DB.View(r.t.Context()).Gorm().Where("resolution_id = ?", d.ResolutionID).Find(&invitations).Error; err != nil {
		t.Fatal(err)
	}
	live, dead := r.jobs(t, decision.JobSendSurvey, d.ID)
	gone, messages := 0, 0
	for _, i := range invitations {
		asked := i.State == survey.Uncertain || !i.SentAt.IsZero()
		waits := i.State == survey.Planned || i.State == survey.Sending
		if asked || i.State == survey.Failed {
			gone++
		}
		if waits && !when.waitsWell(i.State, live, dead) {
			t.Errorf("%s: the invitation is %s %s, with %d live jobs and %d dead ones", when.name, i.State, i.Reason, live, dead)
		}
		r.checkReminder(t, when, i)
		at := r.arrived[fmt.Sprintf("invitation-%d", i.ID)]
		messages += at
		if at > 0 && !asked && i.State != survey.Sending {
			t.Errorf("%s: it reached the customer, and is %s %s", when.name, i.State, i.Reason)
		}
		touches := r.touches(t, permission.Invitation, i.ID)
		if want := asked || i.State == survey.Sending; (touches == 1) != want || touches > 1 {
			t.Errorf("%s: %d touches of an invitation that is %s %s", when.name, touches, i.State, i.Reason)
		}
	}
	given := d.State == decision.Skipped || !d.CancelledAt.IsZero()
	switch {
	case messages > 1:
		t.Errorf("%s: %d messages about one resolution", when.name, messages)
	case given && gone > 0:
		t.Errorf("%s: given up for %s%s, and the customer was asked: %+v", when.name, d.Reason, d.CancelReason, invitations)
	case !given && gone != 1 && live+dead == 0:
		t.Errorf("%s: handed over, and nobody was asked: %+v", when.name, invitations)
	}
}

func (r *trial) checkReminder(t rapid.TB, when moment, i survey.Invitation) {
	t.Helper()
	live, dead := r.jobs(t, survey.JobRemind, i.ID)
	state := i.Reminder.State
	sent := i.State == survey.Sent || i.State == survey.Delivered
	waits := state == survey.Sending || state == survey.Planned && sent
	if waits && !when.waitsWell(state, live, dead) {
		t.Errorf("%s: the reminder is %s, with %d live jobs and %d dead ones", when.name, state, live, dead)
	}
	if when.ended && state == survey.Planned {
		t.Errorf("%s: the reminder of an invitation that is %s waits for ever", when.name, i.State)
	}
	at := r.arrived[fmt.Sprintf("reminder-%d", i.ID)]
	if at > 1 || at > 0 && !slices.Contains([]survey.State{survey.Sent, survey.Uncertain, survey.Sending}, state) {
		t.Errorf("%s: %d reminders reached the customer, and it is %s %s", when.name, at, state, i.Reminder.Reason)
	}
}

// jobsOfSurvey counts the jobs of the contact's survey.
func (r *trial) jobsOfSurvey(t rapid.TB) (live, dead int) {
	t.Helper()
	var d decision.Decision
	err := r.DB.View(r.t.Context()).Gorm().Where("contact_id = ? AND kind = ?", r.contact, policy.FollowUpSurvey).Take(&d).Error
	if err != nil {
		t.Fatal(err)
	}
	return r.jobs(t, decision.JobSendSurvey, d.ID)
}

// jobs counts the jobs of a kind about a row.
func (r *trial) jobs(t rapid.TB, kind string, ref int64) (live, dead int) {
	t.Helper()
	var states []outbox.State
	err := r.DB.View(r.t.Context()).Gorm().Model(&outbox.Job{}).Where("kind = ? AND ref = ?", kind, ref).Pluck("state", &states).Error
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range states {
		switch state {
		case outbox.Due, outbox.Queued, outbox.Running:
			live++
		case outbox.Dead:
			dead++
		case outbox.Done, outbox.Cancelled:
		}
	}
	return live, dead
}

func (r *trial) touches(t rapid.TB, kind permission.TouchKind, ref int64) int {
	t.Helper()
	var n int64
	err := r.DB.View(r.t.Context()).Gorm().Model(&permission.Touch{}).Where("kind = ? AND ref = ?", kind, ref).Count(&n).Error
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// finish lets everything come to its end, and looks at it on the way: after the tries, after the periodic job, in the morning, and
// when all is over.
func (r *trial) finish(t rapid.TB) {
	t.Helper()
	r.runUntil(r.at.Add(2 * time.Hour))
	r.check(t, moment{name: "after the tries"})
	r.takeUp()
	r.check(t, moment{name: "taken up", taken: true})
	r.runUntil(r.at.Add(24 * time.Hour))
	r.check(t, moment{name: "a day later"})
	r.runUntil(r.at.Add(20 * 24 * time.Hour))
	r.takeUp()
	r.runUntil(r.at.Add(24 * time.Hour))
	r.check(t, moment{name: "in the end", ended: true})
}
