package taskstest

import (
	"testing"

	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// OwnWords is a policy whose one rule about callbacks, and its reason, are called as given; the codes are the same every time.
func OwnWords(t testing.TB, rule, reason string) policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte("reasons: {reason_1: " + reason + "}\nrules:\n  - {id: rule_1, name: " + rule +
		", nothing: {callback: reason_1}}\n  - {id: all, survey: {delay: 1h}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Publish puts a policy in force.
func (c Centre) Publish(t testing.TB, p policy.Policy) policy.Record {
	t.Helper()
	draft, err := c.Policies.Draft(t.Context(), Supervisor, 0)
	if err != nil {
		t.Fatal(err)
	}
	if draft, err = c.Policies.Save(t.Context(), Supervisor, draft.ID, draft.Revision, p, ""); err != nil {
		t.Fatal(err)
	}
	record, err := c.Policies.Publish(t.Context(), Admin, draft.ID, draft.Revision, "for a test")
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// ParsePolicy reads a policy as it would be imported.
func ParsePolicy(t testing.TB, rules string) policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte("reasons: {vip: The manager calls}\nrules:\n" + rules))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// DecisionsByKind returns every decision by kind, of one resolution.
func (c Centre) DecisionsByKind(t testing.TB) map[policy.Kind]decision.Row {
	t.Helper()
	rows, err := c.Decisions.List(t.Context(), Admin, decision.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[policy.Kind]decision.Row{}
	for _, row := range rows {
		byKind[row.Decision.Kind] = row
	}
	return byKind
}

// Second drops what comes with an error.
func Second[T any](_ T, err error) error { return err }
