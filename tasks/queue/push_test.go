package queue

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/outbox"
)

func TestTasksArePushedTogetherThoughSomeAreThere(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(map[string]Handler{"effect": e.effect})
		const n = 2*perTrip + 1
		e.add("effect", n, outbox.Normal)
		var jobs []outbox.Job
		e.inTx(func(tx database.Tx) (err error) {
			now := e.clock.now()
			jobs, err = store{tx}.claimDue(outbox.Lanes(), now, now.Add(time.Minute), n)
			return err
		})
		for _, some := range [][]outbox.Job{jobs[:3], jobs, jobs[n-1:]} {
			if left, err := q.push(t.Context(), some); err != nil || len(left) > 0 {
				t.Fatalf("%d of %d jobs were not pushed: %v", len(left), len(some), err)
			}
		}
		if got, err := q.inRedis(t.Context(), q.lanes[1]); err != nil || got != n {
			t.Errorf("%d tasks in Redis, want %d (%v)", got, n, err)
		}
		e.start(q)
		e.waitIdle(q)
		e.wantEffects(n)
	})
}

func TestAnIncompletePushSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	each(t, func(e *env) {
		q := e.queue(nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		jobs := make([]outbox.Job, perTrip+1)
		for i := range jobs {
			jobs[i] = outbox.New("effect", 1, outbox.Normal, 1)
			jobs[i].ID = int64(i + 1)
		}
		if left, err := q.push(ctx, jobs); err == nil || len(left) != len(jobs) {
			t.Errorf("%d of %d jobs are left, error %v", len(left), len(jobs), err)
		}
	})
}
