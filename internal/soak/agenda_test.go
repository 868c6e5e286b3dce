package soak

import (
	"cmp"
	"container/heap"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// centre is a centre with everybody who acts in it. They act in the test's own goroutine, in the order of their instants.
type centre struct {
	*app.App
	t      *testing.T
	cfg    app.Config
	zone   *time.Location
	seed   uint64
	random *rand.Rand
	agenda agenda
	diary  []string // what was done lately
	counts tally

	source            int64
	admin, supervisor account.Viewer
	callers           []account.Viewer
	customers         []*customer
	byAddress         map[string]*customer
	byReference       map[string]*customer
	cases             int
	hours             []openHours // of the rules on contact, one after the other

	lastMessage, lastAttempt int64                   // ids of those that were looked at
	noSurveys, noContact     map[int64]clock.Instant // by customer: since when they want none
}

// planned is something to be done at an instant.
type planned struct {
	at    clock.Instant
	order int
	do    func()
}

// agenda is what is still to be done, by time.
type agenda struct {
	items []planned
	order int
}

func (a *agenda) Len() int      { return len(a.items) }
func (a *agenda) Swap(i, j int) { a.items[i], a.items[j] = a.items[j], a.items[i] }
func (a *agenda) Push(x any)    { a.items = append(a.items, x.(planned)) }
func (a *agenda) Less(i, j int) bool {
	x, y := a.items[i], a.items[j]
	return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.order, y.order)) < 0
}

func (a *agenda) Pop() any {
	last := a.items[len(a.items)-1]
	a.items = a.items[:len(a.items)-1]
	return last
}

// after plans something for later.
func (c *centre) after(d time.Duration, do func()) {
	c.agenda.order++
	heap.Push(&c.agenda, planned{c.Now().Add(d), c.agenda.order, do})
}

// every plans something for every so often, from some time after the full period on.
func (c *centre) every(period, past time.Duration, do func()) {
	p := clock.Instant(period.Microseconds())
	c.after((c.Now() - c.Now()%p + p).Add(past).Sub(c.Now()), func() {
		c.every(period, past, do)
		do()
	})
}

// live does what is on the agenda until an instant, or until a promise is broken. Whatever the service does at an instant has
// ended before the next thing is done.
func (c *centre) live(until clock.Instant) {
	for c.agenda.Len() > 0 && !c.t.Failed() {
		next := heap.Pop(&c.agenda).(planned)
		if next.at.After(until) {
			break
		}
		<-time.After(next.at.Sub(c.Now()))
		c.settle()
		next.do()
	}
	if c.t.Failed() {
		c.t.Logf("-seed %d, at %s; what was done last:\n%s", c.seed, c.Now().In(c.zone).Format(time.DateTime), strings.Join(c.diary, "\n"))
	}
}

// settle returns when the service waits for time to pass.
func (c *centre) settle() { synctest.Wait() }

// did writes down and counts what was done.
func (c *centre) did(what, format string, args ...any) {
	c.counts[what]++
	line := c.Now().In(c.zone).Format("01-02 15:04:05.000 MST ") + what + " " + fmt.Sprintf(format, args...)
	const kept = 60
	c.diary = append(c.diary[max(0, len(c.diary)-kept+1):], line)
}

// ok reports whether something was done. A refusal of one of the kinds is counted; any other error fails the test.
func (c *centre) ok(what string, err error, refusals ...fault.Kind) bool {
	c.t.Helper()
	if err == nil {
		return true
	}
	if slices.ContainsFunc(refusals, func(k fault.Kind) bool { return fault.Is(err, k) }) {
		c.did(what+" refused", "%v", err)
		return false
	}
	c.t.Errorf("%s: %v", what, err)
	return false
}

// tally counts what was done.
type tally map[string]int

func (t tally) String() string {
	parts := make([]string, 0, len(t))
	for _, what := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, fmt.Sprintf("%s %d", what, t[what]))
	}
	return strings.Join(parts, ", ")
}

// between draws a length of time.
func (c *centre) between(from, to time.Duration) time.Duration {
	return from + time.Duration(c.random.Int64N(int64(to-from)))
}

// chance is true so often in a hundred.
func (c *centre) chance(percent int) bool { return c.random.IntN(100) < percent }

// hour is the hour of the day in the centre.
func (c *centre) hour() int { return c.Now().In(c.zone).Hour() }

func pick[T any](c *centre, from ...T) T { return from[c.random.IntN(len(from))] }
