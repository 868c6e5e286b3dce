package callback_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// A claim looked at the first 32 claims whose lease was over, of whatever pool: those of another team hid one's own.
func TestLapsedClaimsOfAnotherTeamHideNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(34)...)
		k := newDesks(t, c)
		for i := range k.rows {
			k.rows[i] = deskRow{
				id:      k.rows[i].id,
				pool:    k.pools[1],
				state:   callback.Claimed,
				caller:  9,
				lease:   c.Now().Add(-time.Minute),
				max:     6,
				expires: c.Now().Add(time.Hour),
			}
		}
		k.rows[33].pool = k.pools[0]
		k.write(t)
		mine := taskstest.Caller(1)
		mine.TeamIDs = []int64{k.pools[0].team}
		supply, err := c.Callbacks.Supply(t.Context(), mine)
		if err != nil || supply.Ready != 1 {
			t.Fatalf("%+v %v, want one ready", supply, err)
		}
		if desk := c.Claim(t, mine); desk.Callback.ID != k.rows[33].id {
			t.Errorf("claimed %d, want %d", desk.Callback.ID, k.rows[33].id)
		}
	})
}

// Whatever the pools, leases, holds, teams and times: the desk says that callbacks are ready exactly when a naive look at every row
// finds some, and then a claim hands one of them out.
func TestClaimFindsSomethingWheneverSupplySaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := taskstest.Planned(t, db, taskstest.Severes(45)...)
		k := newDesks(t, c)
		tries := 0
		rapid.Check(t, func(rt *rapid.T) {
			if tries++; tries%10 != 0 && db.Dialect() == database.MySQL {
				return // every commit waits for its disk: a tenth of the centres must do
			}
			k.draw(rt)
			k.write(t)
			viewer := taskstest.Caller(rapid.Int64Range(1, 3).Draw(rt, "viewer"))
			viewer.TeamIDs = rapid.SampledFrom([][]int64{nil, {k.pools[0].team}, {k.pools[1].team}, {99}}).Draw(rt, "teams")
			k.check(rt, viewer)
		})
	})
}

// desks are the callbacks of a centre, each with whatever the test wants it to be.
type desks struct {
	taskstest.Centre
	pools []deskPool
	rows  []deskRow
}

type deskPool struct {
	id, team int64
	open     bool
	skill    int64 // 0 for none; caller 1 has skill 5
}

type deskRow struct {
	id               int64
	pool             deskPool
	state            callback.State
	caller, reserved int64
	notFor           int64
	lease, ready     clock.Instant
	opens, expires   clock.Instant
	why              string // it waits
	priority         int
	attempts, max    int
	holder           int64 // who holds the person, until
	until            clock.Instant
}

func newDesks(t testing.TB, c taskstest.Centre) *desks {
	t.Helper()
	k := &desks{Centre: c}
	g := c.DB.View(t.Context()).Gorm()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var ids []int64
	must(g.Table("callbacks").Order("id").Pluck("id", &ids).Error)
	for _, id := range ids {
		k.rows = append(k.rows, deskRow{id: id})
	}
	var own deskPool
	var zone string
	must(g.Table("pools").Select("id, team_id, zone").Row().Scan(&own.id, &own.team, &zone))
	k.pools = []deskPool{{own.id, own.team, true, 0}}
	for i, other := range []struct {
		team  int64
		zone  string
		open  bool
		skill int64
	}{
		{own.team + 1, zone, true, 0},
		{own.team, "", true, 0},
		{0, zone, true, 0},
		{own.team, "Europe/London GB", false, 0},
		{own.team + 1, "Europe/London GB", false, 0},
		{own.team, zone, true, 5},
		{0, "", true, 6},
	} {
		id := own.id + int64(i) + 1
		must(g.Exec("INSERT INTO pools (id, team_id, kind, zone, skill_id) VALUES (?, ?, ?, ?, ?)",
			id, other.team, "drawn", other.zone, other.skill).Error)
		k.pools = append(k.pools, deskPool{id, other.team, other.open, other.skill})
	}
	must(g.Exec("INSERT INTO caller_skills (user_id, skill_id) VALUES (1, 5)").Error)
	return k
}

// draw gives most rows one nature, so that many of a kind stand before the few others.
func (k *desks) draw(rt *rapid.T) {
	now := k.Now()
	one := func(label string) deskRow {
		r := deskRow{
			pool: rapid.SampledFrom(k.pools).Draw(rt, label+" pool"),
			state: rapid.SampledFrom([]callback.State{
				callback.Waiting, callback.Ready, callback.Ready, callback.Claimed, callback.Claimed, callback.Finished,
			}).Draw(rt, label+" state"),
			notFor:   rapid.SampledFrom([]int64{0, 0, 0, 1, 2}).Draw(rt, label+" not for"),
			reserved: rapid.SampledFrom([]int64{0, 0, 0, 1, 2}).Draw(rt, label+" for"),
			ready:    now.Add(-time.Duration(rapid.SampledFrom([]int{1, 29, 30, 31}).Draw(rt, label+" since")) * time.Minute),
			opens:    now.Add(time.Duration(rapid.SampledFrom([]int{-1, 0, 1}).Draw(rt, label+" opens")) * time.Minute),
			expires:  now.Add(time.Duration(rapid.SampledFrom([]int{-1, 0, 60, 60, 60}).Draw(rt, label+" expires")) * time.Minute),
			priority: rapid.IntRange(1, 5).Draw(rt, label+" priority"),
			max:      6, attempts: rapid.SampledFrom([]int{0, 0, 6}).Draw(rt, label+" attempts"),
		}
		if r.state == callback.Waiting {
			r.why = rapid.SampledFrom([]string{"planned", "outside_hours"}).Draw(rt, label+" why")
		}
		if r.state == callback.Claimed {
			r.caller = rapid.SampledFrom([]int64{2, 4, 5, 6}).Draw(rt, label+" caller")
			r.lease = now.Add(time.Duration(rapid.SampledFrom([]int{-20, -1, 0, 5}).Draw(rt, label+" lease")) * time.Minute)
		}
		if rapid.IntRange(0, 3).Draw(rt, label+" held") == 0 {
			r.until = now.Add(time.Duration(rapid.SampledFrom([]int{-1, 0, 5}).Draw(rt, label+" until")) * time.Minute)
		}
		return r
	}
	common := one("most")
	few := rapid.IntRange(0, 5).Draw(rt, "others")
	for i := range k.rows {
		r := common
		if i >= len(k.rows)-few {
			r = one("one")
		}
		r.id = k.rows[i].id
		if !r.until.IsZero() {
			r.holder = int64(1000 + i) // a caller holds one person at a time
		}
		k.rows[i] = r
	}
}

// write makes the database what the rows say.
func (k *desks) write(t testing.TB) {
	t.Helper()
	dbtest.InTx(t, k.DB, func(tx database.Tx) error {
		g := tx.Gorm()
		if err := g.Exec("DELETE FROM holds").Error; err != nil {
			return err
		}
		for _, r := range k.rows {
			err := g.Exec(`UPDATE callbacks SET pool_id = ?, team_id = ?, state = ?, caller_id = ?, reserved_for = ?, not_for = ?,
				wait_reason = ?, lease_until = ?, ready_at = ?, open_at = ?, due_at = ?, expires_at = ?, priority = ?, attempts = ?,
				max_attempts = ?, close_reason = '', closed_at = 0 WHERE id = ?`,
				r.pool.id, r.pool.team, r.state, r.caller, r.reserved, r.notFor,
				r.why, r.lease, r.ready, r.opens, r.ready, r.expires, r.priority, r.attempts, r.max, r.id).Error
			if err != nil {
				return err
			}
			if r.holder != 0 {
				err := g.Exec(`INSERT INTO holds (person_id, callback_id, caller_id, fence, until_at)
					SELECT person_id, 0, ?, 0, ? FROM callbacks WHERE id = ?`, r.holder, r.until, r.id).Error
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// free says of one row, as somebody with paper and pencil would, whether the viewer may have it now.
func (r deskRow) free(viewer account.Viewer, now clock.Instant) bool {
	switch {
	case len(viewer.TeamIDs) > 0 && r.pool.team != 0 && !slices.Contains(viewer.TeamIDs, r.pool.team), !r.pool.open:
		return false
	case r.notFor == viewer.UserID, r.expires <= now, r.holder != 0 && r.until > now:
		return false
	case r.reserved != 0 && r.reserved != viewer.UserID && now < r.ready.Add(30*time.Minute):
		return false
	case r.pool.skill != 0 && (r.pool.skill != 5 || viewer.UserID != 1) && r.reserved != viewer.UserID && r.caller != viewer.UserID &&
		now < r.opens:
		return false
	case r.state == callback.Claimed:
		return r.lease <= now && r.attempts < r.max
	}
	return r.state == callback.Ready
}

func (k *desks) check(rt *rapid.T, viewer account.Viewer) {
	var free []int64
	for _, r := range k.rows {
		if r.free(viewer, k.Now()) {
			free = append(free, r.id)
		}
	}
	supply, err := k.Callbacks.Supply(context.Background(), viewer)
	if err != nil {
		rt.Fatal(err)
	}
	if supply.Ready != len(free) {
		rt.Fatalf("supply says %d ready, by hand they are %d", supply.Ready, len(free))
	}
	k.checkQueue(rt, viewer)
	desk, err := k.Callbacks.Claim(context.Background(), viewer)
	// many whose attempts are used up are closed first
	for tries := 0; errors.Is(err, callback.ErrClaimBusy) && tries < len(k.rows); tries++ {
		desk, err = k.Callbacks.Claim(context.Background(), viewer)
	}
	switch {
	case len(free) == 0 && errors.Is(err, callback.ErrNothingReady):
	case err != nil:
		rt.Fatalf("%d are ready, and the claim says %v", len(free), err)
	case !slices.Contains(free, desk.Callback.ID):
		rt.Fatalf("claimed %d, which is not among those ready: %v", desk.Callback.ID, free)
	}
}

// part says of one row, as somebody with paper and pencil would, by which part of the queue it is counted, and for which reason it waits;
// "" for none.
func (r deskRow) part(viewer account.Viewer, now clock.Instant) (callback.SupplyPart, callback.Reason) {
	held := r.holder != 0 && r.until > now
	switch {
	case !viewer.SeesTeam(r.pool.team), r.expires <= now, r.state == callback.Finished:
		return "", ""
	case r.state == callback.Claimed && r.lease <= now && r.attempts >= r.max:
		return "", ""
	case r.state == callback.Waiting:
		return callback.SupplyWaiting, callback.Reason(r.why)
	case r.state == callback.Claimed && r.lease > now, held:
		return callback.SupplyInHand, ""
	case !r.pool.open:
		return callback.SupplyWaiting, "outside_hours"
	case r.reserved != 0 && now < r.ready.Add(30*time.Minute):
		return callback.SupplyKept, ""
	case r.pool.skill != 0 && now < r.opens: // nobody who may log in has any
		return callback.SupplyLacking, ""
	}
	return callback.SupplyReady, ""
}

// checkQueue looks at each count of the queue, and at the rows behind it: every open callback is in one of them, and in no other.
func (k *desks) checkQueue(rt *rapid.T, viewer account.Viewer) {
	type key struct {
		part   callback.SupplyPart
		reason callback.Reason
	}
	want, open := map[key][]int64{}, 0
	for _, r := range k.rows {
		if part, reason := r.part(viewer, k.Now()); part != "" {
			want[key{part, reason}] = append(want[key{part, reason}], r.id)
			open++
		}
	}
	queue, err := k.Callbacks.Queue(context.Background(), viewer)
	if err != nil {
		rt.Fatal(err)
	}
	counted := map[key]int{
		{callback.SupplyReady, ""}: queue.Ready, {callback.SupplyInHand, ""}: queue.InHand, {callback.SupplyKept, ""}: queue.Kept,
	}
	for _, w := range queue.Waiting {
		counted[key{callback.SupplyWaiting, w.Reason}] = w.Count
	}
	for _, l := range queue.Lacking {
		counted[key{callback.SupplyLacking, ""}] += l.Count
	}
	for _, part := range callback.SupplyParts() {
		for _, reason := range []callback.Reason{"", "planned", "outside_hours"} {
			at := key{part, reason}
			if (part == callback.SupplyWaiting) != (reason != "") {
				continue
			}
			if counted[at] != len(want[at]) {
				rt.Fatalf("%v counts %d, by hand they are %v", at, counted[at], want[at])
			}
			rows, err := k.Callbacks.QueueRows(context.Background(), viewer, callback.SupplyFilter{Part: part, Reason: reason})
			if err != nil {
				rt.Fatal(err)
			}
			var ids []int64
			for _, row := range rows {
				ids = append(ids, row.ID)
			}
			slices.Sort(ids)
			if !slices.Equal(ids, want[at]) {
				rt.Fatalf("behind %v are %v, by hand they are %v", at, ids, want[at])
			}
		}
	}
	ages := 0
	for _, n := range queue.Ages {
		ages += n
	}
	if queue.Total() != open || ages != queue.Ready {
		rt.Fatalf("counted are %d, %d of them ready by age, by hand %d: %+v", queue.Total(), ages, open, queue)
	}
}
