package imports_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/realtest"
)

var noon = clock.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))

// centre is an import service with one source.
type centre struct {
	*imports.Service
	db     *database.DB
	source int64
}

func newCentre(t testing.TB, db *database.DB) centre {
	t.Helper()
	contacts := contact.New(db, clocktest.Fixed(noon), contact.Options{})
	source := contacttest.Source(t, contacts, "helpdesk")
	return centre{imports.New(db, contacts, clocktest.Fixed(noon)), db, source.ID}
}

// counts are the figures a run ends with.
type counts struct{ Read, Accepted, Updated, Resolved, Duplicates, Rejected, Warnings int64 }

func countsOf(r imports.Run) counts {
	return counts{r.RowsRead, r.Accepted, r.Updated, r.Resolved, r.Duplicates, r.Rejected, r.Warnings}
}

func mapping(t testing.TB, name string) imports.Mapping {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "examples", name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := imports.ParseMapping(body)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (c centre) importFile(t *testing.T, n imports.NewRun, path string) imports.Run {
	t.Helper()
	n.SourceID, n.Filename = c.source, filepath.Base(path)
	run, err := c.ImportFile(context.Background(), n, func() (io.ReadCloser, error) { return os.Open(path) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (c centre) count(t *testing.T, table, where string, args ...any) int {
	t.Helper()
	return dbtest.Count(t, c.db, table, where, args...)
}

func TestRealSupportTickets(t *testing.T) {
	t.Parallel()
	file := realtest.File(t, "data", "support-tickets", "customer_support_tickets.csv.gz")
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		n := imports.NewRun{Mapping: mapping(t, "support-tickets.yaml")}
		want := counts{Read: 8469, Accepted: 8469, Resolved: 2769, Warnings: 1365}
		run := c.importFile(t, n, file)
		if diff := cmp.Diff(want, countsOf(run)); diff != "" {
			t.Error(diff)
		}
		if run.State != imports.Done || run.LastLine != 29806 {
			t.Errorf("state %s, last row at line %d, want 29806", run.State, run.LastLine)
		}
		for _, check := range []struct {
			table, where string
			want         int
		}{
			{"contacts", "status <> 'resolved'", 5700},
			{"resolutions", "answered = 1", 2769},
			{"imported_answers", "metric = 'csat' AND scale = '1-5'", 2769},
			{"score_entries", "metric = 'resolved'", 2769},
			{"customers", "1 = 1", 8320},
			{"contacts", "first_response_at > 0 AND status = 'resolved'", 2769 - 1365},
			{"import_issues", "code = 'after_resolution' AND field = 'First Response Time'", 1365},
		} {
			t.Run(check.table+" where "+check.where, func(t *testing.T) {
				if got := c.count(t, check.table, check.where); got != check.want {
					t.Errorf("%s where %s: %d, want %d", check.table, check.where, got, check.want)
				}
			})
		}
		again := c.importFile(t, n, file)
		if diff := cmp.Diff(counts{Read: 8469, Duplicates: 8469}, countsOf(again)); diff != "" {
			t.Errorf("importing twice: %s", diff)
		}
	})
}

func TestRealSupportTicketsShiftedToNow(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	file := realtest.File(t, "data", "support-tickets", "customer_support_tickets.csv.gz")
	c.importFile(t, imports.NewRun{Mapping: mapping(t, "support-tickets.yaml"), ShiftToNow: true, WithoutAnswers: true}, file)
	var newest, oldest int64
	row := c.db.View(context.Background()).Gorm().Raw("SELECT MAX(resolved_at), MIN(resolved_at) FROM resolutions").Row()
	if err := row.Scan(&newest, &oldest); err != nil {
		t.Fatal(err)
	}
	const span = 97322 * 1_000_000 // from 2023-05-31 21:53:30 to 2023-06-02 00:55:33 are 27:02:03
	if clock.Instant(newest) != noon || newest-oldest > span+3600*1_000_000 {
		t.Errorf("resolutions from %s to %s, want the newest at %s", clock.Instant(oldest), clock.Instant(newest), noon)
	}
	if got := c.count(t, "imported_answers", "1 = 1") + c.count(t, "resolutions", "answered = 1"); got != 0 {
		t.Errorf("%d answers, want none", got)
	}
}

func TestRealServiceRequestsWithoutCustomers(t *testing.T) {
	t.Parallel()
	file := realtest.File(t, "data", "nyc311", "311_Service_Requests_2022-05-01.csv")
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		run := c.importFile(t, imports.NewRun{Mapping: mapping(t, "nyc311.yaml")}, file)
		if diff := cmp.Diff(counts{Read: 924, Accepted: 924, Resolved: 480}, countsOf(run)); diff != "" {
			t.Error(diff)
		}
		if got := c.count(t, "contacts", "customer_id = 0"); got != 924 {
			t.Errorf("%d contacts without a customer, want 924", got)
		}
		// 05/01/2022 12:07:46 AM in New York is 04:07:46 UTC.
		at := clock.At(time.Date(2022, 5, 1, 4, 7, 46, 0, time.UTC))
		if got := c.count(t, "resolutions", "resolved_at = ? AND channel = 'web'", at); got != 1 {
			t.Errorf("%d resolutions at %s, want 1", got, at)
		}
	})
}
