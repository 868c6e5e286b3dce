package handoff_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/handoff"
)

func TestSeveralWhoSayItAtOnceOpenOneHandoff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		no := false
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			all.Go(func() {
				errs[i] = o.FollowAnswer(ctx, handoff.Answered{
					ResponseID: int64(i + 1), ResolutionID: o.resolution.ID, ContactID: o.resolution.ContactID,
					CustomerID: o.resolution.CustomerID, Solved: &no, Comment: fmt.Sprintf("第%d次", i), Via: handoff.ViaLink, At: o.Now(),
				}, time.Hour)
			})
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		if n := o.Count(t, "handoffs", "1 = 1"); n != 1 {
			t.Errorf("%d handoffs", n)
		}
		said := o.Count(t, "handoffs", "said LIKE '第%次'") + o.Count(t, "handoff_entries", "act = ?", handoff.ActAgain)
		if said != len(errs) {
			t.Errorf("%d of %d words are kept", said, len(errs))
		}
	})
}
