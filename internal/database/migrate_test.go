package database_test

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestMigratingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// On a cluster, where a server's lock is not known to the others, a row says who migrates.
func TestOneProcessOfAClusterMigratesAtATime(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	begin := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	for _, step := range []struct {
		who  string
		at   time.Duration
		want bool
	}{
		{"first", 0, true},
		{"second", 0, false},
		{"first", database.SchemaLease / 2, true}, // lives, and says so
		{"second", database.SchemaLease + 1, false},
		{"second", 2 * database.SchemaLease, true}, // the first has died
		{"first", 2 * database.SchemaLease, false},
		{"second", -3 * database.SchemaLease, true}, // done
		{"first", 2 * database.SchemaLease, true},
	} {
		if got, err := db.TakeSchema(t.Context(), step.who, begin.Add(step.at)); got != step.want || err != nil {
			t.Errorf("%s after %s: %t, %v", step.who, step.at, got, err)
		}
	}
}

// A centre comes to this version in the middle of its work: whoever has a callback keeps it, and who ever had one is still known.
func TestClaimsOfAnEarlierVersionAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		if err := db.MigrateDownTo(t.Context(), 37); err != nil {
			t.Fatal(err)
		}
		g := db.View(t.Context()).Gorm()
		if db.Dialect() == database.SQLite {
			g = db.Writer(t.Context())
		}
		const audit = "INSERT INTO audit_entries (at, user_id, action, subject_kind, subject_id, detail) VALUES "
		note, names := "", ""
		if db.Dialect() == database.MySQL {
			note, names = ", '', ''", ", note, note_for_next"
		}
		for _, statement := range []string{
			"INSERT INTO callbacks (id, resolution_id, state, person_id, caller_id, fence, lease_until" + names +
				") VALUES (1, 1, 'claimed', 5, 3, 2, 900" + note + ")",
			"INSERT INTO holds (person_id, callback_id, caller_id, fence, until_at) VALUES (5, 1, 3, 2, 900)",
			audit + "(7, 4, 'callback.claim', 'callback', 1, '')",
			audit + "(8, 4, 'callback.skip', 'callback', 1, 'known')",
			audit + "(9, 4, 'callback.planned', 'contact', 1, 'x')",
		} {
			if err := g.Exec(statement).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for where, table := range map[string]string{
			"id = 1 AND slot = 'current' AND skips = 0 AND fence = 2":     "callbacks",
			"person_id = 5 AND caller_id = 3 AND slot = 'current'":        "holds",
			"kind = 'claimed' AND user_id = 4 AND at = 7 AND reason = ''": "callback_changes",
			"kind = 'skipped' AND user_id = 4 AND reason = 'known'":       "callback_changes",
		} {
			if n := dbtest.Count(t, db, table, where); n != 1 {
				t.Errorf("%s: %d rows where %s", table, n, where)
			}
		}
		if n := dbtest.Count(t, db, "callback_changes", "1 = 1"); n != 2 {
			t.Errorf("%d changes", n)
		}
	})
}

// What a callback is for was called the skill of its pool. The pools of an earlier version are those of no skill, under the same ids.
func TestPoolsOfAnEarlierVersionAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		write := func(statements ...string) {
			t.Helper()
			g := db.View(t.Context()).Gorm()
			if db.Dialect() == database.SQLite {
				g = db.Writer(t.Context())
			}
			for _, statement := range statements {
				if err := g.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		names, notes := "(id, resolution_id, state, pool_id", ""
		if db.Dialect() == database.MySQL {
			names, notes = names+", note, note_for_next", ", '', ''"
		}
		// Of the first two the pool without a skill is the older one, of the others the one with it.
		write("INSERT INTO pools (id, team_id, kind, skill_id, zone) VALUES (1, 7, 'confirm', 0, 'x'), (2, 7, 'confirm', 9, 'x'), "+
			"(4, 8, 'confirm', 9, 'x'), (5, 8, 'confirm', 0, 'x')",
			"INSERT INTO callbacks "+names+") VALUES (1, 1, 'ready', 2"+notes+"), (2, 2, 'ready', 1"+notes+"), (3, 3, 'ready', 4"+notes+
				"), (4, 4, 'ready', 5"+notes+")")
		if err := db.MigrateDownTo(t.Context(), 53); err != nil {
			t.Fatal(err)
		}
		write("INSERT INTO pools (id, team_id, skill, zone) VALUES (3, 7, 'recovery', 'x')")
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, where := range []string{"id = 1 AND kind = 'confirm' AND skill_id = 0", "id = 3 AND kind = 'recovery' AND skill_id = 0"} {
			if n := dbtest.Count(t, db, "pools", where); n != 1 {
				t.Errorf("%d pools where %s", n, where)
			}
		}
		if n := dbtest.Count(t, db, "callbacks", "id <= 2 AND pool_id = 1 OR id > 2 AND pool_id = 4"); n != 4 {
			t.Errorf("going back left %d callbacks in a pool that is not there", 4-n)
		}
	})
}
