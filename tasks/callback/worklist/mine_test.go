package worklist_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/internal/taskstest"
)

// mine reads a list to its end, three rows at a time.
func mine(t *testing.T, c taskstest.Centre, viewer account.Viewer, f worklist.MineFilter) (ids []int64, counted int) {
	t.Helper()
	f.Limit = 3
	for {
		page, err := c.Worklist.MyTasks(t.Context(), viewer, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			ids = append(ids, row.Callback.ID)
			f.After = f.Key(row)
		}
		for _, d := range page.Drafts {
			ids = append(ids, d.Row.Callback.ID)
			f.After = d.Key()
		}
		if len(page.Rows)+len(page.Drafts) < f.Limit {
			return ids, page.Counts[f.List]
		}
	}
}

// Each list goes on behind its last row, whatever the times are that rows share, and counts what it shows.
func TestEveryListOfMyTasksIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(8)...)
		me := taskstest.Caller(1)
		tomorrow := clock.DayOf(c.Now(), time.UTC) + 1
		set := func(values string, args ...any) {
			t.Helper()
			if err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET "+values, args...).Error; err != nil {
				t.Fatal(err)
			}
		}
		for _, list := range worklist.MineLists() {
			if list == worklist.MineDrafts {
				continue
			}
			t.Run(string(list), func(t *testing.T) {
				set("state = 'waiting', wait_reason = 'appointment', kind = 'confirm'")
				set("caller_id = 0, reserved_for = 0, not_for = 0, closed_at = 0")
				ordered := "ready_at"
				switch list {
				case worklist.MineToday:
					set("reserved_for = 1")
				case worklist.MineLater:
					set("reserved_for = 1")
				case worklist.MineInProgress:
					set("caller_id = 1")
				case worklist.MineRecoveries:
					set("kind = 'recovery'")
					if err := db.View(t.Context()).Gorm().Exec("UPDATE pools SET kind = 'recovery'").Error; err != nil {
						t.Fatal(err)
					}
					ordered = "due_at"
				case worklist.MineDone:
					set("caller_id = 1, state = 'done', close_reason = 'solved'")
					ordered = "closed_at"
				case worklist.MineDrafts:
				}
				at := c.Now()
				if list == worklist.MineLater {
					at = tomorrow.Start(time.UTC)
				}
				set(ordered+" = ? + (id / 2) * 10", int64(at))
				ids, counted := mine(t, c, me, worklist.MineFilter{List: list})
				want := []int64{1, 2, 3, 4, 5, 6, 7, 8}
				if list == worklist.MineDone {
					slices.Reverse(want)
				}
				if !slices.Equal(ids, want) || counted != 8 {
					t.Errorf("%s: %v, counted %d", list, ids, counted)
				}
				others, counted := mine(t, c, taskstest.Caller(2), worklist.MineFilter{List: list})
				if list != worklist.MineRecoveries && (len(others) > 0 || counted > 0) {
					t.Errorf("%s shows a colleague %v, counted %d", list, others, counted)
				}
			})
		}
	})
}

// Who only had a callback next, and did not come to it, was never at work on it.
func TestWhatWasOnlyNextIsNotInProgress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(2)...)
		c.Pass(9*time.Hour + 54*time.Minute + 30*time.Second) // half a minute before eight
		desk := c.Claim(t, taskstest.Caller(1))
		next, err := c.Callbacks.Prefetch(t.Context(), taskstest.Caller(1))
		if err != nil {
			t.Fatal(err)
		}
		c.Pass(45 * time.Second)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved})
		if _, err := c.Callbacks.Claim(t.Context(), taskstest.Caller(1)); err == nil {
			t.Fatal("claimed in the evening")
		}
		if c.Count(t, "callbacks", "id = ? AND state = ?", next.Callback.ID, callback.Waiting) != 1 {
			t.Fatal("it was not put off")
		}
		if ids, counted := mine(t, c, taskstest.Caller(1), worklist.MineFilter{List: worklist.MineInProgress}); len(ids)+counted > 0 {
			t.Errorf("in progress is %v, counted %d", ids, counted)
		}
	})
}

// What was typed under a claim that is over is offered until the callback is in hand again and it is typed anew; what is typed now is not.
func TestWhatWasTypedUnderAnEarlierClaimIsOffered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		me, typed := taskstest.Caller(1), callback.Outcome{CallResult: callback.NoAnswer, Note: "响了很久"}
		drafts := func(want int, held bool) {
			t.Helper()
			left, err := c.Worklist.MyTasks(t.Context(), me, worklist.MineFilter{List: worklist.MineDrafts})
			if err != nil || len(left.Drafts) != want || left.Counts[worklist.MineDrafts] != want {
				t.Fatalf("%d drafts, counted %d, want %d: %v", len(left.Drafts), left.Counts[worklist.MineDrafts], want, err)
			}
			if want > 0 && (left.Drafts[0].Held != held || left.Drafts[0].Typed.Note != typed.Note) {
				t.Errorf("the draft is %+v", left.Drafts[0])
			}
		}
		save := func() {
			t.Helper()
			if _, err := c.Callbacks.SaveDraft(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, typed); err != nil {
				t.Fatal(err)
			}
		}
		save()
		drafts(0, false) // it is being typed
		c.Pass(callback.Lease)
		drafts(1, false)
		desk = c.Claim(t, me)
		drafts(1, true)
		if desk.Draft.Note != typed.Note {
			t.Errorf("the desk has %+v", desk.Draft)
		}
		c.Pass(time.Second)
		save()
		drafts(0, false)
	})
}

// A day of what is done is a day of the centre, not of UTC.
// What waits for the back office is no appointment of today's, though it is kept for its caller: no customer expects that call.
func TestAPausedCallbackIsNoAppointment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		me := taskstest.Caller(1)
		paused, err := c.Callbacks.Pause(t.Context(), me, desk.Callback.ID, desk.Callback.Fence, c.Now().Add(time.Hour), "等装维")
		if err != nil || paused.ReservedFor != me.UserID {
			t.Fatalf("paused is %+v, %v", paused, err)
		}
		listed := func(when string, want worklist.MineList) {
			t.Helper()
			for _, list := range []worklist.MineList{worklist.MineToday, worklist.MineLater, worklist.MineInProgress} {
				ids, counted := mine(t, c, me, worklist.MineFilter{List: list})
				if (len(ids) == 1) != (list == want) || counted != len(ids) {
					t.Errorf("%s: %s lists %v and counts %d", when, list, ids, counted)
				}
			}
		}
		listed("without an appointment", worklist.MineInProgress)
		for when, at := range map[string]struct {
			clock.Instant
			want worklist.MineList
		}{
			"with one today":     {c.Now().Add(2 * time.Hour), worklist.MineToday},
			"with one next week": {c.Now().Add(7 * 24 * time.Hour), worklist.MineLater},
			"with one last week": {c.Now().Add(-7 * 24 * time.Hour), worklist.MineInProgress},
		} {
			if err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET appointment_at = ?", at.Instant).Error; err != nil {
				t.Fatal(err)
			}
			listed(when, at.want)
		}
	})
}

func TestWhatIsDoneIsNarrowedToADayOfTheCentre(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(3)...)
		date := clock.DayFrom(2026, time.November, 20)
		start := clock.At(time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC)) // midnight in Shanghai
		for id, at := range []clock.Instant{start.Add(-time.Second), start, start.Add(24 * time.Hour)} {
			err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET caller_id = 1, state = 'done', closed_at = ? WHERE id = ?",
				int64(at), id+1).Error
			if err != nil {
				t.Fatal(err)
			}
		}
		ids, counted := mine(t, c, taskstest.Caller(1), worklist.MineFilter{List: worklist.MineDone, Date: date})
		if !slices.Equal(ids, []int64{2}) || counted != 3 {
			t.Errorf("done on %s: %v, of %d in all", date, ids, counted)
		}
	})
}
