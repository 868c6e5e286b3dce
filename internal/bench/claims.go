package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
)

const (
	claimEvery   = 50 * time.Millisecond // 20 a second
	claimSeconds = 15
)

// claims measures how long callers wait for a callback at 20 claims a second while a file is imported: the 99th percentile. The
// bare limit is the same without an import.
func claims(ctx context.Context, b bench) (_ []figure, err error) {
	a, closeAll, err := b.open(ctx, app.Parts{Work: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	source, err := a.Contacts.EnsureSource(ctx, "bench")
	if err != nil {
		return nil, err
	}
	now := clock.System()
	zone := openZone(now)
	if err := take(ctx, a, source.ID, severeContacts(now, zone, 4000)); err != nil {
		return nil, err
	}
	if err := a.WaitIdle(ctx); err != nil {
		return nil, err
	}
	idle, err := claimP99(ctx, a, 1)
	if err != nil {
		return nil, err
	}
	importing, stopImport := context.WithCancel(ctx)
	group, _ := errgroup.WithContext(ctx)
	group.Go(func() error {
		for n := 100_000; importing.Err() == nil; n += 2000 {
			batch := make([]contact.Input, 2000)
			for i := range batch {
				batch[i] = resolvedContact(n+i, now)
			}
			if err := take(importing, a, source.ID, batch); err != nil && importing.Err() == nil {
				return err
			}
		}
		return nil
	})
	busy, err := claimP99(ctx, a, 1000)
	stopImport()
	if err := errors.Join(err, group.Wait()); err != nil {
		return nil, err
	}
	return []figure{{"claim-importing/" + b.name, busy, "ms p99", idle}}, nil
}

// openZone returns a zone in which calls are allowed for hours to come.
func openZone(now clock.Instant) string {
	for _, name := range []string{
		"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "Europe/Istanbul",
	} {
		zone, err := time.LoadLocation(name)
		if err == nil {
			if hour := now.In(zone).Hour(); hour >= 10 && hour < 18 && hour != 12 && hour != 13 { // nobody is called at noon in China
				return name
			}
		}
	}
	return "Asia/Shanghai"
}

func severeContacts(now clock.Instant, zone string, count int) []contact.Input {
	inputs := make([]contact.Input, count)
	for i := range inputs {
		inputs[i] = resolvedContact(i, now)
		inputs[i].Severity, inputs[i].Customer.Zone = contact.High, zone
	}
	return inputs
}

func take(ctx context.Context, a *app.App, sourceID int64, batch []contact.Input) error {
	outcomes, err := a.Contacts.Take(ctx, sourceID, batch)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Status == contact.Rejected {
			return fmt.Errorf("a contact was rejected: %v", o.Problems)
		}
	}
	return nil
}

// claimP99 claims and gives back for a while, each time as another caller, and returns the 99th percentile of claiming in
// milliseconds.
func claimP99(ctx context.Context, a *app.App, firstCaller int64) (float64, error) {
	ticker := time.NewTicker(claimEvery)
	defer ticker.Stop()
	var waits []time.Duration
	for i := range int64(claimSeconds * time.Second / claimEvery) {
		<-ticker.C
		caller := account.Viewer{UserID: firstCaller + i, Role: account.Caller}
		began := time.Now()
		desk, err := a.Callbacks.Claim(ctx, caller)
		waits = append(waits, time.Since(began))
		if errors.Is(err, callback.ErrClaimBusy) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("claim: %w", err)
		}
		if _, err := a.Callbacks.Release(ctx, caller, desk.Callback.ID, desk.Callback.Fence); err != nil {
			return 0, fmt.Errorf("release: %w", err)
		}
	}
	slices.Sort(waits)
	return float64(waits[len(waits)*99/100].Microseconds()) / 1000, nil
}
