package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
)

func (c *cli) serveCommand() *cobra.Command {
	var demo bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run everything in one process: pages, API, relay and workers",
		Example: `  aftercall serve --demo
  aftercall serve --addr 0.0.0.0:8080 --public-url https://care.example.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			parts := app.Parts{Web: true, Work: true, Demo: demo}
			return c.do(parts, func(ctx context.Context, _ []string) error { return c.serve(ctx, parts) })(cmd, args)
		},
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "fill an empty database with a demo centre and run on its clock")
	return cmd
}

func (c *cli) webCommand() *cobra.Command {
	parts := app.Parts{Web: true, Shared: true}
	return &cobra.Command{
		Use:     "web",
		Short:   "Run pages and API only; workers run elsewhere",
		Example: "  aftercall web --database mysql://aftercall:secret@db/aftercall --addr 0.0.0.0:8080",
		Args:    cobra.NoArgs,
		RunE:    c.do(parts, func(ctx context.Context, _ []string) error { return c.serve(ctx, parts) }),
	}
}

func (c *cli) workerCommand() *cobra.Command {
	parts := app.Parts{Work: true, Shared: true}
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Run relay and workers only; pages and API run elsewhere",
		Example: "  aftercall worker --database mysql://aftercall:secret@db/aftercall --redis redis://redis:6379/1 " +
			"--public-url https://care.example.com",
		Args: cobra.NoArgs,
		RunE: c.do(parts, func(ctx context.Context, _ []string) error { return c.serve(ctx, parts) }),
	}
	cmd.Flags().StringVar(&c.cfg.HealthAddr, "health-addr", c.cfg.HealthAddr,
		"where to answer /healthz and /readyz, host:port, as in 127.0.0.1:8081 (default nowhere)")
	return cmd
}

// serve runs the parts until the process is told to end.
func (c *cli) serve(ctx context.Context, parts app.Parts) error {
	progress := newProgressLine(c.stderr, c.cfg.Language)
	parts.Progress = progress.show
	a, err := c.open(ctx, parts)
	progress.end()
	if err != nil {
		return err
	}
	if parts.Demo {
		if err := c.welcome(ctx, a); err != nil {
			return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}
	time.AfterFunc(5*time.Second, debug.FreeOSMemory) // once: to start takes more memory than to go on, above all where a demo was made
	c.log.InfoContext(ctx, "aftercall runs", "version", programVersion(), "web", a.URL(), "work", parts.Work, "health", a.HealthURL())
	if err := a.Run(ctx); err != nil {
		return err
	}
	c.log.InfoContext(ctx, "aftercall stopped")
	return nil
}

// welcome tells a newcomer where to look and how to get in.
func (c *cli) welcome(ctx context.Context, a *app.App) error {
	logins, err := a.DemoLogins(ctx)
	if err != nil {
		return err
	}
	source, err := a.Contacts.EnsureSource(ctx, "curl")
	if err != nil {
		return err
	}
	token, err := a.Accounts.CreateToken(ctx, "demo run", account.Machine, source.ID, account.Scopes()...)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "\nThe demo centre is at %s\n\n", a.URL())
	t := newTable(c.stdout)
	t.row("  role", "login", "password (for this run)")
	for _, l := range logins {
		t.row("  "+string(l.Role), l.Login, l.Password)
	}
	if err := t.flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, `
Try this:
  as caller      claim the next callback, record what came of it
  as supervisor  the board, then satisfaction by team and agent
  as marketing   the audience: who may be contacted, and why the others may not
  as admin       messages that would have been sent, and their survey links; jobs

Send a resolved contact in and watch what becomes of it:
  export TOKEN=%s
  curl -s %s/api/v1/contacts -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '%s'

`, token, a.URL(), tryOut(a.Now()))
	return nil
}

// tryOut is a contact that was resolved just now by the demo's clock, and serious enough for a callback and a survey.
func tryOut(now clock.Instant) string {
	return `{"external_id": "TRY-1", "status": "resolved", "resolved_at": "` + now.String() + `", "severity": "high", ` +
		`"channel": "phone", "category": "Try-out", "customer": {"name": "Li Na", "phones": ["199 0000 0001"], ` +
		`"emails": ["li.na@example.com"], "zone": "Asia/Shanghai"}}`
}

func (c *cli) workCommand() *cobra.Command {
	var untilIdle bool
	parts := app.Parts{Work: true}
	cmd := &cobra.Command{
		Use:   "work",
		Short: "Work jobs in this terminal, for scripts and tests",
		Long: `work runs relay and workers like worker does, and also on SQLite and the embedded Redis. With --until-idle it ends with
exit code 0 as soon as no job is due, queued or running; jobs whose time has not come stay.`,
		Example: "  aftercall work --until-idle",
		Args:    cobra.NoArgs,
		RunE: c.do(parts, func(ctx context.Context, _ []string) error {
			if !untilIdle {
				return c.serve(ctx, parts)
			}
			return c.workUntilIdle(ctx, parts)
		}),
	}
	cmd.Flags().BoolVar(&untilIdle, "until-idle", false, "end when nothing is left that is due")
	return cmd
}

func (c *cli) workUntilIdle(ctx context.Context, parts app.Parts) error {
	a, err := c.open(ctx, parts)
	if err != nil {
		return err
	}
	err = a.Start(ctx)
	if err == nil {
		err = a.WaitIdle(ctx)
	}
	return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
}
