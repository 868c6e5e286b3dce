package callback_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// handBack takes from a user what they may have no more as they are, and returns what was counted before.
func handBack(t *testing.T, c taskstest.Centre, as account.Viewer) map[string]int {
	t.Helper()
	counts := map[string]int{}
	held, err := c.Callbacks.HeldBy(c.DB.View(t.Context()), as, c.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range held {
		counts[h.What] = h.Count
	}
	err = c.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		return c.Callbacks.HandBack(tx, account.Viewer{UserID: 9}, as, c.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestWhoLeavesKeepsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(4)...)
		c.Hire(t, 1, 2)
		me, mate := taskstest.Caller(1), taskstest.Caller(2)
		promised := c.Claim(t, me)
		c.Finish(t, me, promised, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: c.Now().Add(2 * time.Hour),
			AppointmentFor: callback.ForMe,
		})
		c.Pass(10 * time.Second) // nothing can be undone any more
		paused := c.Claim(t, me)
		if _, err := c.Callbacks.Pause(t.Context(), me, paused.Callback.ID, paused.Callback.Fence, 0, "等装维回复"); err != nil {
			t.Fatal(err)
		}
		held := c.Claim(t, me)
		typed := callback.Outcome{Note: "客户说下午再打"}
		if _, err := c.Callbacks.SaveDraft(t.Context(), me, held.Callback.ID, held.Callback.Fence, typed); err != nil {
			t.Fatal(err)
		}
		var kept int64
		for id := int64(1); id <= 4; id++ {
			if id != promised.Callback.ID && id != paused.Callback.ID && id != held.Callback.ID {
				kept = id
			}
		}
		if err := c.Callbacks.Reassign(t.Context(), account.Viewer{UserID: 9, Role: account.Supervisor}, kept, 1, "她熟悉"); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"in_hand": 1, "appointments": 1, "paused": 1, "kept": 1}
		if diff := cmp.Diff(want, handBack(t, c, account.Viewer{UserID: 1})); diff != "" {
			t.Errorf("they had (-want +got):\n%s", diff)
		}
		none := map[string]int{"in_hand": 0, "appointments": 0, "paused": 0, "kept": 0}
		if diff := cmp.Diff(none, handBack(t, c, account.Viewer{UserID: 1})); diff != "" {
			t.Errorf("they have still (-want +got):\n%s", diff)
		}
		changes, err := c.Callbacks.Changes(t.Context(), account.Viewer{}, promised.Callback.ID)
		if err != nil || changes[0].Kind != callback.ChangeHandedBack || changes[0].Reason != "appointment" ||
			changes[0].ForUserID != 1 || changes[0].UserID != 9 {
			t.Errorf("the appointment's story ends with %+v, %v", changes[0], err)
		}
		const open = "id = ? AND state = 'waiting' AND reserved_for = 0 AND appointment_at > 0"
		if n := c.Count(t, "callbacks", open, promised.Callback.ID); n != 1 {
			t.Error("the appointment is not anybody's at its time")
		}
		if n := c.Count(t, "holds", "caller_id = 1 AND slot <> 'undo'"); n != 0 {
			t.Error("a person is still held")
		}
		if n := c.Count(t, "drafts", "callback_id = ? AND caller_id = 1", held.Callback.ID); n != 1 {
			t.Error("what was typed is gone")
		}
		if _, err := c.Callbacks.Release(t.Context(), me, held.Callback.ID, held.Callback.Fence); err == nil {
			t.Error("the claim is still good")
		}
		seen := map[int64]string{}
		for range 2 { // what was in hand, and what was kept
			desk := c.Claim(t, mate)
			seen[desk.Callback.ID] = desk.Callback.NoteForNext
			c.PassOn(t, mate, desk)
		}
		if note, ok := seen[held.Callback.ID]; !ok || !strings.Contains(note, typed.Note) {
			t.Errorf("whoever calls next reads %v", seen)
		}
		if _, ok := seen[kept]; !ok {
			t.Error("what was kept for them is nobody's")
		}
	})
}

// Who calls for another team from now on keeps what they still see.
func TestANewTeamTakesOnlyWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		desk := c.Claim(t, c.me)
		if desk.Callback.TeamID != c.first {
			t.Fatalf("the callback is of team %d", desk.Callback.TeamID)
		}
		stays := account.Viewer{UserID: c.me.UserID, Role: account.Caller, TeamIDs: []int64{c.first, c.second}}
		if got := handBack(t, c.Centre, stays); got["in_hand"] != 0 {
			t.Errorf("with one team more they hand back %v", got)
		}
		if _, err := c.Callbacks.Current(t.Context(), c.me); err != nil {
			t.Errorf("and lose what they have: %v", err)
		}
		moved := account.Viewer{UserID: c.me.UserID, Role: account.Caller, TeamIDs: []int64{c.second}}
		if got := handBack(t, c.Centre, moved); got["in_hand"] != 1 {
			t.Errorf("in another team they hand back %v", got)
		}
		if n := c.Count(t, "callbacks", "id = ? AND state = 'ready'", desk.Callback.ID); n != 1 {
			t.Error("it is not ready for others")
		}
	})
}

func TestWhoLeavesAfterTheLastAttemptLeavesItClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		id := desk.Callback.ID
		if err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET attempts = max_attempts WHERE id = ?", id).Error; err != nil {
			t.Fatal(err)
		}
		handBack(t, c, account.Viewer{UserID: desk.Callback.CallerID})
		if n := c.Count(t, "callbacks", "id = ? AND state = 'done' AND close_reason = 'unreachable'", id); n != 1 {
			t.Error("it is handed out once more")
		}
	})
}

// What is kept for one caller may be more than one transaction takes; a job goes on, by what the user is when it runs.
func TestHoweverMuchIsKeptAllOfItIsHandedBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severe(1))
		accounts := account.New(db, []byte("0123456789abcdef0123456789abcdef"), c.Now)
		u, err := accounts.AddUser(t.Context(), account.NewUser{Login: "wang", Password: "correct horse battery", Role: account.Caller})
		if err != nil {
			t.Fatal(err)
		}
		kept := c.Callback(t)
		rows := make([]callback.Callback, 450)
		for i := range rows {
			rows[i] = kept
			rows[i].ID, rows[i].DecisionID, rows[i].Round, rows[i].ReservedFor = 0, nil, 10+i, u.ID
		}
		if err := db.View(t.Context()).Gorm().CreateInBatches(&rows, 50).Error; err != nil {
			t.Fatal(err)
		}
		if err := accounts.DisableUser(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
		handBack(t, c, account.Viewer{UserID: u.ID})
		left := func() int { return c.Count(t, "callbacks", "reserved_for = ?", u.ID) }
		if n := left(); n != 250 {
			t.Errorf("the transaction left %d", n)
		}
		c.Pass(time.Minute)
		for range 3 {
			c.Work(t, callback.JobLeft, func(ctx context.Context, ticket outbox.Ticket, ref int64) error {
				return c.Callbacks.HandBackRest(ctx, ticket, ref)
			})
		}
		if n := left(); n != 0 {
			t.Errorf("the job left %d", n)
		}
		if n := c.Count(t, "jobs", "kind = ? AND state = 'done'", callback.JobLeft); n != 1 {
			t.Errorf("%d jobs are done", n)
		}
	})
}
