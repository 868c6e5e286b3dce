package app

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/demo"
	"aftercall/tasks/queue"
)

// demoSurveyDelay is the survey delay of a demo: nobody waits an hour to see a survey.
const demoSurveyDelay = time.Minute

// buildGCPercent lets the build, which keeps little and throws a lot away, run with a quarter of the collections.
const buildGCPercent = 400

// openDemo makes an empty database a demo centre and returns the demo's clock. It returns fault.Conflict for a database with
// other data.
func (a *App) openDemo(ctx context.Context, db *database.DB) (clock.Now, error) {
	ready, err := demo.Check(ctx, db)
	if err != nil {
		return nil, err
	}
	start, err := demo.Start(ctx, db, a.zone, clock.System())
	if err != nil {
		return nil, err
	}
	a.cfg.SurveyDelay = demoSurveyDelay
	if a.cfg.CentreName == Default().CentreName {
		a.cfg.CentreName = demo.CentreName(a.cfg.Language)
	}
	if !ready {
		if err := a.buildDemo(ctx, start); err != nil {
			return nil, err
		}
	}
	now := clock.StartingAt(start)
	a.keepDemoTime(ctx, db, now)
	return now, nil
}

// buildDemo plays the centre's past on services of its own, under a clock that is set by hand. It has connections of its own too: what
// they keep of the past in memory goes with them.
func (a *App) buildDemo(ctx context.Context, until clock.Instant) (err error) {
	db, err := database.Open(ctx, a.cfg.database())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	byHand := &demo.Clock{}
	mailbox := &demo.Mailbox{Log: delivery.NewLog(db, byHand.Now)}
	s, err := a.newServices(db, byHand.Now, mailbox)
	if err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	handlers := s.handlers()
	defer debug.SetGCPercent(debug.SetGCPercent(buildGCPercent))
	progress := a.parts.Progress
	if progress == nil {
		progress = func(demo.Progress) {}
	}
	err = demo.Build(ctx, demo.Centre{
		DB: db, Clock: byHand, Mailbox: mailbox, Accounts: s.Accounts, Contacts: s.Contacts, Permission: s.Permission,
		Surveys: s.Surveys, Policies: s.Policies, Callbacks: s.Callbacks, Worklist: s.Worklist, Pauses: s.Pauses,
		Decisions: s.Decisions, Handoffs: s.Handoffs, Zone: a.zone, Language: a.cfg.Language,
		RunDue: func(ctx context.Context) (clock.Instant, error) {
			if _, err := queue.RunDue(ctx, db, byHand.Now, handlers); err != nil {
				return 0, err
			}
			return queue.NextDue(ctx, db)
		},
	}, until, progress)
	if err != nil {
		return err
	}
	return s.Figures.FoldAll(ctx)
}

// keepDemoTime writes down how far the demo's clock has come, so that the next run does not go back in time.
func (a *App) keepDemoTime(ctx context.Context, db *database.DB, now clock.Now) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(10 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if err := demo.Seen(ctx, db, now()); err != nil && ctx.Err() == nil && !errors.Is(err, database.ErrUnavailable) {
				a.log.WarnContext(ctx, "the demo's time could not be kept", "error", err)
			}
		}
	}()
	a.cleanup.add("demo clock", func(ctx context.Context) error {
		cancel()
		<-done
		return demo.Seen(ctx, db, now())
	})
}

// DemoLogins returns a login for each role of the demo, with passwords made for this run.
func (a *App) DemoLogins(ctx context.Context) ([]demo.Login, error) {
	return demo.Logins(ctx, a.Accounts)
}
