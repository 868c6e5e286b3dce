package webtest

import (
	"fmt"
	"testing"

	"aftercall/internal/outbox"
)

// Plan decides the follow-up of everything taken in.
func (ts *Server) Plan(t testing.TB) {
	t.Helper()
	var batches []int64
	Must(t, ts.DB.View(t.Context()).Gorm().Raw("SELECT DISTINCT batch_id FROM resolutions ORDER BY batch_id").Scan(&batches).Error)
	for _, batch := range batches {
		Must(t, ts.Decisions.Plan(t.Context(), outbox.Ticket{}, batch))
	}
}

// DryRun does the work of the run at an address.
func (ts *Server) DryRun(t testing.TB, path string) {
	t.Helper()
	var id int64
	_, err := fmt.Sscanf(path, "/dryruns/%d", &id)
	Must(t, err)
	Must(t, ts.Decisions.RunDry(t.Context(), outbox.Ticket{}, id))
}
