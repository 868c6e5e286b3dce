package worklist_test

import (
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

func TestCountsOfCallbacksAreThoseOfTheViewersTeams(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		batch := taskstest.Severes(5)
		for i := range batch[:3] {
			batch[i].Participants[0].Team = "一线"
		}
		c := taskstest.Planned(t, db, batch...)
		teams, err := account.TeamIDs(db.View(t.Context()), []string{"一线", "二线"})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int{"一线": 3, "二线": 2, "": 5} {
			t.Run(name, func(t *testing.T) {
				viewer := account.Viewer{UserID: 9, Role: account.Supervisor}
				if name != "" {
					viewer.TeamIDs = []int64{teams[name]}
				}
				counts, err := c.Worklist.Count(t.Context(), viewer)
				if err != nil || counts.ByState[callback.Ready]+counts.ByState[callback.Waiting] != want || counts.Overdue != 0 {
					t.Errorf("%q sees %+v, want %d open: %v", name, counts, want, err)
				}
			})
		}
	})
}
