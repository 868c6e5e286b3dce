package callback_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"gorm.io/gorm"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// crowd is how many call at once, and how many callbacks are open: what a large centre has with AFTERCALL_TEST_BIG (make claims).
func crowd() (callers, open int) {
	if os.Getenv("AFTERCALL_TEST_BIG") != "" {
		return 1000, 100_000
	}
	return 100, 2000
}

// deedsEach is what every caller does: a history of at most 10,000 deeds can be checked.
const deedsEach = 10

// However many claim, extend, finish and let their leases lapse at once: no person and no callback is anybody's who is somebody else's.
// The database refuses a second hold, and what every caller was told fits one order in which all of it happened.
func TestNoPersonIsHeldTwiceByACrowd(t *testing.T) {
	t.Parallel()
	db := dbtest.MySQL(t)
	callers, open := crowd()
	c := taskstest.New(t, db)
	openMany(t, c, open)
	h := &history{Centre: c, step: callback.Lease / time.Duration(3*callers)}
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() { h.work(t, int64(caller+1)) })
	}
	all.Wait()
	if len(h.deeds) == 0 {
		t.Fatal("nothing was recorded")
	}
	for _, of := range aPersonAtATime().Partition(h.deeds) {
		if result := porcupine.CheckOperationsTimeout(aPersonAtATime(), of, time.Minute); result != porcupine.Ok {
			t.Errorf("what happened to a person fits no order (%s): %+v", result, of)
		}
	}
	t.Logf("%d callers on %d callbacks: %s", callers, open, h.told())
	h.plant(t)
	refusesASecondHold(t, db)
}

// history is what the callers of a centre were told.
type history struct {
	taskstest.Centre
	step  time.Duration // by which every deed moves the clock
	order atomic.Int64
	mu    sync.Mutex
	deeds []porcupine.Operation
}

// do records a deed and its reply. Both are numbered: which of two was first is all that counts.
func (h *history) do(d deed, act func(*deed) (reply, bool)) reply {
	h.Pass(h.step)
	call := h.order.Add(1)
	r, known := act(&d)
	end := h.order.Add(1)
	if r.at.IsZero() {
		r.at = h.Now()
	}
	if known {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.deeds = append(h.deeds, porcupine.Operation{ClientId: int(d.caller), Input: d, Output: r, Call: call, Return: end})
	}
	return r
}

// work is a caller's day: they claim, read, type, finish or give back, and now and then leave their desk until the lease is over.
func (h *history) work(t *testing.T, caller int64) {
	var has, left *deed                               // what they have, and what they had before and left
	dice := rand.New(rand.NewPCG(uint64(caller), 12)) //nolint:gosec // a test that goes the same way every time
	for range deedsEach {
		if left != nil && dice.IntN(2) == 0 {
			h.again(t, *left, []string{"finish", "look", "extend"}[dice.IntN(3)])
			left = nil
			continue
		}
		if has == nil || dice.IntN(4) == 0 {
			got := h.claim(t, caller)
			if has != nil && got != nil && got.person != has.person {
				left = has
			}
			has = got
			continue
		}
		does := []string{"extend", "look", "finish", "finish", "release"}[dice.IntN(5)]
		if r := h.again(t, *has, does); r.refused || does == "finish" || does == "release" {
			has = nil
		}
	}
}

// claim returns what the caller has then, or nil if colleagues were faster.
func (h *history) claim(t *testing.T, caller int64) *deed {
	d := deed{name: "claim", caller: caller}
	var has *deed
	h.do(d, func(d *deed) (reply, bool) {
		desk, err := h.Callbacks.Claim(context.Background(), taskstest.Caller(caller))
		if errors.Is(err, callback.ErrClaimBusy) || fault.Is(err, fault.Unavailable) { // they click again
			return reply{}, false
		}
		if err != nil {
			t.Errorf("claim: %v", err)
			return reply{}, false
		}
		c := desk.Callback
		d.person = c.PersonID
		r := reply{fence: c.Fence, callbacks: [2]int64{c.ID}, at: desk.At, until: c.LeaseUntil}
		for _, other := range desk.Others {
			r.callbacks[1] = other.Callback.ID
		}
		has = &deed{person: c.PersonID, caller: caller, callback: c.ID, fence: c.Fence}
		return r, true
	})
	return has
}

// again does something under a claim.
func (h *history) again(t *testing.T, d deed, name string) reply {
	d.name = name
	ctx, viewer := context.Background(), taskstest.Caller(d.caller)
	return h.do(d, func(d *deed) (r reply, known bool) {
		var err error
		switch name {
		case "extend":
			r.until, err = h.Callbacks.SaveDraft(ctx, viewer, d.callback, d.fence, callback.Outcome{Note: "等一下"})
		case "look":
			var p callback.Pulse
			p, err = h.Callbacks.Beat(ctx, viewer, d.callback, d.fence)
			r.refused, r.at, r.until, r.lapsed = p.Lost, p.At, p.LeaseUntil, p.Lapsed
		case "finish":
			_, err = h.Callbacks.Finish(ctx, viewer, d.callback, d.fence, solved)
		case "release":
			_, err = h.Callbacks.Release(ctx, viewer, d.callback, d.fence)
		}
		if errors.Is(err, callback.ErrStale) {
			r.refused, err = true, nil
		}
		if err != nil {
			t.Errorf("%s callback %d: %v", name, d.callback, err)
		}
		return r, err == nil
	})
}

// told counts the deeds and refusals, and fails nothing.
func (h *history) told() string {
	counts := map[string]int{}
	for _, op := range h.deeds {
		name := op.Input.(deed).name
		if op.Output.(reply).refused {
			name += " refused"
		}
		counts[name]++
	}
	var words []string
	for name, n := range counts {
		words = append(words, fmt.Sprintf("%d %s", n, name))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// plant lets one more caller have been told that they have somebody whom another one had just claimed: it must be noticed.
func (h *history) plant(t *testing.T) {
	t.Helper()
	for _, op := range h.deeds {
		d := op.Input.(deed)
		if d.name != "claim" {
			continue
		}
		d.caller = -1
		double := op
		double.Input = d
		if porcupine.CheckOperations(aPersonAtATime(), append(slices.Clone(h.deeds), double)) {
			t.Error("a person held twice was not noticed")
		}
		return
	}
}

// refusesASecondHold checks that it is the database that keeps two from holding a person, and one from holding two in one hand.
func refusesASecondHold(t *testing.T, db *database.DB) {
	t.Helper()
	g := db.View(t.Context()).Gorm()
	const insert = "INSERT INTO holds (person_id, callback_id, caller_id, slot, fence, until_at) VALUES (?, 0, ?, ?, 1, 1)"
	if err := g.Exec(insert, -1, -1, callback.SlotCurrent).Error; err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string][]any{
		"a person of two callers":    {-1, -2, callback.SlotCurrent},
		"a person twice of a caller": {-1, -1, callback.SlotNext},
		"two persons in one hand":    {-2, -1, callback.SlotCurrent},
	} {
		if err := g.Exec(insert, values...).Error; !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// openMany makes a centre with so many open callbacks: one person in ten has two. A few are planned, and then doubled as often as needed.
func openMany(t *testing.T, c taskstest.Centre, open int) {
	t.Helper()
	var batch []contact.Input
	for i := range 100 {
		if batch = append(batch, taskstest.Severe(i+1)); i%10 == 0 {
			batch = append(batch, taskstest.ComplaintOf(i+1))
		}
	}
	c.Take(t, batch...)
	c.Plan(t)
	for c.OpenCallbacks(t) < open {
		double(t, c.DB)
	}
	// A database at work knows how large its tables are, and chooses its indexes by it.
	for _, table := range []string{"callbacks", "holds", "callback_changes", "persons", "customers", "customer_addresses", "contacts"} {
		if err := c.DB.View(t.Context()).Gorm().Exec("ANALYZE TABLE " + table).Error; err != nil {
			t.Fatal(err)
		}
	}
}

// double copies all there is of these tables behind itself: every id moves by as much, whatever belongs together still does.
func double(t *testing.T, db *database.DB) {
	t.Helper()
	g := db.View(t.Context()).Gorm()
	ids := []string{"id", "person_id", "customer_id", "contact_id", "resolution_id"}
	unlike := map[string]string{
		"reference": "CONCAT(reference, '-', id + ?)", "external_id": "CONCAT(external_id, '-', id + ?)", "decision_id": "NULL",
		"normalised": "CASE kind WHEN 'phone' THEN CONCAT('+86139', LPAD(customer_id + ?, 8, '0')) " +
			"ELSE CONCAT(customer_id + ?, '@example.com') END",
	}
	tables := []string{"persons", "customers", "customer_addresses", "contacts", "resolutions", "callbacks"}
	var by int64
	for _, table := range tables {
		var highest int64
		if err := g.Raw("SELECT MAX(id) FROM " + table).Scan(&highest).Error; err != nil {
			t.Fatal(err)
		}
		by = max(by, highest)
	}
	for _, table := range tables {
		var columns []string // but for those that the database works out
		err := g.Raw("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? "+
			"AND COALESCE(generation_expression, '') = ''", table).Scan(&columns).Error
		if err != nil {
			t.Fatal(err)
		}
		var names, values []string
		for _, column := range columns {
			value, special := unlike[column]
			switch {
			case slices.Contains(ids, column):
				value = column + " + ?"
			case !special:
				value = "`" + column + "`"
			}
			names, values = append(names, "`"+column+"`"), append(values, strings.ReplaceAll(value, "?", strconv.FormatInt(by, 10)))
		}
		sql := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %[1]s", table, strings.Join(names, ", "), strings.Join(values, ", "))
		if err := g.Exec(sql).Error; err != nil {
			t.Fatalf("double %s: %v", table, err)
		}
	}
}
