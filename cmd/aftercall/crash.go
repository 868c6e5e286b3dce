package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

func (c *cli) demoCommand() *cobra.Command {
	return group("demo", "See what aftercall promises", "  aftercall demo crash", c.demoCrashCommand())
}

func (c *cli) demoCrashCommand() *cobra.Command {
	var resolutions int
	cmd := &cobra.Command{
		Use:   "crash",
		Short: "Kill a worker in the middle of its work, twice, and see that nothing is lost or doubled",
		Long: `crash makes a throw-away centre, takes resolved contacts in, and lets a worker process decide and send. It kills the worker
(SIGKILL) in the middle of deciding and again in the middle of sending; the in-process Redis is gone with it each time. A third
worker finishes. The sums are printed at each step, and every score is recomputed from raw rows at the end.`,
		Example: "  aftercall demo crash\n  aftercall demo crash --resolutions 20000",
		Args:    cobra.NoArgs,
		RunE: c.do(app.Parts{}, func(ctx context.Context, _ []string) error {
			if resolutions < 100 || resolutions > 100_000 {
				return usageError{fault.InvalidFields(fault.Field{
					Name: "resolutions", Code: "out_of_range", Problem: "must be between 100 and 100,000",
					Value: strconv.Itoa(resolutions),
				})}
			}
			dir, err := os.MkdirTemp("", "aftercall-crash-")
			if err != nil {
				return fmt.Errorf("make a throw-away centre: %w", err)
			}
			defer func() { _ = os.RemoveAll(dir) }()
			cfg := app.Default()
			cfg.DataDir, cfg.SurveyDelay = dir, time.Second
			return c.crash(ctx, crashTrial{cfg: cfg, resolutions: resolutions})
		}),
	}
	cmd.Flags().IntVar(&resolutions, "resolutions", 5000, "how many resolved contacts to take in; one in ten gets a survey")
	return cmd
}

// crashTrial is one installation whose workers are killed.
type crashTrial struct {
	cfg         app.Config
	resolutions int
	env         []string                        // of the worker process, beside the settings
	forget      func(ctx context.Context) error // empties a Redis that does not die with the worker; nil for the embedded one
}

// crash runs a trial and prints its sums. It fails if anything is lost, doubled or different in the end.
func (c *cli) crash(ctx context.Context, trial crashTrial) error {
	a, err := app.New(ctx, trial.cfg, app.Parts{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = c.crashOn(ctx, a, trial)
	return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
}

func (c *cli) crashOn(ctx context.Context, a *app.App, trial crashTrial) error {
	if err := takeResolved(ctx, a, trial.resolutions); err != nil {
		return err
	}
	if err := c.printCrash(ctx, a, "taken in"); err != nil {
		return err
	}
	surveys := trial.resolutions / 10
	for _, kill := range []struct {
		step string
		when func(s crashSums) bool
	}{
		{"killed while deciding", func(s crashSums) bool { return s.decided > 0 && s.decided < trial.resolutions }},
		{"killed while sending", func(s crashSums) bool { return s.sent > surveys/10 && s.sent < surveys }},
	} {
		killed, err := trial.killWhen(ctx, a, kill.when)
		if err != nil {
			return err
		}
		if !killed {
			kill.step = "was done before it could be killed"
		}
		if err := c.printCrash(ctx, a, kill.step); err != nil {
			return err
		}
	}
	if err := trial.finish(ctx, a); err != nil {
		return err
	}
	if err := c.printCrash(ctx, a, "finished"); err != nil {
		return err
	}
	return c.crashVerdict(ctx, a, trial.resolutions)
}

// takeResolved takes contacts in of which one in ten was resolved by a person, and so gets a survey.
func takeResolved(ctx context.Context, a *app.App, count int) error {
	source, err := a.Contacts.EnsureSource(ctx, "crash")
	if err != nil {
		return err
	}
	now := clock.System()
	inputs := make([]contact.Input, count)
	for i := range inputs {
		inputs[i] = contact.Input{
			ExternalID: fmt.Sprintf("X-%06d", i), Status: contact.Resolved,
			Channel: contact.Phone, Category: "crash", AutoClosed: new(i%10 != 0),
			ResolvedAt: now.Add(-time.Minute),
			Customer:   contact.InputCustomer{Reference: fmt.Sprintf("C-%06d", i), Emails: []string{fmt.Sprintf("c%06d@example.com", i)}},
		}
	}
	outcomes, err := a.Contacts.Take(ctx, source.ID, inputs)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Status == contact.Rejected {
			return fault.InvalidFields(o.Problems...)
		}
	}
	return nil
}

// worker is this program as a worker process on the trial's installation.
func (t crashTrial) worker(ctx context.Context) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	database := t.cfg.Database
	if database == "" {
		database = "sqlite:" + filepath.Join(t.cfg.DataDir, "aftercall.db")
	}
	cmd := exec.CommandContext(ctx, program, "work", "--until-idle", "--database", database, "--redis", t.cfg.Redis,
		"--data-dir", t.cfg.DataDir, "--survey-delay", t.cfg.SurveyDelay.String())
	cmd.Env = append(os.Environ(), t.env...)
	return cmd
}

// killWhen starts a worker and kills it as soon as the sums are as wanted. It reports false when the worker was done before.
func (t crashTrial) killWhen(ctx context.Context, a *app.App, when func(crashSums) bool) (bool, error) {
	cmd := t.worker(ctx)
	if err := cmd.Start(); err != nil {
		return false, fmt.Errorf("start a worker: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return false, err
		case <-look.C:
		}
		s, err := sumsOf(ctx, a)
		if err == nil && !when(s) {
			continue
		}
		if killErr := cmd.Process.Kill(); killErr != nil && !errors.Is(killErr, os.ErrProcessDone) {
			err = errors.Join(err, killErr)
		}
		if ended := <-ended; err == nil && ended == nil {
			return false, nil // it was done at the same moment
		}
		if err == nil && t.forget != nil {
			err = t.forget(ctx)
		}
		return true, err
	}
}

// finish runs workers until nothing is left. What was being sent when its worker was killed waits for its lease of a minute to
// pass, and is then tried again after a pause.
func (t crashTrial) finish(ctx context.Context, a *app.App) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	pause := time.NewTicker(time.Second)
	defer pause.Stop()
	for {
		if out, err := t.worker(ctx).CombinedOutput(); err != nil {
			return fmt.Errorf("the last worker failed: %w: %s", err, out)
		}
		if s, err := sumsOf(ctx, a); err != nil || s.unfinished == 0 {
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// crashSums are what must come out right whatever happens to the workers.
type crashSums struct {
	resolved, decided, planned, sent, unfinished, dead int
}

func sumsOf(ctx context.Context, a *app.App) (crashSums, error) {
	var sums crashSums
	summary, err := a.Decisions.Summary(ctx, operator(), 0, 0)
	if err != nil {
		return sums, err
	}
	for _, k := range summary.Kinds {
		if k.Kind == policy.FollowUpSurvey {
			sums.resolved, sums.planned, sums.decided = k.Resolved, k.Planned, k.Planned+k.SkippedTotal()
		}
	}
	counts, err := a.Jobs.Counts(ctx)
	if err != nil {
		return sums, err
	}
	for _, n := range counts {
		switch n.State {
		case outbox.Due, outbox.Queued, outbox.Running:
			sums.unfinished += n.Count
		case outbox.Dead:
			sums.dead += n.Count
		case outbox.Done, outbox.Cancelled: // not counted
		}
	}
	sums.sent, err = a.Jobs.Done(ctx, decision.JobSendSurvey)
	return sums, err
}

func (c *cli) printCrash(ctx context.Context, a *app.App, step string) error {
	s, err := sumsOf(ctx, a)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%-36s resolved %5d   decided %5d   surveys planned %4d   settled %4d   jobs unfinished %4d   dead %d\n",
		step, s.resolved, s.decided, s.planned, s.sent, s.unfinished, s.dead)
	return err
}

// crashVerdict says whether everything came out right.
func (c *cli) crashVerdict(ctx context.Context, a *app.App, resolutions int) error {
	s, err := sumsOf(ctx, a)
	if err != nil {
		return err
	}
	wrong, err := a.Flow.VerifyScores(ctx)
	if err != nil {
		return err
	}
	if s.decided != resolutions || s.resolved != resolutions || s.sent != s.planned || s.unfinished != 0 || s.dead != 0 || len(wrong) > 0 {
		return fmt.Errorf("something was lost: %+v, %d sums differ", s, len(wrong))
	}
	_, err = fmt.Fprintln(c.stdout, "every resolution has its decisions, every survey was settled once, all sums are right")
	return err
}
