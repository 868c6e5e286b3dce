package callback_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"aftercall/internal/contact"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/internal/taskstest"
)

// Whatever writes callbacks, persons and decisions locks them in one order: the callbacks by their ids, then the persons, then the rest. So
// callers, corrections, merges and what the source says wait for each other, and none of them has to begin again.
func TestNobodyLosesADeadlockForACallback(t *testing.T) {
	t.Parallel()
	for name, others := range map[string]func(together) []act{
		"persons are regrouped":    func(c together) []act { return []act{c.anotherTab, c.regroup, c.drop, c.correct} },
		"contacts are readdressed": func(c together) []act { return []act{c.anotherTab, c.readdress, c.drop, c.correct} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.MySQL(t)
			centre, one, other := joinable(t, db)
			centre.Take(t, taskstest.ComplaintOf(1), taskstest.ComplaintOf(2)) // two callbacks a person
			centre.Plan(t)
			c := together{Centre: centre, customers: []int64{one, other}}
			c.care = maintenance.New(db, centre.Contacts, centre.Callbacks, centre.Now)
			c.persons = []int64{person(t, centre, one), person(t, centre, other)}
			lost := dbtest.Lost(t, db)
			c.allAtOnce(t, append(others(c), c.firstCaller, c.secondCaller))
			for _, statement := range lost() {
				// An attempt that was undone and is made again meets what its deletion left in the index: no order of ours helps there.
				if !strings.HasPrefix(statement, "INSERT INTO `attempts`") {
					t.Errorf("lost a deadlock: %s", statement)
				}
			}
		})
	}
}

// together are those who are at work on the same few callbacks.
type together struct {
	taskstest.Centre
	care               *maintenance.Service
	customers, persons []int64
}

// act is what one of them does again and again.
type act func(context.Context, *rand.Rand) error

func (c together) allAtOnce(t *testing.T, deeds []act) {
	t.Helper()
	var all sync.WaitGroup
	for i, do := range deeds {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(i), 12)) //nolint:gosec // a test that goes the same way every time
			for range 30 {
				err := do(context.Background(), dice)
				refused := fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unavailable) || errors.Is(err, callback.ErrNothingReady)
				if err != nil && !refused {
					t.Errorf("deed %d: %v", i, err)
					return
				}
			}
		})
	}
	all.Wait()
}

func (c together) firstCaller(ctx context.Context, dice *rand.Rand) error {
	return c.call(ctx, 1, dice)
}

func (c together) secondCaller(ctx context.Context, dice *rand.Rand) error {
	return c.call(ctx, 2, dice)
}

// call works one conversation, and leaves it as it was.
func (c together) call(ctx context.Context, caller int64, dice *rand.Rand) error {
	me := taskstest.Caller(caller)
	desk, err := c.Callbacks.Claim(ctx, me)
	if err != nil {
		return err
	}
	id, fence := desk.Callback.ID, desk.Callback.Fence
	switch dice.IntN(3) {
	case 0:
		if _, err := c.Callbacks.SaveDraft(ctx, me, id, fence, callback.Outcome{Note: "等一下"}); err != nil {
			return err
		}
	case 1:
		if _, err := c.Callbacks.Finish(ctx, me, id, fence, callback.Outcome{CallResult: callback.NoAnswer}); err != nil {
			return err
		}
		if _, err := c.Callbacks.Undo(ctx, me, id); err != nil {
			return err
		}
	}
	_, err = c.Callbacks.Release(ctx, me, id, fence)
	return err
}

// anotherTab types about what the first caller holds beside what is on the desk.
func (c together) anotherTab(ctx context.Context, _ *rand.Rand) error {
	me := taskstest.Caller(1)
	desk, err := c.Callbacks.Current(ctx, me)
	for _, o := range desk.Others {
		if err == nil {
			_, err = c.Callbacks.SaveDraft(ctx, me, o.Callback.ID, o.Callback.Fence, callback.Outcome{Note: "等一下"})
		}
	}
	return err
}

// regroup joins the two persons, and takes that back when nobody calls them.
func (c together) regroup(ctx context.Context, _ *rand.Rand) error {
	change, err := c.Identity.Merge(ctx, taskstest.Supervisor, c.persons[0], c.persons[1], "同一户主")
	if err != nil {
		return err
	}
	for {
		if _, err = c.Identity.Undo(ctx, taskstest.Supervisor, change.ID); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
}

func (c together) drop(ctx context.Context, dice *rand.Rand) error {
	return c.Callbacks.DropRefused(ctx, c.customers[dice.IntN(2)])
}

func (c together) correct(ctx context.Context, dice *rand.Rand) error {
	sheet, err := c.care.Sheet(ctx, taskstest.Supervisor, c.customers[0])
	if err != nil {
		return err
	}
	a := contact.Amendment{Name: sheet.Customer.Name, SeenAt: sheet.Customer.UpdatedAt}
	a.Zone = []string{"Asia/Shanghai", "Asia/Taipei", "Asia/Macau"}[dice.IntN(3)]
	for _, p := range sheet.Phones {
		a.Phones = append(a.Phones, contact.AmendedPhone{AddressID: p.ID, Raw: p.Raw})
	}
	_, err = c.care.Correct(ctx, taskstest.Supervisor, c.customers[0], 0, a)
	return err
}

// readdress says of the first contact whose it is, now of this customer and now of that, and what follows.
func (c together) readdress(ctx context.Context, dice *rand.Rand) error {
	in := taskstest.Severe(1)
	in.Customer = taskstest.Severe(1 + dice.IntN(2)).Customer
	if _, err := c.Contacts.Take(ctx, c.Source, []contact.Input{in}); err != nil {
		return err
	}
	return c.Decisions.Redecide(ctx, outbox.Ticket{}, 1)
}
