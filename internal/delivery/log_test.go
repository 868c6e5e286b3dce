package delivery_test

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/permission"
)

func TestTheLogKeepsAMessageOnceAndForAWeek(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		now := clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))
		log := delivery.NewLog(db, func() clock.Instant { return now })
		send := func(id string) {
			t.Helper()
			m := delivery.Message{ID: id, Channel: permission.BySMS, To: "+8613912348000", Text: "请评价"}
			if receipt, err := log.Send(t.Context(), m); err != nil || !receipt.Delivered {
				t.Fatalf("%+v, %v", receipt, err)
			}
		}
		send("invitation-1")
		send("invitation-1")
		now = now.Add(7 * 24 * time.Hour)
		send("invitation-2")
		kept, err := log.Newest(t.Context(), 0, 10)
		if err != nil || len(kept) != 2 || kept[0].MessageID != "invitation-2" {
			t.Fatalf("kept %+v, %v", kept, err)
		}
		older, err := log.Newest(t.Context(), kept[0].ID, 10)
		if err != nil || len(older) != 1 || older[0].MessageID != "invitation-1" {
			t.Errorf("older %+v, %v", older, err)
		}
		now++
		if n, err := log.Prune(t.Context()); err != nil || n != 1 {
			t.Errorf("pruned %d, %v", n, err)
		}
		old := make([]delivery.Kept, 2*db.RowsPerTx()+7)
		for i := range old {
			old[i] = delivery.Kept{MessageID: fmt.Sprint("old ", i), CreatedAt: 1}
		}
		if err := db.View(t.Context()).Gorm().CreateInBatches(old, 100).Error; err != nil {
			t.Fatal(err)
		}
		most := dbtest.MostRows(t, db, func() {
			if n, err := log.Prune(t.Context()); err != nil || n != len(old) {
				t.Errorf("pruned %d, %v", n, err)
			}
		})
		if most > db.RowsPerTx() {
			t.Errorf("%d messages were deleted in one transaction", most)
		}
	})
}
