package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
)

const (
	openSeeds     = 15_625 // callbacks planned by the product itself …
	openDoublings = 6      // … and doubled to 1,000,000 rows
	openTeams     = 12
	shutTeams     = 3 // of them: nobody may be called there now

	arrivalsASecond = 100 // what 18,000 callers make
	arrivalSeconds  = 20
	loopCallers     = 200
	loopSeconds     = 15
)

// openCallbacks measures claims where 1,000,000 callbacks are open, of a dozen teams and two kinds, in three of which nobody may be
// called now: how long a claim with its desk takes when 100 arrive in a second, and how many claims a second 200 callers get who ask again
// at once. The limit of both is the bare SQL of a claim, run in the same way: it picks, locks and writes the same rows.
func openCallbacks(ctx context.Context, b bench) (_ []figure, err error) {
	a, closeAll, err := b.open(ctx, app.Parts{Work: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	if err := fillOpen(ctx, a); err != nil {
		return nil, err
	}
	pools, err := openPools(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	callers := &callers{teams: slices.Sorted(maps.Keys(pools))}
	claim := func(ctx context.Context) (bool, error) {
		_, err := a.Callbacks.Claim(ctx, callers.next())
		if errors.Is(err, callback.ErrNothingReady) { // in the teams where nobody may be called
			return false, nil
		}
		return err == nil, err
	}
	only := func(ctx context.Context) (bool, error) {
		_, err := a.Callbacks.Take(ctx, callers.next())
		if errors.Is(err, callback.ErrNothingReady) {
			return false, nil
		}
		return err == nil, err
	}
	bare := func(ctx context.Context) (bool, error) {
		caller := callers.next()
		of := pools[caller.TeamIDs[0]]
		return bareClaim(ctx, a.DB, of[int(caller.UserID)%len(of)], caller.UserID)
	}
	arriving, err := arrivals(ctx, claim)
	if err != nil {
		return nil, err
	}
	arrivingBare, err := arrivals(ctx, bare)
	if err != nil {
		return nil, err
	}
	rate, err := closedLoop(ctx, only)
	if err != nil {
		return nil, err
	}
	rateBare, err := closedLoop(ctx, bare)
	return []figure{
		{"claim-arriving/" + b.name, arriving, "ms p99", arrivingBare}, {"claim/" + b.name, rate, "claims/s", rateBare},
	}, err
}

// fillOpen plans callbacks and multiplies them.
func fillOpen(ctx context.Context, a *app.App) error {
	source, err := a.Contacts.EnsureSource(ctx, "bench")
	if err != nil {
		return err
	}
	now := clock.System()
	seeds := severeContacts(now, openZone(now), openSeeds)
	shut := shutZone(now)
	for i := range seeds {
		team := i % openTeams
		seeds[i].Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "agent", Team: fmt.Sprintf("team %d", team)}}
		seeds[i].Complaint = new(i%5 == 0)
		if team < shutTeams {
			seeds[i].Customer.Zone = shut
		}
	}
	for part := range slices.Chunk(seeds, 2000) {
		if err := take(ctx, a, source.ID, part); err != nil {
			return err
		}
	}
	if err := a.WaitIdle(ctx); err != nil {
		return err
	}
	return double(ctx, a.DB, openDoublings)
}

// shutZone returns a zone in which it is night for hours to come.
func shutZone(now clock.Instant) string {
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"} {
		if zone, err := time.LoadLocation(name); err == nil && (now.In(zone).Hour() >= 21 || now.In(zone).Hour() < 7) {
			return name
		}
	}
	return "Asia/Tokyo"
}

// callers are as many as ask, each of one to three teams.
type callers struct {
	teams []int64
	last  atomic.Int64
}

func (c *callers) next() account.Viewer {
	id := c.last.Add(1)
	random := rand.New(rand.NewPCG(1, uint64(id)))
	of := make([]int64, 1+random.IntN(3))
	for i := range of {
		of[i] = c.teams[random.IntN(len(c.teams))]
	}
	return account.Viewer{UserID: id, Role: account.Caller, TeamIDs: of}
}

// arrivals lets claims come at random, 100 in a second, and returns the 99th percentile of how long one takes, in milliseconds.
func arrivals(ctx context.Context, claim func(context.Context) (bool, error)) (float64, error) {
	var mu sync.Mutex
	var took []time.Duration
	var got atomic.Int64
	random := rand.New(rand.NewPCG(1, 2))
	group, ctx := errgroup.WithContext(ctx)
	at := time.Now()
	for end := at.Add(arrivalSeconds * time.Second); at.Before(end); {
		at = at.Add(time.Duration(random.ExpFloat64() * float64(time.Second) / arrivalsASecond))
		<-time.After(time.Until(at))
		came := at
		group.Go(func() error {
			claimed, err := claim(ctx)
			if claimed {
				got.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(came))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, fmt.Errorf("claim: %w", err)
	}
	if int(got.Load()) < len(took)/2 {
		return 0, fmt.Errorf("of %d who came, %d got a callback: nothing was measured", len(took), got.Load())
	}
	slices.Sort(took)
	return float64(took[len(took)*99/100].Microseconds()) / 1000, nil
}

// closedLoop lets 200 callers claim one callback after the other, and returns how many they get in a second.
func closedLoop(ctx context.Context, claim func(context.Context) (bool, error)) (float64, error) {
	var claimed atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	began := time.Now()
	for range loopCallers {
		group.Go(func() error {
			for time.Since(began) < loopSeconds*time.Second {
				got, err := claim(ctx)
				if err != nil && !errors.Is(err, callback.ErrClaimBusy) {
					return err
				}
				if got {
					claimed.Add(1)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return 0, fmt.Errorf("claim: %w", err)
	}
	return float64(claimed.Load()) / time.Since(began).Seconds(), nil
}
