// Package demo makes a believable customer-service centre out of nothing: 2,000 contacts over 90 days, agents, callers, answers and
// consents, the same every time. It has no data of its own to insert: it plays the help desk, the callers and the customers
// against the real services under a simulated clock, so that everything on the screens came about as it does in a real centre.
package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/policy"
)

// The demo's rows in the table settings.
const (
	settingState = "demo.state"
	settingSeen  = "demo.seen"

	stateBuilding = "building"
	stateReady    = "ready"
)

// Centre is what the demo plays against: the real services, all of them under Clock, and a sender that is Mailbox.
type Centre struct {
	DB         *database.DB
	Clock      *Clock
	Mailbox    *Mailbox
	Accounts   *account.Service
	Contacts   *contact.Service
	Permission *permission.Service
	Surveys    *survey.Service
	Policies   *policy.Service
	Callbacks  *callback.Service
	Worklist   *worklist.Service
	Pauses     *pause.Service
	Decisions  *decision.Service
	Handoffs   *handoff.Service
	Zone       *time.Location
	Language   string // of the made-up people: zh-CN or en
	// RunDue runs every job that is due by Clock, and returns when the next one is; 0 for none.
	RunDue func(ctx context.Context) (clock.Instant, error)
}

// Clock is a clock that stands still until it is set.
type Clock struct{ at clock.Instant }

// Now returns the instant the clock was last set to.
func (c *Clock) Now() clock.Instant { return c.at }

// set moves the clock forward; it never goes back.
func (c *Clock) set(at clock.Instant) { c.at = max(c.at, at) }

// Start returns the instant at which a demo begins: the first 10:05 in the centre's zone that is not before what an earlier run
// of the same demo has seen, and today's on the first run.
func Start(ctx context.Context, db *database.DB, zone *time.Location, now clock.Instant) (clock.Instant, error) {
	seen, err := lastSeen(db.View(ctx))
	if err != nil {
		return 0, err
	}
	y, m, d := now.In(zone).Date()
	for ; ; d++ {
		if at := clock.At(time.Date(y, m, d, 10, 5, 0, 0, zone)); at >= seen {
			return at, nil
		}
	}
}

// Seen writes down how far the demo's clock has come, so that the next run does not go back in time.
func Seen(ctx context.Context, db *database.DB, at clock.Instant) error {
	return db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return database.PutSetting(tx, settingSeen, strconv.FormatInt(int64(at), 10))
	})
}

// lastSeen returns what Seen wrote down last, or none.
func lastSeen(tx database.Tx) (clock.Instant, error) {
	text, err := database.Setting(tx, settingSeen)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read how far the demo's clock has come: %w", err)
	}
	return clock.Instant(n), nil
}

// Check says whether the database may become, or already is, a demo. It returns fault.Conflict for one that holds other data.
// What an interrupted Build left is removed.
func Check(ctx context.Context, db *database.DB) (ready bool, err error) {
	state, err := database.Setting(db.View(ctx), settingState)
	if err != nil {
		return false, err
	}
	switch state {
	case stateReady:
		return true, nil
	case stateBuilding:
		return false, db.InTx(ctx, func(_ context.Context, tx database.Tx) error { return store{tx}.wipe() })
	}
	empty, err := store{db.View(ctx)}.empty()
	if err != nil {
		return false, err
	}
	if !empty {
		return false, fault.New(fault.Conflict, "demo_refused",
			"the database holds data that is not a demo; give --demo a database of its own (--database sqlite:demo.db)")
	}
	return false, nil
}

// Progress is how far Build has come.
type Progress struct {
	Day         clock.Day // that is being lived, in the centre's zone
	Done, Total int       // hours
}

// Build fills an empty database with the centre's past up to an instant. progress is told of each hour that has been lived.
func Build(ctx context.Context, c Centre, until clock.Instant, progress func(Progress)) error {
	mark := func(state string) error {
		return c.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error { return database.PutSetting(tx, settingState, state) })
	}
	if err := mark(stateBuilding); err != nil {
		return err
	}
	l, err := newLife(ctx, c, until)
	if err != nil {
		return fmt.Errorf("make the demo centre: %w", err)
	}
	if err := l.live(ctx, progress); err != nil {
		return fmt.Errorf("play the demo centre: %w", err)
	}
	if err := l.permit(ctx); err != nil {
		return fmt.Errorf("record the demo's consents: %w", err)
	}
	return mark(stateReady)
}
