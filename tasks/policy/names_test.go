package policy_test

import (
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/internal/taskstest"
)

func TestNoCodeIsGivenTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.New(t, db)
		c.Publish(t, taskstest.OwnWords(t, "大客户", "由大客户经理回访"))
		c.Publish(t, taskstest.ParsePolicy(t, "  - {id: other, nothing: {callback: vip}}\n"))
		draft, err := c.Policies.Draft(t.Context(), taskstest.Supervisor, 1)
		if err != nil {
			t.Fatal(err)
		}
		drafted := taskstest.ParsePolicy(t, "  - {id: drafted, survey: {delay: 1h}}\n")
		if _, err := c.Policies.Save(t.Context(), taskstest.Supervisor, draft.ID, draft.Revision, drafted, ""); err != nil {
			t.Fatal(err)
		}
		used, err := c.Policies.UsedCodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"rule_1", "all", "other", "drafted", "severe", "by_hand"} {
			t.Run(code, func(t *testing.T) {
				if !used.Rule(code) {
					t.Errorf("%s would be the code of a second rule", code)
				}
			})
		}
		for _, code := range []string{"reason_1", "vip", "not_needed", "no_answer", "done", "reopened", "undecided"} {
			t.Run(code, func(t *testing.T) {
				if !used.Reason(code) {
					t.Errorf("%s would be the code of a second reason", code)
				}
			})
		}
		if used.Rule("rule_2") || used.Reason("reason_2") {
			t.Error("a free code is not free")
		}
	})
}
