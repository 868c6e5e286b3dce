package callback_test

import (
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// A caller reads what they have, had, is kept for them or may be made by them as a recovery, and nothing else of their own team.
func TestACallerOpensWhatTheyHaveOrHad(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(2)...)
		me, colleague := taskstest.Caller(1), taskstest.Caller(2)
		opens := func(viewer account.Viewer, id int64, want bool) {
			t.Helper()
			_, err := c.Callbacks.ByID(t.Context(), viewer, id)
			if (err == nil) != want || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("caller %d opens callback %d: %v, want %t", viewer.UserID, id, err, want)
			}
		}
		desk := c.Claim(t, me)
		id, other := desk.Callback.ID, 3-desk.Callback.ID
		opens(me, id, true)
		opens(me, other, false)
		opens(colleague, id, false)
		opens(taskstest.Supervisor, other, true)
		c.Pass(callback.Lease)
		for range 2 {
			again := c.Claim(t, colleague)
			c.Finish(t, colleague, again, callback.Outcome{CallResult: callback.WrongNumber})
		}
		opens(me, id, true) // it was theirs
		opens(me, other, false)
		for reason, set := range map[string]string{
			"kept for me": "reserved_for = 1, state = 'ready'", "a recovery": "reserved_for = 0, kind = 'recovery', state = 'ready'",
		} {
			if err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET "+set+" WHERE id = ?", other).Error; err != nil {
				t.Fatal(reason, err)
			}
			opens(me, other, true)
		}
		err := db.View(t.Context()).Gorm().Exec("UPDATE callbacks SET not_for = 1, reserved_for = 0 WHERE id = ?", other).Error
		if err != nil {
			t.Fatal(err)
		}
		opens(me, other, false) // the call to mend the score must be another caller's
	})
}
