package imports_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// The second file tells other ratings: one in the window that the mapping names, one after it.
func TestAMappingSaysHowLongAChangedRatingCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		m := parse(t, `
columns: {external_id: id, resolved_at: done}
answers: [{metric: csat, column: score, answered_at: at, revisable_days: 2}]
`)
		for _, file := range []string{
			"id,done,score,at\nA,2026-11-01 10:00,2,2026-11-01 11:00\nB,2026-11-01 10:00,2,2026-11-01 11:00\n",
			"id,done,score,at\nA,2026-11-01 10:00,4,2026-11-03 11:00\nB,2026-11-01 10:00,4,2026-11-03 11:01\n",
		} {
			if _, err := c.ImportFile(context.Background(), imports.NewRun{SourceID: c.source, Mapping: m}, opener(file), nil); err != nil {
				t.Fatal(err)
			}
		}
		var kept []bool
		if err := db.View(context.Background()).Gorm().Table("imported_answers").Order("id").Pluck("late", &kept).Error; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]bool{false, false, false, true}, kept); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAWindowThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, days := range []string{"-1", "3651"} {
		t.Run(days, func(t *testing.T) {
			const body = "columns: {external_id: id}\nanswers: [{metric: csat, column: score, revisable_days: "
			_, err := imports.ParseMapping([]byte(body + days + "}]\n"))
			if err == nil || !strings.Contains(err.Error(), "revisable_days") {
				t.Errorf("%s days: %v", days, err)
			}
		})
	}
}
