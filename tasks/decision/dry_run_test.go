package decision_test

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
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// dryRun tries a policy out and returns the report.
func dryRun(t testing.TB, c taskstest.Centre, policyID int64, days int) decision.DryRunReport {
	t.Helper()
	run, err := c.Decisions.StartDryRun(t.Context(), taskstest.Supervisor, policyID, days)
	if err != nil {
		t.Fatal(err)
	}
	c.Work(t, decision.JobDryRun, c.Decisions.RunDry)
	done, report, err := c.Decisions.DryRunByID(t.Context(), taskstest.Supervisor, run.ID)
	if err != nil || report == nil || done.State != decision.DryRunDone || done.Done != done.Total || done.Percent() != 100 {
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
func sendDue(t testing.TB, c taskstest.Centre) {
	t.Helper()
	c.Work(t, decision.JobSendSurvey, func(ctx context.Context, ticket outbox.Ticket, id int64) error {
		plan, err := c.Decisions.SurveyPlan(ctx, id)
		if err != nil {
			return err
		}
		if !plan.Wanted {
			return c.Decisions.SurveySkipped(ctx, ticket, id, plan.Reason)
		}
		var refused policy.Reason
		err = c.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			subjects, err := contact.Subjects(tx, []int64{plan.Resolution.CustomerID})
			if err != nil {
				return err
			}
			subject := subjects[plan.Resolution.CustomerID]
			q := permission.Question{
				Subject: subject,
				Purpose: permission.Survey,
				Channel: permission.ByEmail,
				Family:  plan.Family,
				At:      c.Now(),
			}
			verdicts, err := c.Permit.Judge(tx, []permission.Question{q})
			if err != nil {
				return err
			}
			if refused = policy.Reason(verdicts[0].First); refused != "" {
				return nil
			}
			if err := ticket.Done(tx); err != nil {
				return err
			}
			return c.Permit.Touch(tx, permission.Touch{
				PersonID: subject.PersonID, CustomerID: subject.CustomerID, Address: subject.Emails[0], Kind: permission.Invitation,
				Purpose: permission.Survey, Channel: permission.ByEmail, Family: plan.Family, Ref: id, At: c.Now(),
			})
		})
		if err == nil && refused != "" {
			return c.Decisions.SurveySkipped(ctx, ticket, id, refused)
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
		c := taskstest.New(t, db)
		err := db.View(t.Context()).
			Gorm().
			Exec("UPDATE policies SET salt = ?", "000102030405060708090a0b0c0d0e0f").
			Error // the same sample every time
		if err != nil {
			t.Fatal(err)
		}
		p := taskstest.ParsePolicy(t,
			"  - {id: closed, when: [{field: contact.auto_closed, op: is, values: [\"yes\"]}], nothing: {reason: auto_closed}}\n"+
				"  - {id: few, when: [{field: contact.severity, op: is, values: [low]}], "+
				"survey: {delay: 30m, sample: 40%, channels: [email]}}\n"+
				"  - {id: all, survey: {delay: 30m, channels: [email]}}\n")
		p.MaxAge = policy.Span(time.Hour)
		record := c.Publish(t, p)
		for day := range 40 {
			var batch []contact.Input
			for customer := range 12 {
				if (day*7+customer*5)%(customer%4+2) != 0 {
					continue
				}
				in := taskstest.Severe(customer + 1)
				in.ExternalID, in.ResolvedAt = fmt.Sprintf("T-%d-%d", day, customer), c.Now()
				in.AutoClosed = new((day+customer)%9 == 0)
				if customer%2 == 0 {
					in.Severity = contact.Low
				}
				batch = append(batch, in)
			}
			c.Take(t, batch...)
			c.Plan(t)
			c.Pass(40 * time.Minute)
			sendDue(t, c)
			if day == 28 || day == 30 {
				suppress(t, c, fmt.Sprintf("c%d@example.com", day-26), permission.SurveysOnly)
			}
			if day == 33 {
				liftAll(t, c, "c4@example.com")
			}
			c.Pass(24*time.Hour - 40*time.Minute)
		}
		before := rowsOf(t, c)
		report := dryRun(t, c, record.ID, 20)
		if report.Resolved < 30 {
			t.Fatalf("only %d resolutions", report.Resolved)
		}
		for _, k := range report.Kinds {
			if len(k.Changes) > 0 || k.Same != report.Resolved {
				t.Errorf("%s: differs from what happened: %+v", k.Kind, k.Changes)
			}
		}
		reasons := map[policy.Reason]int{}
		for _, line := range report.Kinds[1].Lines {
			reasons[line.Reason] += line.Count
			if line.Count > 0 && len(line.Examples) == 0 || len(line.Examples) > 5 {
				t.Errorf("%d examples of %d", len(line.Examples), line.Count)
			}
		}
		for _, reason := range []policy.Reason{"", "survey_cooldown", "suppressed", policy.ReasonNotSampled, policy.ReasonAutoClosed} {
			if reasons[reason] == 0 {
				t.Errorf("the period has no %q: %v", reason, reasons)
			}
		}
		if diff := cmp.Diff(before, rowsOf(t, c)); diff != "" {
			t.Errorf("the dry run wrote something: %s", diff)
		}
	})
}

// rowsOf counts the rows of everything a plan writes.
func rowsOf(t testing.TB, c taskstest.Centre) map[string]int {
	t.Helper()
	rows := map[string]int{}
	for _, table := range []string{"decisions", "decision_changes", "callbacks", "touches", "consent_events", "suppressions", "policies"} {
		rows[table] = c.Count(t, table, "1 = 1")
	}
	rows["jobs"] = c.Count(t, "jobs", "kind <> ?", decision.JobDryRun)
	return rows
}

func suppress(t testing.TB, c taskstest.Centre, email string, scope permission.Scope) {
	t.Helper()
	dbtest.InTx(t, c.DB, func(tx database.Tx) error {
		return c.Permit.Suppress(tx, permission.Suppression{
			Address: email, Kind: permission.EmailAddress, Scope: scope, Reason: "customer_request",
		})
	})
}

// liftAll ends what forbids an address.
func liftAll(t testing.TB, c taskstest.Centre, email string) {
	t.Helper()
	hash := c.Permit.HashAddress(permission.EmailAddress, email)
	r := c.DB.View(context.Background()).Gorm().Exec("UPDATE suppressions SET lifted_at = ? WHERE address_hash = ?", c.Now(), hash)
	if r.Error != nil || r.RowsAffected != 1 {
		t.Fatalf("lifted %d, %v", r.RowsAffected, r.Error)
	}
}

// Another policy differs where it says so; what it plans counts for its own caps.
func TestADryRunShowsWhatWouldChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		mild, again, reopened := taskstest.Severe(1), taskstest.Severe(1), taskstest.Severe(3)
		mild.Severity = contact.Low
		again.ExternalID, again.ResolvedAt = "T-1b", taskstest.Morning.Add(-5*time.Minute)
		c.Take(t, mild, again, taskstest.Severe(2), reopened)
		c.Plan(t)
		reopened.Status, reopened.ResolvedAt = contact.Reopened, 0
		c.Pass(time.Minute)
		c.Take(t, reopened)
		c.Work(t, contact.JobReopened, c.Decisions.CancelContact)
		draft, err := c.Policies.Draft(t.Context(), taskstest.Supervisor, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := taskstest.ParsePolicy(t,
			"  - {id: mild, name: 轻微的, when: [{field: contact.severity, op: is, values: [low]}], "+
				"callback: {}, nothing: {survey: vip}}\n"+
				"  - {id: rest, survey: {delay: 1h}, nothing: {callback: vip}}\n")
		if draft, err = c.Policies.Save(t.Context(), taskstest.Supervisor, draft.ID, draft.Revision, p, ""); err != nil {
			t.Fatal(err)
		}
		c.Pass(time.Hour)
		report := dryRun(t, c, draft.ID, 1)
		type line struct {
			Rule    policy.RuleID
			Reason  policy.Reason
			GivenUp bool
			Count   int
		}
		var lines, changes []line
		for _, k := range report.Kinds {
			for _, l := range k.Lines {
				lines = append(lines, line{l.Rule, l.Reason, l.GivenUp, l.Count})
			}
			for _, ch := range k.Changes {
				changes = append(changes, line{policy.RuleID(ch.From), ch.To, false, ch.Count})
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
		_, seen, err := c.Decisions.DryRunByID(t.Context(), elsewhere, 1)
		if err != nil || len(seen.Kinds[0].Lines[0].Examples) != 0 || seen.Kinds[0].Lines[0].Count != 1 {
			t.Errorf("another team's supervisor sees %+v, %v", seen, err)
		}
	})
}

func TestADryRunCanBeStoppedAndBegunAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := taskstest.Planned(t, db, taskstest.Severes(3)...), t.Context()
		if _, err := c.Decisions.StartDryRun(ctx, taskstest.Caller(1), 1, 7); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller: %v", err)
		}
		if _, err := c.Decisions.StartDryRun(ctx, taskstest.Supervisor, 1, 93); !fault.Is(err, fault.Invalid) {
			t.Errorf("93 days: %v", err)
		}
		run, err := c.Decisions.StartDryRun(ctx, taskstest.Supervisor, 1, 7)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Decisions.StartDryRun(ctx, taskstest.Supervisor, 1, 7); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one at once: %v", err)
		}
		if err := c.Decisions.CancelDryRun(ctx, taskstest.Supervisor, run.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.Decisions.RunDry(ctx, outbox.Ticket{}, run.ID); err != nil { // the worker had it already
			t.Fatal(err)
		}
		if got, report, err := c.Decisions.DryRunByID(ctx, taskstest.Supervisor, run.ID); err != nil ||
			got.State != decision.DryRunCancelled ||
			report != nil {
			t.Errorf("stopped: %+v, %v", got, err)
		}
		if _, err := c.Decisions.StartDryRun(ctx, taskstest.Supervisor, 1, 7); err != nil {
			t.Fatal(err)
		}
		cancelled, stop := context.WithCancel(ctx)
		stop()
		job := c.Jobs(t, decision.JobDryRun)[0]
		ticket := c.Queued(t, job)
		if err := c.Decisions.RunDry(cancelled, ticket, job.Ref); err == nil {
			t.Fatal("worked although the process stops")
		}
		if err := c.Decisions.RunDry(ctx, ticket, job.Ref); err != nil {
			t.Fatal(err)
		}
		got, report, err := c.Decisions.DryRunByID(ctx, taskstest.Supervisor, job.Ref)
		if err != nil || got.State != decision.DryRunDone || report.Resolved != 3 {
			t.Errorf("begun again: %+v, %+v, %v", got, report, err)
		}
		runs, err := c.Decisions.DryRuns(ctx, 1)
		if err != nil || len(runs) != 2 || runs[0].Body != "" || runs[0].Report != "" {
			t.Errorf("listed %+v, %v", runs, err)
		}
	})
}

func TestADryRunWhoseJobIsDeadHasFailedAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := taskstest.Planned(t, db, taskstest.Severes(1)...), t.Context()
		run, err := c.Decisions.StartDryRun(ctx, taskstest.Supervisor, 1, 7)
		if err != nil {
			t.Fatal(err)
		}
		state := func() decision.DryRunState {
			t.Helper()
			got, report, err := c.Decisions.DryRunByID(ctx, taskstest.Supervisor, run.ID)
			if err != nil || report != nil {
				t.Fatal(report, err)
			}
			return got.State
		}
		for _, job := range []outbox.State{outbox.Dead, outbox.Due} { // and queued again by hand
			if err := db.View(ctx).Gorm().Exec("UPDATE jobs SET state = ? WHERE kind = ?", job, decision.JobDryRun).Error; err != nil {
				t.Fatal(err)
			}
			if got, want := state(), map[outbox.State]decision.DryRunState{
				outbox.Dead: decision.DryRunFailed, outbox.Due: decision.DryRunQueued,
			}[job]; got != want {
				t.Errorf("with a %s job it is %s, want %s", job, got, want)
			}
		}
		if err := db.View(ctx).Gorm().Exec("UPDATE jobs SET state = 'dead' WHERE kind = ?", decision.JobDryRun).Error; err != nil {
			t.Fatal(err)
		}
		if _, err := c.Decisions.StartDryRun(ctx, taskstest.Supervisor, 1, 7); err != nil {
			t.Errorf("another one: %v", err)
		}
	})
}
