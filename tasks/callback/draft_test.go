package callback_test

import (
	"errors"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// foreign is a caller of another team than the one callback there is.
func foreign(t testing.TB, c taskstest.Centre, id int64) account.Viewer {
	t.Helper()
	viewer := taskstest.Caller(id)
	viewer.TeamIDs = []int64{c.Callback(t).TeamID + 1}
	return viewer
}

// A caller read other teams' callbacks by writing drafts about them: whatever was typed was kept and shown, with the customer's name.
func TestNothingIsKeptOrShownOfACallbackThatWasNeverClaimed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		typed := callback.Outcome{CallResult: callback.WrongNumber, Note: "x"}
		for name, tt := range map[string]struct {
			viewer account.Viewer
			kind   fault.Kind
		}{
			"another team's caller": {foreign(t, c, 2), fault.NotFound},
			"a colleague":           {taskstest.Caller(3), fault.Conflict},
		} {
			t.Run(name, func(t *testing.T) {
				id, fence := desk.Callback.ID, desk.Callback.Fence
				_, saved := c.Callbacks.SaveDraft(t.Context(), tt.viewer, id, fence, typed)
				_, finished := c.Callbacks.Finish(t.Context(), tt.viewer, id, fence, typed)
				_, dialled := c.Callbacks.Dial(t.Context(), tt.viewer, id, fence)
				_, released := c.Callbacks.Release(t.Context(), tt.viewer, id, fence)
				_, skipped := c.Callbacks.Skip(t.Context(), tt.viewer, id, fence, callback.SkipOther)
				for what, err := range map[string]error{
					"saved a draft": saved, "finished": finished,
					"dialled": dialled, "released": released, "skipped": skipped,
				} {
					if !fault.Is(err, tt.kind) {
						t.Errorf("%s %s: %v, want %s", name, what, err, tt.kind)
					}
				}
				mine, err := c.Worklist.MyTasks(t.Context(), tt.viewer, worklist.MineFilter{List: worklist.MineDrafts})
				if err != nil || len(mine.Drafts) != 0 || c.Count(t, "drafts", "1 = 1") != 0 {
					t.Errorf("%s has drafts: %+v %v", name, mine.Drafts, err)
				}
			})
		}
	})
}

// Who had a callback and is of another team now keeps what they typed, and does not see whom it is about.
func TestDraftsAreShownOnlyToWhoSeesTheCallback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Pass(callback.Lease)
		c.Claim(t, taskstest.Caller(2))
		moved := foreign(t, c, 1)
		typed := callback.Outcome{CallResult: callback.WrongNumber, Note: "空号"}
		if _, err := c.Callbacks.Finish(t.Context(), moved, desk.Callback.ID, desk.Callback.Fence, typed); !fault.Is(err, fault.Conflict) {
			t.Errorf("the old holder finished: %v", err)
		}
		if err := c.Callbacks.Reassign(t.Context(), moved, desk.Callback.ID, 1, "mine"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the old holder reassigned: %v", err)
		}
		for viewer, want := range map[*account.Viewer]int{{UserID: 1, Role: account.Caller}: 1, &moved: 0} {
			mine, err := c.Worklist.MyTasks(t.Context(), *viewer, worklist.MineFilter{List: worklist.MineDrafts})
			if err != nil || len(mine.Drafts) != want {
				t.Errorf("of teams %v: %d drafts, want %d; %v", viewer.TeamIDs, len(mine.Drafts), want, err)
			}
		}
	})
}

// Lists of one's own callbacks show none of a team that is not one's own any more.
func TestOwnListsShowNothingOfOtherTeams(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.NoAnswer})
		moved := foreign(t, c, 1)
		for viewer, want := range map[*account.Viewer]int{{UserID: 1, Role: account.Caller}: 1, &moved: 0} {
			mine, err := c.Worklist.MyTasks(t.Context(), *viewer, worklist.MineFilter{List: worklist.MineInProgress})
			if err != nil || len(mine.Rows) != want || mine.Counts[worklist.MineInProgress] != want {
				t.Errorf("of teams %v: %d in progress, want %d; %v", viewer.TeamIDs, len(mine.Rows), want, err)
			}
			day, err := c.Worklist.MyDay(t.Context(), *viewer, 0)
			if err != nil || len(day.Attempts) != want || day.Dialled != 1 {
				t.Errorf("of teams %v: %d attempts, want %d; %v", viewer.TeamIDs, len(day.Attempts), want, err)
			}
		}
	})
}

// A page of an earlier claim sends what it has late: what the caller typed since is kept, and so is it when they have typed nothing.
func TestLateTextTakesNoNewerOnesPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, old := taskstest.AtWork(t, db)
		me := taskstest.Caller(1)
		late, newer := callback.Outcome{CallResult: callback.NoAnswer, Note: "old"}, callback.Outcome{Note: "new"}
		c.Pass(callback.Lease + time.Minute)
		desk := c.Claim(t, me)
		send := func(want string) {
			t.Helper()
			_, saved := c.Callbacks.SaveDraft(t.Context(), me, old.Callback.ID, old.Callback.Fence, late)
			_, finished := c.Callbacks.Finish(t.Context(), me, old.Callback.ID, old.Callback.Fence, late)
			if !errors.Is(saved, callback.ErrStale) || !errors.Is(finished, callback.ErrStale) {
				t.Fatalf("saved %v, finished %v", saved, finished)
			}
			got, err := c.Callbacks.Current(t.Context(), me)
			if err != nil || got.Draft.Note != want {
				t.Errorf("kept is %q, want %q: %v", got.Draft.Note, want, err)
			}
		}
		c.Pass(time.Minute)
		if _, err := c.Callbacks.SaveDraft(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, newer); err != nil {
			t.Fatal(err)
		}
		send("new")
		if err := c.Callbacks.DiscardDraft(t.Context(), me, desk.Callback.ID); err != nil {
			t.Fatal(err)
		}
		send("old")
	})
}

// The browser sends an outcome once more that it never heard was recorded: nothing of it is kept a second time.
func TestWhatWasRecordedIsNoDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		o := callback.Outcome{CallResult: callback.NoAnswer, Note: "n"}
		c.Finish(t, taskstest.Caller(1), desk, o)
		_, err := c.Callbacks.Finish(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, o)
		if !errors.Is(err, callback.ErrStale) || c.Count(t, "drafts", "1 = 1") != 0 {
			t.Errorf("sent once more: %v, %d drafts", err, c.Count(t, "drafts", "1 = 1"))
		}
	})
}
