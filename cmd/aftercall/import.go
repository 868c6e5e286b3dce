package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	source, mapping, shift string
	withoutAnswers, asJSON bool
}

func (c *cli) importContactsCommand() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "contacts FILE",
		Short: "Take in a file of contacts: CSV (also .gz, .tsv, GBK) or XLSX",
		Long: `contacts takes every row of a file in as a contact, by a mapping that says what the columns mean (docs/examples has some).
Rows that cannot be taken are reported with their line and never stop the rest. An import can be interrupted; the same
command goes on with it and doubles nothing.`,
		Example: `  aftercall import contacts tickets.csv.gz --source helpdesk --mapping docs/examples/support-tickets.yaml
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

// importResult is what --json prints.
type importResult struct {
	Run        int64         `json:"run"`
	State      imports.State `json:"state"`
	Read       int64         `json:"read"`
	Accepted   int64         `json:"accepted"`
	Updated    int64         `json:"updated"`
	Resolved   int64         `json:"resolved"`
	Duplicates int64         `json:"duplicates"`
	Rejected   int64         `json:"rejected"`
	Warnings   int64         `json:"warnings"`
	Seconds    float64       `json:"seconds"`
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
	source, err := a.Contacts.EnsureSource(ctx, flags.source)
	if err != nil {
		return err
	}
	run, err := a.Imports.ImportFile(ctx, imports.NewRun{
		SourceID: source.ID, Filename: filepath.Base(path), Mapping: mapping,
		ShiftToNow: flags.shift == "now", WithoutAnswers: flags.withoutAnswers,
	}, func() (io.ReadCloser, error) { return os.Open(path) }, c.showProgress())
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("import stopped after %d rows; the same command goes on with it: %w", run.RowsRead, err)
		}
		return err
	}
	if err := c.reportIssues(ctx, a, run); err != nil {
		return err
	}
	result := importResult{
		Run: run.ID, State: run.State, Read: run.RowsRead, Accepted: run.Accepted, Updated: run.Updated, Resolved: run.Resolved,
		Duplicates: run.Duplicates, Rejected: run.Rejected, Warnings: run.Warnings, Seconds: run.UpdatedAt.Sub(run.StartedAt).Seconds(),
	}
	if flags.asJSON {
		return c.printJSON(result)
	}
	_, err = fmt.Fprintf(c.stdout, "read %d, accepted %d, updated %d, resolved %d, duplicates %d, rejected %d, warnings %d\n",
		run.RowsRead, run.Accepted, run.Updated, run.Resolved, run.Duplicates, run.Rejected, run.Warnings)
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

// reportIssues writes a line to standard error for every row that was rejected or corrected.
func (c *cli) reportIssues(ctx context.Context, a *app.App, run imports.Run) error {
	const page = 500
	for after := int64(0); ; {
		issues, err := a.Imports.Issues(ctx, run.ID, after, page)
		if err != nil {
			return err
		}
		for _, i := range issues {
			fmt.Fprintf(c.stderr, "line %d %s: %s %q: %s\n", i.Line, i.Severity, i.Field, i.Value, i.Problem)
			after = i.ID
		}
		if len(issues) < page {
			return nil
		}
	}
}
