package flow_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/tasks/queue"
)

// write changes rows behind the program's back, as an earlier version left them.
func (r *trial) write(statement string, args ...any) {
	r.t.Helper()
	err := r.DB.InTx(r.t.Context(), func(_ context.Context, tx database.Tx) error { return tx.Gorm().Exec(statement, args...).Error })
	if err != nil {
		r.t.Fatal(err)
	}
}

// lose ends the job of the survey without its invitation, and gives its decision up.
func (r *trial) lose(reason policy.Reason) {
	r.write("UPDATE jobs SET state = ? WHERE kind = ? AND state = ?", outbox.Done, decision.JobSendSurvey, outbox.Due)
	r.write("UPDATE decisions SET cancelled_at = ?, cancel_reason = ? WHERE contact_id = ? AND kind = ?",
		r.at, reason, r.contact, policy.FollowUpSurvey)
}

// listen returns what the periodic job logs.
func (r *trial) listen() *bytes.Buffer {
	heard := new(bytes.Buffer)
	services := r.Flow.Services
	services.Log = slog.New(slog.NewTextHandler(heard, nil))
	r.Flow = flow.New(services)
	return heard
}

// stands returns the state and reason of the newest invitation, and what its decision was given up for.
func (r *trial) stands() (survey.Invitation, policy.Reason) {
	r.t.Helper()
	var i survey.Invitation
	var d decision.Decision
	g := r.DB.View(r.t.Context()).Gorm()
	if err := g.Where("contact_id = ?", r.contact).Last(&i).Error; err != nil {
		r.t.Fatal(err)
	}
	if err := g.Where("contact_id = ? AND kind = ?", r.contact, policy.FollowUpSurvey).Take(&d).Error; err != nil {
		r.t.Fatal(err)
	}
	return i, d.CancelReason
}

func TestInvitationsThatWereLeftBehindAreBroughtToTheirEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newTrials(t, db)

		sending := all.begin(t, decision.JobSendSurvey, []int{3})
		sending.sendFirst()
		sending.lose(policy.ReasonAlreadyAnswered)
		heard := sending.listen()
		sending.takeUp()
		sending.runUntil(sending.at)
		if i, given := sending.stands(); i.State != survey.Uncertain || i.Reason != survey.ReasonCrashed || given != "" {
			t.Errorf("on its way: %s %s, given up for %q", i.State, i.Reason, given)
		}
		if !strings.Contains(heard.String(), "invitations=1 reminders=0") {
			t.Errorf("it says %q", heard)
		}
		sending.finish(t)

		planned := all.begin(t, decision.JobSendSurvey, nil, postpones, postpones, postpones, postpones, postpones)
		planned.sendFirst()
		planned.runUntil(planned.at.Add(20 * time.Minute)) // five tries, and the job is dead
		planned.takeUp()
		if _, dead := planned.jobsOfSurvey(t); dead != 1 {
			t.Fatalf("%d dead jobs: one that may be sent waits for a person", dead)
		}
		planned.write("UPDATE jobs SET state = ? WHERE kind = ? AND state = ?", outbox.Done, decision.JobSendSurvey, outbox.Dead)
		planned.lose(policy.ReasonTooOld)
		heard = planned.listen()
		planned.takeUp()
		planned.runUntil(planned.at)
		i, given := planned.stands()
		if i.State != survey.Cancelled || i.Reason != string(policy.ReasonTooOld) || given != policy.ReasonTooOld {
			t.Errorf("refused for now: %s %s, given up for %q", i.State, i.Reason, given)
		}
		planned.takeUp()
		if n := strings.Count(heard.String(), "WARN"); n != 1 {
			t.Errorf("it says %d times: %s", n, heard)
		}
		planned.finish(t)

		dead := all.begin(t, decision.JobSendSurvey, []int{4, 1, 1, 1, 1})
		dead.sendFirst()
		dead.runUntil(dead.at.Add(20 * time.Minute))
		if _, n := dead.jobsOfSurvey(t); n != 1 {
			t.Fatalf("%d dead jobs", n)
		}
		dead.takeUp()
		dead.runUntil(dead.at)
		if i, _ := dead.stands(); i.State != survey.Uncertain {
			t.Errorf("its workers died once too often: %s %s", i.State, i.Reason)
		}
		if live, n := dead.jobsOfSurvey(t); live+n != 0 {
			t.Errorf("%d live jobs and %d dead ones in the end", live, n)
		}
		dead.finish(t)
	})
}

func TestADeadSurveyThatIsQueuedAgainByHandIsSentOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		r := newTrials(t, db).begin(t, decision.JobSendSurvey, nil, postpones, postpones, postpones, postpones, postpones)
		r.sendFirst()
		r.runUntil(r.at.Add(20 * time.Minute))
		inspector := queue.NewInspector(db, r.now)
		dead, err := inspector.Dead(t.Context(), 0, 10)
		if err != nil || len(dead) != 1 {
			t.Fatal(dead, err)
		}
		if err := inspector.Requeue(t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, dead[0].ID); err != nil {
			t.Fatal(err)
		}
		r.runUntil(r.at)
		if i, given := r.stands(); i.State != survey.Sent || given != "" || len(r.arrived) != 1 {
			t.Errorf("%s %s, given up for %q, %d messages", i.State, i.Reason, given, len(r.arrived))
		}
		r.finish(t)
	})
}

func TestRemindersThatWereLeftBehindAreBroughtToTheirEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newTrials(t, db)
		dead := all.begin(t, survey.JobRemind, []int{4, 1, 1, 1, 1})
		dead.sendFirst()
		dead.runUntil(dead.at.Add(4 * 24 * time.Hour))
		heard := dead.listen()
		dead.takeUp()
		dead.runUntil(dead.at)
		if i, _ := dead.stands(); i.Reminder.State != survey.Uncertain {
			t.Errorf("its workers died once too often: %+v", i.Reminder)
		}
		if !strings.Contains(heard.String(), "invitations=0 reminders=1") {
			t.Errorf("it says %q", heard)
		}
		refused := all.begin(t, survey.JobRemind, nil, refuses)
		refused.sendFirst()
		refused.write("UPDATE invitations SET reminder_state = ? WHERE contact_id = ?", survey.Planned, refused.contact)
		refused.runUntil(refused.at.Add(4 * 24 * time.Hour))
		refused.takeUp()
		refused.runUntil(refused.at)
		if i, _ := refused.stands(); i.Reminder.State != survey.Cancelled || i.Reminder.Reason != survey.ReasonRefused {
			t.Errorf("of an invitation nobody got: %+v", i.Reminder)
		}
	})
}

// There are more of them than are looked at in one transaction.
func TestHoweverManyAreLeftBehindAllAreTakenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		r := newTrials(t, db).begin(t, decision.JobSendSurvey, nil)
		n := 2*db.RowsPerTx() + 3
		rows := make([]survey.Invitation, n)
		for i := range rows {
			rows[i] = survey.Invitation{
				ResolutionID: int64(1000 + i), DecisionID: int64(1000 + i), State: survey.Sending, TokenHash: string(rune('a' + i)),
				Reminder: survey.Reminder{State: survey.Sending, DueAt: r.at.Add(-time.Hour)},
			}
		}
		err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return tx.Gorm().CreateInBatches(rows, 100).Error })
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time they have their jobs
			r.takeUp()
			for _, kind := range []string{decision.JobSendSurvey, survey.JobRemind} {
				var refs int64
				g := db.View(t.Context()).Gorm().Model(&outbox.Job{}).Where("kind = ? AND (kind <> ? OR ref >= 1000)",
					kind, decision.JobSendSurvey)
				if err := g.Count(&refs).Error; err != nil || refs != int64(n) {
					t.Errorf("%d jobs %s for %d rows, %v", refs, kind, n, err)
				}
			}
		}
	})
}
