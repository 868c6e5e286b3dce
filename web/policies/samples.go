package policies

import (
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

func attributesSamples() []frame.View {
	rows := []attributeRow{
		{Attribute: policy.Attribute{Name: "tariff", Label: "Tariff", Kind: policy.TextField, CreatedAt: 1}},
		{Attribute: policy.Attribute{Name: "vip", Label: "VIP", Kind: policy.YesNoField, CreatedAt: 1}, Asked: true},
	}
	wrong := frame.Form{Error: "wrong", Errors: map[string]string{"name": "is required"}}
	return []frame.View{
		&attributesPage{},
		&attributesPage{Attributes: rows, Form: wrong, Kinds: []frame.Option{{Value: "text", Label: "text"}}},
	}
}

func dryRunsSamples() []frame.View {
	examples := []decision.Example{{ContactID: 1, ExternalID: "T-1", Category: "Repairs"}}
	line := dryRunLine{Text: "too old", Would: 3, Happened: 5, Width: 30, Examples: examples}
	kind := dryRunKind{
		Kind: policy.FollowUpSurvey, Resolved: 10, Same: 8,
		Sum:     []dryRunLine{line, {Planned: true, Text: "planned", Would: 7, Happened: 5, Width: 70}},
		Rules:   []dryRunRule{{Name: "survey", Planned: true, Count: 7, Examples: examples}, {Name: "old", Text: "too old", Count: 3}},
		Changes: []dryRunChange{{From: "too old", To: "planned", Count: 2, Examples: examples}},
	}
	run := decision.DryRun{
		ID: 1, PolicyID: 5, Days: 30, State: decision.DryRunRunning,
		Total: 10, Done: 4, CreatedAt: 1, FromAt: 1, ToAt: 2, FinishedAt: 3,
	}
	done, cancelled, failed := run, run, run
	done.State, cancelled.State, failed.State = decision.DryRunDone, decision.DryRunCancelled, decision.DryRunFailed
	return []frame.View{
		&dryRunPage{Run: run, Policy: policy.Record{ID: 5}, By: "Wang Min"}, &dryRunPage{Run: cancelled, Policy: policy.Record{ID: 5}},
		&dryRunPage{Run: failed, Policy: policy.Record{ID: 5}},
		&dryRunPage{
			Run: done, Policy: policy.Record{ID: 4, Version: 3},
			Kinds: []dryRunKind{kind, {Kind: policy.FollowUpCallback, Resolved: 10, Same: 10}},
		},
		&dryRunPage{Run: done, Policy: policy.Record{ID: 5}, Changed: true, Kinds: []dryRunKind{kind}}, &dryRunPage{Run: done},
	}
}

func policiesSamples() []frame.View {
	line := frame.CountLine{Count: 12, Href: "/decisions/list"}
	record := policy.Record{
		ID: 4, Version: 3, Policy: policy.Default(0), Note: "note", BasedOn: 2, Revision: 1,
		CreatedBy: policy.Author{ID: 1, Name: "Wang Min"}, CreatedAt: 1, UpdatedAt: 1, PublishedAt: 1,
	}
	builtIn := policy.Record{ID: 1, Version: 1, Policy: policy.Default(0), PublishedAt: 1}
	draft := record
	draft.ID, draft.Version = 5, 0
	sentence := ruleSentence{When: "Every contact", Then: []string{"survey by e-mail", "call back"}}
	rows := []policyRuleRow{
		{Sentence: sentence, Skipped: line},
		{No: 1, ID: "vip", Name: "VIP", Sentence: sentence, Change: "changed", Planned: line, Skipped: line},
		{No: 2, ID: "last", Name: "Last", Sentence: sentence, Change: "added", Unreached: true},
	}
	wrong := frame.Form{Error: "wrong", Errors: map[string]string{"note": "is too long"}}
	return []frame.View{
		&policiesPage{InForce: builtIn, Rules: rows},
		&policiesPage{
			InForce: record, Rules: rows, Drafts: []policy.Record{draft},
			History: []policy.Record{record, builtIn}, Older: "/x", Newer: true, From: "2026-11-01",
		},
		&policyPage{Record: record, InForce: builtIn, Rules: rows},
		&policyPage{
			Record: draft, InForce: builtIn, Rules: rows, Removed: rows,
			Reordered: true, MayPublish: true, Form: wrong, PerDay: 12,
		},
		&policyPage{Record: draft, InForce: builtIn, Form: wrong, PerDay: 1},
		&policyImportPage{},
		&policyImportPage{Sent: frame.YAMLForm{
			Form: wrong, Problems: []frame.FieldProblem{{Line: 3, Name: "rules", Problem: "is wrong", Value: "x"}},
		}},
	}
}

func policyRuleSamples() []frame.View {
	record := policy.Record{ID: 5, Policy: policy.Default(0), Revision: 2}
	published := policy.Record{ID: 4, Version: 3, Policy: policy.Default(0)}
	options := []frame.Option{{Value: "a", Label: "A"}}
	f := formOfPolicyRule(record.Policy.Rules[2])
	f.Error, f.Errors = "wrong", map[string]string{
		"callback_within": "is too long", "survey_share": "is wrong", "survey_reason_text": "is required",
	}
	return []frame.View{
		&policyRulePage{Record: record, ID: newRule, Form: frame.Form{}},
		&policyRulePage{Record: published, ID: "vip", Form: frame.Form{Error: "published", Meanwhile: frame.SampleMeanwhile()}},
		&policyRulePage{
			Record: record, ID: "vip", Form: f, Sentence: &ruleSentence{When: "Every contact", Then: []string{"call back"}},
			Conditions: []conditionRow{
				{
					Field: "contact.severity", Label: "severity", Kind: policy.LevelField, Op: "a", Ops: options,
					Checks:  []frame.Checkbox{{Name: "when.0.values", Value: "high", Label: "High", Checked: true}},
					Refusal: "is wrong",
				},
				{N: 1, Field: "contact.complaint", Label: "complaint", Kind: policy.YesNoField, Yes: true},
				{
					N: 2, Field: "customer.tags", Label: "tags", Kind: policy.TagsField, Ops: options,
					Values: "vip\nkey account", Rows: 2, List: "tags",
				},
			},
			Fields: []optionGroup{{Label: "Contact", Options: options}},
			Choices: ruleChoices{
				Says: options, Reasons: options, Kinds: options, Priorities: options,
				Scripts: options, Surveys: options, Channels: options, Reminders: options,
			},
			Lists: []datalist{{ID: "teams", Values: []string{"A"}}},
		},
	}
}
