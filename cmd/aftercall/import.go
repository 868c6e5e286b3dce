package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"aftercall/internal/app"
	"aftercall/internal/contact/imports"
	"aftercall/internal/fault"
)

func (c *cli) importCommand() *cobra.Command {
	return group("import", "Take files in", "  aftercall import contacts tickets.csv --source helpdesk --mapping mapping.yaml",
		c.importContactsCommand())
}

// importFlags are the choices of one import.
type importFlags struct {
	source, mapping, shift, rejected string
	check, withoutAnswers, asJSON    bool
}

func (c *cli) importContactsCommand() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "contacts FILE",
		Short: "Take in a file of contacts: CSV (also .gz, .tsv, GBK) or XLSX",
		Long: `contacts takes every row of a file in as a contact, by a mapping that says what the columns mean (docs/examples has some,
docs/mapping.md all there is to say). Rows that cannot be taken are reported, by kind, and never stop the rest. An import can be
interrupted; the same command goes on with it and doubles nothing. With --check it reads the whole file, writes nothing, and
prints what would happen.

It ends with 0 when every row was taken, with 3 when some were rejected, with 1 when it failed, and with 2 when the command line is
wrong.`,
		Example: `  aftercall import contacts tickets.csv.gz --source helpdesk --mapping docs/examples/support-tickets.yaml --check
  aftercall import contacts tickets.csv.gz --source helpdesk --mapping docs/examples/support-tickets.yaml --rejected rejected.csv
  aftercall import contacts tickets.csv --source trial --mapping mapping.yaml --shift-times now --without-answers`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.shift != "" && flags.shift != "now" {
				return fault.InvalidFields(fault.Field{
					Name: "shift-times", Code: "unknown_value", Problem: "can only be now", Value: flags.shift,
				})
			}
			return c.with(func(ctx context.Context, a *app.App, args []string) error {
				return c.importContacts(ctx, a, args[0], flags)
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.source, "source", "", "name of the system the contacts come from; made if it is new (required)")
	f.StringVar(&flags.mapping, "mapping", "", "YAML file that says what the columns mean (required)")
	f.BoolVar(&flags.check, "check", false, "only tell what would happen; nothing is written")
	f.StringVar(&flags.rejected, "rejected", "",
		"write the rows that were not taken to this CSV file, with the reason, to be mended and imported")
	f.StringVar(&flags.shift, "shift-times", "", "now: move all times so that the newest resolution is now, for trials")
	f.BoolVar(&flags.withoutAnswers, "without-answers", false, "leave out answers that come with the contacts")
	f.BoolVar(&flags.asJSON, "json", false, "print the result as JSON")
	for _, name := range []string{"source", "mapping"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // a flag of this function that does not exist
		}
	}
	return cmd
}

func (c *cli) importContacts(ctx context.Context, a *app.App, path string, flags importFlags) error {
	body, err := os.ReadFile(flags.mapping)
	if err != nil {
		return fmt.Errorf("read the mapping: %w", err)
	}
	mapping, err := imports.ParseMapping(body)
	if err != nil {
		return err
	}
	n := imports.NewRun{
		Source: flags.source, Filename: filepath.Base(path), Mapping: mapping,
		ShiftToNow: flags.shift == "now", WithoutAnswers: flags.withoutAnswers,
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	if flags.check {
		return c.checkContacts(ctx, a, n, open, flags)
	}
	source, err := a.Contacts.EnsureSource(ctx, flags.source)
	if err != nil {
		return err
	}
	n.SourceID = source.ID
	run, err := a.Imports.ImportFile(ctx, n, open, c.showProgress())
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("import stopped after %d rows; the same command goes on with it: %w", run.RowsRead, err)
		}
		return err
	}
	if flags.rejected != "" {
		if err := writeRejected(ctx, a, run, flags.rejected); err != nil {
			return err
		}
	}
	done := c.importDone(run, flags)
	if done != nil && !errors.Is(done, errSome) || flags.asJSON {
		return done
	}
	waiting, err := a.Flow.Waiting(ctx, operator(), 0, 0)
	if err != nil {
		return err
	}
	return errors.Join(done, printWaiting(c.stdout, waiting))
}

// checkContacts tells what an import would do.
func (c *cli) checkContacts(ctx context.Context, a *app.App, n imports.NewRun, open imports.Open, flags importFlags) error {
	source, err := a.Contacts.SourceNamed(ctx, n.Source)
	if err != nil {
		return err
	}
	n.SourceID = source.ID
	debug.SetGCPercent(50) // it remembers every contact of the file: a million of them fit 200 MB so
	run, err := a.Imports.CheckFile(ctx, n, open, c.showProgress())
	if err != nil {
		return err
	}
	return c.importDone(run, flags)
}

// importDone prints what became, or would become, of the rows.
func (c *cli) importDone(run imports.Run, flags importFlags) error {
	c.printProblems(run.Report())
	var err error
	if flags.asJSON {
		err = c.printJSON(resultOf(run))
	} else {
		err = c.printImport(run, flags.check)
	}
	if err == nil && run.Rejected > 0 {
		return errSome
	}
	return err
}

// showProgress returns what writes a line about the import to standard error, at most one a second.
func (c *cli) showProgress() func(imports.Progress) {
	var last time.Time
	return func(p imports.Progress) {
		if now := time.Now(); now.Sub(last) >= time.Second {
			last = now
			fmt.Fprintf(c.stderr, "%d of %d rows, %.0f a second, %s left\n",
				p.Run.RowsRead, p.Run.RowsTotal, p.Rate, p.Remaining.Round(time.Second))
		}
	}
}
