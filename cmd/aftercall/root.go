package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/fault"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the command line or a setting is wrong
	exitSome   = 3 // done, but some of what was given was not taken
)

// errReported ends a command that has already said on standard output what is wrong.
var errReported = errors.New("failed")

// errSome ends a command that has said what it did not take, and took the rest.
var errSome = errors.New("not everything was taken")

// usageError is an error of the person who typed the command, found when it was under way.
type usageError struct{ error }

// Unwrap returns the error itself.
func (e usageError) Unwrap() error { return e.error }

// asUsage marks an error about values that came from flags or settings.
func asUsage(err error) error {
	if fault.Is(err, fault.Invalid) {
		return usageError{err}
	}
	return err
}

// cli is one run of the program.
type cli struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	cfg            app.Config
	log            *slog.Logger
	begun          bool // flags, arguments and settings were in order
}

// run runs the command line and returns the exit code. An interrupt or SIGTERM ends the command gracefully, a second one at once.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	c := &cli{stdin: stdin, stdout: stdout, stderr: stderr, cfg: app.Default(), log: slog.New(slog.NewTextHandler(stderr, nil))}
	root := c.root(env)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitFailed
	case errors.Is(err, errSome):
		return exitSome
	case !c.begun, errors.As(err, &usage):
		c.explain(err)
		fmt.Fprintf(stderr, "See '%s --help'.\n", command.CommandPath())
		return exitUsage
	}
	c.explain(err)
	return exitFailed
}

// explain writes what went wrong, one line per field.
func (c *cli) explain(err error) {
	f, ok := fault.Of(err)
	if !ok || len(f.Fields) == 0 {
		fmt.Fprintln(c.stderr, "aftercall:", err)
		return
	}
	fmt.Fprintln(c.stderr, "aftercall:", f.Message)
	for _, field := range f.Fields {
		fmt.Fprintln(c.stderr, " ", field)
	}
}

func (c *cli) root(env func(string) (string, bool)) *cobra.Command {
	root := &cobra.Command{
		Use:   "aftercall",
		Short: "Follow-up after customer-service contacts: callbacks, surveys, scores, lists",
		Long: `aftercall takes in contacts that were resolved elsewhere, decides what follow-up each gets, has it done at the
right time, and turns the answers into scores and lists.

Every setting is a flag and an environment variable: --data-dir is AFTERCALL_DATA_DIR. A flag wins. The secret key is
a file in the data directory, or AFTERCALL_KEY.`,
		Example:       "  aftercall serve --demo",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return c.loadEnv(cmd, env)
		},
	}
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	c.addSettings(root)
	root.AddCommand(
		c.serveCommand(), c.webCommand(), c.workerCommand(), c.workCommand(), c.migrateCommand(),
		c.importCommand(), c.decisionsCommand(), c.scoresCommand(), c.jobsCommand(),
		c.userCommand(), c.tokenCommand(), c.demoCommand(), c.versionCommand(),
	)
	return root
}

// addSettings adds a flag for every setting but the key, which would be seen in the list of processes.
func (c *cli) addSettings(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&c.cfg.Database, "database", c.cfg.Database,
		"sqlite:FILE, mysql://user:password@host:3306/name or mysql://…@host1:3306,host2:3306/name "+
			"(default sqlite:DATA-DIR/aftercall.db)")
	f.StringVar(&c.cfg.Redis, "redis", c.cfg.Redis, "embedded, redis://…, rediss://…, redis-sentinel://… or redis-cluster://…")
	f.StringVar(&c.cfg.Addr, "addr", c.cfg.Addr, "where to listen, host:port")
	f.StringVar(&c.cfg.DataDir, "data-dir", c.cfg.DataDir, "folder of the secret key and the SQLite file")
	f.StringVar(&c.cfg.Zone, "zone", c.cfg.Zone, "the centre's time zone")
	f.StringVar(&c.cfg.Language, "language", c.cfg.Language, "the centre's language, zh-CN or en")
	f.StringVar(&c.cfg.Region, "region", c.cfg.Region, "country of phone numbers without a country code")
	f.StringVar(&c.cfg.CentreName, "centre-name", c.cfg.CentreName, "the centre's name, as customers know it")
	f.StringVar(&c.cfg.PublicURL, "public-url", c.cfg.PublicURL,
		"how customers reach the survey, as in https://care.example.com (default the listening address)")
	f.DurationVar(&c.cfg.SurveyDelay, "survey-delay", c.cfg.SurveyDelay,
		"from the resolution to the survey, in the policy a new centre starts with")
	f.StringVar(&c.cfg.Sender, "sender", c.cfg.Sender, "log, or smtp://user:password@host:587?from=care@example.com")
	f.StringVar(&c.cfg.Placeholders, "placeholders", c.cfg.Placeholders,
		"no customer's addresses beside the usual ones, as in example.com,400-820-8820,kein*@*; ! before one that is (default none)")
	f.StringVar(&c.cfg.TrustedProxies, "trusted-proxies", c.cfg.TrustedProxies,
		"proxies whose X-Forwarded-For names the client, as in 10.0.0.5,10.1.0.0/24 (default none)")
}

// loadEnv takes every setting of the command that no flag gave from its environment variable.
func (c *cli) loadEnv(cmd *cobra.Command, env func(string) (string, bool)) error {
	for _, name := range []string{
		"database", "redis", "addr", "data-dir", "zone", "language", "region", "centre-name", "public-url", "survey-delay", "sender",
		"trusted-proxies", "health-addr", "placeholders",
	} {
		variable := "AFTERCALL_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		flag := cmd.Flag(name)
		if flag == nil { // a setting of another command
			continue
		}
		if value, ok := env(variable); ok && value != "" && !flag.Changed {
			if err := flag.Value.Set(value); err != nil {
				return fmt.Errorf("%s: %w", variable, err)
			}
		}
	}
	c.cfg.Key, _ = env("AFTERCALL_KEY")
	return nil
}

// action is what a command does once its command line is in order.
type action = func(ctx context.Context, args []string) error

// do makes an action a command's, and marks where wrong usage ends and failing begins. The settings are checked for the parts.
func (c *cli) do(parts app.Parts, act action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := c.cfg.Validate(parts); err != nil {
			return err
		}
		c.begun = true
		return act(cmd.Context(), args)
	}
}

// open opens the parts. Some settings turn out wrong only now, and are wrong usage all the same.
func (c *cli) open(ctx context.Context, parts app.Parts) (*app.App, error) {
	a, err := app.New(ctx, c.cfg, parts, c.log)
	return a, asUsage(err)
}

// with is do for an action on the services of a process that serves and works nothing.
func (c *cli) with(act func(ctx context.Context, a *app.App, args []string) error) func(*cobra.Command, []string) error {
	return c.do(app.Parts{}, func(ctx context.Context, args []string) error {
		a, err := c.open(ctx, app.Parts{})
		if err != nil {
			return err
		}
		ctx = account.WithViewer(ctx, operator())
		return errors.Join(act(ctx, a, args), a.Stop(context.WithoutCancel(ctx)))
	})
}

// operator is who acts on the command line: somebody who can reach the database, and so everything.
func operator() account.Viewer {
	return account.Viewer{Name: "command line", Role: account.Admin, Door: account.ByCommand}
}

// group is a command that only holds others.
func group(use, short, example string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{
		Use: use, Short: short, Example: example, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fmt.Errorf("%s needs one of its commands", cmd.CommandPath())
		},
	}
	g.AddCommand(commands...)
	return g
}
