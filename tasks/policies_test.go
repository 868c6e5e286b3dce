package tasks_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks"
)

var admin = account.Viewer{UserID: 1, Role: account.Admin}

// publish puts a policy in force.
func (c centre) publish(t testing.TB, p tasks.Policy) tasks.PolicyRecord {
	t.Helper()
	draft, err := c.DraftPolicy(t.Context(), supervisor, 0)
	if err != nil {
		t.Fatal(err)
	}
	if draft, err = c.SavePolicy(t.Context(), supervisor, draft.ID, draft.Revision, p, ""); err != nil {
		t.Fatal(err)
	}
	record, err := c.PublishPolicy(t.Context(), admin, draft.ID, draft.Revision, "for a test")
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// policy reads a policy as it would be imported.
func policy(t testing.TB, rules string) tasks.Policy {
	t.Helper()
	p, err := tasks.ParsePolicy([]byte("reasons: {vip: The manager calls}\nrules:\n" + rules))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// decisions returns every decision by kind, of one resolution.
func (c centre) decisions(t testing.TB) map[tasks.Kind]tasks.DecisionRow {
	t.Helper()
	rows, err := c.Decisions(t.Context(), admin, tasks.DecisionFilter{})
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[tasks.Kind]tasks.DecisionRow{}
	for _, row := range rows {
		byKind[row.Decision.Kind] = row
	}
	return byKind
}

func TestADraftIsPublishedByRightAndNeverChangesAfterwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := newCentre(t, db), t.Context()
		if _, err := c.DraftPolicy(ctx, caller(3), 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller drafts: %v", err)
		}
		draft, err := c.DraftPolicy(ctx, supervisor, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := policy(t, "  - {id: nobody, nothing: {reason: vip}}\n")
		saved, err := c.SavePolicy(ctx, supervisor, draft.ID, draft.Revision, p, "quiet week")
		if err != nil || saved.Revision != draft.Revision+1 || !saved.Draft() || saved.BasedOn != 1 {
			t.Fatalf("saved %+v, %v", saved, err)
		}
		if _, err := c.SavePolicy(ctx, supervisor, draft.ID, draft.Revision, p, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("the draft was saved over somebody else's: %v", err)
		}
		if _, err := c.PublishPolicy(ctx, supervisor, draft.ID, saved.Revision, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor publishes: %v", err)
		}
		published, err := c.PublishPolicy(ctx, admin, draft.ID, saved.Revision, "go")
		if err != nil || published.Version != 2 || published.Note != "go" {
			t.Fatalf("published %+v, %v", published, err)
		}
		for name, err := range map[string]error{
			"saved":           second(c.SavePolicy(ctx, supervisor, draft.ID, saved.Revision, p, "")),
			"published again": second(c.PublishPolicy(ctx, admin, draft.ID, saved.Revision, "")),
			"deleted":         c.DeletePolicy(ctx, admin, draft.ID, saved.Revision),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("a published version was %s: %v", name, err)
			}
		}
		back, err := c.RollBackPolicy(ctx, admin, 1, "as before")
		if err != nil || back.Version != 3 || back.BasedOn != 1 {
			t.Fatalf("rolled back %+v, %v", back, err)
		}
		first, err := c.PolicyVersion(ctx, 1)
		if err != nil || first.Policy.Format() != back.Policy.Format() {
			t.Errorf("version 3 does not say what version 1 says: %v", err)
		}
		list, err := c.Policies(ctx, 0)
		if err != nil || list.InForce.Version != 3 || len(list.Drafts) != 0 || len(list.History) != 3 || list.History[1].Policy.Reasons["vip"] == "" {
			t.Errorf("listed %+v, %v", list, err)
		}
		if n := c.count(t, "audit_entries", "action IN ?", []string{"policy.drafted", "policy.published"}); n != 3 {
			t.Errorf("%d lines of audit, want 3", n)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// The salt of the sampling is random, and inherited, so that the same people stay in the sample.
func TestTheSaltIsInheritedAndTellsNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - {id: all, survey: {sample: 50%}}\n"))
		if _, err := c.RollBackPolicy(t.Context(), admin, 1, ""); err != nil {
			t.Fatal(err)
		}
		var salts []string
		if err := db.View(t.Context()).Gorm().Table("policies").Pluck("salt", &salts).Error; err != nil {
			t.Fatal(err)
		}
		for _, salt := range salts {
			if salt != salts[0] || len(salt) != 32 {
				t.Errorf("salts %q", salts)
			}
		}
		record, err := c.PolicyVersion(t.Context(), 2)
		if err != nil || strings.Contains(record.Policy.Format(), salts[0]) {
			t.Errorf("the salt is exported: %v", err)
		}
	})
}

func TestTwoWhoPublishAtOnceGetTwoVersionsOrARefusal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := newCentre(t, db), t.Context()
		var drafts []tasks.PolicyRecord
		for range 4 {
			draft, err := c.DraftPolicy(ctx, supervisor, 0)
			if err != nil {
				t.Fatal(err)
			}
			drafts = append(drafts, draft)
		}
		var group sync.WaitGroup
		var published sync.Map
		for _, draft := range drafts {
			group.Go(func() {
				record, err := c.PublishPolicy(ctx, admin, draft.ID, draft.Revision, "")
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
				if _, twice := published.LoadOrStore(record.Version, true); err == nil && twice {
					t.Errorf("version %d was published twice", record.Version)
				}
			})
		}
		group.Wait()
		if n := c.count(t, "policies", "version > 1"); n == 0 {
			t.Error("nobody got through")
		}
	})
}

func TestAPolicyOnlyNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := newCentre(t, db), t.Context()
		body := "rules:\n  - id: gold\n    when:\n      - {field: customer.attributes.level, op: at_least, values: [\"3\"]}\n    callback: {team: 三线}\n    survey: {survey: ces}\n"
		_, err := c.ImportPolicy(ctx, supervisor, strings.NewReader(body))
		f, ok := fault.Of(err)
		if !ok || len(f.Fields) != 3 {
			t.Fatalf("got %v, want three problems", err)
		}
		for i, want := range []fault.Field{{Line: 4, Code: "attribute_unknown"}, {Line: 5, Code: "team_unknown"}, {Line: 6, Code: "survey_unknown"}} {
			if f.Fields[i].Line != want.Line || f.Fields[i].Code != want.Code {
				t.Errorf("problem %d: %v", i, f.Fields[i])
			}
		}
		if err := c.RegisterAttribute(ctx, supervisor, tasks.Attribute{Name: "level", Kind: tasks.NumberField}); err != nil {
			t.Fatal(err)
		}
		if _, err := account.New(db, nil, c.now).AddUser(ctx, account.NewUser{Login: "lee", Name: "Lee", Password: "correct horse", Role: account.Caller, Teams: []string{"三线"}}); err != nil {
			t.Fatal(err)
		}
		c.surveys.names = append(c.surveys.names, "ces")
		draft, err := c.ImportPolicy(ctx, supervisor, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.PublishPolicy(ctx, admin, draft.ID, draft.Revision, ""); err != nil {
			t.Fatal(err)
		}
		if err := c.UnregisterAttribute(ctx, supervisor, "level"); !fault.Is(err, fault.Conflict) {
			t.Errorf("an attribute the policy in force asks about was unregistered: %v", err)
		}
		if err := c.RegisterAttribute(ctx, supervisor, tasks.Attribute{Name: "level", Kind: tasks.TextField}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a registered attribute became something else: %v", err)
		}
	})
}

// Another process has published; this one plans by it at once.
func TestWhatAnotherProcessPublishesIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		here := newCentre(t, db)
		here.take(t, severe(1))
		here.plan(t)
		elsewhere := newCentre(t, db)
		elsewhere.publish(t, policy(t, "  - {id: nobody, name: Nobody is asked, nothing: {callback: vip}}\n  - {id: few, survey: {sample: 0.0001%, channels: [sms]}}\n"))
		here.take(t, severe(2))
		here.plan(t)
		rows := here.decisions(t) // the newest first: overwritten by the older ones
		if d := rows[tasks.FollowUpCallback].Decision; d.PolicyVersion != 1 || d.Rule != tasks.RuleSevere || d.ProbabilityPPM != tasks.Everybody {
			t.Errorf("the first one: %+v", d)
		}
		newest, err := here.Decisions(t.Context(), admin, tasks.DecisionFilter{Rule: "nobody"})
		if err != nil || len(newest) != 1 || newest[0].Decision.PolicyVersion != 2 || newest[0].RuleName != "Nobody is asked" || newest[0].ReasonText != "The manager calls" {
			t.Errorf("the second one: %+v, %v", newest, err)
		}
		sampled, err := here.Decisions(t.Context(), admin, tasks.DecisionFilter{Rule: "few"})
		if err != nil || len(sampled) != 1 || sampled[0].Decision.Reason != tasks.ReasonNotSampled || sampled[0].Decision.ProbabilityPPM != 1 {
			t.Errorf("the sample: %+v, %v", sampled, err)
		}
		summary, err := here.Summary(t.Context(), admin, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range summary.Kinds {
			if k.Resolved != 2 || k.Planned+k.SkippedTotal() != 2 || k.Undecided != 0 {
				t.Errorf("does not add up: %+v", k)
			}
		}
		words, err := here.Words(t.Context())
		if err != nil || words.Rules[2] != (tasks.RuleName{Rule: "nobody", Name: "Nobody is asked"}) {
			t.Errorf("words %+v, %v", words, err)
		}
	})
}

// A callback has what its rule says; a survey's sender is told what the rule of the decision says, also when another policy is in
// force by then.
func TestWorkIsSetUpAsTheRuleSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - id: own\n    callback: {kind: complaint, priority: 4, delay: 30m, within: 3h, attempts: 2, expiry: 2d, script: confirm}\n"+
			"    survey: {survey: nps, channels: [sms], delay: 3h, reminders: 1, remind_after: 2d, expiry: 5d, family: nps}\n"))
		c.take(t, severe(1))
		c.plan(t)
		due := morning.Add(20 * time.Minute)
		got := c.callback(t)
		if got.Kind != tasks.ComplaintCallback || got.Priority != 4 || got.MaxAttempts != 2 || got.Script != "confirm" ||
			got.ReadyAt != due || got.DueAt != due.Add(3*time.Hour) || got.ExpiresAt != due.Add(48*time.Hour) {
			t.Errorf("callback %+v", got)
		}
		survey := c.decisions(t)[tasks.FollowUpSurvey].Decision
		if survey.DueAt != morning.Add(170*time.Minute) {
			t.Errorf("the survey is due %v", survey.DueAt)
		}
		c.publish(t, policy(t, "  - {id: own, nothing: {reason: not_needed}}\n"))
		plan, err := c.SurveyPlan(t.Context(), survey.ID)
		if err != nil || !plan.Wanted || plan.Survey != "nps" || plan.Family != "nps" || len(plan.Channels) != 1 || plan.Channels[0] != permission.BySMS ||
			plan.Reminders != 1 || plan.RemindAfter != 48*time.Hour || plan.Expiry != 5*24*time.Hour {
			t.Errorf("plan %+v, %v", plan, err)
		}
	})
}

func TestTwoAttemptsAreEnoughWhereTheRuleSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.publish(t, policy(t, "  - {id: own, callback: {attempts: 2}}\n"))
		c.take(t, severe(1))
		c.plan(t)
		for range 2 {
			c.work(t, tasks.JobOffer, c.Offer)
			c.finish(t, caller(1), c.claim(t, caller(1)), tasks.Outcome{CallResult: tasks.Busy})
			c.pass(2 * time.Hour)
		}
		if got := c.callback(t); got.State != tasks.Finished || got.CloseReason != tasks.ReasonUnreachable {
			t.Errorf("%s for %s after two attempts", got.State, got.CloseReason)
		}
	})
}

// What rules ask for is read in bulk: ten resolutions take as many queries as one.
func TestFactsTakeTheSameQueriesWhateverTheNumberOfResolutions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		if err := c.RegisterAttribute(t.Context(), supervisor, tasks.Attribute{Name: "level", Kind: tasks.TextField}); err != nil {
			t.Fatal(err)
		}
		attributes, err := c.Attributes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := tasks.Policy{MaxAge: tasks.DefaultPolicy(0).MaxAge}
		survey := tasks.DefaultSurvey()
		for _, info := range tasks.Fields(attributes) {
			when := tasks.Condition{Field: info.Field, Op: info.Kind.Ops()[0], Values: []string{"1"}}
			switch {
			case info.Kind == tasks.YesNoField:
				when.Values = []string{tasks.Yes}
			case len(info.Choices) > 0:
				when.Values = info.Choices[:1]
			}
			id := strings.NewReplacer(".", "_").Replace(string(info.Field))
			p.Rules = append(p.Rules, tasks.Rule{ID: tasks.RuleID(id), When: []tasks.Condition{when, {Field: tasks.ContactCategory, Op: tasks.Is, Values: []string{"never"}}}, Survey: &survey})
		}
		c.publish(t, p)
		plan := func(numbers ...int) int {
			var batch []contact.Input
			for _, n := range numbers {
				batch = append(batch, severe(n))
			}
			c.take(t, batch...)
			job := c.jobs(t, contact.JobPlan)[0]
			ticket := c.queued(t, job)
			return dbtest.CountQueries(t, db, func() {
				if err := c.Plan(t.Context(), ticket, job.Ref); err != nil {
					t.Fatal(err)
				}
			})
		}
		plan(1) // the policy is parsed once
		if one, ten := plan(2), plan(3, 4, 5, 6, 7, 8, 9, 10, 11, 12); one != ten {
			t.Errorf("%d queries for one, %d for ten", one, ten)
		}
	})
}
