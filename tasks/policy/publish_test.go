package policy_test

import (
	"strings"
	"sync"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

func TestADraftIsPublishedByRightAndNeverChangesAfterwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := taskstest.New(t, db), t.Context()
		if _, err := c.Policies.Draft(ctx, taskstest.Caller(3), 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller drafts: %v", err)
		}
		draft, err := c.Policies.Draft(ctx, taskstest.Supervisor, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := taskstest.ParsePolicy(t, "  - {id: nobody, nothing: {reason: vip}}\n")
		saved, err := c.Policies.Save(ctx, taskstest.Supervisor, draft.ID, draft.Revision, p, "quiet week")
		if err != nil || saved.Revision != draft.Revision+1 || !saved.Draft() || saved.BasedOn != 1 {
			t.Fatalf("saved %+v, %v", saved, err)
		}
		if _, err := c.Policies.Save(ctx, taskstest.Supervisor, draft.ID, draft.Revision, p, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("the draft was saved over somebody else's: %v", err)
		}
		if _, err := c.Policies.Publish(ctx, taskstest.Supervisor, draft.ID, saved.Revision, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor publishes: %v", err)
		}
		published, err := c.Policies.Publish(ctx, taskstest.Admin, draft.ID, saved.Revision, "go")
		if err != nil || published.Version != 2 || published.Note != "go" {
			t.Fatalf("published %+v, %v", published, err)
		}
		for name, err := range map[string]error{
			"saved":           taskstest.Second(c.Policies.Save(ctx, taskstest.Supervisor, draft.ID, saved.Revision, p, "")),
			"published again": taskstest.Second(c.Policies.Publish(ctx, taskstest.Admin, draft.ID, saved.Revision, "")),
			"deleted":         c.Policies.Delete(ctx, taskstest.Admin, draft.ID, saved.Revision),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("a published version was %s: %v", name, err)
			}
		}
		back, err := c.Policies.RollBack(ctx, taskstest.Admin, 1, "as before")
		if err != nil || back.Version != 3 || back.BasedOn != 1 {
			t.Fatalf("rolled back %+v, %v", back, err)
		}
		first, err := c.Policies.Version(c.DB.View(ctx), 1)
		if err != nil || first.Format() != back.Policy.Format() {
			t.Errorf("version 3 does not say what version 1 says: %v", err)
		}
		list, err := c.Policies.List(ctx, 0)
		if err != nil || list.InForce.Version != 3 || len(list.Drafts) != 0 || len(list.History) != 3 ||
			list.History[1].Policy.Reasons["vip"] == "" {
			t.Errorf("listed %+v, %v", list, err)
		}
		if n := c.Count(t, "audit_entries", "action IN ?", []string{"policy.drafted", "policy.published"}); n != 3 {
			t.Errorf("%d lines of audit, want 3", n)
		}
	})
}

// The salt of the sampling is random, and inherited, so that the same people stay in the sample.
func TestTheSaltIsInheritedAndTellsNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: all, survey: {sample: 50%}}\n"))
		if _, err := c.Policies.RollBack(t.Context(), taskstest.Admin, 1, ""); err != nil {
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
		second, err := c.Policies.Version(c.DB.View(t.Context()), 2)
		if err != nil || strings.Contains(second.Format(), salts[0]) {
			t.Errorf("the salt is exported: %v", err)
		}
	})
}

func TestTwoWhoPublishAtOnceGetTwoVersionsOrARefusal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := taskstest.New(t, db), t.Context()
		var drafts []policy.Record
		for range 4 {
			draft, err := c.Policies.Draft(ctx, taskstest.Supervisor, 0)
			if err != nil {
				t.Fatal(err)
			}
			drafts = append(drafts, draft)
		}
		var group sync.WaitGroup
		var published sync.Map
		for _, draft := range drafts {
			group.Go(func() {
				record, err := c.Policies.Publish(ctx, taskstest.Admin, draft.ID, draft.Revision, "")
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
				if _, twice := published.LoadOrStore(record.Version, true); err == nil && twice {
					t.Errorf("version %d was published twice", record.Version)
				}
			})
		}
		group.Wait()
		if n := c.Count(t, "policies", "version > 1"); n == 0 {
			t.Error("nobody got through")
		}
	})
}

func TestAPolicyOnlyNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, ctx := taskstest.New(t, db), t.Context()
		body := "rules:\n  - id: gold\n    when:\n      - {field: customer.attributes.level, op: at_least, values: [\"3\"]}\n" +
			"    callback: {team: 三线}\n    survey: {survey: ces}\n"
		_, err := c.Policies.Import(ctx, taskstest.Supervisor, strings.NewReader(body))
		f, ok := fault.Of(err)
		if !ok || len(f.Fields) != 3 {
			t.Fatalf("got %v, want three problems", err)
		}
		for i, want := range []fault.Field{
			{Line: 4, Code: "attribute_unknown"}, {Line: 5, Code: "team_unknown"}, {Line: 6, Code: "survey_unknown"},
		} {
			if f.Fields[i].Line != want.Line || f.Fields[i].Code != want.Code {
				t.Errorf("problem %d: %v", i, f.Fields[i])
			}
		}
		err = c.Policies.RegisterAttribute(ctx, taskstest.Supervisor, policy.Attribute{Name: "level", Kind: policy.NumberField})
		if err != nil {
			t.Fatal(err)
		}
		lee := account.NewUser{Login: "lee", Name: "Lee", Password: "correct horse", Role: account.Caller, Teams: []string{"三线"}}
		if _, err := account.New(db, nil, c.Now).AddUser(ctx, lee); err != nil {
			t.Fatal(err)
		}
		c.Surveys.Names = append(c.Surveys.Names, "ces")
		draft, err := c.Policies.Import(ctx, taskstest.Supervisor, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Policies.Publish(ctx, taskstest.Admin, draft.ID, draft.Revision, ""); err != nil {
			t.Fatal(err)
		}
		if err := c.Policies.UnregisterAttribute(ctx, taskstest.Supervisor, "level"); !fault.Is(err, fault.Conflict) {
			t.Errorf("an attribute the policy in force asks about was unregistered: %v", err)
		}
		err = c.Policies.RegisterAttribute(ctx, taskstest.Supervisor, policy.Attribute{Name: "level", Kind: policy.TextField})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a registered attribute became something else: %v", err)
		}
	})
}

// Another process has published; this one plans by it at once.
func TestWhatAnotherProcessPublishesIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		here := taskstest.New(t, db)
		here.Take(t, taskstest.Severe(1))
		here.Plan(t)
		elsewhere := taskstest.New(t, db)
		elsewhere.Publish(t, taskstest.ParsePolicy(t,
			"  - {id: nobody, name: Nobody is asked, nothing: {callback: vip}}\n"+
				"  - {id: few, survey: {sample: 0.0001%, channels: [sms]}}\n"))
		here.Take(t, taskstest.Severe(2))
		here.Plan(t)
		rows := here.DecisionsByKind(t) // the newest first: overwritten by the older ones
		if d := rows[policy.FollowUpCallback].Decision; d.PolicyVersion != 1 || d.Rule != policy.RuleSevere ||
			d.ProbabilityPPM != policy.Everybody {
			t.Errorf("the first one: %+v", d)
		}
		newest, err := here.Decisions.List(t.Context(), taskstest.Admin, decision.Filter{Rule: "nobody"})
		if err != nil || len(newest) != 1 || newest[0].Decision.PolicyVersion != 2 || newest[0].RuleName != "Nobody is asked" ||
			newest[0].ReasonText != "The manager calls" {
			t.Errorf("the second one: %+v, %v", newest, err)
		}
		sampled, err := here.Decisions.List(t.Context(), taskstest.Admin, decision.Filter{Rule: "few"})
		if err != nil || len(sampled) != 1 || sampled[0].Decision.Reason != policy.ReasonNotSampled ||
			sampled[0].Decision.ProbabilityPPM != 1 {
			t.Errorf("the sample: %+v, %v", sampled, err)
		}
		summary, err := here.Decisions.Summary(t.Context(), taskstest.Admin, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range summary.Kinds {
			if k.Resolved != 2 || k.Planned+k.SkippedTotal() != 2 || k.Undecided != 0 {
				t.Errorf("does not add up: %+v", k)
			}
		}
		words, err := here.Policies.Words(t.Context())
		if err != nil || words.Rules[2] != (policy.RuleName{Rule: "nobody", Name: "Nobody is asked"}) {
			t.Errorf("words %+v, %v", words, err)
		}
	})
}

// What rules ask for is read in bulk: ten resolutions take as many queries as one.
func TestFactsTakeTheSameQueriesWhateverTheNumberOfResolutions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		err := c.Policies.RegisterAttribute(t.Context(), taskstest.Supervisor, policy.Attribute{Name: "level", Kind: policy.TextField})
		if err != nil {
			t.Fatal(err)
		}
		attributes, err := c.Policies.Attributes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := policy.Policy{MaxAge: policy.Default(0).MaxAge}
		survey := policy.DefaultSurvey()
		for _, info := range policy.Fields(attributes) {
			when := policy.Condition{Field: info.Field, Op: info.Kind.Ops()[0], Values: []string{"1"}}
			switch {
			case info.Kind == policy.YesNoField:
				when.Values = []string{policy.Yes}
			case len(info.Choices) > 0:
				when.Values = info.Choices[:1]
			}
			id := strings.NewReplacer(".", "_").Replace(string(info.Field))
			p.Rules = append(p.Rules, policy.Rule{
				ID:     policy.RuleID(id),
				When:   []policy.Condition{when, {Field: policy.ContactCategory, Op: policy.Is, Values: []string{"never"}}},
				Survey: &survey,
			})
		}
		c.Publish(t, p)
		plan := func(numbers ...int) int {
			var batch []contact.Input
			for _, n := range numbers {
				batch = append(batch, taskstest.Severe(n))
			}
			c.Take(t, batch...)
			job := c.Jobs(t, contact.JobPlan)[0]
			ticket := c.Queued(t, job)
			return dbtest.CountQueries(t, db, func() {
				if err := c.Decisions.Plan(t.Context(), ticket, job.Ref); err != nil {
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

// A centre in China begins with three attempts, and five after a complaint; every rule can say otherwise.
func TestANewCentreStartsWithTheAttemptsOfItsCountry(t *testing.T) {
	t.Parallel()
	own := policy.New(dbtest.SQLite(t), &taskstest.Surveys{}, func() clock.Instant { return taskstest.Morning }, 0)
	own.StartWith(outcome.Attempts(outcome.China))
	if err := own.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := own.List(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	got := list.InForce.Policy
	if usual, complaint := got.Rule(policy.RuleSevere).Callback.Attempts, got.Rule(policy.RuleComplaint).Callback.Attempts; usual != 3 ||
		complaint != 5 {
		t.Errorf("%d attempts, %d after a complaint", usual, complaint)
	}
}
