package queue

import (
	"testing"
	"time"
)

// Whoever asks why nothing is done is told when somebody was there to do it.
func TestAWorkerSaysTwiceAMinuteThatItIsThere(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := New(e.db, e.redis, nil, e.clock.now, Options{Name: e.name})
		if err := e.db.View(t.Context()).Gorm().Create(&workerBeat{Worker: "long gone", SeenAt: 1}).Error; err != nil {
			t.Fatal(err)
		}
		rows := func() (rows []workerBeat) {
			if err := e.db.View(t.Context()).Gorm().Find(&rows).Error; err != nil {
				t.Fatal(err)
			}
			return rows
		}
		first, err := q.beat(t.Context(), workerBeat{Worker: "this"})
		if err != nil {
			t.Fatal(err)
		}
		if all := rows(); len(all) != 1 || all[0] != first || first.SeenAt.IsZero() || first.StartedAt != first.SeenAt {
			t.Fatalf("written are %+v, returned %+v", all, first)
		}
		e.clock.advance(29 * time.Second)
		if again, err := q.beat(t.Context(), first); err != nil || again != first || rows()[0] != first {
			t.Errorf("within half a minute: %+v, %v", again, err)
		}
		e.clock.advance(time.Second)
		second, err := q.beat(t.Context(), first)
		if err != nil || second.SeenAt != first.SeenAt.Add(30*time.Second) || second.StartedAt != first.StartedAt || rows()[0] != second {
			t.Errorf("after half a minute: %+v, %v", second, err)
		}
		h, err := NewInspector(e.db, e.clock.now).Health(t.Context())
		if err != nil || h.Worker != second.SeenAt {
			t.Errorf("told is %+v, %v", h, err)
		}
	})
}
