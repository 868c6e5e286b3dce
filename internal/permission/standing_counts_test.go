package permission_test

import (
	"context"
	"testing"

	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
)

// A page does not read all rows of a big centre: it shows what the refresh counted, and nothing before that.
func TestABigCentreIsCountedByTheRefresh(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	const customers = 100_001
	err := c.db.View(t.Context()).Gorm().Exec(`INSERT INTO permission_standings (customer_id, purpose, channel, first, rules_version)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT i, 'survey', 'sms', 'refused', 1 FROM n`, customers).Error
	if err != nil {
		t.Fatal(err)
	}
	if counts, at, err := c.s.StandingCounts(t.Context()); err != nil || len(counts) != 0 || !at.IsZero() {
		t.Errorf("before the first refresh: %v as of %s, %v", counts, at, err)
	}
	if err := c.s.Refresh(context.Background(), outbox.Ticket{}); err != nil {
		t.Fatal(err)
	}
	counts, at, err := c.s.StandingCounts(t.Context())
	if err != nil || len(counts) != 1 || counts[0].Customers != customers || at != c.at {
		t.Errorf("after it: %v as of %s, %v", counts, at, err)
	}
}
