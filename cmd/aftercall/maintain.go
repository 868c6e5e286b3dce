package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"aftercall/internal/app"
	"aftercall/internal/outbox"
)

// version is set by the linker.
var version = ""

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  aftercall version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c.begun = true
			_, err := fmt.Fprintln(c.stdout, programVersion())
			return err
		},
	}
}

func (c *cli) migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to date",
		Long: `migrate brings the schema up to date and ends. Every other command does so too when it starts; use migrate to do it at a
time of your choosing. It refuses a schema newer than this program.`,
		Example: "  aftercall migrate --database mysql://aftercall:secret@db/aftercall",
		Args:    cobra.NoArgs,
		RunE: c.with(func(context.Context, *app.App, []string) error {
			_, err := fmt.Fprintln(c.stdout, "the schema is up to date")
			return err
		}),
	}
}

func (c *cli) jobsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "jobs",
		Short:   "Count deferred work that is not done, by kind and state",
		Example: "  aftercall jobs --json",
		Args:    cobra.NoArgs,
		RunE: c.with(func(ctx context.Context, a *app.App, _ []string) error {
			counts, err := a.Jobs.Counts(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				if counts == nil {
					counts = []outbox.KindCount{}
				}
				return c.printJSON(map[string]any{"jobs": counts})
			}
			t := newTable(c.stdout)
			t.row("KIND", "STATE", "JOBS")
			for _, n := range counts {
				t.row(n.Kind, n.State, n.Count)
			}
			return t.flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
