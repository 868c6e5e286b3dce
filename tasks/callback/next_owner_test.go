package callback_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// inProgress are the callbacks that a caller has to go on with.
func inProgress(t *testing.T, c taskstest.Centre, viewer account.Viewer) (ids []int64) {
	t.Helper()
	mine, err := c.Worklist.MyTasks(t.Context(), viewer, worklist.MineFilter{List: worklist.MineInProgress})
	if err != nil {
		t.Fatal(err)
	}
	if mine.Counts[worklist.MineInProgress] != len(mine.Rows) {
		t.Errorf("counted are %d of %d", mine.Counts[worklist.MineInProgress], len(mine.Rows))
	}
	for _, row := range mine.Rows {
		ids = append(ids, row.Callback.ID)
	}
	return ids
}

// Who called a customer in vain goes on with them, though a colleague had them next in between and did not come to it.
func TestWhatWasOnlyNextStaysWhoseItWas(t *testing.T) {
	t.Parallel()
	me, colleague := taskstest.Caller(1), taskstest.Caller(2)
	for name, leave := range map[string]func(*testing.T, taskstest.Centre, callback.Desk){
		"time": func(_ *testing.T, c taskstest.Centre, _ callback.Desk) { c.Pass(callback.PrefetchLease) },
		"given back": func(t *testing.T, c taskstest.Centre, next callback.Desk) {
			t.Helper()
			if _, err := c.Callbacks.Release(t.Context(), colleague, next.Callback.ID, next.Callback.Fence); err != nil {
				t.Fatal(err)
			}
		},
		"kept for nobody": func(t *testing.T, c taskstest.Centre, next callback.Desk) {
			t.Helper()
			c.Pass(callback.PrefetchLease)
			if err := c.Callbacks.Reassign(t.Context(), taskstest.Supervisor, next.Callback.ID, 0, "谁都可以打"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c, id := unanswered(t, db, 2)
				if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, 3-id); err != nil {
					t.Fatal(err)
				}
				next, err := c.Callbacks.Prefetch(t.Context(), colleague)
				if err != nil || next.Callback.ID != id {
					t.Fatalf("next is %d, %v", next.Callback.ID, err)
				}
				leave(t, c, next.Desk)
				if mine := inProgress(t, c, me); !slices.Equal(mine, []int64{id}) {
					t.Errorf("mine are %v, want what I called", mine)
				}
				if theirs := inProgress(t, c, colleague); len(theirs) > 0 {
					t.Errorf("a colleague's are %v, who never called", theirs)
				}
				found, err := worklist.OpenOf(db.View(t.Context()), me, []int64{next.Callback.CustomerID})
				if err != nil {
					t.Fatal(err)
				}
				row := found[next.Callback.CustomerID][0].Callback
				mine, theirs := row.Standing(me, c.Now()), row.Standing(colleague, c.Now())
				if mine != callback.StandsMine || theirs != callback.StandsOpen {
					t.Errorf("to me it is %s, to the colleague %s", mine, theirs)
				}
			})
		})
	}
}

// Promoted, it is the colleague's.
func TestWhatWasNextAndCameOnTheDeskIsTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, id := unanswered(t, db, 2)
		colleague := taskstest.Caller(2)
		if _, err := c.Callbacks.Pick(t.Context(), taskstest.Supervisor, 3-id); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Callbacks.Prefetch(t.Context(), colleague); err != nil {
			t.Fatal(err)
		}
		c.Pass(time.Second)
		desk := c.Claim(t, colleague)
		if _, err := c.Callbacks.Release(t.Context(), colleague, id, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if mine := inProgress(t, c, taskstest.Caller(1)); len(mine) > 0 {
			t.Errorf("it is still of who had it before: %v", mine)
		}
	})
}
