package callback_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

func TestAnAttemptKeepsItsScriptAndTheHelpThatWasTried(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		ctx, scripts := t.Context(), c.Callbacks.Scripts()
		if err := scripts.EnsureBuiltIn(ctx); err != nil {
			t.Fatal(err)
		}
		if err := c.Dial(t, 1, desk); err != nil {
			t.Fatal(err)
		}
		shown, err := c.Callbacks.Script(ctx, desk, "王敏")
		if err != nil {
			t.Fatal(err)
		}
		draft, err := scripts.DraftFrom(ctx, taskstest.Supervisor, shown.Script.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scripts.Publish(ctx, taskstest.Supervisor, draft.ID, draft.Revision); err != nil {
			t.Fatal(err)
		}
		tried := []string{"重启光猫", "重启光猫", "", "看指示灯", "换网线", "第四步"}
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: "还是慢", HelpTried: tried,
		})
		after, err := c.Callbacks.ByID(ctx, taskstest.Supervisor, desk.Callback.ID)
		if err != nil {
			t.Fatal(err)
		}
		a := after.Attempts[0]
		if a.ScriptID != shown.Script.ID || shown.Script.Version != 1 {
			t.Errorf("the attempt names script %d, shown was %d", a.ScriptID, shown.Script.ID)
		}
		if diff := cmp.Diff([]string{"重启光猫", "看指示灯", "换网线"}, a.HelpSteps()); diff != "" {
			t.Error(diff)
		}
		newest, err := c.Callbacks.Script(ctx, desk, "王敏")
		if err != nil || newest.Script.Version != 2 {
			t.Errorf("the desk shows version %d, %v", newest.Script.Version, err)
		}
	})
}

func TestAPolicysScriptIsSaid(t *testing.T) {
	t.Parallel()
	c, desk := taskstest.AtWork(t, dbtest.SQLite(t))
	desk.Callback.Script = "complaint"
	spoken, err := c.Callbacks.Script(t.Context(), desk, "王敏")
	if err != nil || spoken.Script.Kind != "complaint" {
		t.Errorf("%s is said, %v", spoken.Script.Kind, err)
	}
}
