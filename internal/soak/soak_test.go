// Package soak lives through days of a centre in minutes. The whole service runs in a bubble of testing/synctest, with its database,
// its Redis and its queue: time passes as soon as nobody in it has anything to do. A help desk, callers, customers, a supervisor and an
// administrator act there as they are drawn from a seed, one after the other, and every minute it is looked whether the promises hold
// that no single use case can keep alone: see promises and sums.
//
//	go test ./internal/soak      36 hours: a working day, a night in which the clocks go back, and a day
//	make soak DAYS=14 SEED=7     more days, round each change of the clocks; without a seed another one each time
//
// A seed draws the same traffic again as long as the service answers the same. What the service does at one instant it does in several
// goroutines, and in no order, so that a run is like the one before and not the same.
package soak

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"aftercall/internal/app"
	"aftercall/internal/clock"
)

var (
	days = flag.Int("days", 0, "how many days to live through; 0 for 36 hours")
	seed = flag.Uint64("seed", 1, "what everything is drawn from; 0 for another one each time")
)

func TestPromisesHoldThroughDaysNightsAndChangesOfClocks(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a third of the time otherwise: little is kept, much is made
	if *seed == 0 {
		*seed = rand.Uint64() >> 32
	}
	length := 36 * time.Hour
	if *days > 0 {
		length = time.Duration(*days) * 24 * time.Hour
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	changes := []struct {
		name string
		day  time.Time // early on the day before
	}{
		{"clocks go back", time.Date(2026, 10, 24, 5, 0, 0, 0, zone)},
		{"clocks go ahead", time.Date(2027, 3, 27, 5, 0, 0, 0, zone)},
	}
	if *days == 0 {
		changes = changes[:1] // a minute of every run of all tests is enough
	}
	for _, change := range changes {
		t.Run(change.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				<-time.After(time.Until(change.day)) // a bubble begins in the year 2000
				c := open(t, zone, *seed)
				c.beginAll()
				c.live(clock.At(change.day.Add(length)))
				for _, what := range happenings {
					if c.counts[what] == 0 && !t.Failed() {
						t.Errorf("in all this time nothing was %s", what)
					}
				}
				t.Logf("seed %d, %s: %s", *seed, length, c.counts)
			})
		})
	}
}

// happenings are what days have to have in them for the promises to be worth anything.
var happenings = []string{
	"open accepted", "resolved updated", "resolved duplicate", "reopened updated", "claimed", "walked away", "skip", "release", "dialled",
	"draft", "left", "finished", "sent sms", "sent email", "answered", "answered late", "preference", "policy", "hours", "restarted",
	"planned by hand", "reassigned", "lost",
}

// open starts the service in a new centre with its people.
func open(t *testing.T, zone *time.Location, seed uint64) *centre {
	t.Helper()
	cfg := app.Default()
	cfg.DataDir, cfg.Zone, cfg.Language, cfg.Region = t.TempDir(), zone.String(), "en", "DE"
	c := &centre{
		t: t, cfg: cfg, zone: zone, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), counts: tally{},
		hours: []openHours{{from: 9, to: 20}}, noSurveys: map[int64]clock.Instant{}, noContact: map[int64]clock.Instant{},
	}
	c.start()
	c.settle()
	c.people()
	return c
}

// start starts the service on what is stored.
func (c *centre) start() {
	c.t.Helper()
	log := slog.New(slog.NewTextHandler(complaints{c}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := app.New(c.t.Context(), c.cfg, app.Parts{Work: true}, log)
	if err != nil {
		c.t.Fatal(err)
	}
	c.App = a
	c.t.Cleanup(func() { c.stop(a) })
	if err := a.Start(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// stop stops the service as a graceful stop of the process does. Once it is stopped it does nothing.
func (c *centre) stop(a *app.App) {
	if err := a.Stop(context.WithoutCancel(c.t.Context())); err != nil {
		c.t.Error(err)
	}
}

// complaints takes the warnings and errors of the service: on days on which nothing breaks there are none.
type complaints struct{ *centre }

func (c complaints) Write(line []byte) (int, error) {
	ours := []string{
		"others can read the data directory", // the folder of a test
		"worker_lost",                        // see lose
		"follow_up_undecided",                // a correction that overtook the decision: its job is tried again
	}
	if !slices.ContainsFunc(ours, func(s string) bool { return bytes.Contains(line, []byte(s)) }) {
		c.t.Errorf("the service complains: %s", line)
	}
	return len(line), nil
}
