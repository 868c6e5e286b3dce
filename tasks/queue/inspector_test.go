package queue

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// Done jobs are kept by the million: the counts people look at walk along the open part of one index and read no row.
func TestCountsOfOpenJobsDoNotReadTheDoneOnes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		jobs := make([]outbox.Job, 4000)
		for i := range jobs {
			jobs[i] = outbox.New(fmt.Sprint("kind ", i%4), int64(i), outbox.Bulk, clock.Instant(i))
			if i%10 > 0 {
				jobs[i].State = outbox.Done
			}
		}
		view := db.View(t.Context())
		if err := database.Insert(view, "jobs", jobs); err != nil {
			t.Fatal(err)
		}
		if err := view.Gorm().Exec(map[database.Dialect]string{
			database.SQLite: "ANALYZE", database.MySQL: "ANALYZE TABLE jobs",
		}[db.Dialect()]).Error; err != nil {
			t.Fatal(err)
		}
		statement := ""
		keep := func(g *gorm.DB) { statement = g.Explain(g.Statement.SQL.String(), g.Statement.Vars...) }
		if err := view.Gorm().Callback().Row().After("gorm:row").Register("test:keep", keep); err != nil {
			t.Fatal(err)
		}
		counts, err := NewInspector(db, clocktest.Fixed(1)).Counts(t.Context())
		if err != nil || len(counts) != 2 || counts[0] != (outbox.KindCount{Kind: "kind 0", State: outbox.Due, Count: 200}) {
			t.Fatalf("%v, %v", counts, err)
		}
		plan := planOf(t, view, statement)
		for _, want := range openIndexOnly[db.Dialect()] {
			if !strings.Contains(plan, want) {
				t.Errorf("%s\nis answered by %s, want %s", statement, plan, want)
			}
		}
	})
}

// openIndexOnly is how a database says that a query reads a part of the index of states and no row.
var openIndexOnly = map[database.Dialect][]string{
	database.SQLite: {"SEARCH jobs USING COVERING INDEX jobs_state_lane_run_at_id_kind (state=?)"},
	database.MySQL:  {"type:range", "key:jobs_state_lane_run_at_id_kind", "Using where; Using index"},
}

// A page looks at so many jobs of a state and lane and no more, and says so.
func TestCountsForAPageStopAtSomeNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		var jobs []outbox.Job
		for i := range 40 {
			jobs = append(jobs, outbox.New(fmt.Sprint("kind ", i%2), int64(i), outbox.Bulk, clock.Instant(i)))
		}
		jobs = append(jobs, outbox.New("kind 0", 0, outbox.Urgent, 1), outbox.New("kind 2", 0, outbox.Urgent, 1))
		view := db.View(t.Context())
		if err := database.Insert(view, "jobs", jobs); err != nil {
			t.Fatal(err)
		}
		counts, err := store{view}.countsUpTo(19)
		want := []outbox.KindCount{
			{Kind: "kind 0", State: outbox.Due, Count: 11, More: true},
			{Kind: "kind 1", State: outbox.Due, Count: 10, More: true},
			{Kind: "kind 2", State: outbox.Due, Count: 1},
		}
		if diff := cmp.Diff(want, counts); diff != "" || err != nil {
			t.Error(err, diff)
		}
		first := outbox.KindCount{Kind: "kind 0", State: outbox.Due, Count: 21}
		if counts, err = (store{view}).countsUpTo(40); err != nil || counts[0] != first {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

// planOf returns how the database would answer a query, in the table that MariaDB writes and MySQL was asked for: since version 9 it
// writes a tree unless it is told otherwise.
func planOf(t *testing.T, tx database.Tx, statement string) string {
	t.Helper()
	explain := map[database.Dialect]string{database.SQLite: "EXPLAIN QUERY PLAN ", database.MySQL: "EXPLAIN "}[tx.Dialect()]
	if tx.Dialect() == database.MySQL {
		var version string
		if err := tx.Gorm().Raw("SELECT VERSION()").Scan(&version).Error; err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(version, "MariaDB") {
			explain = "EXPLAIN FORMAT=TRADITIONAL "
		}
	}
	var plan []map[string]any
	if err := tx.Gorm().Raw(explain + statement).Scan(&plan).Error; err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(plan)
}
