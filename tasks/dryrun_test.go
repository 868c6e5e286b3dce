package tasks_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

// dryRun tries a policy out and returns the report.
func (c centre) dryRun(t testing.TB, policyID int64, days int) tasks.DryRunReport {
	t.Helper()
	run, err := c.StartDryRun(t.Context(), supervisor, policyID, days)
	if err != nil {
		t.Fatal(err)
	}
	c.work(t, tasks.JobDryRun, c.RunDry)
	done, report, err := c.DryRunByID(t.Context(), supervisor, run.ID)
	if err != nil || report == nil || done.State != tasks.DryRunDone || done.Done != done.Total || done.Percent() != 100 {
		t.Fatalf("dry run %+v, %v", done, err)
	}
	for _, k := range report.Kinds {
		would, happened, differ := 0, 0, k.Same
		for _, line := range k.Lines {
			would += line.Count
		}
		for _, line := range k.Happened {
			happened += line.Count
		}
		for _, change := range k.Changes {
			differ += change.Count
		}
		if n := report.Resolved; would != n || happened != n || differ != n || k.Planned+k.Skipped != n {
			t.Errorf("%s does not add up to %d: %+v", k.Kind, n, k)
		}
	}
	return *report
}

// sendDue sends the surveys that are due as the sender would: permission is asked once more, and the touch recorded.
func (c centre) sendDue(t testing.TB) {
	t.Helper()
	c.work(t, tasks.JobSendSurvey, func(ctx context.Context, ticket outbox.Ticket, id int64) error {
		plan, err := c.SurveyPlan(ctx, id)
		if err != nil {
			return err
		}
		if !plan.Wanted {
			return c.SurveySkipped(ctx, ticket, id, plan.Reason)
		}
		var refused tasks.Reason
		err = c.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			subjects, err := contact.Subjects(tx, []int64{plan.Resolution.CustomerID})
			if err != nil {
				return err
			}
			subject := subjects[plan.Resolution.CustomerID]
			q := permission.Question{Subject: subject, Purpose: permission.Survey, Channel: permission.ByEmail, Family: plan.Family, At: c.now()}
			verdicts, err := c.permit.Judge(tx, []permission.Question{q})
			if err != nil {
				return err
			}
			if refused = tasks.Reason(verdicts[0].First); refused != "" {
				return nil
			}
			if err := ticket.Done(tx); err != nil {
				return err
			}
			return c.permit.Touch(tx, permission.Touch{
				PersonID: subject.PersonID, CustomerID: subject.CustomerID, Address: subject.Emails[0], Kind: permission.Invitation,
				Purpose: permission.Survey, Channel: permission.ByEmail, Family: plan.Family, Ref: id, At: c.now(),
			})
		})
		if err == nil && refused != "" {
			return c.SurveySkipped(ctx, ticket, id, refused)
		}
		return err
	})
}

// Forty days of a centre in which everything was planned and sent on time: trying the policy in force out over the last twenty
// comes to what happened, resolution by resolution, with the cooldowns that began before and during the period, a customer who
// said no in the middle of it, and one whose no was taken back. (A survey that waits for days may see what the run, which decides
// once, cannot: here none waits for long.)
func TestADryRunOfThePolicyInForceComesToWhatHappened(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		err := db.View(t.Context()).Gorm().Exec("UPDATE policies SET salt = ?", "000102030405060708090a0b0c0d0e0f").Error // the same sample every time
		if err != nil {
			t.Fatal(err)
		}
		p := policy(t, "  - {id: closed, when: [{field: contact.auto_closed, op: is, values: [\"yes\"]}], nothing: {reason: auto_closed}}\n"+
			"  - {id: few, when: [{field: contact.severity, op: is, values: [low]}], survey: {delay: 30m, sample: 40%, channels: [email]}}\n"+
			"  - {id: all, survey: {delay: 30m, channels: [email]}}\n")
		p.MaxAge = tasks.Span(time.Hour)
		record := c.publish(t, p)
		for day := range 40 {
			var batch []contact.Input
			for customer := range 12 {
				if (day*7+customer*5)%(customer%4+2) != 0 {
					continue
				}
				in := severe(customer + 1)
				in.ExternalID, in.ResolvedAt = fmt.Sprintf("T-%d-%d", day, customer), c.now()
				in.AutoClosed = (day+customer)%9 == 0
				if customer%2 == 0 {
					in.Severity = contact.Low
				}
				batch = append(batch, in)
			}
			c.take(t, batch...)
			c.plan(t)
			c.pass(40 * time.Minute)
			c.sendDue(t)
			if day == 28 || day == 30 {
				c.suppress(t, fmt.Sprintf("c%d@example.com", day-26), permission.SurveysOnly)
			}
			if day == 33 {
				c.liftAll(t, "c4@example.com")
			}
			c.pass(24*time.Hour - 40*time.Minute)
		}
		before := c.rowsOf(t)
		report := c.dryRun(t, record.ID, 20)
		if report.Resolved < 30 {
			t.Fatalf("only %d resolutions", report.Resolved)
		}
		for _, k := range report.Kinds {
			if len(k.Changes) > 0 || k.Same != report.Resolved {
				t.Errorf("%s: differs from what happened: %+v", k.Kind, k.Changes)
			}
		}
		reasons := map[tasks.Reason]int{}
		for _, line := range report.Kinds[1].Lines {
			reasons[line.Reason] += line.Count
			if line.Count > 0 && len(line.Examples) == 0 || len(line.Examples) > 5 {
				t.Errorf("%d examples of %d", len(line.Examples), line.Count)
			}
		}
		for _, reason := range []tasks.Reason{"", "survey_cooldown", "suppressed", tasks.ReasonNotSampled, tasks.ReasonAutoClosed} {
			if reasons[reason] == 0 {
				t.Errorf("the period has no %q: %v", reason, reasons)
			}
		}
		if diff := cmp.Diff(before, c.rowsOf(t)); diff != "" {
			t.Errorf("the dry run wrote something: %s", diff)
		}
	})
}

// rowsOf counts the rows of everything a plan writes.
func (c centre) rowsOf(t testing.TB) map[string]int {
	t.Helper()
	rows := map[string]int{}
	for _, table := range []string{"decisions", "decision_changes", "callbacks", "touches", "consent_events", "suppressions", "policies"} {
		rows[table] = c.count(t, table, "1 = 1")
	}
	rows["jobs"] = c.count(t, "jobs", "kind <> ?", tasks.JobDryRun)
	return rows
}

func (c centre) suppress(t testing.TB, email string, scope permission.Scope) {
	t.Helper()
	err := c.db.InTx(context.Background(), func(_ context.Context, tx database.Tx) error {
		return c.permit.Suppress(tx, permission.Suppression{Address: email, Kind: permission.EmailAddress, Scope: scope, Reason: "customer_request"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// liftAll ends what forbids an address.
func (c centre) liftAll(t testing.TB, email string) {
	t.Helper()
	hash := c.permit.HashAddress(permission.EmailAddress, email)
	r := c.db.View(context.Background()).Gorm().Exec("UPDATE suppressions SET lifted_at = ? WHERE address_hash = ?", c.now(), hash)
	if r.Error != nil || r.RowsAffected != 1 {
		t.Fatalf("lifted %d, %v", r.RowsAffected, r.Error)
	}
}

// Another policy differs where it says so; what it plans counts for its own caps.
func TestADryRunShowsWhatWouldChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		mild, again, reopened := severe(1), severe(1), severe(3)
		mild.Severity = contact.Low
		again.ExternalID, again.ResolvedAt = "T-1b", morning.Add(-5*time.Minute)
		c.take(t, mild, again, severe(2), reopened)
		c.plan(t)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.pass(time.Minute)
		c.take(t, reopened)
		c.work(t, contact.JobReopened, c.CancelContact)
		draft, err := c.DraftPolicy(t.Context(), supervisor, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := policy(t, "  - {id: mild, name: 轻微的, when: [{field: contact.severity, op: is, values: [low]}], callback: {}, nothing: {survey: vip}}\n"+
			"  - {id: rest, survey: {delay: 1h}, nothing: {callback: vip}}\n")
		if draft, err = c.SavePolicy(t.Context(), supervisor, draft.ID, draft.Revision, p, ""); err != nil {
			t.Fatal(err)
		}
		c.pass(time.Hour)
		report := c.dryRun(t, draft.ID, 1)
		type line struct {
			Rule    tasks.RuleID
			Reason  tasks.Reason
			GivenUp bool
			Count   int
		}
		var lines, changes []line
		for _, k := range report.Kinds {
			for _, l := range k.Lines {
				lines = append(lines, line{l.Rule, l.Reason, l.GivenUp, l.Count})
			}
			for _, ch := range k.Changes {
				changes = append(changes, line{tasks.RuleID(ch.From), ch.To, false, ch.Count})
			}
		}
		if diff := cmp.Diff([]line{
			{"mild", "", false, 1},
			{"rest", "vip", false, 3},
			{"mild", "vip", false, 1},
			{"rest", "", false, 2},
			{"rest", "reopened", true, 1},
		}, lines); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]line{{"", "vip", false, 3}, {"not_needed", "", false, 1}, {"", "vip", false, 1}}, changes); diff != "" {
			t.Error(diff)
		}
		if l := report.Kinds[0].Lines[0]; l.Name != "轻微的" || len(l.Examples) != 1 || l.Examples[0].ExternalID != "T-1" {
			t.Errorf("the line %+v", l)
		}
		elsewhere := account.Viewer{UserID: 5, Role: account.Supervisor, TeamIDs: []int64{99}}
		_, seen, err := c.DryRunByID(t.Context(), elsewhere, 1)
		if err != nil || len(seen.Kinds[0].Lines[0].Examples) != 0 || seen.Kinds[0].Lines[0].Count != 1 {
			t.Errorf("another team's supervisor sees %+v, %v", seen, err)
		}
	})
}

func TestADryRunCanBeStoppedAndBegunAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := planned(t, db, severes(3)...), t.Context()
		if _, err := c.StartDryRun(ctx, caller(1), 1, 7); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller: %v", err)
		}
		if _, err := c.StartDryRun(ctx, supervisor, 1, 93); !fault.Is(err, fault.Invalid) {
			t.Errorf("93 days: %v", err)
		}
		run, err := c.StartDryRun(ctx, supervisor, 1, 7)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.StartDryRun(ctx, supervisor, 1, 7); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one at once: %v", err)
		}
		if err := c.CancelDryRun(ctx, supervisor, run.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.RunDry(ctx, outbox.Ticket{}, run.ID); err != nil { // the worker had it already
			t.Fatal(err)
		}
		if got, report, err := c.DryRunByID(ctx, supervisor, run.ID); err != nil || got.State != tasks.DryRunCancelled || report != nil {
			t.Errorf("stopped: %+v, %v", got, err)
		}
		if _, err := c.StartDryRun(ctx, supervisor, 1, 7); err != nil {
			t.Fatal(err)
		}
		cancelled, stop := context.WithCancel(ctx)
		stop()
		job := c.jobs(t, tasks.JobDryRun)[0]
		ticket := c.queued(t, job)
		if err := c.RunDry(cancelled, ticket, job.Ref); err == nil {
			t.Fatal("worked although the process stops")
		}
		if err := c.RunDry(ctx, ticket, job.Ref); err != nil {
			t.Fatal(err)
		}
		got, report, err := c.DryRunByID(ctx, supervisor, job.Ref)
		if err != nil || got.State != tasks.DryRunDone || report.Resolved != 3 {
			t.Errorf("begun again: %+v, %+v, %v", got, report, err)
		}
		runs, err := c.DryRuns(ctx, 1)
		if err != nil || len(runs) != 2 || runs[0].Body != "" || runs[0].Report != "" {
			t.Errorf("listed %+v, %v", runs, err)
		}
	})
}

func TestADryRunWhoseJobIsDeadHasFailedAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := planned(t, db, severes(1)...), t.Context()
		run, err := c.StartDryRun(ctx, supervisor, 1, 7)
		if err != nil {
			t.Fatal(err)
		}
		state := func() tasks.DryRunState {
			t.Helper()
			got, report, err := c.DryRunByID(ctx, supervisor, run.ID)
			if err != nil || report != nil {
				t.Fatal(report, err)
			}
			return got.State
		}
		for _, job := range []outbox.State{outbox.Dead, outbox.Due} { // and queued again by hand
			if err := db.View(ctx).Gorm().Exec("UPDATE jobs SET state = ? WHERE kind = ?", job, tasks.JobDryRun).Error; err != nil {
				t.Fatal(err)
			}
			if got, want := state(), map[outbox.State]tasks.DryRunState{outbox.Dead: tasks.DryRunFailed, outbox.Due: tasks.DryRunQueued}[job]; got != want {
				t.Errorf("with a %s job it is %s, want %s", job, got, want)
			}
		}
		if err := db.View(ctx).Gorm().Exec("UPDATE jobs SET state = 'dead' WHERE kind = ?", tasks.JobDryRun).Error; err != nil {
			t.Fatal(err)
		}
		if _, err := c.StartDryRun(ctx, supervisor, 1, 7); err != nil {
			t.Errorf("another one: %v", err)
		}
	})
}
