package imports

import (
	"fmt"
	"testing"
)

// The count of contacts stands below their ids, wherever that column is: neither a contact nor an error. A customer may be called a sum.
func TestASumBelowTheIDsIsNoContact(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, customer.name: name, resolved_at: done, talk_seconds: talk}\n"
	for row, want := range map[string]string{
		"合计,12,,120": totalRow, "Total,\"1,200\",,": totalRow, "总计：,7,,": totalRow, "Grand Total,12,7,5": totalRow,
		"Total,12,2026-11-05,": "", "Total,T-12,,": "", "Sum Ting,12,,": "", "Total,12,,2分3秒": "", "T,12,,": "",
	} {
		t.Run(row, func(t *testing.T) {
			if got := convertFile(t, m, "name,id,done,talk\n"+row+"\n")[0]; got.skipped != want {
				t.Errorf("%q: %q, want %q", row, got.skipped, want)
			}
		})
	}
}

// A small number in a column of times is a sum below it, and no time of 1900.
func TestASumBelowTimesOfAWorkbookIsNoContact(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, customer.name: name, resolved_at: done}\n"
	for want, row := range map[string][]any{totalRow: {"Total", nil, 7}, "": {"Total", nil, 46331.5}} {
		t.Run(fmt.Sprint(row...), func(t *testing.T) {
			file := workbookOf(t, []any{"id", "name", "done"}, row)
			if got := convertFile(t, m, file)[0]; got.skipped != want {
				t.Errorf("%v: %q, want %q", row, got.skipped, want)
			}
		})
	}
}
