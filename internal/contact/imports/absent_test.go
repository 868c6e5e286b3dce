package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact/imports"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

func TestACellWithoutAValueIsNoAnswerAndNoZero(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		const mapping = `
columns: {external_id: id, status: state, resolved_at: done, opened_at: opened, talk_seconds: talk, complaint: complaint}
answers:
  - {metric: nps, column: score, answered_at: answered, values: {"不知道": "", "skipped": null, "好": 10}}
`
		var file strings.Builder
		file.WriteString("id,state,done,opened,talk,complaint,score,answered\n")
		for i, blank := range []string{"", " ", "-", "—", "N/A", "n/a", "NULL", "NaN", "未评价"} {
			fmt.Fprintf(&file, "B-%d,resolved,2026-11-20 10:00,%[2]s,%[2]s,%[2]s,%[2]s,%[2]s\n", i, blank)
		}
		for i, word := range []string{"不知道", "skipped", "0", "好"} {
			fmt.Fprintf(&file, "W-%d,resolved,2026-11-20 10:00,,0,no,%s,\n", i, word)
		}
		run, err := c.ImportFile(context.Background(), imports.NewRun{SourceID: c.source, Mapping: parse(t, mapping)},
			opener(file.String()), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(counts{Read: 13, Accepted: 13, Resolved: 13}, countsOf(run)); diff != "" {
			t.Error(diff)
		}
		g := db.View(context.Background()).Gorm()
		var answers []int
		if err := g.Table("imported_answers").Order("id").Pluck("value", &answers).Error; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{0, 10}, answers); diff != "" {
			t.Errorf("answers nobody gave: %s", diff)
		}
		var timed int64
		if err := g.Table("contacts").Where("talk_seconds IS NOT NULL OR opened_at <> 0").Count(&timed).Error; err != nil || timed != 4 {
			t.Errorf("%d contacts have a time: %v", timed, err)
		}
	})
}
